"""The site as people walk through it: a real Chromium, and the real answerer over the documents that ship."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from bot import messages
from bot.engine import Engine
from bot.office import words as office
from bot.server import create_app
from corpus.citation import MAX_QUOTE_CHARS, quotations
from corpus.document import Document
from corpus.parse import parse
from corpus.provision import QUOTABLE
from corpus.text import canonical
from corpus.verify import Standing
from tests.bot.chromium import needs_chromium, no_sideways, opened, sync_api
from tests.bot.web_stand_in import HANDLED, HANDLED_PATH, THACH_KHOI, StandIn, answering, catalog, running, served

Browser, BrowserContext, Page, expect = sync_api.Browser, sync_api.BrowserContext, sync_api.Page, sync_api.expect

pytestmark = needs_chromium

CODE = quotations(catalog().by_id[THACH_KHOI], catalog().by_id[THACH_KHOI].by_path[HANDLED_PATH])[0].code
READER = f"/van-ban/{THACH_KHOI}"
REFUSED = "hôm nay trời có mưa không"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(tmp_path_factory.mktemp("home"), None, lambda _: None)


@pytest.fixture(scope="module")
def url(engine: Engine) -> Iterator[str]:
    with running(create_app(answering(engine), per_minute=0)) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with opened(browser) as page:
        yield page


def ask(page: Page, question: str) -> None:
    before = page.locator("[data-record]").count()
    page.locator("#q").fill(question)
    page.locator("#q").press("Enter")
    expect(page.locator("[data-record]")).to_have_count(before + 1)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id"))


# The walk.


def test_ask_read_open_copy_reload(page: Page, url: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    page.goto(url)
    expect(page.locator(".privacy")).to_have_text(messages.PRIVACY.format(days=365))
    ask(page, HANDLED)
    quote = page.locator(".quote").first
    words = catalog().by_id[THACH_KHOI].words(catalog().by_id[THACH_KHOI].by_path[HANDLED_PATH])
    assert quote.locator("blockquote").inner_text() == words
    quote.get_by_role("button", name=messages.WEB_COPY).click()
    expect(quote.get_by_role("button", name=messages.WEB_COPIED)).to_be_focused()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[0] == f"“{words}”"
    assert "(điểm b khoản 5 Mục II Điều 1 Nghị quyết" in copied
    assert "Đang có hiệu lực. Có hiệu lực từ 19/12/2025." in copied
    assert copied.endswith(f"Mã kiểm tra: {CODE[:4]}-{CODE[4:]}, kiểm tra tại {url}/kiem-tra/{CODE}")
    page.reload()
    assert page.locator(".quote").first.locator("blockquote").inner_text() == words
    page.locator(".quote").first.get_by_role("link", name="Đọc cả Điều 1").click()
    expect(page.locator(".asked .words")).to_be_in_viewport()
    page.go_back()
    page.get_by_role("button", name=messages.WEB_CLEAR).click()
    page.reload()
    expect(page.locator(".quote")).to_have_count(0)


def test_a_kept_quote_still_has_its_sheet_and_check_page(page: Page, url: str) -> None:
    page.goto(url)
    ask(page, HANDLED)
    page.reload()
    page.locator(".quote").first.get_by_role("button", name=messages.WEB_PRINT).click()
    expect(page).to_have_url(f"{url}/in/{CODE}")
    expect(page.locator(".asked-for")).to_have_text(f"{messages.WEB_PRINT_ASKED}: {HANDLED}")
    page.get_by_label(messages.WEB_PRINT_QUESTION).fill("Cản trở dân chủ bị xử lý thế nào?")
    page.get_by_role("button", name=messages.WEB_PRINT_CHANGE).click()
    expect(page.locator(".asked-for")).to_contain_text("Cản trở dân chủ bị xử lý thế nào?")
    page.goto(url)
    page.locator(".quote").first.get_by_role("link", name=messages.WEB_CHECK).click()
    expect(page).to_have_url(f"{url}/kiem-tra/{CODE}")
    expect(page.locator(".standing h2")).to_have_text(messages.WEB_STANDING[Standing.STANDS])


def test_the_first_load_is_small_and_asks_nobody_else(page: Page, url: str) -> None:
    finished: list[sync_api.Request] = []
    page.on("requestfinished", lambda request: finished.append(request))
    page.goto(url, wait_until="networkidle")
    sizes = {
        request.url: sum(request.sizes()[part] for part in ("responseBodySize", "responseHeadersSize"))
        for request in finished
    }
    assert len(sizes) >= 4
    assert all(address.startswith(url) for address in sizes)
    assert sum(sizes.values()) < 150_000, sizes


def test_any_provision_is_copied_and_printed_from_the_reader(page: Page, url: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    page.goto(url + READER)
    page.get_by_role("link", name=messages.WEB_CITE.format(provision="Điểm a khoản 5 Mục II Điều 1")).click()
    expect(page.locator(".asked")).to_be_in_viewport()
    page.locator(".asked").get_by_role("button", name=messages.WEB_COPY).click()
    expect(page.get_by_role("button", name=messages.WEB_COPIED)).to_be_visible()
    document = catalog().by_id[THACH_KHOI]
    words = document.words(document.by_path["art_1__sec_II__cl_5__pt_a"])
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"“{words}”\n(điểm a khoản 5 Mục II Điều 1")
    page.locator(".asked").get_by_role("button", name=messages.WEB_PRINT).click()
    assert page.locator("blockquote").inner_text() == words
    # A long provision is quoted in parts, each with a code of its own.
    page.goto(f"{url}{READER}/art_1")
    page.locator(".citing summary").click()
    expect(page.locator(".citing .quote")).to_have_count(len(quotations(document, document.by_path["art_1"])))


def test_words_are_found_in_a_document(page: Page, url: str) -> None:
    page.goto(url + READER)
    page.get_by_role("searchbox", name=messages.WEB_FIND).fill("giam sat")
    page.keyboard.press("Enter")
    expect(page.locator(".hits h2")).to_have_text(re.compile(r"^\d+ chỗ có “giam sat”$"))
    page.locator(".hits li a").nth(3).click()
    expect(page.locator("#cho-4")).to_be_in_viewport()
    assert page.locator("#cho-4").inner_text().lower() == "giám sát"
    page.get_by_role("link", name=messages.WEB_FIND_CLEAR).click()
    expect(page.locator("mark")).to_have_count(0)


def test_a_code_is_checked_as_people_type_it(page: Page, url: str) -> None:
    page.goto(f"{url}/van-ban")
    page.get_by_role("link", name=messages.WEB_CHECK).click()
    page.get_by_label(messages.WEB_CHECK_LABEL).fill(f" {CODE[:4].lower()} - {CODE[4:].lower()}")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{url}/kiem-tra/{CODE}")
    expect(page.locator(".standing h2")).to_have_text(messages.WEB_STANDING[Standing.STANDS])
    expect(page.locator(".standing .badge")).to_have_text("Đang có hiệu lực")
    page.get_by_label(messages.WEB_CHECK_LABEL).fill("ABC")
    page.get_by_role("button", name=messages.WEB_CHECK).click()
    expect(page.locator(".standing h2")).to_have_text(messages.WEB_STANDING[Standing.NOT_A_CODE])
    page.goto(f"{url}/kiem-tra/{CODE[:4]}ZZZZ")
    page.get_by_role("link", name="Đọc cả Điều 1").click()
    expect(page.locator(".asked .words")).to_be_in_viewport()


# Paper.


def pages_of(page: Page) -> int:
    """How many pages come out of the printer."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def test_the_sheet_of_every_long_quote_is_one_page(page: Page, url: str) -> None:
    cited = {
        citation.code: citation
        for document in catalog()
        for provision in document.walk()
        if provision.level in QUOTABLE
        for citation in quotations(document, provision)
    }.values()
    longest = sorted(cited, key=lambda citation: len(citation.text))[-8:]
    most_lines = sorted(cited, key=lambda citation: citation.text.count("\n"))[-4:]
    question = "Việc này được quy định thế nào? " * 9
    for citation in (*longest, *most_lines):
        page.goto(f"{url}/in/{citation.code}?q={question}")
        assert page.locator("blockquote").inner_text() == citation.text
        assert pages_of(page) == 1, citation.words


