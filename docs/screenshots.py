"""Takes the pictures of the pages that are kept in docs/screenshots/.

Start the program first (`make run`), then:

    .venv/bin/python docs/screenshots.py --url http://127.0.0.1:8000

It drives a Chromium that is installed on the machine, and writes PNG files into docs/screenshots/. With --name and
--password of somebody who may review it takes those of the review pages instead.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote_plus

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
COMPARED = "So sánh kinh phí ở Hải Phòng và Thạch Khôi"
WORDS = "người đứng đầu"
PLACE = f"/noi?noi={quote_plus('P. Thạch Khôi')}&ngay=2026-11-20"


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: its name, what is shown, and the window that it is taken in."""

    name: str
    shown: str
    """An address, or "chat", "compared" (places side by side, with their words), or which link of the answer is
    followed: "read", "check" or "print"; "find" searches the document."""
    width: int = 390
    height: int = 844
    scheme: Literal["light", "dark"] = "light"


SHOTS = (
    Shot("chat", "chat"),
    Shot("chat-dark", "chat", scheme="dark"),
    Shot("chat-320", "chat", 320, 568),
    Shot("reader", "read", 1100, 700),
    Shot("reader-dark", "read", scheme="dark"),
    Shot("reader-find", "find"),
    Shot("check", "check"),
    Shot("check-320-dark", "check", 320, 568, "dark"),
    Shot("map", "/van-ban/so-do", 1280, 1000),
    Shot("map-dark", "/van-ban/so-do", scheme="dark"),
    Shot("print-sheet", "print", 830, 1260),
    Shot("compared", "compared", 1280, 1000),
    Shot("compared-phone", "compared", 390, 844),
    Shot("measures", "/bien-phap", 1280, 1000),
    Shot("measures-phone", "/bien-phap/kinh-phi/phuong-cao-xanh"),
    Shot("duties", "/nhiem-vu"),
    Shot("duty-card", "/nhiem-vu/ubnd-xa?noi=Thach+Khoi"),
    Shot("duty-card-wide", "/nhiem-vu/ubnd-xa?noi=Thach+Khoi", 1280, 800),
    Shot("dates", "/thoi-han?noi=Ngo+Quyen"),
    Shot("dates-dark-wide", "/thoi-han?noi=Ngo+Quyen", 1280, 800, "dark"),
    Shot("place", PLACE, height=1500),
    Shot("place-desk-dark", PLACE, 1280, 1000, "dark"),
)

REVIEW = {"review-queue": 900, "review-cluster": 1200, "review-figures": 1100}
"""The pictures of the review pages, and how high each window is."""


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the program serves")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "screenshots", help="the folder to write to"
    )
    parser.add_argument("--name", help="somebody who may review")
    parser.add_argument("--password", default="", help="their password")
    given = parser.parse_args()
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        parser.error("no Chromium on this machine; install one (Debian: apt-get install chromium)")
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        url = given.url.rstrip("/")
        taken = take_review(browser, url, given.out, given.name, given.password) if given.name else None
        for path in taken or take(browser, url, given.out):
            print(path)
        browser.close()


def take(browser: Browser, url: str, out: Path) -> Iterator[Path]:
    """Take the pictures of one site, and give the path of each."""
    for shot in SHOTS:
        context = browser.new_context(
            viewport={"width": shot.width, "height": shot.height},
            color_scheme=shot.scheme,
            reduced_motion="reduce",
            locale="vi-VN",
            has_touch=shot.width < 480,
        )
        page = context.new_page()
        page.goto(url)
        if shot.shown.startswith("/"):
            page.goto(url + shot.shown)
        else:
            ask(page, COMPARED if shot.shown == "compared" else QUESTION)
        quote = page.locator(".quote").first
        if shot.shown == "print":
            quote.locator("[data-slot=print] button").click()
        elif shot.shown == "compared":
            page.locator(".wording summary").click()
            # At a desk the columns fill the window; on a phone the view of words is what there is to see.
            page.locator(".mine" if shot.width > 480 else ".wording").evaluate("(part) => part.scrollIntoView()")
        elif shot.shown != "chat" and not shot.shown.startswith("/"):
            quote.locator(f"[data-slot={'read' if shot.shown == 'find' else shot.shown}]").click()
        if shot.shown == "find":
            page.locator("#tim").fill(WORDS)
            page.locator("#tim").press("Enter")
            page.locator(".find").scroll_into_view_if_needed()
        page.wait_for_load_state()
        if shot.name == "chat-dark":
            page.locator(".rate").scroll_into_view_if_needed()
        path = out / f"{shot.name}.png"
        page.screenshot(path=path)
        yield path
        context.close()


def take_review(browser: Browser, url: str, out: Path, name: str, password: str) -> Iterator[Path]:
    """Take the pictures of the review pages, and give the path of each."""
    page = browser.new_context(reduced_motion="reduce", locale="vi-VN").new_page()
    page.goto(f"{url}/duyet?tt=")
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    page.locator("#password").press("Enter")
    page.locator(".queue a").first.wait_for()
    first = page.locator(".queue a").first.get_attribute("href")
    addresses = {"review-queue": "/duyet?tt=", "review-cluster": first, "review-figures": "/duyet/so-lieu"}
    for shot, height in REVIEW.items():
        page.set_viewport_size({"width": 1000, "height": height})
        page.goto(f"{url}{addresses[shot]}")
        path = out / f"{shot}.png"
        page.screenshot(path=path)
        yield path
    page.context.close()


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
