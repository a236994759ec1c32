"""The officials' pages and the files for a report: over HTTP, and as people see them in Chromium."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import docx
import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from icalendar import Calendar

from bot import messages
from bot.office import words as office
from bot.office.annex import QUOTE_STYLE
from corpus.citation import quotations
from tests.bot.chromium import PHONE, needs_chromium, no_sideways, sync_api
from tests.bot.web_stand_in import CAO_XANH, HANDLED, HANDLED_PATH, KIM_BANG, THACH_KHOI, StandIn, catalog, served

Browser, Page, expect = sync_api.Browser, sync_api.Page, sync_api.expect

PLACE = {"noi": "Phường Thạch Khôi"}
ADDRESSES = (
    "/nhiem-vu",
    "/nhiem-vu/ubnd-xa",
    "/nhiem-vu/mttq?noi=Thach+Khoi",
    "/nhiem-vu/cong-an",
    "/thoi-han",
    "/van-ban",
)


def code(document_id: str, path: str) -> str:
    document = catalog().by_id[document_id]
    return quotations(document, document.by_path[path])[0].code


HANDLED_CODE = code(THACH_KHOI, HANDLED_PATH)
MONEY_CODE = code(KIM_BANG, "art_2")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(StandIn()) as url:
        yield url


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, trust_env=False) as client:
        yield client


def shown(page: httpx.Response) -> list[str]:
    """The words in the page's quotes."""
    assert page.status_code == 200, page.text
    return [
        html.unescape(one)
        for one in re.findall(r'<blockquote data-slot="text">(.*?)</blockquote>', page.text, re.DOTALL)
    ]


def lines_of(data: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs]


# Pages.


def test_a_card_quotes_each_clause_word_for_word(client: httpx.Client) -> None:
    words = shown(client.get("/nhiem-vu/mttq"))
    document = catalog().by_id[THACH_KHOI]
    assert len(words) == 8
    assert document.words(document.by_path["art_3__cl_3"]) in words
    assert words[0].startswith("b) Phát huy vai trò")  # what is in force comes first


def test_a_place_keeps_to_its_papers(client: httpx.Client) -> None:
    page = client.get("/nhiem-vu/mttq", params=PLACE)
    assert len(shown(page)) == 4
    assert 'href="/nhiem-vu?noi=Ph%C6%B0%E1%BB%9Dng+Th%E1%BA%A1ch+Kh%C3%B4i"' in page.text
    assert shown(client.get("/nhiem-vu/mttq", params={"noi": "thach khoi"})) == shown(page)
    assert len(re.findall("<h3>", client.get("/thoi-han", params=PLACE).text)) == 8


def test_a_body_without_duties_says_so_and_where_it_is_named(client: httpx.Client) -> None:
    page = client.get("/nhiem-vu/truong-thon")
    assert office.NO_DUTIES in page.text
    assert office.NAMED.format(named=4) in page.text


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/nhiem-vu/hoi-co-vua", office.NO_CARD),
        ("/nhiem-vu?noi=Đà Lạt", "Không có văn bản nào của “Đà Lạt”"),
        ("/nhiem-vu/mttq?noi=<script>alert(1)</script>", "Không có văn bản nào của “<script>alert(1)</script>”"),
        ("/thoi-han?noi=sao Hỏa", "Không có văn bản nào của “sao Hỏa”"),
        ("/thoi-han.ics?noi=sao Hỏa", "Không có văn bản nào của “sao Hỏa”"),
        ("/phu-luc/ABCDEFGH.pdf", messages.WEB_NOT_FOUND),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(client: httpx.Client, address: str, sentence: str) -> None:
    page = client.get(address)
    assert page.status_code == 404
    assert sentence in html.unescape(page.text)
    assert "<script>alert" not in page.text


def test_the_calendar_file_holds_the_dates_with_links_to_their_clauses(client: httpx.Client, url: str) -> None:
    file = client.get("/thoi-han.ics")
    assert file.headers["content-type"] == "text/calendar; charset=utf-8"
    assert file.headers["content-disposition"] == 'attachment; filename="thoi-han.ics"'
    events = list(Calendar.from_ical(file.content).walk("VEVENT"))
    assert len(events) == 13
    for event in events:
        assert client.get(str(event["url"])).status_code == 200
        assert str(event["url"]).startswith(url)
    assert not any(CAO_XANH in str(event["url"]) for event in events)  # a submission binds nobody
    of_place = client.get("/thoi-han.ics", params=PLACE)
    assert of_place.headers["content-disposition"] == 'attachment; filename="thoi-han-thach-khoi.ics"'
    assert len(list(Calendar.from_ical(of_place.content).walk("VEVENT"))) == 8


# Files for a report.


def test_the_annex_of_one_quote_and_of_several(client: httpx.Client, url: str) -> None:
    one = client.get(f"/phu-luc/{HANDLED_CODE}.docx")
    assert one.headers["content-disposition"] == f'attachment; filename="phu-luc-{HANDLED_CODE}.docx"'
    document = catalog().by_id[THACH_KHOI]
    assert document.words(document.by_path[HANDLED_PATH]) in lines_of(one.content)
    assert (
        f"Mã kiểm tra: {HANDLED_CODE[:4]}-{HANDLED_CODE[4:]}, kiểm tra tại {url}/kiem-tra/{HANDLED_CODE}"
        in lines_of(one.content)
    )
    both = client.get(f"/phu-luc/{HANDLED_CODE}-{MONEY_CODE.lower()}.docx")
    styles = [p.style.name for p in docx.Document(io.BytesIO(both.content)).paragraphs if p.style]
    assert styles.count(QUOTE_STYLE) == 3
    assert styles.count("Mục") == 2