def made(text: str) -> Document:
    """A document held with these words in place of its own."""
    held = catalog().by_id[THACH_KHOI]
    words = canonical(text)
    parts, _ = parse(words.text)
    return Document(held.meta, text, words, parts, Path("made.txt"), "made.txt", "0", "0")


SENTENCE = "Ủy ban nhân dân phường tổ chức thực hiện, người đứng đầu chịu trách nhiệm; "


@pytest.mark.parametrize("indents", [1, 24])
def test_even_the_longest_quote_with_the_longest_lead_in_is_one_page(browser: Browser, indents: int) -> None:
    lead = (SENTENCE * 10)[:670]
    own = (MAX_QUOTE_CHARS - 30) // indents - 4
    point = "\n".join(f"- {(SENTENCE * 40)[: own - 2]};" for _ in range(indents))
    document = made(f"Điều 1. {lead}:\n1. {lead}:\na) {lead[:20]}:\n{point}\nb) Hết.\n")
    provision = document.by_path["art_1__cl_1__pt_a" if indents > 1 else "art_1__cl_1__pt_a__ind_1"]
    (citation,) = quotations(document, provision)
    assert len(citation.text) > MAX_QUOTE_CHARS - 100
    stand_in = StandIn(held=(document,))
    with served(stand_in) as url, opened(browser) as page:
        page.goto(f"{url}/in/{citation.code}?q={'Hỏi gì thế này? ' * 18}")
        assert page.locator("blockquote").inner_text() == citation.text
        assert page.locator(".asked-for").count() == 1
        assert pages_of(page) == 1


