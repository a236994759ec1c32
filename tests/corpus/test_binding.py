"""What binds on a day, each status with the words of the source or a named rule; the truth is by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from corpus.binding import ground, rank, stack
from corpus.catalog import Catalog, draft
from corpus.document import Kind, Metadata, Place, Tier
from corpus.territory import Chain, resolve, seats
from corpus.validity import Force, Rule, validity
from corpus.verify import Standing, verify

DAYS = ("2024-01-01", "2024-08-01", "2025-07-01", "2026-01-01", "2026-11-20")
ADOPTED_000 = "thông qua ngày 19 tháng 12 năm 2025 và có hiệu lực kể từ ngày thông qua"
ADOPTED_002 = "thông qua ngày 23 tháng 7 năm 2024 và có hiệu lực từ ngày thông qua"
ADOPTED_003 = "thông qua ngày 10 tháng 12 năm 2025"
PROPOSED_001 = "kính đề nghị Hội đồng nhân dân phường khoá X - Kỳ họp thứ mười ba xem xét phê chuẩn"
TITLE_004 = "Thực hiện dân chủ ở cơ sở trên địa bàn Quận Ngô Quyền năm 2025"
STATED, ENDED, ONLY, YEAR = Rule.STATED, Rule.DISTRICTS_ENDED, Rule.ADOPTED_ONLY, Rule.PLAN_YEAR
MATRIX = {
    "nghi-quyet-thach-khoi-2025": (
        ADOPTED_000,
        [("not_yet", STATED), ("not_yet", STATED), ("not_yet", STATED), ("in_force", STATED), ("in_force", STATED)],
    ),
    "to-trinh-cao-xanh-2024": (PROPOSED_001, [("not_binding", Rule.PROPOSAL)] * 5),
    "nghi-quyet-kim-bang-2024": (
        ADOPTED_002,
        [("not_yet", STATED), ("in_force", STATED), ("unknown", ENDED), ("unknown", ENDED), ("unknown", ENDED)],
    ),
    "nghi-quyet-hai-phong-2025": (
        ADOPTED_003,
        [("not_yet", ONLY), ("not_yet", ONLY), ("not_yet", ONLY), ("unknown", ONLY), ("unknown", ONLY)],
    ),
    "ke-hoach-ngo-quyen-2025": (
        TITLE_004,
        [("not_yet", YEAR), ("not_yet", YEAR), ("unknown", ENDED), ("expired", YEAR), ("expired", YEAR)],
    ),
}


def chain_of(catalog: Catalog, words: str, on: str) -> Chain:
    found = resolve(words, dt.date.fromisoformat(on), frozenset(seats(catalog).values())).chain
    assert found is not None
    return found


@pytest.mark.parametrize("id", MATRIX)
@pytest.mark.parametrize("at", range(len(DAYS)), ids=DAYS)
def test_each_status_has_its_ground(catalog: Catalog, id: str, at: int) -> None:
    words, statuses = MATRIX[id]
    document = catalog.by_id[id]
    found = ground(document, chain_of(catalog, "Hải Phòng", DAYS[at]), catalog)
    assert (found.validity.status.value, found.validity.rule) == statuses[at]
    assert found.quote is not None
    assert words in " ".join(found.quote.text.split())
    assert found.rule
    # Whoever is told the code can check the words.
    assert verify(found.quote.code, catalog).standing is Standing.STANDS


def test_a_missing_number_is_told_with_the_force(catalog: Catalog) -> None:
    found = ground(catalog.by_id["nghi-quyet-thach-khoi-2025"], chain_of(catalog, "Hải Phòng", DAYS[-1]), catalog)
    assert "Bản nguồn chưa có số" in found.validity.note


@pytest.mark.parametrize(
    ("on", "status", "words"),
    [
        ("2023-06-30", "not_yet", "Luật này có hiệu lực thi hành từ ngày 01 tháng 7 năm 2023"),
        ("2023-07-01", "in_force", "Luật này có hiệu lực thi hành từ ngày 01 tháng 7 năm 2023"),
        ("2025-06-26", "in_force", "Luật này có hiệu lực thi hành từ ngày 01 tháng 7 năm 2023"),
        ("2025-06-27", "unknown", "Luật Thực hiện dân chủ ở cơ sở ngày 27 tháng 6 năm 2025"),
        ("2026-11-20", "unknown", "Luật Thực hiện dân chủ ở cơ sở ngày 27 tháng 6 năm 2025"),
    ],
)
def test_the_law_and_what_amends_it(catalog: Catalog, laws: Path, on: str, status: str, words: str) -> None:
    law = draft(laws / "luat-10-2022-qh15.txt").document
    held = (*catalog.documents, law)
    found = ground(law, chain_of(catalog, "Thạch Khôi", on), held)
    assert found.validity.status.value == status
    assert found.quote is not None
    assert words in " ".join(found.quote.text.split())


def test_the_stack_goes_from_law_to_plan(catalog: Catalog, laws: Path) -> None:
    added = [draft(path).document for path in sorted(laws.glob("*.txt"))]
    pile = stack((*catalog.documents, *added), chain_of(catalog, "phường Thạch Khôi", "2026-11-20"))
    assert [entry.document.id for entry in pile.entries] == [
        "luat-10-2022-qh15",
        "nghi-dinh-59-2023-nd-cp",
        "nghi-dinh-61-2023-nd-cp",
        "nghi-quyet-hai-phong-2025",
        "nghi-quyet-thach-khoi-2025",
    ]
    assert pile.gaps == ()


def test_ranks(catalog: Catalog) -> None:
    order = sorted(catalog, key=rank)
    assert [document.id for document in order] == [
        "nghi-quyet-hai-phong-2025",
        "nghi-quyet-kim-bang-2024",
        "nghi-quyet-thach-khoi-2025",
        "ke-hoach-ngo-quyen-2025",
        "to-trinh-cao-xanh-2024",
    ]


@pytest.mark.parametrize(
    ("words", "gap"),
    [
        ("Hạ Long", "không có văn bản ràng buộc nào của địa phương: phường Hạ Long, tỉnh Quảng Ninh"),
        ("phường Cao Xanh", "không có văn bản ràng buộc nào của địa phương: phường Cao Xanh, tỉnh Quảng Ninh"),
        ("phường Ngô Quyền", "không có văn bản ràng buộc nào của phường Ngô Quyền"),
        ("phường Thạch Khôi", "chưa có luật, nghị định"),
    ],
)
def test_what_is_not_held_is_said(catalog: Catalog, words: str, gap: str) -> None:
    assert any(gap in said for said in stack(catalog.documents, chain_of(catalog, words, "2026-11-20")).gaps)


def local(name: str, province: str, tier: Tier, day: dt.date, **more: object) -> Metadata:
    return Metadata("x", Kind.RESOLUTION, tier, "HĐND", True, place=Place(name, province), adopted=day, effective=day)


@pytest.mark.parametrize(
    ("name", "province", "tier", "status", "note"),
    [
        ("Tỉnh Hà Nam", "Tỉnh Hà Nam", Tier.PROVINCE, Force.UNKNOWN, "nay thuộc tỉnh Ninh Bình"),
        ("Thành phố Hải Phòng", "Thành phố Hải Phòng", Tier.PROVINCE, Force.UNKNOWN, "được sắp xếp lại"),
        ("Tỉnh Nghệ An", "Tỉnh Nghệ An", Tier.PROVINCE, Force.IN_FORCE, "Có hiệu lực từ"),
        ("Xã Gia Xuyên", "Tỉnh Hải Dương", Tier.WARD, Force.UNKNOWN, "nay thuộc phường Thạch Khôi"),
        ("Phường Cao Xanh", "Tỉnh Quảng Ninh", Tier.WARD, Force.UNKNOWN, "nay là phường Cao Xanh"),
        ("Quận Ngô Quyền", "Thành phố Hải Phòng", Tier.DISTRICT, Force.UNKNOWN, "không còn từ 01/7/2025"),
        ("Xã Không Có", "", Tier.WARD, Force.IN_FORCE, "Có hiệu lực từ"),
    ],
)
def test_a_unit_that_is_no_more_is_warned_of(name: str, province: str, tier: Tier, status: Force, note: str) -> None:
    meta = local(name, province, tier, dt.date(2024, 5, 1))
    assert validity(meta, dt.date(2025, 6, 30)).status is Force.IN_FORCE
    found = validity(meta, dt.date(2026, 1, 1))
    assert found.status is status
    assert note in found.note


def test_a_proposal_of_a_unit_of_old_warns_too(catalog: Catalog) -> None:
    found = validity(catalog.by_id["to-trinh-cao-xanh-2024"].meta, dt.date(2026, 1, 1))
    assert "được sắp xếp lại từ 01/7/2025" in found.note
