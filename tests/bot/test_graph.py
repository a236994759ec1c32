"""The map of documents: its arrows against what was read by eye, and the page as people use it."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe

from bot import messages
from bot.browse import key
from bot.office import reference_messages
from bot.server import create_app
from bot.web.graph import CURVES, ROW_REM, arrows, graph
from corpus.catalog import draft
from corpus.document import Document
from tests.bot.chromium import PHONE, needs_chromium, no_sideways, sync_api
from tests.bot.web_stand_in import CAO_XANH, HAI_PHONG, KIM_BANG, THACH_KHOI, StandIn, catalog, running

MAP = "/van-ban/so-do"
NGO_QUYEN = "ke-hoach-ngo-quyen-2025"
LAW = "Luật Thực hiện dân chủ ở cơ sở ngày 10 tháng 11 năm 2022"
# How many documents each one names, read by eye; names inside other names and "Nghị quyết này" not counted.
ARROWS = {THACH_KHOI: 11, CAO_XANH: 6, KIM_BANG: 9, HAI_PHONG: 13, NGO_QUYEN: 5}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(create_app(StandIn().service, per_minute=0)) as url:
        yield url


def kinds(documents: tuple[Document, ...]) -> dict[tuple[str, str], str]:
    drawn = graph(documents)
    names = {node.key: node.full if not node.held else node.href.rsplit("/", 1)[1] for node in drawn.nodes}
    return {(names[edge.source], names[edge.target]): edge.kind for edge in drawn.edges}


def test_the_arrows_of_the_five_documents() -> None:
    drawn = kinds(catalog().documents)
    assert Counter(source for source, _ in drawn) == ARROWS
    assert drawn[THACH_KHOI, HAI_PHONG] == "likely"
    assert [pair for pair, kind in drawn.items() if kind == "likely"] == [(THACH_KHOI, HAI_PHONG)]
    assert drawn[KIM_BANG, LAW] == "basis"
    assert drawn[CAO_XANH, LAW] == "mention"
    assert drawn[NGO_QUYEN, "Hiến pháp"] == "mention"
    assert drawn[HAI_PHONG, "Nghị quyết số 202/2025/QH15 ngày 12 tháng 6 năm 2025 của Quốc hội"] == "basis"


def test_documents_added_later_are_drawn_as_held(laws: Path) -> None:
    added = [draft(path).document for path in sorted(laws.glob("*.txt"))]
    drawn = kinds((*catalog().documents, *added))
    law, decree = "luat-10-2022-qh15", "nghi-dinh-59-2023-nd-cp"
    assert drawn[KIM_BANG, law] == drawn[KIM_BANG, decree] == "basis"
    assert drawn[CAO_XANH, law] == "mention"
    assert drawn[decree, law] == "mention"
    assert (law, law) not in drawn
    assert not [pair for pair in drawn if pair[1].startswith("Luật Thực hiện")]


def test_arrows_stay_in_their_room_and_end_in_their_rows() -> None:
    drawn = graph(catalog().documents)
    rows = {node.key: n for n, node in enumerate(drawn.nodes)}
    for arrow in arrows(drawn):
        x, y, left, _, _, _, _, end = map(int, re.findall(r"-?\d+", arrow.curve))
        assert x == CURVES
        assert 0 <= CURVES - 0.75 * (CURVES - left) < CURVES
        for height, node in ((y, arrow.edge.source), (end, arrow.edge.target)):
            assert rows[node] * ROW_REM * 100 < height < (rows[node] + 1) * ROW_REM * 100


def test_no_document_at_all() -> None:
    with running(create_app(StandIn(held=()).service, per_minute=0)) as url:
        page = httpx.get(url + MAP)
        assert page.status_code == 200
        assert reference_messages.MAP_EMPTY in page.text


def test_the_page_says_in_words_all_that_is_drawn(url: str) -> None:
    page = html.unescape(httpx.get(url + MAP).text)
    assert "5 văn bản đang giữ, 24 văn bản được viện dẫn mà chưa có, 44 mũi tên" in page
    lists = page[page.index('id="lists"') :]
    assert len(re.findall(r"\((?:căn cứ|viện dẫn|có lẽ là văn bản này)(?:, chưa có)?\)</span>:", lists)) == 44
    assert "bản nguồn kia không ghi số" in lists
    get = page[page.index('id="get"') : page.index('id="lists"')]
    assert re.findall(r"<h3>([^<]*)</h3>", get)[:2] == [LAW, "Hiến pháp"]
    assert "được viện dẫn 15 lần" in get
    for href in set(re.findall(r'href="(/van-ban/[^"#]*)', page)):
        assert httpx.get(url + href).status_code == 200, href


def test_a_document_is_chosen(url: str) -> None:
    page = httpx.get(url + MAP, params={"chon": key(KIM_BANG)}).text
    assert page.count(' chosen" d="M510') == ARROWS[KIM_BANG]
    assert page.count(' faint" d="M510') == 44 - ARROWS[KIM_BANG]
    assert page.count("aria-current=true") == 1
    nothing = httpx.get(url + MAP, params={"chon": "<script>"})
    assert nothing.status_code == 200
    assert "faint" not in nothing.text


def test_the_reader_and_the_list_lead_to_the_map(url: str) -> None:
    assert f'href="{MAP}"' in httpx.get(f"{url}/van-ban").text
    reader = html.unescape(httpx.get(f"{url}/van-ban/{THACH_KHOI}").text)
    assert f'href="{MAP}?chon={key(THACH_KHOI)}#so-do"' in reader
    assert reference_messages.REFERENCES.format(count=14) in reader


@needs_chromium
@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_goes_sideways(
    browser: sync_api.Browser, url: str, scheme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    for address in (MAP, f"{MAP}?chon={key(THACH_KHOI)}", f"/van-ban/{THACH_KHOI}/bases__basis_6"):
        page.goto(url + address)
        page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")
        no_sideways(page)
        page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
        wanted = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = Axe().run(page, options={"runOnly": wanted, "resultTypes": ["violations"]})
        assert not found.violations_count, f"{address}: {found.generate_report()}"
        page.set_viewport_size({"width": width, "height": 800})
    assert all(one.startswith(url) for one in requested)
    context.close()


@needs_chromium
@pytest.mark.parametrize("script", [True, False])
def test_with_the_keyboard_and_without_a_script(browser: sync_api.Browser, url: str, script: bool) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=script)
    page = context.new_page()
    page.goto(f"{url}/van-ban")
    page.get_by_role("link", name=reference_messages.MAP).click()
    sync_api.expect(page.get_by_role("heading", level=1)).to_have_text(reference_messages.MAP)
    rows = page.locator(".node")
    sync_api.expect(rows).to_have_count(29)
    page.locator(".ways a").last.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    sync_api.expect(page.locator(".choice")).to_contain_text("Nghị quyết Thành phố Hải Phòng")
    sync_api.expect(page.locator(".node.chosen")).to_have_count(1)
    page.get_by_role("link", name=reference_messages.MAP_ALL).click()
    sync_api.expect(page.locator(".node.chosen")).to_have_count(0)
    # Every dot stands beside the heads that point to its row.
    dots = page.locator(".node").nth(28).bounding_box()
    room = page.locator(".arrows svg").bounding_box()
    assert abs(room["y"] + room["height"] - dots["y"] - dots["height"]) < 1
    assert messages.NAME in page.title()
    context.close()
