"""`danchu references` as people run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bot.test_cli import ROOT, danchu, one_line


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def test_the_references_of_a_document(home: Path) -> None:
    done = danchu(home, "references", "thach khoi")
    assert done.returncode == 0, done.stderr
    assert "căn cứ thứ sáu" in done.stdout
    assert "có lẽ đang giữ" in done.stdout
    assert "17 chỗ viện dẫn" in done.stderr


def test_json_gives_the_words_of_the_source(home: Path) -> None:
    rows = json.loads(danchu(home, "references", "--json").stdout)
    assert len(rows) == 79
    (law,) = [row for row in rows if row["words"].startswith("Điều 3 ")]
    assert law["document"] == "nghi-quyet-hai-phong-2025"
    assert law["provisions"] == ["art_3"]
    assert (law["standing"], law["target"]) == ("not_held", None)
    data = (ROOT / "corpus/documents/nghi-quyet-hai-phong-2025.txt").read_bytes().decode("utf-8")
    assert data[law["start"] : law["end"]].split() == law["words"].split()


def test_the_shopping_list(home: Path) -> None:
    listed = json.loads(danchu(home, "references", "--missing", "--json").stdout)
    assert len(listed) == 24
    assert [one["times"] for one in listed[:3]] == [15, 5, 4]
    assert {one["id"] for one in listed[0]["documents"]} == {place["document"] for place in listed[0]["places"]}
    told = danchu(home, "references", "kim bảng", "--missing").stdout
    assert "Tờ trình số 291/TTr-UBND" in told
    assert "Tờ trình số 64/TTr-UBND" not in told


@pytest.mark.parametrize(
    ("words", "said"), [("khong-co", "Không có văn bản nào"), ("nghị quyết", "Xin dùng mã"), ("", "")]
)
def test_a_document_that_is_none_or_several(home: Path, words: str, said: str) -> None:
    assert said in one_line(danchu(home, "references", words))
