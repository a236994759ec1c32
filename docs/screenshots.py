"""Takes the pictures of the pages that are kept in docs/.

Start the program first (`make run`), then:

    .venv/bin/python docs/screenshots.py --url http://127.0.0.1:8000

It drives a Chromium that is installed on the machine, and writes PNG files beside itself.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
QUESTION = "Ở Thạch Khôi người đứng đầu cản trở dân chủ thì bị xử lý sao?"
REFUSED = "hôm nay trời có mưa không"


@dataclass(frozen=True, slots=True)
class Shape:
    """A window in which every page is taken."""

    name: str
    width: int
    height: int


SHAPES = (Shape("phone", 390, 844), Shape("desktop", 1280, 800))


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the program serves")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="the folder to write to")
    given = parser.parse_args()
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        parser.error("no Chromium on this machine; install one (Debian: apt-get install chromium)")
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        for path in take(browser, given.url.rstrip("/"), given.out):
            print(path)
        browser.close()


def take(browser: Browser, url: str, out: Path) -> Iterator[Path]:
    """Take the pictures of one site, and give the path of each."""
    for shape in SHAPES:
        for scheme in ("light", "dark"):
            dark = "-dark" if scheme == "dark" else ""
            context = browser.new_context(
                viewport={"width": shape.width, "height": shape.height},
                color_scheme=scheme,
                reduced_motion="reduce",
                locale="vi-VN",
                has_touch=shape.name == "phone",
            )
            page = context.new_page()
            page.goto(url)

            def shot(name: str, page: Page = page, end: str = f"-{shape.name}{dark}.png") -> Path:
                path = out / (name + end)
                page.screenshot(path=path)
                return path

            if not dark:
                yield shot("chat-start")
            ask(page, QUESTION)
            yield shot("chat-answer")
            address = page.locator(".theirs .tools a").last.get_attribute("href")
            if not dark:
                page.locator(".rate").last.scroll_into_view_if_needed()
                yield shot("chat-answer-end")
                ask(page, REFUSED)
                yield shot("chat-refusal")
                page.goto(f"{url}/van-ban")
                yield shot("documents")
            page.goto(f"{url}{address}")
            yield shot("reader")
            context.close()


def ask(page: Page, question: str) -> None:
    """Ask by hand, and wait for the answer."""
    before = page.locator("[data-record]").count()
    page.locator("#q").fill(question)
    page.locator("#q").press("Enter")
    answered = page.locator("[data-record]").nth(before)
    answered.or_(page.locator(".failed")).first.wait_for()
    if not answered.is_visible():
        raise SystemExit(f"no answer to {question!r}: {page.locator('.failed').inner_text()}")
    page.wait_for_timeout(100)


if __name__ == "__main__":
    main()
