"""Every reference of the five documents against a list made by hand, alone and with the law and its two decrees."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.catalog import Catalog, draft, open_catalog
from corpus.document import Document, Kind
from corpus.document_names import find_names
from corpus.identity import issuer_in_full
from corpus.provision_names import find_provision_names
from corpus.references import Reference, Standing, references

BY_HAND = Path(__file__).parent / "references.txt"
LAW = "luat-10-2022-qh15"


def by_hand() -> dict[str, list[list[str]]]:
    """The rows of the list made by hand, by document."""
    rows: dict[str, list[list[str]]] = {}
    document = ""
    for line in BY_HAND.read_text("utf-8").splitlines():
        if line.startswith("["):
            document = line.strip("[]")
        elif line and not line.startswith("#"):
            rows.setdefault(document, []).append(line.split(" | "))
    return rows


def row(reference: Reference) -> list[str]:
    """A reference as the list made by hand writes it, with one column of standing."""
    name = reference.name
    assert name is not None
    said = [name.kind.value, name.number, name.date or name.year, name.issuer]
    standing = reference.standing.value
    if reference.opens:
        standing = " ".join((standing, str(reference.target), *(path.id for path in reference.targets)))
    words = ("^" if reference.within else "") + reference.words
    return [reference.path.id, words, *(str(one) if one else "-" for one in said), standing]


@pytest.fixture(scope="module")
def with_laws(laws: Path) -> list[Document]:
    return [*open_catalog(None), *(draft(path).document for path in sorted(laws.glob("*.txt")))]


def test_the_list_made_by_hand_is_whole() -> None:
    rows = by_hand()
    assert {document: len(listed) for document, listed in rows.items()} == {
        "nghi-quyet-thach-khoi-2025": 17,
        "to-trinh-cao-xanh-2024": 11,
        "nghi-quyet-kim-bang-2024": 14,
        "nghi-quyet-hai-phong-2025": 24,
        "ke-hoach-ngo-quyen-2025": 13,
    }
    assert all(len(one) == 8 for listed in rows.values() for one in listed)


@pytest.mark.parametrize("document_id", by_hand())
def test_none_is_missed_and_none_invented(catalog: Catalog, document_id: str) -> None:
    found = references(catalog).by_document[document_id]
    assert [row(reference) for reference in found] == [one[:7] for one in by_hand()[document_id]]


@pytest.mark.parametrize("document_id", by_hand())
def test_they_resolve_once_the_laws_are_added(with_laws: list[Document], document_id: str) -> None:
    found = references(with_laws).by_document[document_id]
    wanted = [[*one[:6], one[6] if one[7] == "=" else one[7]] for one in by_hand()[document_id]]
    assert [row(reference) for reference in found] == wanted


@pytest.mark.parametrize(
    ("document_id", "provision", "targets"),
    [
        (LAW, "chap_II__sec_1__art_13__cl_5", "art_13__cl_1 art_13__cl_2 art_13__cl_3 art_13__cl_4 art_12__cl_1"),
        (LAW, "chap_II__sec_2__art_22__cl_3", "art_18 art_19 art_20 art_21"),
        (LAW, "chap_IV__sec_2__art_82__cl_1", "chap_I"),
        (LAW, "chap_IV__sec_2__art_82__cl_2", "chap_IV__sec_1"),
        (LAW, "chap_III__sec_2__art_51__cl_2__pt_a", "art_51__cl_2__pt_b art_51__cl_2__pt_đ"),
        ("nghi-dinh-59-2023-nd-cp", "art_1",
         "art_23__cl_4 art_33__cl_4 art_40__cl_3 art_45__cl_4 art_63__cl_3 art_81__cl_4"),
        ("nghi-dinh-59-2023-nd-cp", "art_9__cl_2", "art_3__cl_5"),
        ("nghi-dinh-61-2023-nd-cp", "art_12__cl_1", "art_12__cl_1__pt_a art_12__cl_1__pt_b art_12__cl_1__pt_c"),
        ("nghi-dinh-61-2023-nd-cp", "art_8__cl_3", "art_3 art_4 art_5 art_6 art_9 art_10 art_11"),
    ],
)  # fmt: skip
def test_lists_ranges_and_this_in_the_laws(
    with_laws: list[Document], document_id: str, provision: str, targets: str
) -> None:
    found = [r for r in references(with_laws).by_document[document_id] if r.path.id == provision]
    paths = [path.id for r in found for path in r.targets]
    assert len(paths) == len(targets.split())
    assert all(path == end or path.endswith(f"__{end}") for path, end in zip(paths, targets.split(), strict=True))


def test_the_words_are_a_slice_and_stand_in_their_provision(catalog: Catalog) -> None:
    for document in catalog:
        for reference in references(catalog).by_document[document.id]:
            provision = document.by_path[reference.path.id]
            assert document.text.text[reference.start : reference.end] == reference.words
            assert provision.start <= reference.start < reference.end <= provision.own_end


def test_every_legal_basis_of_the_metadata_is_found(catalog: Catalog) -> None:
    for document in catalog:
        bases = [r for r in references(catalog).by_document[document.id] if r.basis and not r.within and r.name]
        for basis in document.meta.bases:
            assert [r for r in bases if r.name and (r.name.number, r.name.date) == (basis.number, basis.date)], basis


def test_likely_the_same_says_what_differs(catalog: Catalog, with_laws: list[Document]) -> None:
    (linked,) = [
        r for r in references(catalog).by_document["nghi-quyet-thach-khoi-2025"] if r.standing is Standing.LIKELY
    ]
    assert linked.words.startswith("Nghị quyết số 82/NQ-HĐND ngày 11/12/2025")
    assert linked.reason == (
        "Có lẽ là cùng một văn bản: nội dung trùng; bản nguồn kia không ghi số, ghi ngày thông qua 10/12/2025 và ký số "
        "12/12/2025."
    )
    cut = [r for r in references(with_laws).by_document["to-trinh-cao-xanh-2024"] if r.standing is Standing.LIKELY]
    assert {r.reason for r in cut} == {
        "Tên ghi không đủ: “Luật dân chủ ở cơ sở”; văn bản đang giữ tên là “Luật Thực hiện dân chủ ở cơ sở”."
    }


def resolution(folder: Path, body: str, *, number: str = "7/NQ-HĐND", day: str = "19 tháng 12 năm 2025") -> Document:
    path = folder / f"nq-{abs(hash((body, number)))}.txt"
    path.write_text(
        f"HỘI ĐỒNG NHÂN DÂN PHƯỜNG THẠCH KHÔI\nSố: {number}\nThạch Khôi, ngày {day}\nNGHỊ QUYẾT\nVề việc thử\n{body}\n",
        "utf-8",
    )
    return draft(path, {"id": f"nq-{number.split('/')[0]}"}).document


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        (
            "Nghị quyết số 18/NQ-HĐND ngày 23/7/2024 của Hội đồng nhân dân huyện Kim Bảng",
            "held nghi-quyet-kim-bang-2024",
        ),
        ("khoản 2 Điều 1 Nghị quyết số 18/NQ-HĐND ngày 23/7/2024", "held nghi-quyet-kim-bang-2024 art_1__cl_2"),
        ("Điều 7 Nghị quyết số 18/NQ-HĐND ngày 23/7/2024", "no_provision"),
        ("Nghị quyết số 18/NQ-HĐND ngày 24/7/2024 của HĐND huyện Kim Bảng", "likely nghi-quyet-kim-bang-2024"),
        ("Nghị quyết số 18/NQ-HĐND", "likely nghi-quyet-kim-bang-2024"),
        ("Nghị quyết số 18/NQ-HĐND của HĐND phường", "not_held"),
        ("Nghị quyết số 18/NQ-HĐND ngày 23/7/2024 của HĐND tỉnh Hà Nam", "not_held"),
        ("Quyết định số 18/NQ-HĐND ngày 23/7/2024", "not_held"),
        ("Tờ trình số 35 /TTr- UBND ngày 16 tháng 4 năm 2024", "held to-trinh-cao-xanh-2024"),
        (
            "Nghị quyết số 90/NQ-HĐND ngày 12/12/2025 của Hội đồng nhân dân thành phố Hải Phòng",
            "likely nghi-quyet-hai-phong-2025",
        ),
        ("Nghị quyết số 90/NQ-HĐND ngày 12/11/2025 của Hội đồng nhân dân thành phố Hải Phòng", "not_held"),
        ("Luật dân chủ", "not_held"),
    ],
)
def test_a_document_added_later(catalog: Catalog, tmp_path: Path, said: str, standing: str) -> None:
    added = resolution(tmp_path, f"Điều 1. Thực hiện {said}.")
    (found,) = references((*catalog, added)).by_document[added.id]
    assert found.words == said
    assert row(found)[-1] == standing
    assert (found.reason is None) == (found.standing in (Standing.HELD, Standing.NOT_HELD))


@pytest.mark.parametrize(
    ("said", "standing", "reason"),
    [
        ("Điều 2 đến Điều 4", Standing.HELD, "chỉ có một phần"),
        ("Điều 8", Standing.NO_PROVISION, "không có điều khoản này"),
    ],
)
def test_what_of_a_range_is_missing_is_said(
    catalog: Catalog, tmp_path: Path, said: str, standing: Standing, reason: str
) -> None:
    added = resolution(tmp_path, f"Điều 1. Thực hiện {said} Nghị quyết số 18/NQ-HĐND ngày 23/7/2024.")
    (found,) = references((*catalog, added)).of(added)
    assert found.standing is standing
    assert reason in str(found.reason)
    # Of a document that is only likely the one named, both are said.
    linked = resolution(tmp_path, f"Điều 1. Thực hiện {said} Nghị quyết số 18/NQ-HĐND.", number="8/NQ-HĐND")
    (likely,) = references((*catalog, linked)).of(linked)
    assert "chỗ viện dẫn không ghi ngày" in str(likely.reason)
    assert reason in str(likely.reason)


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ("theo khoản 1 Điều này.", [("khoản 1 Điều này", "art_2__cl_1")]),
        ("theo điểm b khoản này và Điều 1.", [("điểm b khoản này", "art_2__cl_2__pt_b"), ("Điều 1", "art_1")]),
        ("theo điểm a, điểm b khoản 2 Điều này.", [
            ("điểm a", "art_2__cl_2__pt_a"), ("điểm b khoản 2 Điều này", "art_2__cl_2__pt_b")]),
        ("theo các khoản 1 và 2 Điều 2 Nghị quyết này.", [
            ("các khoản 1", "art_2__cl_1"), ("2 Điều 2 Nghị quyết này", "art_2__cl_2")]),
        ("theo Điều 1 đến Điều 2.", [("Điều 1 đến Điều 2", "art_1 art_2")]),
        ("theo khoản 1; báo cáo trong 5 ngày.", [("khoản 1", "art_2__cl_1")]),
        ("theo khoản 9 Điều này.", [("khoản 9 Điều này", "")]),
        ("thời điểm a, địa điểm b, tài khoản 3, các khoản chi và 5 điều kiện.", []),
    ],
)  # fmt: skip
def test_provisions_of_the_document_itself(
    catalog: Catalog, tmp_path: Path, clause: str, found: list[tuple[str, str]]
) -> None:
    body = f"Điều 1. Một\n1. Hai\n2. Ba\nĐiều 2. Bốn\n1. Năm\n2. Thực hiện {clause}\na) Sáu\nb) Bảy"
    added = resolution(tmp_path, body)
    listed = references((*catalog, added)).by_document[added.id]
    assert [(r.words, " ".join(path.id for path in r.targets)) for r in listed] == found
    assert all(r.standing is (Standing.HELD if r.targets else Standing.NO_PROVISION) for r in listed)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("các Nghị định số 59/2023/NĐ-CP và số 61/2023/NĐ-CP của Chính phủ", [
            ("Nghị định số 59/2023/NĐ-CP", "59/2023/NĐ-CP"), ("số 61/2023/NĐ-CP của Chính phủ", "61/2023/NĐ-CP")]),
        ("Chỉ thị số 30-CT/TW ngày 18/02/1998 của Bộ Chính trị về dân chủ", [
            ("Chỉ thị số 30-CT/TW ngày 18/02/1998 của Bộ Chính trị", "30-CT/TW")]),
        ("Thông tư số 01/2024/TT-BNV của Bộ trưởng Bộ Kế hoạch và Đầu tư hướng dẫn", [
            ("Thông tư số 01/2024/TT-BNV của Bộ trưởng Bộ Kế hoạch và Đầu tư", "01/2024/TT-BNV")]),
        ("Luật Hôn nhân và gia đình số 52/2014/QH13 và Luật Phòng, chống tham nhũng thì thực hiện", [
            ("Luật Hôn nhân và gia đình số 52/2014/QH13", "52/2014/QH13"), ("Luật Phòng, chống tham nhũng", None)]),
        ("Thông tư số 1/2020/TT-BVHTTDL của Bộ trưởng Bộ Văn hóa, Thể thao và Du lịch ngày 3/4/2020 quy định", [
            ("Thông tư số 1/2020/TT-BVHTTDL của Bộ trưởng Bộ Văn hóa, Thể thao và Du lịch ngày 3/4/2020",
             "1/2020/TT-BVHTTDL")]),
        ("Nghị định số 1/2020/NĐ-CP của Chính phủ và Thông tư này", [
            ("Nghị định số 1/2020/NĐ-CP của Chính phủ", "1/2020/NĐ-CP"), ("Thông tư này", None)]),
        ("Luật Phòng, chống thiên tai thì; Luật Luật sư và luật sư; Luật sư tham gia; Luật sửa đổi nhiều luật", [
            ("Luật Phòng, chống thiên tai", None), ("Luật Luật sư", None)]),
        ("Bộ luật Lao động năm 2019, Luật Nhà ở", [("Bộ luật Lao động năm 2019", None), ("Luật Nhà ở", None)]),
        ("Căn cứ Hiến pháp nước Cộng hòa xã hội chủ nghĩa Việt Nam năm 2013;", [
            ("Hiến pháp nước Cộng hòa xã hội chủ nghĩa Việt Nam năm 2013", None)]),
        ("theo pháp luật, các luật khác, Luật có liên quan, dự luật và kỷ luật lao động", []),
        ("xây dựng Kế hoạch, ban hành Quyết định trong 10/2025 và 3/4 số hộ", []),
    ],
)  # fmt: skip
def test_names_as_papers_write_them(text: str, names: list[tuple[str, str | None]]) -> None:
    assert [(name.words, name.number) for name in find_names(text)] == names


def test_a_date_and_an_issuer_are_read_as_they_stand(catalog: Catalog) -> None:
    (name,) = find_names("Kế hoạch số 5/KH-UBND ngày 06 tháng 4 năm 2023 của UBND thành phố về thử;")
    assert (name.kind, name.date, name.issuer, name.about) == (
        Kind.PLAN,
        dt.date(2023, 4, 6),
        "UBND thành phố",
        "về thử",
    )
    where = catalog.by_id["nghi-quyet-thach-khoi-2025"].meta
    assert issuer_in_full(name.issuer, where) == "Ủy ban nhân dân thành phố Hải Phòng"
    assert issuer_in_full("HĐND phường", where) == "Hội đồng nhân dân phường Thạch Khôi"
    assert issuer_in_full("HĐND tỉnh", where) is None


@given(st.text(alphabet="Luật Điều khoản số ngày này 15/NQ-HĐ,;.()abđ\n", max_size=120))
def test_whatever_the_words_offsets_hold(text: str) -> None:
    for paragraph in text.split("\n"):
        for name in find_names(paragraph):
            assert paragraph[name.start : name.end] == name.words
        spans = [(one.start, one.end) for chain in find_provision_names(paragraph) for one in chain]
        assert spans == sorted(spans)
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