def test_a_question_comes_in_a_form_and_stands_in_the_file(client: httpx.Client) -> None:
    made = client.post(f"/phu-luc/{HANDLED_CODE}.docx", data={"q": HANDLED})
    assert office.ANNEX_QUESTION.format(question=HANDLED) in lines_of(made.content)
    text = client.post(f"/phu-luc/{HANDLED_CODE}.md", data={"q": HANDLED})
    assert text.headers["content-type"] == "text/markdown; charset=utf-8"
    assert HANDLED in text.text
    assert "> b) Xử lý kịp thời" in text.text
    long = client.post(f"/phu-luc/{HANDLED_CODE}.docx", data={"q": "x" * 3_000})
    assert not any("Câu hỏi" in line for line in lines_of(long.content))
    assert client.post(f"/phu-luc/{HANDLED_CODE}.docx", data={"q": "x" * 90_000}).status_code == 413


def test_what_does_not_stand_makes_no_file(client: httpx.Client) -> None:
    wrong = client.get(f"/phu-luc/{HANDLED_CODE}-ABCDEFGH.docx")
    assert (wrong.status_code, wrong.headers["location"]) == (303, "/kiem-tra/ABCDEFGH")
    assert client.get("/phu-luc/%22%3E%3Cb.docx").status_code == 303
    assert client.get("/phu-luc/-.docx").status_code == 303
    many = client.get(f"/phu-luc/{'-'.join([HANDLED_CODE] * 61)}.docx")
    assert many.status_code == 400
    assert office.LONG.format(most=60) in html.unescape(many.text)


def test_the_answer_s_json_offers_its_files(client: httpx.Client) -> None:
    answer = client.post("/api/ask", json={"question": "phải chi bao nhiêu tiền"}).json()
    made = answer["reply"]["report"]
    codes = "-".join(quote["code"] for quote in answer["quotes"])
    assert made["docx"] == f"/phu-luc/{codes}.docx"
    assert messages.RELATED["fact_not_stated"].split(",")[0] in made["markdown"].replace("\\", "")
    assert client.get(made["md"]).text.count("\n> ") >= 3
    assert client.post("/api/ask", json={"question": "mưa"}).json()["reply"]["report"] is None


# As people see them.


@needs_chromium
def test_an_answer_goes_into_a_report_with_and_without_the_script(browser: Browser, url: str, tmp_path: Path) -> None:
    for script in (True, False):
        context = browser.new_context(viewport=PHONE, java_script_enabled=script, accept_downloads=True)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
        page = context.new_page()
        page.goto(url)
        page.locator("#q").fill(HANDLED)
        page.locator("#send").click()
        page.locator(".theirs .quote").first.wait_for()
        with page.expect_download() as coming:
            page.get_by_role("button", name=office.REPORT_DOCX).click()
        saved = tmp_path / "annex.docx"
        coming.value.save_as(saved)
        assert office.ANNEX_QUESTION.format(question=HANDLED) in lines_of(saved.read_bytes())
        if script:
            page.get_by_role("button", name=office.REPORT_COPY).click()
            expect(page.get_by_role("button", name=messages.WEB_COPIED)).to_be_visible()
            copied = page.evaluate("navigator.clipboard.readText()")
            assert copied.startswith("## ")
            assert "> b) Xử lý kịp thời" in copied
        else:
            expect(page.get_by_role("button", name=office.REPORT_COPY)).to_have_count(0)
        context.close()


@needs_chromium
def test_officials_find_their_way_from_the_documents(browser: Browser, url: str) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(url)
    page.get_by_role("link", name=messages.WEB_DOCUMENTS).click()
    page.get_by_role("navigation", name=office.PAGES_LABEL).get_by_role("link", name="Nhiệm vụ").click()
    page.get_by_role("link", name="Ủy ban nhân dân cấp xã").click()
    page.get_by_label(office.PLACE).select_option("Phường Thạch Khôi")
    page.get_by_role("button", name=office.PLACE_GO).click()
    expect(page.locator("blockquote")).to_have_count(3)
    page.get_by_role("navigation", name=office.PAGES_LABEL).get_by_role("link", name="Thời hạn").click()
    page.locator("details.more summary").first.click()
    expect(page.locator("blockquote").first).to_be_visible()
    context.close()


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_and_nothing_goes_sideways(browser: Browser, url: str, scheme: str, width: int) -> None:
    wanted = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in (*ADDRESSES, f"/in/{HANDLED_CODE}", "/?q=x"):
        page.goto(url + address)
        page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")
        no_sideways(page)
        found = Axe().run(page, options={"runOnly": wanted, "resultTypes": ["violations"]})
        assert not found.violations_count, f"{address}: {found.generate_report()}"
        small = page.evaluate(
            "[...document.querySelectorAll('main .button, main select, main summary, .ways a')].filter((one) => one.offsetHeight"
            " && one.getBoundingClientRect().height < 43.5).map((one) => one.textContent)"
        )
        assert not small, f"{address}: {small}"
    assert all(one.startswith(url) for one in asked)
    context.close()
