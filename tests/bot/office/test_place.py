"""`danchu place` and the page /noi: unit, chain and stack; choices; plain sentences for what is no place or no day."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.office.place import report, to_json
from bot.reply import message, reply
from bot.web.place import _link
from corpus.catalog import Catalog
from retrieval.answer import Status
from retrieval.question import Question
from tests.bot.chromium import PHONE, launched, needs_chromium, no_sideways
from tests.bot.web_stand_in import HANDLED, Answers, StandIn, served


def run(home: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["place", *words])
    return done.exit_code, " ".join(done.output.split())


def test_the_command_tells_unit_chain_and_stack(home: Path) -> None:
    code, said = run(home, "P. Thạch Khôi", "--on", "2026-11-20")
    assert code == 0
    assert "Phường Thạch Khôi, thành phố Hải Phòng" in said
    assert "thành phố Hải Dương, tỉnh Hải Dương" in said
    assert said.index("Hội đồng nhân dân thành phố Hải Phòng") < said.index("Đang có hiệu lực")
    assert "thông qua ngày 19 tháng 12 năm 2025" in said


def test_the_command_in_json(home: Path) -> None:
    done = CliRunner().invoke(app, ["place", "Kim Bảng năm 2024", "--json"])
    told = json.loads(done.output)
    assert (told["status"], told["on"]) == ("found", "2024-12-31")
    assert told["chain"]["district"] == "Huyện Kim Bảng"
    assert told["chain"]["province"] == "Tỉnh Hà Nam"
    (only,) = told["stack"]
    assert only["validity"]["status"] == "in_force"
    assert only["rule"]["name"] == "stated"
    assert "có hiệu lực từ ngày thông qua" in only["quote"]["text"]
    assert "phường Kim Bảng, tỉnh Ninh Bình" in told["taken"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Tân Lập"], "Bạn ghi rõ hơn"),
        (["Xứ Ba Tư"], "không có đơn vị nào tên “Xứ Ba Tư”"),
        ([""], "Bạn ghi tên một xã"),
        (["[bold]x[/bold]"], "không có đơn vị nào tên “[bold]x[/bold]”"),
    ],
)
def test_the_command_asks_back_or_refuses(home: Path, words: list[str], said: str) -> None:
    code, output = run(home, *words)
    assert code == 0
    assert said in output


def test_help_has_examples(home: Path) -> None:
    assert "2024-08-01" in run(home, "--help")[1]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(StandIn()) as url:
        yield url


def get(url: str, path: str) -> tuple[int, str]:
    done = httpx.get(f"{url}{path}")
    return done.status_code, " ".join(html.unescape(re.sub(r"<[^>]+>", " ", done.text)).split())


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("", 200, "Bạn ghi tên một xã"),
        ("?noi=&ngay=", 400, "Bạn ghi tên một xã"),
        ("?noi=P. Thạch Khôi&ngay=2026-11-20", 200, "Đang có hiệu lực"),
        ("?noi=Kim Bảng&ngay=2024-08-01", 200, "Huyện Kim Bảng, tỉnh Hà Nam (ngày 01/8/2024)"),
        ("?noi=Ngô Quyền", 200, "không phải phường Ngô Quyền, thành phố Hải Phòng hiện nay"),
        ("?noi=Hạ Long", 200, "Dữ liệu không có văn bản ràng buộc nào của địa phương"),
        ("?noi=Tân Lập", 200, "Xã Tân Lập, tỉnh Quảng Trị"),
        ("?noi=Paris", 404, "không có đơn vị nào tên “Paris”"),
        ("?noi=Kim Bảng&ngay=2024-13-40", 400, "cần một ngày có thật"),
        ("?noi=<script>alert(1)</script>", 404, "<script>alert(1)</script>"),
    ],
)
def test_the_page(url: str, query: str, status: int, said: str) -> None:
    code, text = get(url, f"/noi{query}")
    assert code == status
    assert said in text


def test_each_choice_leads_to_one_unit(catalog: Catalog) -> None:
    for words, on in (
        ("Tân Lập", None),
        ("phường Ngô Quyền", dt.date(2024, 8, 1)),
        ("Châu Thành", dt.date(2024, 8, 1)),
    ):
        asked = report(words, on, catalog.documents).resolved
        assert len(asked.choices) > 1
        for unit in asked.choices:
            (again,) = parse_qs(urlsplit(_link(unit, "")).query)["noi"]
            chain = report(again, on, catalog.documents).chain
            assert chain is not None, again
            assert chain.unit == unit


def test_every_page_leads_there(url: str) -> None:
    assert 'href="/noi"' in httpx.get(f"{url}/van-ban").text


@needs_chromium
def test_without_script_on_a_phone(url: str) -> None:
    with launched() as browser:
        for width in (PHONE["width"], 320, 1280):
            context = browser.new_context(viewport={"width": width, "height": 700}, java_script_enabled=False)
            page = context.new_page()
            page.goto(f"{url}/noi")
            page.get_by_label("Xã, phường").fill("q ngo quyen")
            page.get_by_label("Vào ngày").fill("2025-02-01")
            page.get_by_role("button", name="Xem").click()
            assert "Quận Ngô Quyền, thành phố Hải Phòng (ngày 01/02/2025)" in page.inner_text("main")
            assert "Kế hoạch của năm 2025" in page.inner_text("main")
            context.close()
        context = browser.new_context(viewport=PHONE)
        page = context.new_page()
        page.goto(f"{url}/noi?noi=Th%E1%BA%A1ch+Kh%C3%B4i")
        no_sideways(page)


def test_what_was_taken_is_said_on_every_channel() -> None:
    answer = replace(Answers().answer(Question(HANDLED)), remarks=("“Kim Bảng” được hiểu là huyện Kim Bảng.",))
    said = reply(answer)
    assert answer.status is Status.ANSWERED
    assert "được hiểu là" in said.understood
    assert any("được hiểu là" in line.text for block in message(said).blocks for line in block)


def test_programs_get_the_same(catalog: Catalog) -> None:
    told = to_json(report("TP HP", dt.date(2026, 11, 20), catalog.documents))
    assert [one["document"]["id"] for one in told["stack"]] == ["nghi-quyet-hai-phong-2025"]
    assert told["stack"][0]["validity"]["status"] == "unknown"
