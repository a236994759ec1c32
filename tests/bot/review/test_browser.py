"""The review pages in a real Chromium: for everybody, in light and dark, without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe

from bot.server import create_app
from bot.web.review import words
from tests.bot.chromium import needs_chromium, no_sideways, opened, sync_api
from tests.bot.review.desk_stand_in import PASSWORD, DeskInMemory, desk
from tests.bot.web_stand_in import HANDLED_PATH, THACH_KHOI, StandIn, running

Browser, Page, expect = sync_api.Browser, sync_api.Page, sync_api.expect

pytestmark = needs_chromium

CLUSTER = "/duyet/nhom/c1"
PAGES = (
    "/duyet",
    "/duyet?tt=&tim=phuong&tu=hom+qua",
    "/duyet?tim=khong+co+dau",
    "/duyet?trang=2",
    CLUSTER,
    f"{CLUSTER}?tim=kinh+phi",
    f"{CLUSTER}?vb={THACH_KHOI}",
    f"{CLUSTER}?gop=ai",
    "/duyet/nhom/c2",
    "/duyet/nhom/c3",
    "/duyet/nhom/khong-co",
    f"{CLUSTER}/ghim?vb={THACH_KHOI}&dk={HANDLED_PATH}",
    "/duyet/so-lieu",
    "/duyet/nhat-ky",
    "/duyet/nguoi-dung",
)


@pytest.fixture
def held() -> DeskInMemory:
    return desk(more=60)


@pytest.fixture
def url(held: DeskInMemory) -> Iterator[str]:
    with running(create_app(StandIn().service, per_minute=0, desk=held)) as url:
        yield url


def sign_in(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/duyet")
    page.get_by_label(words.NAME).fill(name)
    page.get_by_label(words.PASSWORD).fill(PASSWORD)
    page.get_by_role("button", name=words.SIGN_IN).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words.QUEUE_TITLE)


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_goes_sideways(
    browser: Browser, url: str, held: DeskInMemory, scheme: str, width: int
) -> None:
    wanted = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
    options = {"runOnly": list(wanted), "resultTypes": ["violations"]}
    found: dict[str, str] = {}
    held.pin("c3", THACH_KHOI, HANDLED_PATH, "0" * 64, ["a"], None, "binh", None)

    def check(page: Page, name: str) -> None:
        page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")
        no_sideways(page)
        page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
        result = Axe().run(page, options=options)
        if result.violations_count:
            found[name] = result.generate_report()
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (max(map(int, re.findall(r"\d+", ground))) < 60) == (scheme == "dark")
        page.set_viewport_size({"width": width, "height": 800})

    with opened(browser, viewport={"width": width, "height": 800}, color_scheme=scheme) as page:
        page.goto(f"{url}/duyet/vao")
        check(page, "sign in")
        page.get_by_label(words.NAME).fill("x")
        page.get_by_label(words.PASSWORD).fill("x")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text(words.WRONG)
        check(page, "wrong password")
        sign_in(page, url, "chi")
        for address in PAGES:
            page.goto(url + address)
            check(page, address)
    assert not found, "\n".join(f"{name}: {report}" for name, report in found.items())


def test_a_question_is_pinned_without_a_script(browser: Browser, url: str, held: DeskInMemory) -> None:
    with opened(browser, java_script_enabled=False) as page:
        sign_in(page, url, "binh")
        page.get_by_label(words.SEARCH).fill("tien dau ra")
        page.get_by_role("button", name=words.FILTER_GO, exact=True).click()
        page.get_by_role("link", name=held.clusters["c1"].cluster.title).click()
        page.get_by_role("button", name=words.TAKE).click()
        page.locator(".shelf a").first.click()
        page.locator(".tree summary").first.click()
        page.get_by_role("searchbox", name=words.PICK_SEARCH).fill("nguoi dung dau can tro dan chu")
        page.get_by_role("search", name=words.PICK_SEARCH).get_by_role("button").click()
        page.locator("#chon .near .button").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(words.CONFIRM_TITLE)
        page.get_by_role("button", name=words.CONFIRM).click()
        expect(page.locator(".pinned blockquote")).to_be_visible()
        expect(page.locator(".badge").first).to_have_text(words.STATES["answered"])
        page.get_by_role("button", name=words.SIGN_OUT).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(words.SIGN_IN)
    assert [one[0] for one in held.done] == ["take", "pin"]


def test_the_keyboard_reaches_all_and_shows_where_it_is(browser: Browser, url: str) -> None:
    with opened(browser) as page:
        sign_in(page, url, "binh")
        page.goto(url + CLUSTER)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == "cau"
        for _ in range(12):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            page.keyboard.press("Tab")