def test_a_sheet_prints_the_sheet_alone_black_on_white(browser: Browser, url: str) -> None:
    with opened(browser, color_scheme="dark") as page:
        page.goto(f"{url}/in/{CODE}?q=Ai?")
        page.emulate_media(media="print", color_scheme="dark")
        for part in (".bar", ".setting"):
            expect(page.locator(part)).to_be_hidden()
        expect(page.locator("blockquote")).to_have_css("color", "rgb(0, 0, 0)")
        expect(page.locator(".sheet")).to_have_css("background-color", "rgb(255, 255, 255)")
        expect(page.get_by_role("img", name=messages.WEB_QR)).to_be_visible()
        assert page.locator(".qr svg").bounding_box()["width"] > 100


# Everybody.

PAGES = {
    "chat": "/",
    "documents": "/van-ban",
    "reader": f"{READER}/{HANDLED_PATH}",
    "long": f"{READER}/art_1",
    "found": f"{READER}?tim=dan+chu",
    "check": "/kiem-tra",
    "stands": f"/kiem-tra/{CODE}",
    "changed": f"/kiem-tra/{CODE[:4]}ZZZZ",
    "wrong": "/kiem-tra/abc",
    "sheet": f"/in/{CODE}?q=Ai?",
    "api": "/api",
    "measures": "/bien-phap",
    "clauses": "/bien-phap/kiem-tra/huyen-kim-bang",
    "gap": "/bien-phap/kinh-phi/phuong-cao-xanh",
    "missing": "/khong-co",
}


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_goes_sideways(browser: Browser, url: str, scheme: str, width: int) -> None:
    wanted = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
    options = {"runOnly": list(wanted), "resultTypes": ["violations"]}
    with opened(browser, viewport={"width": width, "height": 800}, color_scheme=scheme) as page:
        found = {}
        for name, address in PAGES.items():
            page.goto(url + address)
            if name == "chat":
                ask(page, HANDLED)
                ask(page, "Kinh phí thực hiện nghị quyết ở Kim Bảng lấy từ đâu và ai giám sát?")
                ask(page, REFUSED)
            page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")
            no_sideways(page)
            # As tall as the page, so that the bars that stick to an edge cover nothing.
            page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
            result = Axe().run(page, options=options)
            if result.violations_count:
                found[name] = result.generate_report()
            page.set_viewport_size({"width": width, "height": 800})
    assert not found, "\n".join(f"{name}: {report}" for name, report in found.items())


