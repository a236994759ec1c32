"""`danchu measures` as people and programs run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.office import measure_words
from corpus.catalog import Catalog
from corpus.measures import matrix
from corpus.provision import ProvisionPath
from corpus.text import strip_layout
from tests.bot.test_cli import ROOT, danchu, one_line
from tests.corpus.test_measures import GROUPS, by_hand


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def test_json_is_the_matrix_made_by_hand_with_quotes_that_are_slices(home: Path) -> None:
    done = danchu(home, "measures", "--json")
    assert done.returncode == 0, done.stderr
    table = json.loads(done.stdout)
    assert [group["id"] for group in table["groups"]] == GROUPS
    documents = {place["key"]: place["documents"][0] for place in table["places"]}
    found = {
        (documents[cell["place"]], cell["group"]): [clause["path"] for clause in cell["clauses"]]
        for cell in table["cells"]
    }
    assert found == by_hand()
    for cell in table["cells"]:
        assert bool(cell["gap"]) != bool(cell["clauses"])
        for quote in (quote for clause in cell["clauses"] for quote in clause["quotes"]):
            source = quote["source"]
            text = (ROOT / source["file"]).read_bytes().decode("utf-8")[source["start"] : source["end"]]
            assert strip_layout(quote["text"]) == strip_layout(text)
            assert len(quote["code"]) == 8
            assert quote["citation"]


def test_the_table_is_readable_in_80_columns(home: Path) -> None:
    done = danchu(home, "measures", COLUMNS="80")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    row = next(line for line in lines if "Kinh phí" in line)
    assert row.split() == ["Kinh", "phí", "Đ2.4;", "Đ3", "Đ2", "—", "—", "Đ1.II.6.a;"]
    told = " ".join(done.stdout.split())
    assert measure_words.LEGEND_GAP in told
    assert measure_words.LEGEND_SHORT in told
    assert measure_words.LEGEND_UNCHECKED not in told
    assert "Phường Cao Xanh: Tờ trình số 35/TTr-UBND" in told


def test_a_narrow_window_gets_several_tables(home: Path) -> None:
    done = danchu(home, "measures", COLUMNS="44")
    assert max(map(len, done.stdout.splitlines())) <= 44
    assert done.stdout.count("Kinh phí") == 3


def test_a_place_is_shown_with_the_words_of_its_clauses(home: Path) -> None:
    done = danchu(home, "measures", "--place", "kim bang")
    assert done.returncode == 0, done.stderr
    told = " ".join(done.stdout.split())
    assert "Kinh phí triển khai thực hiện Nghị quyết được bố trí từ nguồn ngân sách nhà nước" in told
    assert "Thạch Khôi" not in told
    gaps = " ".join(danchu(home, "measures", "--place", "Cao Xanh").stdout.split())
    assert "(Tờ trình Phường Cao Xanh) không có biện pháp nào thuộc nhóm “Kinh phí, nguồn lực”" in gaps
    assert "Không có giá trị bắt buộc." in gaps
    places = json.loads(danchu(home, "measures", "--place", "Cao Xanh", "--json").stdout)
    assert [place["name"] for place in places["places"]] == ["Phường Cao Xanh"]
    assert len(places["cells"]) == 9


def test_a_place_that_is_not_held_is_one_line_with_those_that_are(home: Path) -> None:
    line = one_line(danchu(home, "measures", "--place", "Bến Nghé"))
    assert line.startswith("Tôi chưa có văn bản nào của “Bến Nghé”. Hiện có: Thành phố Hải Phòng,")
    assert "Bến Nghé" in one_line(danchu(home, "measures", "--place", "Bến Nghé", "--json"))


def test_help_has_examples(home: Path) -> None:
    assert 'danchu measures --place "Kim Bảng"' in " ".join(danchu(home, "measures", "--help").stdout.split())


def test_the_law_once_added_has_its_column_and_says_that_nobody_checked_it(
    laws: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("with-law")
    assert danchu(home, "corpus", "add", str(laws / "luat-10-2022-qh15.txt")).returncode == 0
    done = danchu(home, "measures", COLUMNS="80")
    told = " ".join(done.stdout.split())
    assert "Đ8.1" in told
    assert all(run in told for run in ("Đ30–45", "Đ56–63", "Đ75–81"))
    assert measure_words.LEGEND_UNCHECKED in told
    table = json.loads(danchu(home, "measures", "--place", "luat-10-2022-qh15", "--json").stdout)
    assert table["places"][0]["checked"] is False
    assert table["cells"][0]["clauses"][0]["path"] == "chap_I__art_8__cl_1"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("art_1__sec_II__cl_3__pt_đ__ind_2", "Đ1.II.3.đ-2"),
        ("chap_V__art_83__cl_1__pt_b", "Đ83.1.b"),
        ("sec_III__cl_2__ind_3", "III.2-3"),
        ("cl_4", "4"),
        ("closing", "câu cuối"),
    ],
)
def test_short_marks(path: str, expected: str) -> None:
    assert measure_words.short(ProvisionPath.parse(path)) == expected


def test_neighbours_are_written_as_one(catalog: Catalog) -> None:
    table = matrix(catalog)
    group, holder = table.group("to-chuc"), table.holder("ke-hoach-ngo-quyen-2025")
    assert group
    assert holder
    assert measure_words.short_list(table.cell(group, holder).clauses) == "II.1-1; II.3.a; III.1–5"
