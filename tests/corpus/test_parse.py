"""The reader: counts of the hand-counted table, traps, and a partition of the text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.catalog import Catalog, draft
from corpus.parse import parse
from corpus.provision import QUOTABLE, Level, ProvisionPath
from corpus.text import canonical, strip_layout

# Counted by hand: Điều, Mục, khoản, điểm, gạch đầu dòng, all.
TABLE = {
    "nghi-quyet-thach-khoi-2025": (3, 2, 11, 27, 5, 48),
    "to-trinh-cao-xanh-2024": (0, 0, 5, 0, 25, 30),
    "nghi-quyet-kim-bang-2024": (3, 0, 4, 7, 15, 29),
    "nghi-quyet-hai-phong-2025": (4, 0, 14, 30, 9, 57),
    "ke-hoach-ngo-quyen-2025": (0, 3, 10, 2, 27, 42),
}


def paths(text: str) -> list[str]:
    parts, _ = parse(canonical(text).text)
    return [p.path.id for part in parts for p in part.walk()]


@pytest.mark.parametrize("id", TABLE)
def test_hand_counted_table(catalog: Catalog, id: str) -> None:
    assert tuple(catalog.by_id[id].counts().values()) == TABLE[id]


def test_spans_join_into_the_text_and_lead_to_the_same_words_in_the_source(catalog: Catalog) -> None:
    for document in catalog:
        own = [document.own_words(p) for p in document.walk()]
        assert "\n".join(words for words in own if words) == document.text.text
        for provision in document.walk():
            low, high = document.text.source_span(provision.start, provision.end)
            assert strip_layout(document.source_text[low:high]) == strip_layout(document.words(provision))
        assert len(document.by_path) == sum(1 for _ in document.walk())


def test_paths_read_back(catalog: Catalog) -> None:
    for document in catalog:
        for provision in document.walk():
            assert ProvisionPath.parse(provision.path.id) == provision.path


@pytest.mark.parametrize(
    ("id", "path", "begins"),
    [
        ("nghi-quyet-thach-khoi-2025", "art_1__sec_II__cl_5__pt_b", "b) Xử lý kịp thời"),
        ("nghi-quyet-thach-khoi-2025", "art_1__sec_I__cl_2__pt_đ", "đ) Bảo đảm 100%"),
        ("nghi-quyet-thach-khoi-2025", "bases__basis_5", "Căn cứ Quyết định số 346/QĐ-TTg"),
        ("nghi-quyet-thach-khoi-2025", "closing", "Nghị quyết này đã được Hội đồng nhân dân phường Thạch Khê"),
        ("nghi-quyet-hai-phong-2025", "closing", "Nghị quyết này được Hội đồng nhân dân thành phố Hải Phòng"),
        ("nghi-quyet-hai-phong-2025", "art_1__cl_1__pt_a__ind_3", "- Thực hiện dân chủ trong khuôn khổ"),
        ("to-trinh-cao-xanh-2024", "closing", "Ủy ban nhân dân phường kính đề nghị"),
        ("to-trinh-cao-xanh-2024", "opening", "Ủy ban nhân dân phường Cao Xanh kính trình"),
        ("ke-hoach-ngo-quyen-2025", "closing", "Trong quá trình triển khai"),
        ("ke-hoach-ngo-quyen-2025", "sec_III__cl_5__ind_2", "- Báo cáo 01 năm"),
        ("ke-hoach-ngo-quyen-2025", "bases__basis_1", "Thực hiện Luật Thực hiện dân chủ"),
        ("nghi-quyet-kim-bang-2024", "signature", "CHỦ TỊCH\nPhạm Hồng Sơn"),
    ],
)
def test_provisions_of_the_five_documents(catalog: Catalog, id: str, path: str, begins: str) -> None:
    document = catalog.by_id[id]
    assert document.words(document.by_path[path]).startswith(begins)


def test_the_electronic_attestation_is_kept_but_never_quotable(catalog: Catalog) -> None:
    document = catalog.by_id["nghi-quyet-hai-phong-2025"]
    attestation = document.by_path["attestation"]
    assert "@haiphong.gov.vn" in document.words(attestation)
    assert Level.ATTESTATION not in QUOTABLE
    for provision in document.walk():
        if provision.level in QUOTABLE:
            assert "@" not in document.words(provision)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Điều 1. A\n\n1. B\n\na) C\n\nb) D\n\nđ) E", ["art_1", "art_1__cl_1", "art_1__cl_1__pt_a", "art_1__cl_1__pt_b", "art_1__cl_1__pt_đ"]),
        ("Chương I\nQUY ĐỊNH CHUNG\n\nMục 1. X\n\nTiểu mục 1. Y\n\nĐiều 5a. Z", ["chap_I", "chap_I__sec_1", "chap_I__sec_1__subsec_1", "chap_I__sec_1__subsec_1__art_5a"]),
        ("Điều 1. A\n\nI. B\n\n1. C\n\nII. D\n\n1. E\n\nĐiều 2. F", ["art_1", "art_1__sec_I", "art_1__sec_I__cl_1", "art_1__sec_II", "art_1__sec_II__cl_1", "art_2"]),
        ("1. A\n\n- b\n\n+ c\n\n+ d\n\n- e", ["cl_1", "cl_1__ind_1", "cl_1__ind_1__ind_1", "cl_1__ind_1__ind_2", "cl_1__ind_2"]),
        ("Điều 1. A\n\n1. B\n\na) C;\n\nb) D.\n\nTrường hợp khác do luật định.", ["art_1", "art_1__cl_1", "art_1__cl_1__pt_a", "art_1__cl_1__pt_b", "art_1__cl_1__par_1"]),
        ("Điều 1. A\n\n1. B\n\na) C\n\nTiếp theo của điểm a.\n\nb) D", ["art_1", "art_1__cl_1", "art_1__cl_1__pt_a", "art_1__cl_1__pt_b"]),
        ("Điều 1. Sửa Điều 5 như sau:\n\n“Điều 5. Mới\n\n1. Một;\n\n2. Hai.”\n\nĐiều 2. Thi hành", ["art_1", "art_2"]),
        ("Điều 1. A\n\nPhụ lục I\n\nĐiều 1. B", ["art_1", "app_I", "app_I__art_1"]),
        ("Điều 1. A\n\n1. B\n\n1. C", ["art_1", "art_1__cl_1", "art_1__cl_1~2"]),
    ],
)  # fmt: skip
def test_levels(text: str, expected: list[str]) -> None:
    assert paths(text) == expected


@pytest.mark.parametrize(
    ("name", "articles", "chapters", "sections", "subsections"),
    [
        ("luat-10-2022-qh15.txt", 91, 6, 10, 9),
        ("nghi-dinh-59-2023-nd-cp.txt", 31, 0, 0, 0),
        ("nghi-dinh-61-2023-nd-cp.txt", 25, 0, 0, 0),
    ],
)
def test_the_law_and_its_decrees(
    laws: Path, name: str, articles: int, chapters: int, sections: int, subsections: int
) -> None:
    document = draft(laws / name).document
    levels = [p.level for p in document.marked]
    assert [levels.count(level) for level in (Level.ARTICLE, Level.CHAPTER, Level.SECTION, Level.SUBSECTION)] == [
        articles, chapters, sections, subsections,
    ]  # fmt: skip
    numbers = [int(p.path.number) for p in document.marked if p.level is Level.ARTICLE]
    assert numbers == list(range(1, articles + 1))


LINES = st.lists(
    st.sampled_from(
        ["Điều 1. Tên", "Điều 2. Tên", "Điều 9: X", "Chương II", "Mục 1", "I. ĐẦU", "II. SAU", "1. Một", "2. Hai", "a) câu",
         "b) câu", "đ) câu", "- gạch", "+ cộng", "Đoạn không dấu.", "Nơi nhận:", "CHỦ TỊCH", "Nguyễn Văn A", "Căn cứ Luật X;",
         "“mở ngoặc", "đóng”", "Phụ lục", "câu chưa hết", "QUYẾT NGHỊ:", "12", "", "Được thông qua./."]
    ),
    max_size=30,
)  # fmt: skip


@given(LINES)
def test_any_order_of_lines_is_partitioned(lines: list[str]) -> None:
    text = canonical("\n\n".join(lines)).text
    parts, _ = parse(text)
    everything = [p for part in parts for p in part.walk()]
    own = [text[p.start : p.own_end] for p in everything]
    assert "\n".join(words for words in own if words) == text
    assert len({p.path.id for p in everything}) == len(everything)
