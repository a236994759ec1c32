from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feedback.names import NAME_MASK
from bot.feedback.redact import ACCOUNT_MASK, EMAIL_MASK, ID_MASK, MAX_STORED_CHARS, PHONE_MASK, redact, storable

MASKED = [
    ("căn cước của tôi 001099012345 nhé", f"căn cước của tôi {ID_MASK} nhé"),
    ("CCCD:079199000123", f"CCCD:{ID_MASK}"),
    ("cccd001099012345", f"cccd{ID_MASK}"),
    ("số 001 099 012 345", f"số {ID_MASK}"),
    ("số 001.099.012.345", f"số {ID_MASK}"),
    ("số 0010 9901 2345", f"số {ID_MASK}"),
    ("mã 123456789012", f"mã {ID_MASK}"),
    ("CMND 123456789", f"CMND {ID_MASK}"),
    ("chứng minh nhân dân số: 123 456 789.", f"chứng minh nhân dân số: {ID_MASK}."),
    ("hộ chiếu số C1234567 hết hạn", f"hộ chiếu số {ID_MASK} hết hạn"),
    ("passport B12345678", f"passport {ID_MASK}"),
    ("stk 19034567890123 techcombank", f"stk {ACCOUNT_MASK} techcombank"),
    ("Số tài khoản Vietcombank: 0071 0012 34567", f"Số tài khoản Vietcombank: {ACCOUNT_MASK}"),
    ("stk 1903456789012 0912345678", f"stk {ACCOUNT_MASK} {PHONE_MASK}"),
    ("stk 0071 0012 34567 0912345678", f"stk {ACCOUNT_MASK} {PHONE_MASK}"),
    ("stk 19034567890123 2 người", f"stk {ACCOUNT_MASK} 2 người"),
    ("cmnd 123456789 223456789", f"cmnd {ID_MASK} 223456789"),
    ("gọi 0912345678", f"gọi {PHONE_MASK}"),
    ("gọi 0912\u00a0345\u00a0678", f"gọi {PHONE_MASK}"),
    ("gọi 0912345678.", f"gọi {PHONE_MASK}."),
    ("gọi 0912 345 678 nhé", f"gọi {PHONE_MASK} nhé"),
    ("sđt:0912.345.678", f"sđt:{PHONE_MASK}"),
    ("091-234-5678", PHONE_MASK),
    ("09 12 34 56 78", PHONE_MASK),
    ("+84912345678", PHONE_MASK),
    ("+84 912 345 678", PHONE_MASK),
    ("(+84) 912 345 678", PHONE_MASK),
    ("+84(0)912345678", PHONE_MASK),
    ("84912345678", PHONE_MASK),
    ("0084 912345678", PHONE_MASK),
    ("(024) 3825 1234", PHONE_MASK),
    ("02203853111", PHONE_MASK),
    ("0220 3853 111", PHONE_MASK),
    ("0912345678-0987654321", f"{PHONE_MASK}-{PHONE_MASK}"),
    ("từ 01.01.2025 gọi 0912345678", f"từ 01.01.2025 gọi {PHONE_MASK}"),
    ("thư a.b+c@hai-phong.gov.vn.", f"thư {EMAIL_MASK}."),
    ("0912345678@gmail.com", EMAIL_MASK),
    ("EMAIL:Nguyen_Van.A@GMAIL.COM,", f"EMAIL:{EMAIL_MASK},"),
]


