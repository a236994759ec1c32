"""Citations: inside out, proven when made, cut between children, with a code that can be read over the phone."""

from __future__ import annotations

import dataclasses

import pytest

from corpus.catalog import Catalog
from corpus.citation import (
    CODE_ALPHABET,
    MAX_QUOTE_CHARS,
    NotVerbatim,
    cite,
    lead_in,
    name,
    normalise_code,
    quotations,
)
from corpus.document import Document
from corpus.provision import QUOTABLE, ProvisionPath
from corpus.text import strip_layout


def whole(document: Document, path: str) -> str:
    provision = document.by_path[path]
    return quotations(document, provision)[0].words


@pytest.mark.parametrize(
    ("id", "path", "words"),
    [
        (
            "nghi-quyet-thach-khoi-2025",
            "art_1__sec_II__cl_5__pt_b",
            "điểm b khoản 5 Mục II Điều 1 Nghị quyết (chưa có số trong bản nguồn) của Hội đồng nhân dân phường Thạch Khôi, "
            "thông qua ngày 19 tháng 12 năm 2025",
        ),
        (
            "nghi-quyet-kim-bang-2024",
            "art_1__cl_2__pt_a__ind_2",
            "gạch đầu dòng thứ hai điểm a khoản 2 Điều 1 Nghị quyết số 18/NQ-HĐND ngày 23 tháng 7 năm 2024 của Hội đồng "
            "nhân dân huyện Kim Bảng",
        ),
        (
            "ke-hoach-ngo-quyen-2025",
            "sec_III__cl_5__ind_1",
            "gạch đầu dòng thứ nhất khoản 5 Mục III Kế hoạch (chưa có số trong bản nguồn) của Ủy ban nhân dân quận Ngô "
            "Quyền, năm 2025",
        ),
        (
            "to-trinh-cao-xanh-2024",
            "bases__basis_1",
            "căn cứ thứ nhất, phần căn cứ Tờ trình số 35/TTr-UBND ngày 16 tháng 4 năm 2024 của Ủy ban nhân dân phường Cao Xanh",
        ),
    ],
)
def test_written_inside_out(catalog: Catalog, id: str, path: str, words: str) -> None:
    assert whole(catalog.by_id[id], path) == words


def test_every_quotation_is_its_slice_and_short_enough(catalog: Catalog) -> None:
    codes: dict[str, tuple[str, int, int]] = {}
    for document in catalog:
        for provision in document.walk():
            if provision.level not in QUOTABLE:
                continue
            cited = quotations(document, provision)
            assert strip_layout("\n".join(c.text for c in cited)) == strip_layout(document.words(provision))
            for citation in cited:
                assert len(citation.text) <= MAX_QUOTE_CHARS
                source = document.source_text[citation.source_start : citation.source_end]
                assert strip_layout(source) == strip_layout(citation.text)
                place = (document.id, citation.start, citation.end)
                assert codes.setdefault(citation.code, place) == place, "two quotes share a code"
                assert set(citation.code) <= set(CODE_ALPHABET)
                assert len(citation.code) == 8


def test_a_quote_that_is_not_its_slice_is_never_made(catalog: Catalog) -> None:
    document = catalog.by_id["nghi-quyet-kim-bang-2024"]
    provision = document.by_path["art_2"]
    forged = dataclasses.replace(document, source_text=document.source_text.replace("ngân sách", "ngân quỹ"))
    with pytest.raises(NotVerbatim):
        cite(forged, provision.path, provision.start, provision.end)


def test_the_attestation_cannot_be_cited(catalog: Catalog) -> None:
    document = catalog.by_id["nghi-quyet-hai-phong-2025"]
    part = document.by_path["attestation"]
    with pytest.raises(NotVerbatim):
        cite(document, part.path, part.start, part.end)


def test_long_provisions_are_cut_between_children(catalog: Catalog) -> None:
    document = catalog.by_id["nghi-quyet-thach-khoi-2025"]
    cited = quotations(document, document.by_path["art_1__sec_II__cl_3"])
    assert [c.words.split(" Nghị")[0] for c in cited] == [
        "khoản 3 Mục II Điều 1 (từ đầu đến hết điểm d)",
        "điểm đ khoản 3 Mục II Điều 1",
    ]


def test_a_point_is_never_an_orphan(catalog: Catalog) -> None:
    document = catalog.by_id["nghi-quyet-thach-khoi-2025"]
    spans = lead_in(document, ProvisionPath.parse("art_1__sec_II__cl_3__pt_đ__ind_1"))
    words = [document.text.text[a:b] for a, b in spans]
    assert [w.split()[0] for w in words] == ["Điều", "II.", "3.", "đ)"]
    for each in catalog:
        for provision in each.marked:
            if provision.level in ("pt", "ind"):
                assert lead_in(each, provision.path)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("k7m2-q8xh", "K7M2Q8XH"), (" K7M2 Q8XH ", "K7M2Q8XH"), ("K7M2Q8X", None), ("K7M2Q8X0", None), ("", None)],
)
def test_codes_as_people_type_them(typed: str, code: str | None) -> None:
    assert normalise_code(typed) == code


def test_a_missing_number_is_said_to_be_missing(catalog: Catalog) -> None:
    assert "chưa có số trong bản nguồn" in name(catalog.by_id["nghi-quyet-hai-phong-2025"].meta)
