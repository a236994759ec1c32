"""Places are found as people type them, and ordinary words are not taken for places."""

from __future__ import annotations

import pytest

from corpus.catalog import Catalog
from corpus.places import find_places, places_of, write_out_initials


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
        ("ở Phủ Lý ai công khai", "Phủ Lý"),
        ("o phu ly ai cong khai", "phu ly"),
        ("Hoàn Kiếm có báo cáo không", "Hoàn Kiếm"),
        ("chỗ tôi là buôn ma thuột", "buôn ma thuột"),
        ("còn sóc sơn thì sao", "sóc sơn"),
        ("danang cong khai the nao", "danang"),
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
        "ghi o van ban nao",
        "Ông Trần Văn Bàn nói",
        "cán bộ thanh liêm là gì",
    ],
)
def test_words_are_not_places(text: str, catalog: Catalog) -> None:
    assert find_places(text, places_of(catalog)) == []


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("tiền ở kb lấy đâu ra", "tiền ở Kim Bảng lấy đâu ra"),
        ("phuong tk tuyen truyen kieu gi", "phuong Thach Khoi tuyen truyen kieu gi"),
        ("quận NQ giao phòng nào", "quận Ngô Quyền giao phòng nào"),
        ("P. CX họp với ai", "P. Cao Xanh họp với ai"),
        ("ở nq nói gì", "ở nq nói gì"),
        ("mk kb cx dc ạ", "mk kb cx dc ạ"),
    ],
)
def test_initials_of_places_that_are_held(text: str, long: str, catalog: Catalog) -> None:
    assert write_out_initials(text, places_of(catalog)) == long
