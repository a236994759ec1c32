"""Places are found as people type them, and ordinary words are not taken for places."""

from __future__ import annotations

import pytest

from corpus.catalog import Catalog
from corpus.places import find_places, places_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Phường Mỹ Đình 1 dân bàn gì?", "Phường Mỹ Đình 1"),
        ("o phuong ben nghe thi dan duoc ban gi", "phuong ben nghe"),
        ("xã Yên Sở có được bàn không", "xã Yên Sở"),
        ("q. cau giay co ke hoach chua", "q. cau giay"),
        ("tp thu duc", "tp thu duc"),
        ("Quận Đống Đa triển khai thế nào", "Quận Đống Đa"),
        ("ở Nghệ An thì sao", "Nghệ An"),
        ("Phường 5 dân được bàn gì", "Phường 5"),
    ],
)
def test_a_place_that_no_document_is_of(text: str, words: str, catalog: Catalog) -> None:
    found = find_places(text, places_of(catalog))
    assert [(mention.words, mention.place) for mention in found] == [(words, None)]
    assert text[found[0].start : found[0].end] == words


@pytest.mark.parametrize("text", ["Ở Thạch Khôi ai giám sát?", "phuong thach khoi", "THẠCH KHÔI"])
def test_a_place_that_is_held(text: str, catalog: Catalog) -> None:
    (mention,) = find_places(text, places_of(catalog))
    assert mention.place is not None
    assert "Thạch Khôi" in mention.place.name


@pytest.mark.parametrize(
    "text",
    [
        "phường đọc loa mấy lần một tuần",
        "xã hội an toàn là gì",
        "xa hoi an toan la gi",
        "Phường thống nhất rồi thì ai ký",
        "huyện Đảng bộ chỉ đạo ra sao",
        "cán bộ xã hòa giải thế nào",
        "quận có đồng ý không",
        "niêm yết ở xã 30 ngày",
        "phường 3 lần báo cáo",
        "phường tổ chức họp dân khi nào",
    ],
)
def test_words_are_not_places(text: str, catalog: Catalog) -> None:
    assert find_places(text, places_of(catalog)) == []
