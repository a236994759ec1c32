from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.feedback.database import ExportRefused, StoreUnavailable
from bot.feedback.export import REASON_WORDS, STATUS_WORDS, cell, export, to_json
from bot.feedback.records import Reviewed, entry_from
from retrieval.answer import Reason, Status


@pytest.fixture
def make(fakes: SimpleNamespace) -> Any:
    def item(question: str = "Ở Thạch Khôi ai bị xử lý?", status: str = "related", **changes: Any) -> Reviewed:
        entry = entry_from(
            fakes.answer(question, status=status), record_id="ab" * 16, channel="web", asker_hash="secret-hash"
        )
        entry = dataclasses.replace(entry, asked_at=dt.datetime(2026, 11, 20, 8, 30, 0, 123456, dt.UTC), **changes)
        return Reviewed(entry, 1, 2)

    return item


def test_a_line_of_json_holds_all_but_the_asker(tmp_path: Path, make: Any) -> None:
    path = tmp_path / "queue.jsonl"
    assert export([make(), make("hai\ndòng \u2028 “ngoặc”", status="unanswered")], path, "jsonl") == 2
    lines = path.read_bytes().decode("utf-8").split("\n")
    assert len(lines) == 3
    first, second = (json.loads(line) for line in lines[:2])
    assert first == to_json(make())
    assert first["asked_at"] == "2026-11-20T08:30:00.123+00:00"
    assert first["quotes"][0]["citation"].startswith("điểm b khoản 5")
    assert first["quotes"][0]["source"]["start"] == 100
    assert (first["helpful"], first["unhelpful"]) == (1, 2)
    assert second["question"] == "hai\ndòng \u2028 “ngoặc”"
    assert second["quotes"] == []
    assert "secret-hash" not in path.read_text(encoding="utf-8")


def test_a_table_opens_in_spreadsheets(tmp_path: Path, make: Any) -> None:
    path = tmp_path / "queue.csv"
    export([make('=HYPERLINK("http://x";"bấm, vào")'), make('hai\ndòng; một, “ngoặc” "kép"')], path, "csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert b"secret-hash" not in path.read_bytes()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["Câu hỏi"] for row in rows] == [
        '\'=HYPERLINK("http://x";"bấm, vào")',
        'hai\ndòng; một, “ngoặc” "kép"',
    ]
    assert rows[0]["Kết quả"] == "gần đúng"
    assert rows[0]["Thời điểm (UTC)"] == "2026-11-20 08:30:00"
    assert rows[0]["Không hữu ích"] == "2"


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "  =", " \n@"])
def test_no_cell_is_a_formula(begin: str) -> None:
    assert cell(f"{begin}1+1") == f"'{begin}1+1"


@pytest.mark.parametrize("words", ["", "Điều 5", "a=b", "1-2", "'x", "500.000 đồng"])
def test_other_cells_stay(words: str) -> None:
    assert cell(words) == words


def test_every_value_of_the_contract_has_words() -> None:
    assert set(STATUS_WORDS) == {status.value for status in Status}
    assert set(REASON_WORDS) == {reason.value for reason in Reason}


def test_a_file_that_is_there_is_not_touched(tmp_path: Path, make: Any) -> None:
    path = tmp_path / "queue.csv"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(ExportRefused, match="--force"):
        export([make()], path, "csv")
    assert path.read_text(encoding="utf-8") == "mine"
    assert export([make()], path, "csv", overwrite=True) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_place_that_cannot_be_written_is_one_plain_line(tmp_path: Path, make: Any) -> None:
    (tmp_path / "folder").mkdir()
    for path, overwrite in ((tmp_path / "none" / "x.csv", False), (tmp_path / "folder", True)):
        with pytest.raises(ExportRefused, match="Không ghi được") as caught:
            export([make()], path, "csv", overwrite=overwrite)
        assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_database_that_dies_midway_leaves_no_half_file(tmp_path: Path, make: Any) -> None:
    def items() -> Iterator[Reviewed]:
        yield make()
        raise StoreUnavailable("Hỏng.")

    with pytest.raises(StoreUnavailable):
        export(items(), tmp_path / "queue.jsonl", "jsonl")
    assert list(tmp_path.iterdir()) == []
