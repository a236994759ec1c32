"""The pages in a real Chromium: ask, read, rate, copy, and the same with the keyboard, a narrow phone, no script."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot import messages
from bot.office import words as office
from tests.bot.chromium import PHONE, needs_chromium, no_sideways, sync_api
from tests.bot.web_stand_in import HANDLED, HANDLED_PATH, THACH_KHOI, StandIn, served

Browser, Page, expect = sync_api.Browser, sync_api.Page, sync_api.expect

pytestmark = needs_chromium


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn()


@pytest.fixture
def url(stand_in: StandIn) -> Iterator[str]:
    with served(stand_in) as url:
        yield url


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    requested: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: requested.append(request.url))
    page.goto(url)
    yield page
    context.close()
    # A failed request is told on the console as well; those tests bring them about.
    assert not [one for one in complaints if not one.startswith("Failed to load resource")]
    assert all(one.startswith((url, "blob:")) for one in requested)


def ask(page: Page, question: str) -> None:
    page.locator("#q").fill(question)
    page.locator("#q").press("Enter")


def test_ask_read_and_open_the_clause(page: Page, url: str) -> None:
    ask(page, HANDLED)
    answer = page.locator(".theirs[data-record=r1]")
    expect(answer.locator("blockquote")).to_have_text(re.compile(r"^b\) Xử lý kịp thời"))
    expect(answer.locator(".lead p").last).to_have_text(re.compile(r"^5\. Tăng cường"))
    expect(answer.locator(".citation")).to_contain_text("điểm b khoản 5 Mục II Điều 1 Nghị quyết")
    expect(answer.locator(".badge")).to_have_text("Đang có hiệu lực")
    expect(answer.locator(".code")).to_have_text(re.compile(r"Mã kiểm tra: [2-9A-Z]{4}-[2-9A-Z]{4}"))
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#q")).to_have_value("")
    answer.get_by_role("link", name="Đọc cả Điều 1").click()
    expect(page).to_have_url(f"{url}/van-ban/{THACH_KHOI}/{HANDLED_PATH}#{HANDLED_PATH}")
    expect(page.locator(".asked")).to_be_in_viewport()
    expect(page.locator(".asked .words")).to_have_text(re.compile(r"^b\) Xử lý kịp thời"))
    page.get_by_role("link", name="Sau ›").click()
    expect(page.locator(".asked .words")).to_have_text(re.compile(r"^a\) Tăng cường đầu tư"))
    expect(page.locator(".asked")).to_be_in_viewport()


def test_line_breaks_of_a_clause_are_kept(page: Page) -> None:
    ask(page, "khoản 2 mục II điều 1 thạch khôi")
    quote = page.locator("blockquote")
    expect(quote).to_have_css("white-space", re.compile("^(pre-line|preserve-breaks)"))
    assert [line[:2] for line in quote.inner_text().splitlines()] == ["2.", "a)", "b)", "c)", "d)", "đ)"]
    expect(page.locator(".rest")).to_have_text(messages.REST.format(provisions=3))


def test_several_quotes_and_a_headline(page: Page) -> None:
    ask(page, "phải chi bao nhiêu tiền")
    expect(page.locator(".headline")).to_contain_text("không nêu con số")
    expect(page.locator(".theirs .quote")).to_have_count(3)
    expect(page.locator(".badge")).to_have_text(["Chưa rõ hiệu lực", "Không có giá trị bắt buộc", "Chưa rõ hiệu lực"])
    expect(page.locator(".closing")).to_contain_text("Đã tìm trong 5 văn bản")


def test_a_refusal_says_why_and_offers_no_thumb(page: Page) -> None:
    ask(page, "Điều 7 nghị quyết Kim Bảng")
    expect(page.locator(".headline")).to_have_text("Không có Điều 7 Nghị quyết Huyện Kim Bảng.")
    expect(page.locator(".rate")).to_be_hidden()


def test_a_question_in_flight_shows_it(page: Page, stand_in: StandIn) -> None:
    stand_in.answers.hold.clear()
    ask(page, HANDLED)
    expect(page.locator(".waiting")).to_contain_text(messages.WEB_WAITING)
    expect(page.locator("#send")).to_be_disabled()
    expect(page.locator("#log")).to_have_attribute("aria-busy", "true")
    expect(page.locator(".mine .bubble")).to_have_text(HANDLED)
    page.locator("#q").fill("câu tiếp theo")
    page.locator("#q").press("Enter")
    expect(page.locator("#q")).to_have_value("câu tiếp theo")
    stand_in.answers.hold.set()
    expect(page.locator("blockquote")).to_be_visible()
    expect(page.locator(".waiting")).to_have_count(0)
    expect(page.locator("#send")).to_be_enabled()
    assert len(stand_in.answers.asked) == 1


def test_earlier_questions_go_along(page: Page, stand_in: StandIn) -> None:
    for n in range(5):
        ask(page, f"câu {n}")
        expect(page.locator("blockquote")).to_have_count(n + 1)
    assert stand_in.answers.asked[4].previous == ("câu 1", "câu 2", "câu 3")


def test_a_second_question_is_offered(page: Page, stand_in: StandIn) -> None:
    ask(page, "Bị xử lý sao và ai giám sát?")
    page.get_by_role("button", name=messages.ASK_NEXT).click()
    expect(page.locator(".mine .bubble").last).to_have_text("Ai giám sát việc này?")
    expect(page.locator("blockquote")).to_have_count(2)


def test_an_example_is_asked_with_a_tap(page: Page) -> None:
    page.get_by_role("button", name=messages.EXAMPLES[0]).click()
    expect(page.locator(".mine .bubble")).to_have_text(messages.EXAMPLES[0])
    expect(page.locator("blockquote")).to_be_visible()


def test_a_thumb_is_kept_and_shown(page: Page, stand_in: StandIn) -> None:
    ask(page, HANDLED)
    page.get_by_role("button", name=messages.WEB_NOT_HELPFUL).click()
    expect(page.locator(".thanks")).to_have_text(messages.THANKS)
    expect(page.get_by_role("button", name=messages.WEB_NOT_HELPFUL)).to_have_attribute("aria-pressed", "true")
    (record, asker, helpful), *_ = stand_in.records.rated
    assert (record, helpful) == ("r1", False)
    assert asker == stand_in.records.kept[0][2]
    assert re.fullmatch("[0-9a-f]{32}", asker or "")


def test_copy_takes_quote_citation_and_code(page: Page, url: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    ask(page, HANDLED)
    page.get_by_role("button", name=messages.WEB_COPY).click()
    expect(page.get_by_role("button", name=messages.WEB_COPIED)).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("“b) Xử lý kịp thời")
    assert "(điểm b khoản 5 Mục II Điều 1 Nghị quyết" in copied
    assert re.search(r"\nHiệu lực vào ngày 15/01/2026: Đang có hiệu lực\. .*\n", copied)
    assert re.search(rf"\nMã kiểm tra: \w{{4}}-\w{{4}}, kiểm tra tại {url}/kiem-tra/\w{{8}}$", copied)


def test_the_conversation_outlives_a_reload_and_can_be_cleared(page: Page, stand_in: StandIn) -> None:
    ask(page, HANDLED)
    page.get_by_role("button", name=messages.WEB_HELPFUL, exact=True).click()
    expect(page.locator(".thanks")).to_have_text(messages.THANKS)
    page.reload()
    expect(page.locator(".mine .bubble")).to_have_text(HANDLED)
    expect(page.locator("blockquote")).to_have_text(re.compile(r"^b\) Xử lý"))
    expect(page.get_by_role("button", name=messages.WEB_HELPFUL, exact=True)).to_have_attribute("aria-pressed", "true")
    assert len(stand_in.answers.asked) == 1
    page.get_by_role("button", name=messages.WEB_CLEAR).click()
    expect(page.locator("blockquote")).to_have_count(0)
    page.reload()
    expect(page.locator(".turn")).to_have_count(1)


def test_without_the_network_the_question_stays_and_can_be_sent_again(page: Page) -> None:
    page.context.set_offline(True)
    ask(page, HANDLED)
    expect(page.locator(".failed")).to_contain_text(messages.WEB_OFFLINE)
    expect(page.locator(".mine .bubble")).to_have_text(HANDLED)
    page.context.set_offline(False)
    page.get_by_role("button", name=messages.WEB_RETRY).click()
    expect(page.locator("blockquote")).to_be_visible()
    expect(page.locator(".failed")).to_have_count(0)
    expect(page.locator(".mine")).to_have_count(1)


def test_what_the_server_says_of_a_failure_is_shown(page: Page, stand_in: StandIn) -> None:
    stand_in.ready = False
    ask(page, HANDLED)
    expect(page.locator(".failed")).to_contain_text(messages.WEB_NOT_READY)
    stand_in.ready = True
    page.get_by_role("button", name=messages.WEB_RETRY).click()
    expect(page.locator("blockquote")).to_be_visible()
    ask(page, "x" * 70_000)
    expect(page.locator(".failed")).to_contain_text(messages.WEB_TOO_LARGE)
    expect(page.locator("[data-retry]:visible")).to_have_count(0)
    no_sideways(page)


def test_a_script_in_a_question_is_shown_as_words(page: Page, url: str) -> None:
    words = "<img src=x onerror=\"document.title='bad'\"><script>document.title='bad'</script> và"
    ask(page, words)
    expect(page.locator(".mine .bubble")).to_have_text(words)
    expect(page.locator("blockquote")).to_be_visible()
    page.reload()
    expect(page.locator(".mine .bubble")).to_have_text(words)
    assert page.title() == messages.NAME


def test_keyboard_alone(page: Page, url: str) -> None:
    # From the box back over the examples and the link to the documents, to the link that skips them all.
    for _ in range(len(messages.EXAMPLES) + 2):
        page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("Người đứng đầu")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("bị xử lý sao?")
    assert page.locator("#q").input_value() == "Người đứng đầu\nbị xử lý sao?"
    assert int(page.locator("#q").get_attribute("rows") or 0) == 2
    page.keyboard.press("Enter")
    expect(page.locator("blockquote")).to_be_visible()
    expect(page.locator("#q")).to_be_focused()
    # Back through the answer: the thumbs, then what can be done with the quote.
    reached = []
    for _ in range(9):
        page.keyboard.press("Shift+Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert reached == [
        messages.WEB_NOT_HELPFUL, messages.WEB_HELPFUL, office.REPORT_COPY, office.REPORT_MD, office.REPORT_DOCX, messages.WEB_CHECK, messages.WEB_PRINT, messages.WEB_COPY, "Đọc cả Điều 1",
    ]  # fmt: skip
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/van-ban/{THACH_KHOI}/"))


def test_the_first_load_is_focused_for_typing_and_labelled(page: Page) -> None:
    expect(page.get_by_role("textbox", name=messages.WEB_ASK)).to_be_visible()
    expect(page.get_by_role("button", name=messages.WEB_SEND)).to_be_visible()
    log = page.get_by_role("log", name=messages.WEB_CONVERSATION)
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).to_contain_text(messages.PRIVACY.format(days=365))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_320_pixels_wide_nothing_goes_sideways_and_targets_are_large(browser: Browser, url: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 568}, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(url)
    no_sideways(page)
    ask(page, "phải chi bao nhiêu tiền")
    expect(page.locator(".theirs .quote")).to_have_count(3)
    ask(page, "x" * 300)
    expect(page.locator("blockquote")).to_have_count(4)
    no_sideways(page)
    for target in page.locator("a:visible, button:visible").all():
        size = target.bounding_box()
        # The link that skips to the box stands aside until it has the focus.
        assert size is not None
        assert size["height"] >= 44 or size["x"] < 0, target.text_content()
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('blockquote')).fontSize)") >= 18
    for address in ("/van-ban", f"/van-ban/{THACH_KHOI}/{HANDLED_PATH}", "/khong-co"):
        page.goto(url + address)
        no_sideways(page)
    context.close()


def test_without_a_script_form_and_reader_work(browser: Browser, url: str, stand_in: StandIn) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(url)
    page.locator("#q").fill(HANDLED)
    page.locator("#send").click()
    expect(page.locator(".mine .bubble")).to_have_text(HANDLED)
    expect(page.locator("blockquote")).to_have_text(re.compile(r"^b\) Xử lý kịp thời"))
    expect(page.locator(".rate, [data-copy]").first).to_be_hidden()
    page.locator("#q").fill("còn gì nữa?")
    page.locator("#send").click()
    expect(page.locator(".mine .bubble")).to_have_text([HANDLED, "còn gì nữa?"])
    expect(page.locator("#newest")).to_be_in_viewport()
    assert stand_in.answers.asked[1].previous == (HANDLED,)
    page.get_by_role("link", name="Đọc cả Điều 1").last.click()
    expect(page.locator(".asked")).to_be_in_viewport()
    # An address without a fragment, as other channels send it.
    page.goto(f"{url}/van-ban/{THACH_KHOI}/{HANDLED_PATH}")
    expect(page.locator(".asked .words")).to_be_in_viewport()
    page.locator("#contents summary").click()
    page.get_by_role("link", name="Điều 3. Tổ chức thực hiện").click()
    expect(page.locator("#art_3 .words").first).to_be_in_viewport()
    context.close()


def test_a_page_that_was_asked_without_a_script_goes_on_with_one(page: Page, url: str, stand_in: StandIn) -> None:
    page.goto(f"{url}/?q=xử+lý+sao")
    expect(page.locator("blockquote")).to_be_visible()
    page.get_by_role("button", name=messages.WEB_HELPFUL, exact=True).click()
    expect(page.locator(".thanks")).to_have_text(messages.THANKS)
    ask(page, "còn ở Hải Phòng?")
    expect(page.locator("blockquote")).to_have_count(2)
    assert stand_in.answers.asked[1].previous == ("xử lý sao",)


def test_contents_lead_to_a_clause_and_fold_again_on_a_phone(page: Page, url: str) -> None:
    page.goto(f"{url}/van-ban/{THACH_KHOI}")
    contents = page.locator("#contents")
    expect(contents).not_to_have_attribute("open", "")
    contents.locator("summary").click()
    contents.get_by_role("link", name="Điều 2. Kinh phí thực hiện").click()
    expect(contents).not_to_have_attribute("open", "")
    expect(page.locator("#art_2 .words").first).to_be_in_viewport()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{url}/van-ban/{THACH_KHOI}")
    expect(contents).to_have_attribute("open", "")
