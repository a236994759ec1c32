"""Canonical text: layout repaired, words untouched, every character traced to its source."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.catalog import Catalog
from corpus.text import canonical, fold, strip_layout

VIETNAMESE = st.text(
    alphabet=st.sampled_from(
        "aăâeêioôơuưyđĐ áàảãạấệợữ bcghklmnpqrstvx,.;:/-–()“”*#\n\n 0123456789ÀÊ\u0323\u0301\u00ad\t"
    )
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Nghi ̣quyết này đươc ̣ Hội đồng", "Nghị quyết này được Hội đồng"),
        ("quy ̣hoa ́", "quỵ hóa"),
        ("**Điều 1.** Mục *tiêu*", "Điều 1. Mục tiêu"),
        ("## 2. Các biện pháp", "2. Các biện pháp"),
        ("dòng một\r\n\r\n12\r\n\r\nDòng hai", "dòng một\nDòng hai"),
        ("a\u00adb", "ab"),
        ("\ufeffĐiều 1. Tên", "Điều 1. Tên"),
        ("Nghị quyết số 1669/NQ-\n\nUBTVQH15", "Nghị quyết số 1669/NQ-UBTVQH15"),
        ("phân cấp và từ các nguồn, để\n\ntuyên truyền rộng", "phân cấp và từ các nguồn, để tuyên truyền rộng"),
        ("1. Mục đích\n\n- Tiếp tục", "1. Mục đích\n- Tiếp tục"),
        ("của Chính phủ; Căn cứ Quyết định số 1", "của Chính phủ;\nCăn cứ Quyết định số 1"),
        ("", ""),
        (" \n \n", ""),
    ],
)
def test_repairs_layout(source: str, expected: str) -> None:
    assert canonical(source).text == expected


def test_a_page_cut_before_a_capital_is_joined_where_the_two_words_stand_together_elsewhere() -> None:
    cut = "a) Các biện pháp bảo đảm vai trò nòng cốt và trách nhiệm của Ủy ban\n\nMặt trận Tổ quốc."
    again = "\n\nb) Ủy ban Mặt trận Tổ quốc giám sát."
    assert "Ủy ban\nMặt trận" in canonical(cut).text
    assert "Ủy ban Mặt trận Tổ quốc.\n" in canonical(cut + again).text


@given(VIETNAMESE)
@example("0\u00ad")
@example("a\u200b\n12\u200d\nb")
def test_words_are_never_changed_and_every_span_leads_back(source: str) -> None:
    body = canonical(source)
    assert len(body.text) == len(body.starts) == len(body.ends)
    # A pasted line of digits is a page number only where it stands alone; strip_layout knows the same rule.
    letters = strip_layout(body.text).split("\n")[0]
    assert letters == strip_layout(source).split("\n")[0]
    if body.text:
        low, high = body.source_span(0, len(body.text))
        assert 0 <= low < high <= len(source)


def test_shipped_documents_keep_their_words(catalog: Catalog) -> None:
    for document in catalog:
        assert strip_layout(document.text.text) == strip_layout(document.source_text), document.id
        assert unicodedata.is_normalized("NFC", document.text.text)
        assert "*" not in document.text.text
        assert "  " not in document.text.text


def test_fold_keeps_offsets() -> None:
    text = "Điều 5a, khoản đ; ƯỚC HOÀ"
    assert fold(text) == "dieu 5a, khoan d; uoc hoa"
    assert len(fold(text)) == len(text)
