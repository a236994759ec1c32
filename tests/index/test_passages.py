"""Passages: headings and what they are about."""

import pytest

from index.passages import topic


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Luật 24/2018/QH14 - Điều 2. Giải thích từ ngữ", "Giải thích từ ngữ"),
        ("Nghị quyết Thạch Khôi > Điều 1 > Mục II. Công khai", "Công khai"),
        ("Phạm vi điều chỉnh", "Phạm vi điều chỉnh"),
        ("Nghị quyết > Điều 5", ""),
        ("", ""),
    ],
)
def test_the_topic_of_a_heading(heading: str, expected: str) -> None:
    assert topic(heading) == expected
