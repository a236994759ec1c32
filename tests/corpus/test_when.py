"""A year or a day in a question goes back in time; a paper's own date and a deadline do not."""

from __future__ import annotations

import pytest

from corpus.when import day_asked, without


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Năm 2024 ở Kim Bảng ai giám sát nghị quyết?", "2024-12-31"),
        ("ở kim bảng năm 2024 ai giám sát", "2024-12-31"),
        ("hoi nam 2024 o kim bang tien dau ra", "2024-12-31"),
        ("trước 1/7/2025 Thạch Khôi có nghị quyết nào?", "2025-06-30"),
        ("Trước ngày 01 tháng 7 năm 2025 Kim Bảng thế nào", "2025-06-30"),
        ("Trước năm 2025 Kim Bảng có quy định gì", "2024-12-31"),
        ("vào tháng 8/2024 kế hoạch Ngô Quyền còn hiệu lực không", "2024-08-31"),
        ("tính đến 1.8.2024 văn bản nào áp dụng ở Kim Bảng", "2024-08-01"),
        ("nghị quyết Thạch Khôi có hiệu lực vào ngày 20/12/2025 chưa", "2025-12-20"),
        ("còn năm 2024 thì sao?", "2024-12-31"),
        ("huyện Kim Bảng ngày 01/8/2024", "2024-08-01"),
        ("Nghị quyết Kim Bảng năm 2024 quy định gì", None),
        ("nq thach khoi nam 2023", None),
        ("Kế hoạch năm 2025 của quận Ngô Quyền", None),
        ("báo cáo gửi trước ngày 15/6/2025 phải không", None),
        ("Luật Thực hiện dân chủ ở cơ sở năm 2022 nói gì", None),
        ("Điều 22 của Luật Tổ chức chính quyền địa phương năm 2015 liệt kê nhiệm vụ gì?", None),
        ("Nghị định 59/2023/NĐ-CP ngày 14/8/2023", None),
        ("quy chế dân chủ ở phường Thạch Khôi năm 2021", None),
        ("Kinh phí ở Kim Bảng ngày 31/2/2025", None),
        ("họp 2 năm một lần", None),
        ("", None),
    ],
)
def test_the_day_asked(text: str, day: str | None) -> None:
    found = day_asked(text)
    assert (found.day.isoformat() if found else None) == day


def test_its_words_are_left_out() -> None:
    text = "Năm 2024 ở Kim Bảng ai giám sát?"
    found = day_asked(text)
    assert found is not None
    assert without(text, found) == "ở Kim Bảng ai giám sát?"
