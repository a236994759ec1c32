"""References as links: they lead to the clause, and never change a letter of the words shown."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import messages
from bot.server import create_app
from bot.web.linked import Link, linked_quote, links, pieces
from bot.web.reader import Part, read
from corpus.catalog import draft
from corpus.citation import cite
from corpus.document import Document
from retrieval.answer import Quote, Reason, Status
from retrieval.question import Question
from tests.bot.chromium import PHONE, launched, needs_chromium, sync_api
from tests.bot.test_server import _Words
from tests.bot.web_stand_in import HAI_PHONG, KIM_BANG, THACH_KHOI, Answers, StandIn, catalog, quote, running

LAW = "luat-10-2022-qh15"


@pytest.fixture(scope="module")
def with_laws(laws: Path) -> tuple[Document, ...]:
    added = [draft(path).document for path in sorted(laws.glob("*.txt"))]
    return (*catalog().documents, *added)


@pytest.fixture(scope="module")
def client(with_laws: tuple[Document, ...]) -> Iterator[httpx.Client]:
    with (
        running(create_app(StandIn(held=with_laws).service, per_minute=0)) as url,
        httpx.Client(base_url=url) as client,
    ):
        yield client


class _Links(HTMLParser):
    """The links around words of a document: address, title and words."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and (given.get("class") or "").split()[:1] == ["ref"]:
            self._inside = True
            self.found.append((given["href"] or "", given["title"] or "", ""))

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._inside:
            href, title, words = self.found[-1]
            self.found[-1] = (href, title, words + data)


def links_of(page: str) -> list[tuple[str, str, str]]:
    parser = _Links()
    parser.feed(page)
    return parser.found


def test_a_reference_likely_held_is_a_link_that_says_why(client: httpx.Client) -> None:
    with running(create_app(StandIn().service, per_minute=0)) as url:
        found = links_of(httpx.get(f"{url}/van-ban/{THACH_KHOI}").text)
    ((href, title, words),) = found
    assert href == f"/van-ban/{HAI_PHONG}"
    assert words == "Nghị quyết số 82/NQ-HĐND ngày 11/12/2025 của Hội đồng nhân dân thành phố"
    assert title.startswith("Mở: Nghị quyết Thành phố Hải Phòng. Có lẽ là cùng một văn bản")


@pytest.mark.parametrize(
    ("document", "words", "href"),
    [
        (HAI_PHONG, "Điều 3 Luật Thực hiện dân chủ ở cơ sở", f"/van-ban/{LAW}/chap_I__art_3#chap_I__art_3"),
        ("ke-hoach-ngo-quyen-2025", "Điều 8 Chương I", f"/van-ban/{LAW}/chap_I__art_8#chap_I__art_8"),
        (KIM_BANG, "Luật Thực hiện dân chủ ở cơ sở ngày 10 tháng 11 năm 2022", f"/van-ban/{LAW}"),
        ("nghi-dinh-61-2023-nd-cp", "khoản 3 Điều 2 Luật Thực hiện dân chủ ở cơ sở",
         f"/van-ban/{LAW}/chap_I__art_2__cl_3#chap_I__art_2__cl_3"),
    ],
)  # fmt: skip
def test_a_reference_leads_to_its_clause(client: httpx.Client, document: str, words: str, href: str) -> None:
    found = links_of(client.get(f"/van-ban/{document}").text)
    assert (href, words) in {(address, said) for address, _, said in found}
    shown = client.get(href)
    assert shown.status_code == 200
    assert shown.text.count("aria-current=true") == ("#" in href)


def test_every_word_still_stands_and_every_link_opens(client: httpx.Client, with_laws: tuple[Document, ...]) -> None:
    opened: set[str] = set()
    for document in with_laws:
        page = client.get(f"/van-ban/{document.id}").text
        words = _Words()
        words.feed(page)
        assert "\n".join(words.words) == "\n".join(map(document.words, document.shown))
        opened |= {href for href, _, _ in links_of(page)}
    assert len(opened) > 80
    for href in sorted(opened):
        assert client.get(href).status_code == 200, href


def test_a_quote_has_its_references_as_links(client: httpx.Client, with_laws: tuple[Document, ...]) -> None:
    clause = "điểm đ khoản 2 Điều 1 nghị quyết Hải Phòng"
    made = linked_quote(with_laws, quote(HAI_PHONG, "art_1__cl_2__pt_đ"))
    assert made is not None, clause
    assert "".join(piece["text"] for piece in made["text"]) == quote(HAI_PHONG, "art_1__cl_2__pt_đ").text
    (link,) = [piece for piece in made["text"] if "href" in piece]
    assert link == {
        "text": "Điều 3 Luật Thực hiện dân chủ ở cơ sở",
        "href": f"/van-ban/{LAW}/chap_I__art_3#chap_I__art_3",
        "title": "Mở: Điều 3 Luật Thực hiện dân chủ ở cơ sở",
        "likely": False,
    }
    assert linked_quote(catalog().documents, quote(HAI_PHONG, "art_1__cl_2__pt_đ")) is None
    assert linked_quote((), quote(HAI_PHONG, "art_1__cl_2__pt_đ")) is None