@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_personal_data_is_masked(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "hỗ trợ 500.000 đồng",
        "500.000.000.000 đồng",
        "500000000000 đồng",
        "300000000000 VNĐ",
        "kinh phí 1.250.000.000đ",
        "18/NQ-HĐND",
        "346/QĐ-TTg",
        "Luật 10/2022/QH15, Nghị định 59/2023/NĐ-CP",
        "16/6/2025",
        "05.7.2025 - 31.12.2025",
        "05.07.2025-31.12.2025",
        "03-08-2025 09-10-2025",
        "02/9/2025 08:30",
        "điểm b khoản 5 Mục II Điều 1",
        "lệ phí căn cước 123.456.789 đồng, hộ chiếu 200.000 đồng, số tài khoản nhận 500.000.000 đồng, stk 500 000 000 đồng",
        "số tài khoản theo 18/NQ-HĐND ngày 05.07.2025, stk từ 12-11-1993",
        "84912345678 đồng",
        "123 456 789 đồng",
        "gọi 113, 114, 115 hoặc 1900 1234",
        "dân số 2.100.345 người, 84 thôn",
        "@thachkhoi",
        "mã 7KM3PQ9X",
        "2025-2030",
        "Điều 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12",
    ],
)
def test_sums_dates_and_numbers_of_documents_stay(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\0b\x1b[31mc\x07", "ab[31mc"),
        ("một\r\nhai\rba\tbốn", "một\nhai\nba\tbốn"),
        ("lẻ \ud800 đôi 😀", "lẻ \ufffd đôi 😀"),
        ("", ""),
        ("\0\0", ""),
        ("091\x002345678", PHONE_MASK),
        ("0912\u200b345678", PHONE_MASK),
    ],
)
def test_what_no_database_takes_goes(text: str, expected: str) -> None:
    stored = storable(text)
    assert stored.text == expected
    assert stored.original_chars == len(text)


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_becomes_storable(text: str) -> None:
    stored = storable(text, 100).text
    stored.encode("utf-8")
    assert "\0" not in stored
    assert len(stored) <= 100


def test_a_huge_question_is_cut_and_its_length_noted() -> None:
    stored = storable("dân chủ " * 12_500)
    assert len(stored.text) == MAX_STORED_CHARS
    assert stored.original_chars == 100_000


@pytest.mark.parametrize("edge", [3_990, 3_995, 4_000, 19_980, 19_990, 19_995])
def test_cutting_leaves_no_piece_of_a_number_unmasked(edge: int) -> None:
    text = "x" * (edge - 1) + " 0912345678 hết" + " y" * 3_000
    assert "0912" not in storable(text).text


@pytest.mark.parametrize("edge", [3_990, 3_995, 4_000, 19_980, 19_990, 19_995])
def test_cutting_leaves_no_name_unmasked(edge: int) -> None:
    text = "x" * (edge - 1) + " Nguyễn Thị Hạnh hỏi" + " y" * 3_000
    kept = storable(text).text
    assert "Hạnh" not in kept
    assert "Thị" not in kept


WORDS_BEFORE = st.sampled_from(
    ["hỗ trợ", "CCCD", "căn cước", "stk", "số tài khoản", "gọi", "bà", "tôi là", "ở", "theo"]
)
SUMS = st.integers(1, 10**13).map(lambda n: f"{n:,}".replace(",", ".") + " đồng")
DATES = st.dates().map(lambda day: f"{day.day}/{day.month}/{day.year:04}")
NUMBERS = st.builds(
    "{}/{}".format, st.integers(1, 9_999), st.sampled_from(["NQ-HĐND", "2023/NĐ-CP", "QĐ-TTg", "KH-UBND"])
)


@given(st.lists(st.tuples(WORDS_BEFORE, st.one_of(SUMS, DATES, NUMBERS)).map(" ".join), max_size=6).map(", ".join))
def test_no_sum_date_or_number_of_a_document_is_ever_touched(text: str) -> None:
    assert redact(text) == text


def test_what_is_masked_beside_what_stays() -> None:
    text = "Trần Thị B, 001099012345, 0912345678, b@c.vn: 500.000 đồng theo 18/NQ-HĐND ngày 16/6/2025"
    assert redact(text) == (
        f"{NAME_MASK}, {ID_MASK}, {PHONE_MASK}, {EMAIL_MASK}: 500.000 đồng theo 18/NQ-HĐND ngày 16/6/2025"
    )
