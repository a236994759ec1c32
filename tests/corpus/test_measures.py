"""The matrix of measures against those made by hand: `measures_by_hand.tsv`, `measures_of_the_law_by_hand.tsv`."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from pathlib import Path

import pytest

from corpus.catalog import Catalog, draft
from corpus.document import Document, Place
from corpus.measures import Clause, all_groups, groups_by_path, is_checked, matrix
from corpus.provision import MARKED

HERE = Path(__file__).parent
LAW = "luat-10-2022-qh15"
GROUPS = [
    "boi-duong", "tuyen-truyen", "trach-nhiem", "khen-thuong", "cong-nghe",
    "muc-tieu", "kiem-tra", "kinh-phi", "to-chuc",
]  # fmt: skip


def by_hand() -> dict[tuple[str, str], list[str]]:
    """The provisions of each document and group."""
    lines = (HERE / "measures_by_hand.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {(document, group): paths.split() for document, group, paths in rows}


def of_the_law_by_hand() -> dict[str, list[str]]:
    """The provisions of each group."""
    lines = (HERE / "measures_of_the_law_by_hand.tsv").read_text("utf-8").splitlines()
    return {group: paths.split() for group, paths in (line.split("\t") for line in lines if not line.startswith("#"))}


def paths(clauses: tuple[Clause, ...]) -> list[str]:
    return [clause.provision.path.id for clause in clauses]


@pytest.fixture(scope="module")
def law(laws: Path) -> Document:
    return draft(laws / f"{LAW}.txt").document


def test_the_groups_are_the_five_of_the_law_and_four_that_the_resolutions_add() -> None:
    assert [group.id for group in all_groups()] == GROUPS
    assert [group.law for group in all_groups()] == [1, 2, 3, 4, 5, None, None, None, None]


@pytest.mark.parametrize(("document_id", "group_id"), by_hand())
def test_each_cell_equals_the_one_made_by_hand(catalog: Catalog, document_id: str, group_id: str) -> None:
    table = matrix(catalog)
    group, holder = table.group(group_id), table.holder(document_id)
    assert group
    assert holder
    assert paths(table.cell(group, holder).clauses) == by_hand()[document_id, group_id]


def test_there_is_no_cell_that_was_not_made_by_hand(catalog: Catalog) -> None:
    table = matrix(catalog)
    assert {(cell.holder.documents[0].id, id) for (id, _), cell in table.cells.items()} == set(by_hand())
    assert [holder.key for holder in table.holders] == [
        "thanh-pho-hai-phong", "huyen-kim-bang", "quan-ngo-quyen", "phuong-cao-xanh", "phuong-thach-khoi",
    ]  # fmt: skip
    assert all(holder.checked for holder in table.holders)


def test_every_provision_of_the_five_documents_is_in_a_group(catalog: Catalog) -> None:
    for document in catalog:
        by_path = groups_by_path(document)
        assert set(by_path) <= set(document.by_path), document.id
        covered = {id for path in by_path for provision in document.by_path[path].walk() for id in [provision.path.id]}
        left = [p.path.id for p in document.marked if p.is_leaf and p.path.id not in covered]
        assert not left, document.id


def test_every_clause_is_quoted_word_for_word(catalog: Catalog) -> None:
    for cell in matrix(catalog).cells.values():
        for clause in cell.clauses:
            quoted = "".join("".join(citation.text.split()) for citation in clause.citations)
            assert quoted == "".join(clause.document.words(clause.provision).split())
        assert bool(cell.citations) == bool(cell.clauses)


def test_the_law_adds_its_row(catalog: Catalog, law: Document) -> None:
    table = matrix([*catalog, law])
    holder = table.holders[0]
    assert (holder.key, holder.national, holder.checked) == (LAW, True, False)
    found = {cell.group.id: paths(cell.clauses) for cell in table.of_holder(holder)}
    assert found.keys() == of_the_law_by_hand().keys()
    for group, by_law in of_the_law_by_hand().items():
        order = [p.path.id for p in law.walk()]
        assert found[group] == sorted(by_law, key=order.index), group
    # The five places keep their cells.
    for (document_id, group_id), expected in by_hand().items():
        group, place = table.group(group_id), table.holder(document_id)
        assert group
        assert place
        assert paths(table.cell(group, place).clauses) == expected


def test_the_five_clauses_of_the_law_are_the_first_of_their_groups(law: Document) -> None:
    table = matrix([law])
    for group in table.groups[:5]:
        (cell,) = table.of_group(group)
        assert cell.clauses[0].provision.path.id == f"chap_I__art_8__cl_{group.law}"


@pytest.mark.parametrize(
    ("file", "group", "expected"),
    [
        ("nghi-dinh-61-2023-nd-cp", "kinh-phi", ["art_23"]),
        ("nghi-dinh-61-2023-nd-cp", "muc-tieu", ["art_3", "art_4"]),
        ("nghi-dinh-61-2023-nd-cp", "cong-nghe", ["art_18__cl_1__pt_đ"]),
        ("nghi-dinh-59-2023-nd-cp", "kiem-tra", [f"art_{n}" for n in range(12, 28)]),
        ("nghi-dinh-59-2023-nd-cp", "boi-duong", []),
        ("nghi-dinh-59-2023-nd-cp", "kinh-phi", []),
    ],
)  # fmt: skip
def test_the_rule_on_decrees(laws: Path, file: str, group: str, expected: list[str]) -> None:
    table = matrix([draft(laws / f"{file}.txt").document])
    found = table.group(group)
    assert found
    assert paths(table.cell(found, table.holders[0]).clauses) == expected


def unchecked(document: Document) -> Document:
    """The same words under an id that nobody checked, as a document that was added."""
    return dataclasses.replace(document, meta=dataclasses.replace(document.meta, id=f"{document.id}-2"))


def test_the_rule_alone_agrees_with_the_hand(catalog: Catalog) -> None:
    """Of leaves and their groups; what it leaves out or adds is why its rows say that nobody checked them."""
    right = said = wanted = 0
    for document in catalog:
        rule: set[tuple[str, str]] = set()
        hand: set[tuple[str, str]] = set()
        for by_path, found in ((groups_by_path(unchecked(document)), rule), (groups_by_path(document), hand)):
            for path, groups in by_path.items():
                leaves = [p.path.id for p in document.by_path[path].walk() if p.is_leaf and p.level in MARKED]
                found |= {(leaf, group) for leaf in leaves for group in groups}
        right, said, wanted = right + len(rule & hand), said + len(rule), wanted + len(hand)
    assert wanted == 192
    assert right / said > 0.95
    assert right / wanted > 0.88


def test_words_that_are_not_those_checked_are_left_to_the_rule(catalog: Catalog) -> None:
    document = catalog.by_id["nghi-quyet-kim-bang-2024"]
    other = dataclasses.replace(document, sha256="0" * 64)
    assert is_checked(document)
    assert not is_checked(other)
    assert not matrix([other]).holders[0].checked
    assert groups_by_path(other)["art_2"] == ("kinh-phi",)


def test_two_documents_of_a_place_are_one_row(catalog: Catalog) -> None:
    document = catalog.by_id["nghi-quyet-kim-bang-2024"]
    table = matrix([document, unchecked(document)])
    (holder,) = table.holders
    assert [d.id for d in holder.documents] == ["nghi-quyet-kim-bang-2024", "nghi-quyet-kim-bang-2024-2"]
    assert not holder.checked
    found = defaultdict(list)
    for cell in table.of_holder(holder):
        for clause in cell.clauses:
            found[cell.group.id].append((clause.document.id, clause.provision.path.id))
    assert found["kinh-phi"] == [(d.id, "art_2") for d in holder.documents]


def test_a_paper_that_names_the_one_with_the_measures_says_so_until_that_is_held(catalog: Catalog) -> None:
    said = {holder.key: [clause.provision.path.id for clause in holder.elsewhere] for holder in matrix(catalog).holders}
    assert {key: paths for key, paths in said.items() if paths} == {
        "quan-ngo-quyen": ["sec_II__cl_1__ind_1"],
        "phuong-cao-xanh": ["opening"],
    }
    plan, other = catalog.by_id["ke-hoach-ngo-quyen-2025"], catalog.by_id["nghi-quyet-kim-bang-2024"]
    submission = catalog.by_id["to-trinh-cao-xanh-2024"]
    assert "(có Dự thảo Nghị quyết kèm theo)" in submission.words(submission.by_path["opening"])
    assert "Nghị quyết số 46/NQ-HĐND" in plan.words(plan.by_path["sec_II__cl_1__ind_1"])
    of_another_place = dataclasses.replace(other, meta=dataclasses.replace(other.meta, number="46/NQ-HĐND"))
    of_the_district = dataclasses.replace(
        other, meta=dataclasses.replace(other.meta, id="nq-46", number="46/NQ-HĐND", place=plan.meta.place)
    )
    named = {holder.key: bool(holder.elsewhere) for holder in matrix([plan, of_another_place]).holders}
    assert named == {"quan-ngo-quyen": True, "huyen-kim-bang": False}
    assert [holder.elsewhere for holder in matrix([plan, of_the_district]).holders] == [()]
    of_the_ward = dataclasses.replace(
        other, meta=dataclasses.replace(other.meta, id="nq-cx", place=submission.meta.place)
    )
    assert [holder.elsewhere for holder in matrix([submission, of_the_ward]).holders] == [()]


def test_places_of_one_name_in_two_provinces_have_two_addresses(catalog: Catalog) -> None:
    one = catalog.by_id["nghi-quyet-thach-khoi-2025"]
    elsewhere = Place("Phường Thạch Khôi", "Tỉnh Quảng Ninh")
    other = dataclasses.replace(one, meta=dataclasses.replace(one.meta, id="khac", place=elsewhere))
    keys = [holder.key for holder in matrix([one, other]).holders]
    assert keys == ["phuong-thach-khoi-thanh-pho-hai-phong", "phuong-thach-khoi-tinh-quang-ninh"]


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Kim Bảng", "huyen-kim-bang"),
        ("kim bang", "huyen-kim-bang"),
        ("Phường Thạch Khôi", "phuong-thach-khoi"),
        ("P. Thạch Khôi", "phuong-thach-khoi"),
        ("  ở   Hải Phòng ", "thanh-pho-hai-phong"),
        ("Ngo Quyen", "quan-ngo-quyen"),
        ("to-trinh-cao-xanh-2024", "phuong-cao-xanh"),
        ("Cao Xanh", "phuong-cao-xanh"),
        ("Bến Nghé", None),
        ("Thạch Khôi và Kim Bảng", None),
        ("", None),
        ("\ud800", None),
    ],
)
def test_a_place_is_known_as_people_type_it(catalog: Catalog, words: str, key: str | None) -> None:
    found = matrix(catalog).named(words)
    assert (found.key if found else None) == key


def test_no_documents_no_rows() -> None:
    assert matrix([]).holders == ()
    assert matrix([]).cells == {}


def test_a_document_of_the_country_without_measures_has_no_row(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "luat.txt"
    path.write_text("LUẬT\nTHỦ ĐÔ\nĐiều 1. Phạm vi điều chỉnh\nLuật này quy định về Thủ đô.\n", "utf-8")
    table = matrix([*catalog, draft(path).document])
    assert [holder.national for holder in table.holders] == [False] * 5


def test_a_paper_of_a_place_without_measures_has_gaps(tmp_path: Path) -> None:
    path = tmp_path / "nq.txt"
    path.write_text(
        "HỘI ĐỒNG NHÂN DÂN PHƯỜNG BẾN NGHÉ\nNGHỊ QUYẾT\nVề đặt tên đường\nĐiều 1. Đặt tên đường\n"
        "Đặt tên ba tuyến đường.\nĐiều 2. Kinh phí thực hiện\nNgân sách phường bảo đảm.\n",
        "utf-8",
    )
    (holder,) = (table := matrix([draft(path, {"place": Place("Phường Bến Nghé", "")}).document])).holders
    assert holder.key == "phuong-ben-nghe"
    assert [cell.group.id for cell in table.of_holder(holder) if cell.clauses] == ["kinh-phi"]