def test_the_dark_page_is_dark(browser: Browser, url: str) -> None:
    with opened(browser, color_scheme="dark") as page:
        for address in PAGES.values():
            page.goto(url + address)
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert max(map(int, re.findall(r"\d+", ground))) < 60, address


def test_keyboard_alone(page: Page, url: str) -> None:
    page.goto(url)
    page.keyboard.type("Người đứng đầu cản trở dân chủ")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("ở Thạch Khôi bị xử lý sao?")
    expect(page.locator("#q")).to_have_value(re.compile(r"dân chủ\nở Thạch Khôi"))
    page.keyboard.press("Enter")
    expect(page.locator(".quote").first).to_be_visible()
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", focused(page)
        if focused(page) == messages.WEB_PRINT:
            break
    page.keyboard.press("Enter")
    expect(page.locator(".sheet")).to_be_visible()
    page.goto(url + READER)
    order = []
    for _ in range(9):
        page.keyboard.press("Tab")
        order.append(focused(page))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", focused(page)
        assert page.evaluate("document.activeElement.getBoundingClientRect().top < window.innerHeight")
    assert order[:8] == [
        messages.WEB_BACK, messages.WEB_CHECK, office.BAR, messages.WEB_DOCUMENTS, messages.WEB_CONTENTS, messages.WEB_ABOUT, "tim", messages.WEB_FIND_GO,
    ]  # fmt: skip
    assert order[8] == "❞"
    page.keyboard.press("Enter")
    expect(page.locator(".asked")).to_be_in_viewport()


def test_nothing_moves_for_those_who_want_it_still(browser: Browser) -> None:
    for wanted, moving in (("reduce", "none"), ("no-preference", "dot")):
        stand_in = StandIn()
        stand_in.answers.hold.clear()
        with served(stand_in) as url, opened(browser, reduced_motion=wanted) as page:
            page.goto(url)
            page.locator("#q").fill("ai?")
            page.locator("#q").press("Enter")
            expect(page.locator(".dots i").first).to_have_css("animation-name", moving)
            stand_in.answers.hold.set()


def test_without_javascript(browser: Browser, url: str) -> None:
    with opened(browser, java_script_enabled=False) as page:
        page.goto(url)
        page.get_by_role("button", name=messages.EXAMPLES[0]).click()
        expect(page).to_have_url(f"{url}/#newest")
        expect(page.locator("#newest")).to_be_in_viewport()
        words = page.locator("blockquote").first.inner_text()
        page.locator("#q").fill(REFUSED)
        page.locator("#send").click()
        expect(page.locator(".mine .bubble")).to_have_text([messages.EXAMPLES[0], REFUSED])
        assert page.locator("blockquote").first.inner_text() == words
        # No question is in an address, and the way back asks for nothing.
        page.get_by_role("link", name="Đọc cả Điều 1").first.click()
        expect(page.locator(".asked .words")).to_be_in_viewport()
        page.go_back()
        expect(page.locator(".mine .bubble")).to_have_text([messages.EXAMPLES[0], REFUSED])
        page.get_by_role("button", name=messages.WEB_PRINT).first.click()
        expect(page.locator(".asked-for")).to_contain_text(messages.EXAMPLES[0])
        page.goto(url + READER)
        page.get_by_role("searchbox").fill("kinh phí")
        page.get_by_role("button", name=messages.WEB_FIND_GO).click()
        page.locator(".hits li a").last.click()
        expect(page.locator("mark:target")).to_be_in_viewport()
        page.goto(f"{url}/kiem-tra")
        page.get_by_label(messages.WEB_CHECK_LABEL).fill(CODE.lower())
        page.get_by_role("button", name=messages.WEB_CHECK).click()
        expect(page.locator(".standing h2")).to_have_text(messages.WEB_STANDING[Standing.STANDS])


