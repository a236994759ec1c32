"""Places side by side: every place asked about is told in one answer, on Telegram and on the web; words stay words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from starlette.testclient import TestClient

from bot import compare_words, messages
from bot.assistant import Assistant
from bot.conversation import Conversation
from bot.engine import Engine
from bot.limiter import Limiter
from bot.server import Readiness, Service, create_app
from corpus.citation import name
from corpus.document import Document
from retrieval.answer import Found
from tests.bot.chromium import launched, needs_chromium, no_sideways, sync_api
from tests.bot.stand_ins import RETENTION_DAYS, Book
from tests.bot.transcript import OnTelegram, Step
from tests.bot.web_stand_in import answering, catalog, running

Browser, Page, expect = sync_api.Browser, sync_api.Page, sync_api.expect


@dataclass
class Case:
    question: str
    sides: list[tuple[str, str, str]] = field(default_factory=list)
    """Each with its mark, its place and its words, in order."""


def cases() -> list[Case]:
    found: list[Case] = []
    for number, line in enumerate((Path(__file__).parent / "comparisons.txt").read_text("utf-8").splitlines(), 1):
        mark, _, rest = line.partition(" ")
        if mark == ">":
            found.append(Case(rest))
        elif mark and mark in "=-?~":
            place, _, words = rest.partition(": ")
            assert bool(words) == (mark == "="), number
            found[-1].sides.append((mark, place, words))
        else:
            assert not line or mark == "#", number
    return found


CASES = cases()
FUNDS = CASES[0].question
FIVE = "So sánh khen thưởng ở tất cả các nơi"
NOTHING = "So sánh kinh phí ở Cao Xanh và Kim Bảng"


def test_there_are_twenty_and_of_every_sort() -> None:
    assert len({case.question for case in CASES}) >= 20
    assert all(len(case.sides) >= 2 for case in CASES)
    assert {2, 3, 4, 5} <= {len(case.sides) for case in CASES}
    assert {mark for case in CASES for mark, _, _ in case.sides} == set("=-?~")
    assert sum(case.question.isascii() for case in CASES) >= 4


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(tmp_path_factory.mktemp("home"), None, lambda line: None)


@pytest.fixture
def web(engine: Engine) -> Iterator[TestClient]:
    service = Service(Assistant(engine, Book()), engine.documents, engine.validity_of, lambda: Readiness(True))
    with TestClient(create_app(service, per_minute=0)) as client:
        yield client


def documents_of(place: str) -> list[Document]:
    return [document for document in catalog() if document.meta.place and document.meta.place.name == place]


def squeezed(words: str) -> str:
    return "".join(words.split())


def check(case: Case, told: dict[str, str]) -> None:
    """Hold what stands under each place's name against what was read by hand."""
    assert list(told) == [place for _, place, _ in case.sides]
    for mark, place, words in case.sides:
        under = squeezed(told[place])
        if mark == "=":
            assert squeezed(words) in under, (place, told[place])
        if mark == "-":
            nothing = compare_words.SAYS[Found.NOTHING].format(documents=name(documents_of(place)[0].meta))
            assert squeezed(nothing) in under
            assert squeezed(messages.CHECK_CODE) not in under
        if mark == "?":
            assert squeezed(compare_words.SAYS[Found.NOT_HELD].format(place=place)) in under
            assert squeezed(messages.CHECK_CODE) not in under
        if mark in "=~":
            assert any(squeezed(name(document.meta)) in under for document in documents_of(place))
            assert any(squeezed(badge) in under for badge in messages.FORCE.values())
            assert squeezed(messages.CHECK_CODE) in under


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.question)
def test_every_place_is_told_on_telegram(
    case: Case, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    book = Book()
    talk = Conversation(Assistant(engine, book), engine.documents, book, Limiter(0), RETENTION_DAYS)
    with OnTelegram(tmp_path, talk) as player:
        shown = player.play(Step(case.question)).words
    heads = re.escape(compare_words.HEADING.format(place="")).replace(r"\ ", " ")
    before, *parts = re.split(rf"^{heads}(.+)$", shown, flags=re.MULTILINE)
    check(case, dict(zip(parts[::2], parts[1::2], strict=True)))
    assert messages.CHECK_CODE not in before


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.question)
def test_every_place_is_told_on_the_web(case: Case, web: TestClient) -> None:
    body = web.post("/api/ask", json={"question": case.question}).json()
    assert len(body["quotes"]) <= 5
    assert sorted(n for side in body["comparison"] for n in side["quotes"]) == list(range(len(body["quotes"])))
    marks = {"=": ("found", "near"), "-": ("nothing",), "?": ("not_held",), "~": ("found", "near", "nothing")}
    for side, (mark, place, _) in zip(body["comparison"], case.sides, strict=True):
        assert side["place"] == place
        assert side["found"] in marks[mark]
        assert side["documents"] == [document.id for document in documents_of(place)]
        for n in side["quotes"]:
            assert body["quotes"][n]["document"]["id"] in side["documents"]
    page = web.post("/", data={"q": case.question}).text
    shown = page[page.index('id="newest"') :]
    shown = re.split(r'<details class="wording"|<form class="composer"', shown)[0]
    heads = re.split(r'<h2 data-slot="place">(.*?)</h2>', shown)[1:]
    text = [html.unescape(re.sub(r"<[^>]+>", "", part)) for part in heads]
    check(case, dict(zip(text[::2], text[1::2], strict=True)))