def test_the_check_page_links_and_keeps_the_words(client: httpx.Client) -> None:
    document = catalog().by_id[HAI_PHONG]
    provision = document.by_path["art_1__cl_2__pt_đ"]
    code = cite(document, provision.path, provision.start, provision.end).code
    page = client.get(f"/kiem-tra/{code}").text
    assert [words for _, _, words in links_of(page)] == ["Điều 3 Luật Thực hiện dân chủ ở cơ sở"]
    (block,) = re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", page, re.DOTALL)
    assert html.unescape(re.sub(r"<[^>]+>", "", block)) == document.words(provision)
    assert messages.WEB_COPY in page


@pytest.mark.parametrize(
    ("typed", "linked"), [("thực hiện", True), ("số 59/2023/NĐ-CP ngày", True), ("cứ Nghị", False)]
)
def test_what_is_searched_for_stays_one_mark(client: httpx.Client, typed: str, linked: bool) -> None:
    page = client.get(f"/van-ban/{THACH_KHOI}", params={"tim": typed}).text
    marks = re.findall(r'<mark id="cho-(\d+)">([^<]*)</mark>', page)
    assert [int(number) for number, _ in marks] == list(range(1, len(marks) + 1))
    assert all(html.unescape(words).lower() == typed.lower() for _, words in marks)
    decree = [words for _, _, words in links_of(page) if words.startswith("Nghị định số 59")]
    assert bool(decree) is linked


def own_words(part: Part) -> str:
    return "\n".join("".join(run.text for stretch in one for run in stretch.runs) for one in part.paragraphs)


def walk(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        yield part
        yield from walk(part.children)


@given(typed=st.sampled_from(["", "luật", "Điều 3", "của", "số 59", "10/11/2022", "ở cơ sở ngày", "a", "dan chu"]),
       id=st.sampled_from([THACH_KHOI, HAI_PHONG, KIM_BANG]))  # fmt: skip
def test_links_never_change_the_words_of_the_reader(with_laws: tuple[Document, ...], typed: str, id: str) -> None:
    document = catalog().by_id[id]
    reader = read(document, None, typed, with_laws)
    assert reader is not None
    shown = [p for part in document.shown for p in part.walk()]
    for part, provision in zip(walk(reader.parts), shown, strict=True):
        assert own_words(part) == document.own_words(provision)
        for stretches in part.paragraphs:
            assert all(run.text for stretch in stretches for run in stretch.runs)
            for stretch in stretches:
                if stretch.link:
                    inside = "".join(run.text for run in stretch.runs)
                    assert inside == document.text.text[stretch.link.start : stretch.link.end]


@given(st.data())
def test_pieces_joined_are_the_words(data: st.DataObject) -> None:
    text = data.draw(st.text(min_size=1, max_size=40))
    start = data.draw(st.integers(0, 1000))
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    linked = [Link(start + low, start + high, "/van-ban/x", "Mở: x", likely=False) for low, high in spans]
    cut = pieces(text, start, linked)
    assert "".join(piece.text for piece in cut) == text
    assert [piece.link for piece in cut if piece.link] == linked


def test_links_do_not_overlap(with_laws: tuple[Document, ...]) -> None:
    for document in with_laws:
        found = links(with_laws, document, 0, len(document.text.text))
        assert all(one.end <= other.start for one, other in itertools.pairwise(found))


class _Clause(Answers):
    """Answers every question with a clause that refers to the law."""

    def _found(self, question: Question) -> tuple[Status, Reason | None, tuple[Quote, ...], str | None, str | None]:
        return Status.ANSWERED, None, (quote(HAI_PHONG, "art_1__cl_2__pt_đ"),), None, None


@needs_chromium
@pytest.mark.parametrize("script", [True, False])
def test_in_the_chat_a_reference_opens_and_a_selection_copies_the_words(
    with_laws: tuple[Document, ...], script: bool
) -> None:
    stand_in = StandIn(answers=_Clause(), held=with_laws)
    words = catalog().by_id[HAI_PHONG].words(catalog().by_id[HAI_PHONG].by_path["art_1__cl_2__pt_đ"])
    with running(create_app(stand_in.service, per_minute=0)) as url, launched() as browser:
        context = browser.new_context(viewport=PHONE, java_script_enabled=script)
        page = context.new_page()
        page.goto(url)
        page.locator("#q").fill("nguyên tắc khác?")
        page.locator("#send").click()
        link = page.locator("blockquote a.ref")
        sync_api.expect(link).to_have_text("Điều 3 Luật Thực hiện dân chủ ở cơ sở")
        assert page.locator("blockquote").inner_text() == words
        if script:
            page.evaluate("getSelection().selectAllChildren(document.querySelector('blockquote'))")
            assert page.evaluate("getSelection().toString()") == words
            page.reload()
            assert page.locator("blockquote").inner_text() == words
        link.click()
        sync_api.expect(page.locator(".asked .words").first).to_contain_text("Điều 3. Nguyên tắc thực hiện dân chủ")
        sync_api.expect(page.locator(".asked")).to_be_in_viewport()
        context.close()