# Another site.


@contextmanager
def another_site(tags: list[str]) -> Iterator[str]:
    """A page of another origin with these tags in it; its own policy forbids inline styles and scripts."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that http.server calls
            body = f"<!doctype html><html lang=vi><title>Phường</title>{''.join(tags)}<main><h1>Trang của phường</h1></main>".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", "style-src 'self'; script-src http:; frame-src http:")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def test_a_ward_shows_the_chat_in_its_own_page_by_one_tag(browser: Browser, engine: Engine) -> None:
    tags: list[str] = []
    with (
        another_site(tags) as ward,
        running(create_app(answering(engine), per_minute=0, embed_origins=(ward,))) as url,
    ):
        tags.append(f'<script src="{url}/static/embed.js" async></script>')
        with opened(browser, viewport={"width": 1280, "height": 800}) as page:
            requested: list[str] = []
            page.on("request", lambda request: requested.append(request.url))
            page.goto(ward)
            button = page.get_by_role("button", name=messages.WEB_EMBED_OPEN)
            box = button.bounding_box()
            assert box["x"] + box["width"] > 1200
            assert box["y"] + box["height"] > 750
            assert not [one for one in requested if one.startswith(url) and not one.endswith("/embed.js")]
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            chat = page.frame_locator("iframe")
            expect(page.get_by_role("dialog", name=messages.NAME)).to_be_visible()
            expect(page.locator("iframe")).to_have_attribute("title", messages.NAME)
            expect(chat.locator("#q")).to_be_focused()
            chat.locator("#q").fill(HANDLED)
            chat.locator("#q").press("Enter")
            expect(chat.locator("blockquote").first).to_contain_text("b) Xử lý kịp thời")
            chat.locator("#q").press("Escape")
            expect(page.get_by_role("dialog")).to_be_hidden()
            expect(button).to_be_focused()
            page.keyboard.press("Enter")
            expect(chat.locator("blockquote").first).to_be_visible()
            page.get_by_role("button", name=messages.WEB_EMBED_CLOSE).click()
            expect(button).to_be_focused()
            page.keyboard.press("Enter")
            page.get_by_role("button", name=messages.WEB_EMBED_CLOSE).focus()
            page.keyboard.press("Escape")
            expect(button).to_be_focused()
        with opened(browser, viewport={"width": 320, "height": 568}) as page:
            page.goto(ward)
            button = page.get_by_role("button", name=messages.WEB_EMBED_OPEN)
            expect(button).to_be_visible()
            for step in (lambda: None, button.click):
                step()
                no_sideways(page)
                found = Axe().run(page)
                assert not found.violations_count, found.generate_report()
            expect(page.frame_locator("iframe").locator("#q")).to_be_visible()


def test_no_other_site_shows_the_chat_in_a_frame(browser: Browser, url: str) -> None:
    with another_site([f'<iframe src="{url}/" title="x"></iframe>']) as stranger:
        context = browser.new_context()
        page = context.new_page()
        refused: list[str] = []
        page.on("console", lambda said: refused.append(said.text))
        page.goto(stranger)
        expect(page.frame_locator("iframe").locator("#q")).to_have_count(0)
        assert any("frame-ancestors 'none'" in said for said in refused)
        context.close()
