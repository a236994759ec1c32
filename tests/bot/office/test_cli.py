"""`danchu duties`, `danchu dates`, `danchu ask --docx | --markdown`, as people run them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import pytest
from icalendar import Calendar

from bot.office import words as office
from corpus.text import strip_layout
from tests.bot.test_cli import ROOT, danchu, home, one_line

__all__ = ["home"]


def source(quote: dict[str, dict[str, str | int]]) -> str:
    data = (ROOT / str(quote["source"]["file"])).read_bytes().decode("utf-8")
    return data[int(quote["source"]["start"]) : int(quote["source"]["end"])]


def test_duties_lists_the_bodies(home: Path) -> None:
    done = danchu(home, "duties")
    assert done.returncode == 0, done.stderr
    assert "ubnd-xa" in done.stdout
    assert "Mặt trận Tổ quốc Việt Nam" in done.stdout


@pytest.mark.parametrize("typed", ["UBND phường", "ubnd phuong", "ubnd-xa", "Ủy ban nhân dân cấp xã"])
def test_a_body_is_named_as_people_name_it(home: Path, typed: str) -> None:
    done = danchu(home, "duties", typed, "--json")
    cards = json.loads(done.stdout)
    assert [card["body"]["id"] for card in cards] == ["ubnd-xa"]
    assert len({(row["document"]["id"], row["provision"]) for row in cards[0]["duties"]}) == 9
    for row in cards[0]["duties"] + cards[0]["named"]:
        assert strip_layout(source(row)) == strip_layout(row["text"])
        assert row["citation"]
        assert row["validity"]["note"]


def test_a_place_keeps_to_its_papers_and_those_above_it(home: Path) -> None:
    held = {}
    for place in ("Thạch Khôi", "thach khoi", "Kim Bảng"):
        (card,) = json.loads(danchu(home, "duties", "mttq", "--place", place, "--json").stdout)
        held[place] = sorted({row["document"]["id"] for row in card["duties"]})
    assert held["Thạch Khôi"] == held["thach khoi"] == ["nghi-quyet-hai-phong-2025", "nghi-quyet-thach-khoi-2025"]
    assert held["Kim Bảng"] == ["nghi-quyet-kim-bang-2024"]


def test_a_card_is_shown_with_the_words_and_where_else_the_body_is_named(home: Path) -> None:
    done = danchu(home, "duties", "phòng nội vụ")
    assert "Giao Phòng Nội vụ là cơ quan thường trực" in done.stdout
    assert office.NAMED.format(named=2) in done.stdout


@pytest.mark.parametrize(
    "words", [("duties", "hội cờ vua"), ("duties", "mttq", "--place", "Đà Lạt"), ("dates", "--place", "sao Hỏa")]
)
def test_what_is_not_held_is_one_plain_line(home: Path, words: tuple[str, ...]) -> None:
    done = danchu(home, *words)
    assert any(said in one_line(done) for said in ("Không có cơ quan, tổ chức nào tên là", "Không có văn bản nào của"))
    assert not done.stdout


def test_dates_as_a_table_and_as_json(home: Path) -> None:
    table = danchu(home, "dates", "--place", "Ngô Quyền")
    assert "Từ 01/6/2025 đến" in " ".join(table.stdout.replace("│", " ").split())
    found = json.loads(danchu(home, "dates", "--json").stdout)
    assert len(found) == 22
    window = next(one for one in found if one["words"]["text"].startswith("từ 01/6"))
    assert window["last"] == {"year": 2025, "month": 6, "day": 14}
    assert window["to"]["text"] == "UBND quận (qua Phòng Nội vụ)"
    assert window["quote"]["text"] == "- Báo cáo 06 tháng gửi từ 01/6 đến trước ngày 15/6/2025."


def test_dates_as_a_calendar_file(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "lịch.ics"
    done = danchu(home, "dates", "--ics", str(path))
    assert done.returncode == 0, done.stderr
    assert not done.stdout
    assert office.DATES_WRITTEN.format(events=13, path=path) in done.stderr
    assert len(list(Calendar.from_ical(path.read_bytes()).walk("VEVENT"))) == 13


def test_an_answer_as_a_word_file_and_as_markdown(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "phụ lục.docx"
    question = "tiền ở kim bảng lấy đâu ra"
    done = danchu(home, "ask", question, "--docx", str(path))
    assert done.returncode == 0, done.stderr
    lines = [paragraph.text for paragraph in docx.Document(io.BytesIO(path.read_bytes())).paragraphs]
    assert lines[0] == "PHỤ LỤC"
    assert "Điều 2. Nguồn lực thực hiện" in lines
    said = danchu(home, "ask", question, "--markdown").stdout
    assert said.startswith("## ")
    assert "> Điều 2. Nguồn lực thực hiện" in said


def test_an_answer_without_a_quote_makes_no_file(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "phu-luc.docx"
    done = danchu(home, "ask", "hôm nay trời có mưa không", "--docx", str(path))
    assert done.returncode == 0
    assert office.NOTHING_TO_WRITE in done.stderr
    assert not path.exists()


@pytest.mark.parametrize("words", [("ask", "Ai giám sát nghị quyết ở Thạch Khôi?", "--docx"), ("dates", "--ics")])
def test_a_file_that_cannot_be_written_is_one_plain_line(home: Path, words: tuple[str, ...]) -> None:
    path = "/khong-co/tep"
    assert one_line(danchu(home, *words, path)) == office.NOT_WRITTEN.format(path=path)