def test_one_place_is_no_comparison(web: TestClient) -> None:
    for question in (
        "Kinh phí ở phường Thạch Khôi, Hải Phòng lấy từ đâu?",
        "Ở Cao Xanh (Hạ Long) khen thưởng thế nào?",
        "Kinh phí ở các cơ quan, đơn vị, địa phương lấy từ đâu?",
        "NQ Thạch Khôi quy định kinh phí thế nào?",
    ):
        body = web.post("/api/ask", json={"question": question}).json()
        assert "comparison" not in body, question
        assert body["reply"]["comparison"] is None


def test_without_a_script_an_earlier_comparison_keeps_its_places(web: TestClient) -> None:
    first = web.post("/", data={"q": NOTHING}).text
    carried = [html.unescape(value) for value in re.findall(r'name="turn" value="([^"]*)"', first)]
    again = web.post("/", data={"q": "hôm nay trời có mưa không", "turn": carried}).text
    for page in (first, again):
        assert re.findall(r'<h2 data-slot="place">(.+?)</h2>', page)[:2] == ["Phường Cao Xanh", "Huyện Kim Bảng"]
        assert html.escape(name(documents_of("Phường Cao Xanh")[0].meta)) in page
    for broken in ('"Phường Cao Xanh"', "[0]"):
        worse = [field.replace(broken, '"Nơi nào đó"' if '"' in broken else "[7]") for field in carried]
        assert worse != carried
        page = web.post("/", data={"q": "hôm nay trời có mưa không", "turn": worse})
        assert page.status_code == 200
        assert "Nơi nào đó" not in re.sub(r'value="[^"]*"', "", page.text)


# In a browser.


@pytest.fixture(scope="module")
def url(engine: Engine) -> Iterator[str]:
    with running(create_app(answering(engine), per_minute=0)) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


def asked(browser: Browser, url: str, *questions: str, width: int = 1280, **options: object) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **options)
    page = context.new_page()
    page.goto(url)
    for n, question in enumerate(questions, 1):
        page.locator("#q").fill(question)
        page.locator("#send").click()
        expect(page.locator("[data-record]")).to_have_count(n)
    return page


def tops(page: Page, selector: str) -> list[tuple[float, float]]:
    boxes = [one.bounding_box() for one in page.locator(selector).all()]
    return [(round(box["x"]), round(box["y"])) for box in boxes if box]


@needs_chromium
def test_columns_at_a_desk_and_one_under_the_other_on_a_phone(browser: Browser, url: str) -> None:
    side = "[data-slot=quotes] > .sides > .side"
    page = asked(browser, url, FUNDS)
    (left, top), (right, also) = tops(page, side)
    assert left < right
    assert top == also
    page.context.close()
    page = asked(browser, url, FUNDS, width=320)
    (left, top), (right, under) = tops(page, side)
    assert left == right
    assert top < under
    no_sideways(page)
    page.context.close()


@needs_chromium
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_words_of_the_view_are_the_quotes_letter_for_letter(browser: Browser, url: str, script: bool) -> None:
    page = asked(browser, url, FUNDS, java_script_enabled=script)
    quotes = page.locator(".quote blockquote").all_text_contents()
    expect(page.locator(".wording blockquote").first).to_be_hidden()
    page.get_by_text(compare_words.WEB_WORDING, exact=True).click()
    expect(page.locator(".wording blockquote").first).to_be_visible()
    assert page.locator(".wording blockquote").all_text_contents() == quotes
    marked = page.locator(".wording mark").all_text_contents()
    # By hand: "do ngân sách nhà nước bảo đảm theo phân cấp" stands in both.
    assert not any("ngân sách nhà nước bảo đảm theo phân cấp" in words for words in marked)
    assert any("vận động" in words for words in marked)
    assert page.locator(".wording mark").first.get_attribute("data-begins") == "riêng ở Thành phố Hải Phòng:"
    page.context.close()


@needs_chromium
def test_a_copy_of_marked_words_is_the_quote(browser: Browser, url: str) -> None:
    page = asked(browser, url, FUNDS)
    page.get_by_text(compare_words.WEB_WORDING, exact=True).click()
    quote = page.locator(".quote blockquote").first.inner_text()
    page.locator(".wording blockquote").first.evaluate(
        "(one) => { const all = document.createRange(); all.selectNodeContents(one);"
        " getSelection().removeAllRanges(); getSelection().addRange(all); }"
    )
    assert page.evaluate("getSelection().toString()") == quote
    page.context.close()


@needs_chromium
@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_goes_sideways(browser: Browser, url: str, scheme: str, width: int) -> None:
    wanted = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
    page = asked(browser, url, FUNDS, NOTHING, FIVE, width=width, color_scheme=scheme)
    page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")
    no_sideways(page)
    page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
    result = Axe().run(page, options={"runOnly": list(wanted), "resultTypes": ["violations"]})
    assert not result.violations_count, result.generate_report()
    page.context.close()


@needs_chromium
def test_the_view_opens_by_keyboard_and_is_kept_over_a_reload(browser: Browser, url: str) -> None:
    page = asked(browser, url, FUNDS)
    page.reload()
    page.locator(".wording summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".wording blockquote").first).to_be_visible()
    expect(page.locator("[data-slot=quotes] > .sides h2")).to_have_text(["Thành phố Hải Phòng", "Phường Thạch Khôi"])
    page.context.close()
