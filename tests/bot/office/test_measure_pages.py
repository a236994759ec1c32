"""The pages of measures: as text over loopback, and in a real Chromium at phone and desk width."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe

from bot.office import measure_words
from bot.office import words as office
from bot.web.measures import CLAUSES_A_PAGE
from corpus.catalog import draft
from corpus.document import Document
from corpus.measures import matrix
from tests.bot.chromium import needs_chromium, no_sideways, opened, sync_api
from tests.bot.web_stand_in import StandIn, catalog, served
from tests.corpus.test_measures import by_hand

Browser, Page, expect = sync_api.Browser, sync_api.Page, sync_api.expect

KIM_BANG = "/bien-phap/kiem-tra/huyen-kim-bang"
GAP = "/bien-phap/kinh-phi/phuong-cao-xanh"
LAW = "/bien-phap/kiem-tra/luat-10-2022-qh15"


def lawful(laws: Path) -> tuple[Document, ...]:
    """The five documents, the law and its decrees."""
    return (*catalog().documents, *(draft(path).document for path in sorted(laws.glob("*.txt"))))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(StandIn()) as url:
        yield url


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, trust_env=False) as client:
        yield client


def cells_of(page: str) -> dict[str, list[str]]:
    """What stands in each cell of the matrix, by its address."""
    found = re.findall(r'<a href="(/bien-phap/[^"]+)">\s*(.*?)</a>\s*</td>', page, re.DOTALL)
    return {address: re.findall(r"<span>(.*?)</span>", inside) for address, inside in found}


def test_the_matrix_names_every_clause_made_by_hand(client: httpx.Client) -> None:
    cells = cells_of(html.unescape(client.get("/bien-phap").text))
    table = matrix(catalog())
    assert len(cells) == 45
    for (document_id, group_id), paths in by_hand().items():
        holder = table.holder(document_id)
        assert holder
        said = cells[f"/bien-phap/{group_id}/{holder.key}"]
        expected = [catalog().by_id[document_id].by_path[path].path.words for path in paths]
        if not paths:
            assert said == [measure_words.GAP_SHORT]
        elif len(expected) <= 5:
            assert said == expected
        else:
            assert said == [*expected[:4], f"và {len(expected) - 4} điều khoản khác"]


@pytest.mark.parametrize(("document_id", "group_id"), by_hand())
def test_each_cell_has_a_page_with_its_words_or_its_gap(client: httpx.Client, document_id: str, group_id: str) -> None:
    document, paths = catalog().by_id[document_id], by_hand()[document_id, group_id]
    response = client.get(f"/bien-phap/{group_id}/{document_id}")
    assert response.status_code == 200
    quoted = re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", response.text, re.DOTALL)
    # Where the paper names another one for its measures, a gap is shown with the words that name it.
    naming = {"ke-hoach-ngo-quyen-2025": ["sec_II__cl_1__ind_1"], "to-trinh-cao-xanh-2024": ["opening"]}
    named = [] if paths else naming[document_id]
    expected = "".join(document.words(document.by_path[path]) for path in [*paths, *named])
    assert "".join(html.unescape("".join(quoted)).split()) == "".join(expected.split())
    assert (measure_words.GAP_MEANS in response.text) == (not paths)
    assert ("chưa có trong dữ liệu; biện pháp này có thể nằm ở đó" in response.text) == bool(named)
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "address",
    [
        "/bien-phap/khong-co",
        "/bien-phap/khong-co/huyen-kim-bang",
        "/bien-phap/kinh-phi/ben-nghe",
        "/bien-phap/kinh-phi/<script>",
        f"{KIM_BANG}?trang=2",
        f"{KIM_BANG}?trang=0",
        f"{KIM_BANG}?trang=-1",
        f"{KIM_BANG}?trang=²",
        f"{KIM_BANG}?trang=99999999999999999999",
        f"{KIM_BANG}?trang=x",
    ],
)
def test_what_is_not_there_is_said_so(client: httpx.Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert measure_words.WEB_NONE in response.text


def test_a_group_leads_to_its_row_and_every_page_to_the_matrix(client: httpx.Client) -> None:
    response = client.get("/bien-phap/kinh-phi")
    assert (response.status_code, response.headers["Location"]) == (303, "/bien-phap#kinh-phi")
    assert 'id="kinh-phi"' in client.get("/bien-phap").text
    for address in ("/van-ban", "/kiem-tra", "/api", "/khong-co", KIM_BANG):
        assert f'href="{office.PAGES[0][0]}">{office.BAR}</a>' in client.get(address).text, address


def test_without_documents_there_is_a_sentence() -> None:
    with served(StandIn(held=())) as url, httpx.Client(base_url=url, trust_env=False) as client:
        page = client.get("/bien-phap").text
    assert measure_words.NOTHING in page
    assert "<table" not in page


def test_the_law_adds_its_column_says_that_nobody_checked_it_and_turns_pages(laws: Path) -> None:
    with served(StandIn(held=lawful(laws))) as url, httpx.Client(base_url=url, trust_env=False) as client:
        page = html.unescape(client.get("/bien-phap").text)
        first, second = client.get(LAW).text, client.get(f"{LAW}?trang=2").text
    assert cells_of(page)["/bien-phap/boi-duong/luat-10-2022-qh15"] == ["khoản 1 Điều 8"]
    assert page.count(f"({measure_words.UNCHECKED_SHORT})") == 3
    assert measure_words.UNCHECKED in first
    codes = [set(re.findall(r'href="/kiem-tra/(\w{8})"', text)) for text in (first, second)]
    assert len(codes[0]) >= CLAUSES_A_PAGE
    assert codes[1]
    assert not codes[0] & codes[1]


# In a browser.


@needs_chromium
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_from_the_matrix_to_the_words_without_javascript(browser: Browser, url: str, width: int) -> None:
    with opened(browser, viewport={"width": width, "height": 800}, java_script_enabled=False) as page:
        page.goto(f"{url}/van-ban")
        page.get_by_role("link", name=office.BAR, exact=True).click()
        page.get_by_role("link", name="Biện pháp", exact=True).click()
        no_sideways_without_script(page)
        row = page.get_by_role("row", name="Kinh phí, nguồn lực")
        row.get_by_role("cell").nth(1).get_by_role("link").click()
        expect(page).to_have_url(f"{url}/bien-phap/kinh-phi/huyen-kim-bang")
        expect(page.locator("blockquote")).to_contain_text("Điều 2. Nguồn lực thực hiện")
        no_sideways_without_script(page)
        page.get_by_role("link", name="Phường Cao Xanh (không có)").click()
        expect(page.locator(".card.gap")).to_contain_text(measure_words.GAP_MEANS)
        page.get_by_role("link", name=measure_words.WEB_ALL).click()
        expect(page).to_have_url(f"{url}/bien-phap#kinh-phi")
        expect(page.locator("#kinh-phi")).to_be_in_viewport()


def no_sideways_without_script(page: Page) -> None:
    """Nothing is wider than the window, told from outside where the page runs no script."""
    for box in (one.bounding_box() for one in page.locator("main, header, td, th, .pill").all()):
        if box and box["width"] > 1:
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= page.viewport_size["width"]


@needs_chromium
@pytest.mark.parametrize("width", [1280, 320])
def test_the_heads_of_the_table_are_heads_at_every_width(browser: Browser, url: str, width: int) -> None:
    with opened(browser, viewport={"width": width, "height": 800}) as page:
        page.goto(f"{url}/bien-phap")
        table = page.get_by_role("table", name=measure_words.WEB_ALL)
        expect(table.get_by_role("row")).to_have_count(10)
        expect(table.get_by_role("columnheader")).to_have_count(6)
        expect(table.get_by_role("rowheader")).to_have_count(9)
        # Where the heads of the columns are out of sight each cell says whose it is.
        place = table.locator("td .where").first
        expect(place).to_be_visible(visible=width < 900)
        if width > 900:
            page.mouse.wheel(0, 700)
            page.wait_for_function("window.scrollY > 300")
            expect(table.get_by_role("columnheader").nth(1)).to_be_in_viewport()


@needs_chromium
@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_the_law_too(browser: Browser, laws: Path, scheme: str, width: int) -> None:
    wanted = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
    options = {"runOnly": list(wanted), "resultTypes": ["violations"]}
    found = {}
    with (
        served(StandIn(held=lawful(laws))) as url,
        opened(browser, viewport={"width": width, "height": 800}, color_scheme=scheme) as page,
    ):
        for address in ("/bien-phap", f"{LAW}?trang=2", GAP, f"{KIM_BANG}"):
            page.goto(url + address)
            no_sideways(page)
            page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
            result = Axe().run(page, options=options)
            if result.violations_count:
                found[address] = result.generate_report()
            page.set_viewport_size({"width": width, "height": 800})
    assert not found, "\n".join(f"{name}: {report}" for name, report in found.items())


@needs_chromium
def test_many_columns_scroll_and_keep_their_heads(browser: Browser, laws: Path) -> None:
    with (
        served(StandIn(held=lawful(laws))) as url,
        opened(browser, viewport={"width": 1024, "height": 700}) as page,
    ):
        page.goto(f"{url}/bien-phap")
        no_sideways(page)
        region = page.get_by_role("region", name=measure_words.WEB_ALL)
        region.focus()
        region.evaluate("box => box.scrollTo(box.scrollWidth, box.scrollHeight)")
        head = region.get_by_role("rowheader").last.bounding_box()
        column = region.get_by_role("columnheader").last.bounding_box()
        box = region.bounding_box()
        assert head["x"] == pytest.approx(box["x"], abs=1)
        assert column["y"] == pytest.approx(box["y"], abs=1)
        assert column["x"] + column["width"] <= box["x"] + box["width"] + 1
