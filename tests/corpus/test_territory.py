"""Places as typed become one unit with its chain and stack on a day, or are asked back; held against a hand-made table."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from corpus.binding import stack
from corpus.catalog import Catalog
from corpus.document import Tier
from corpus.territory import Chain, Resolved, held_place, resolve, seats
from corpus.text import fold
from corpus.units import REFORM, Unit, _plain, units

TODAY = dt.date(2026, 11, 20)
DOCUMENTS = {
    "TK": "nghi-quyet-thach-khoi-2025",
    "CX": "to-trinh-cao-xanh-2024",
    "KB": "nghi-quyet-kim-bang-2024",
    "HP": "nghi-quyet-hai-phong-2025",
    "NQ": "ke-hoach-ngo-quyen-2025",
}


def rows() -> list[list[str]]:
    lines = (Path(__file__).parent / "places.tsv").read_text("utf-8").splitlines()
    return [line.split("|") for line in lines if line and not line.startswith("#")]


def place(words: str, on: str | None, catalog: Catalog) -> Resolved:
    day = dt.date.fromisoformat(on) if on else None
    return resolve(words, day, frozenset(seats(catalog).values()), today=TODAY)


def names(found: tuple[Unit, ...]) -> set[str]:
    return {unit.name for unit in found}


def listed(words: str) -> set[str]:
    return set() if words == "-" else set(words.split("; "))


def test_there_are_rows_enough() -> None:
    assert len(rows()) >= 60


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row[0]} {row[1]}")
def test_a_place_on_a_day(row: list[str], catalog: Catalog) -> None:
    words, on, unit, district, province, districts, provinces, binding = row
    chain = place(words, None if on == "-" else on, catalog).chain
    assert chain is not None
    assert chain.unit.name_on(chain.on) == unit
    assert (chain.district.name_on(chain.on) if chain.district else "-") == district
    assert chain.province.name_on(chain.on) == province
    assert listed(districts) <= names(chain.former_districts)
    assert bool(chain.former_districts) is bool(listed(districts))
    assert names(chain.former_provinces) == listed(provinces)
    pile = stack(catalog.documents, chain)
    wanted = {} if binding == "-" else dict(pair.split(":") for pair in binding.split(" "))
    found = {entry.document.id: entry.ground.validity.status.value for entry in pile.entries}
    assert found == {DOCUMENTS[short]: status for short, status in wanted.items()}
    assert bool(pile.gaps), "the State's law is not held"


@pytest.mark.parametrize(
    ("words", "on", "one_of"),
    [
        ("Tân Lập", None, "xã Tân Lập, tỉnh Lâm Đồng"),
        ("tan lap", None, "phường Tân Lập, tỉnh Đắk Lắk"),
        ("xã Tân Lập", None, "xã Tân Lập, tỉnh Tây Ninh"),
        ("phường Ngô Quyền", "2024-08-01", "phường Ngô Quyền, thị xã Sơn Tây, thành phố Hà Nội"),
        ("tỉnh QN", None, "tỉnh Quảng Ninh"),
        ("TP HL", None, "thành phố Hạ Long, tỉnh Quảng Ninh"),
        ("An Biên", None, "phường An Biên, thành phố Hải Phòng"),
        ("phường Hòa Bình", None, "phường Hòa Bình, tỉnh Phú Thọ"),
        ("Phường 1", "2024-08-01", ""),
        ("P5", "2024-08-01", ""),
        ("huyện Châu Thành", "2024-08-01", "huyện Châu Thành, tỉnh Tiền Giang"),
        ("Châu Thành", "2024-08-01", "huyện Châu Thành, tỉnh Long An"),
        ("phường Lê Lợi", "2024-08-01", ""),
        ("phường Trần Hưng Đạo", "2024-08-01", ""),
        ("xã Tân Tiến", "2024-08-01", ""),
        ("xa thong nhat", "2024-08-01", ""),
        ("quận Kim Bảng", None, "phường Kim Bảng, tỉnh Ninh Bình"),
        ("Thạch Khôi, Nghệ An", None, "phường Thạch Khôi, thành phố Hải Phòng"),
    ],
)
def test_what_may_be_several_is_asked_back(words: str, on: str | None, one_of: str, catalog: Catalog) -> None:
    found = place(words, on, catalog)
    assert found.chain is None
    assert len(found.choices) > 1
    assert not one_of or one_of in [choice.address() for choice in found.choices]


@pytest.mark.parametrize(
    "words",
    ["Paris", "Xứ Ba Tư", "5", "", "phường", "quận 99", "zzz", "😀", "1/7/2025", "huyện Xyz", "TP", "'; drop table", "Hải Phòg", "ở đâu", "phường phường", "a" * 5000],
)  # fmt: skip
def test_what_is_no_unit_is_refused(words: str, catalog: Catalog) -> None:
    found = place(words, None, catalog)
    assert (found.chain, found.choices) == (None, ())


@pytest.mark.parametrize(
    ("words", "taken", "other"),
    [
        ("Kim Bảng", "huyện Kim Bảng", "phường Kim Bảng, tỉnh Ninh Bình"),
        ("Ngô Quyền", "quận Ngô Quyền", "phường Ngô Quyền, thành phố Hải Phòng"),
        ("Cao Xanh", "phường Cao Xanh, tỉnh Quảng Ninh", "phường Cao Xanh, thành phố Hạ Long"),
        ("Hạ Long", "phường Hạ Long, tỉnh Quảng Ninh", "thành phố Hạ Long"),
    ],
)
def test_a_name_of_old_and_of_today_says_which_was_taken(words: str, taken: str, other: str, catalog: Catalog) -> None:
    said = place(words, None, catalog).taken
    before, after = said.split("không phải")
    assert taken in before
    assert other in after
    assert said.count(".") == 1


@pytest.mark.parametrize("words", ["huyện Kim Bảng", "phường Kim Bảng", "Q.Ngô Quyền", "P. Hạ Long"])
def test_a_word_for_the_kind_settles_it(words: str, catalog: Catalog) -> None:
    found = place(words, None, catalog)
    assert found.chain is not None
    assert found.taken == ""
    kind = {"P": "phường", "Q": "quận"}.get(words[0], words.split()[0])
    assert found.chain.unit.address().startswith(f"{kind} ")


def test_the_table_is_whole() -> None:
    table = units()
    every = [table.unit(row) for row in range(len(table))]
    counted = {
        (unit.today, tier): sum(other.today is unit.today and other.tier is tier for other in every)
        for unit in (every[0], every[-1])
        for tier in (Tier.PROVINCE, Tier.DISTRICT, Tier.WARD)
    }
    # Resolution 202/2025/QH15 and the resolutions on communes of June 2025; the state before them.
    assert counted == {
        (True, Tier.PROVINCE): 34,
        (True, Tier.DISTRICT): 0,
        (True, Tier.WARD): 3321,
        (False, Tier.PROVINCE): 63,
        (False, Tier.DISTRICT): 696,
        (False, Tier.WARD): 10035,
    }
    assert all(unit.kind for unit in every)
    assert all(table.after(unit) for unit in every if not unit.today)
    assert [unit.name for unit in every if unit.today and not table.before(unit)] == []


def test_all_names_are_folded_as_one_is() -> None:
    table = units()
    names = [table.unit(row).name for row in range(len(table))]
    assert _plain("\n".join(names)).split("\n") == [fold(name) for name in names]


def test_a_chain_knows_both_maps(catalog: Catalog) -> None:
    found = place("xã Gia Xuyên", None, catalog).chain
    assert found is not None
    assert (found.stands, names(found.after)) == (False, {"Phường Thạch Khôi"})
    new = Chain(found.after[0], REFORM)
    assert {"Xã Gia Xuyên", "Phường Thạch Khôi"} <= names(new.before)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("tp hp", "Thành phố Hải Phòng"),
        ("P.Thach Khoi", "Phường Thạch Khôi"),
        ("kim bang", "Huyện Kim Bảng"),
        ("tx kim bảng", "Huyện Kim Bảng"),
        ("Q. Ngô Quyền", "Quận Ngô Quyền"),
        ("phường Cao Xanh, Quảng Ninh", "Phường Cao Xanh"),
        ("Kim Bảng và Thạch Khôi", None),
        ("tp hcm", None),
        ("Đà Lạt", None),
        ("không có nơi này", None),
        ("", None),
    ],
)
def test_a_held_place_is_found_however_it_is_typed(catalog: Catalog, typed: str, name: str | None) -> None:
    place = held_place(typed, catalog)
    assert (place.name if place else None) == name
