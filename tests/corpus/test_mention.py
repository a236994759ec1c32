"""Finding provisions and documents in a text, in every form in which they are written."""

from __future__ import annotations

import pytest

from corpus.document import Kind
from corpus.mention import find_documents, find_part, find_provisions


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("điểm b khoản 5 Mục II Điều 1", [["art_1 sec_II cl_5 pt_b"]]),
        ("diem d khoan 7 dieu 2 nq hai phong", [["art_2 cl_7 pt_d"]]),
        ("điểm đ khoản 7 Điều 2", [["art_2 cl_7 pt_đ"]]),
        ("khoản 1 và khoản 2 Điều 15", [["art_15 cl_1", "art_15 cl_2"]]),
        ("các khoản 3, 4, 5 và 6 Điều 15", [["art_15 cl_3", "art_15 cl_4", "art_15 cl_5", "art_15 cl_6"]]),
        ("các điểm a, b và c khoản 1", [["cl_1 pt_a", "cl_1 pt_b", "cl_1 pt_c"]]),
        ("Điều 7 đến Điều 9", [["art_7", "art_8", "art_9"]]),
        ("điểm c đến điểm e khoản 1", [["cl_1 pt_c", "cl_1 pt_d", "cl_1 pt_đ", "cl_1 pt_e"]]),
        ("Điều 5 khoản 2 điểm a", [["art_5 cl_2 pt_a"]]),
        ("điểm a khoản 1 và điểm b khoản 2 Điều 5", [["art_5 cl_1 pt_a"], ["art_5 cl_2 pt_b"]]),
        ("k2 Đ15", [["art_15 cl_2"]]),
        ("gạch đầu dòng thứ hai khoản 5 mục III", [["sec_III cl_5 ind_2"]]),
        ("Điều 1, khoản 2, điểm đ, gạch đầu dòng thứ hai", [["art_1 cl_2 pt_đ ind_2"]]),
        ("khoản 2 Mục I Điều 1 NQ phường Thạch Khôi, điểm đ", [["art_1 sec_I cl_2 pt_đ"]]),
        ("Đ2 NQ Kim Bảng", [["art_2"]]),
        ("khoản 5, gạch đầu dòng cuối cùng", [["cl_5 ind_cuối"]]),
        ("phường k2", []),
        ("khoản 2 Mục III Kế hoạch", [["sec_III cl_2"]]),
        ("Điều 8 Chương I và Điều 86 Chương V", [["chap_I art_8"], ["chap_V art_86"]]),
        ("Điều 5a", [["art_5a"]]),
        ("Điều IV nghị quyết Thạch Khôi", [["art_4"]]),
        ("Điều 1, khoản 2, điểm g ghi thế nào", [["art_1 cl_2 pt_g"]]),
        ("từ khoản 1 đến khoản 3 Điều 3", [["art_3 cl_1", "art_3 cl_2", "art_3 cl_3"]]),
        ("địa điểm ở Thạch Khôi", []),
        ("dia diem o thach khoi", []),
        ("100 phần trăm", []),
        ("các khoản chi của phường", []),
        ("có điều gì đó", []),
        ("điều chín nghị quyết Kim Bảng", [["art_9"]]),
        ("khoản mười hai điều hai", [["art_2 cl_12"]]),
        ("Điều thứ 8 trong nghị quyết", [["art_8"]]),
        ("điều thứ hai mươi mốt", [["art_21"]]),
        ("mục bảy với mục tám", [["sec_7"], ["sec_8"]]),
        ("phan 4 cua ke hoach", [["part_4"]]),
        ("dòng gạch thứ 6 ở điểm a khoản 2", [["cl_2 pt_a ind_6"]]),
        ("đ khoản 3 điều 2", [["art_2 cl_3 pt_đ"]]),
        ("khoản 4 nghị quyết Thạch Khôi điều 3", [["art_3 cl_4"]]),
        ("d9 nq kim bang", [["art_9"]]),
        ("điều năm nay quận ưu tiên", []),
        ("theo các điều sau: một", []),
        ("theo dieu sau", []),
        ("tạm ngừng một phần vì nội dung", []),
        ("mục vì dân", []),
        ("khoản hai bên ký", []),
    ],
)
def test_provisions(text: str, targets: list[list[str]]) -> None:
    assert [[" ".join(map(str, steps)) for steps in m.targets] for m in find_provisions(text)] == targets


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nghị quyết số 18/NQ-HĐND nói gì", [(Kind.RESOLUTION, "18/NQ-HĐND")]),
        ("18/NQ-HĐND", [(Kind.RESOLUTION, "18/NQ-HĐND")]),
        ("NĐ 59/2023", [(Kind.DECREE, "59/2023")]),
        ("nghi dinh 61", [(Kind.DECREE, "61")]),
        ("tờ trình số 35/TTr-UBND", [(Kind.SUBMISSION, "35/TTr-UBND")]),
        ("nghị quyết 3 ngày", [(Kind.RESOLUTION, None)]),
        ("báo cáo 2 lần", []),
        ("báo cáo số 84", [(Kind.OTHER, "84")]),
        ("cv 1234", [(Kind.OTHER, "1234")]),
        ("kh của phường", []),
        ("hôm nay ăn gì", []),
    ],
)
def test_documents(text: str, found: list[tuple[Kind, str | None]]) -> None:
    assert [(m.kind, m.number) for m in find_documents(text)] == found


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("trang 25 nghị quyết Hải Phòng", "trang 25"),
        ("Biểu mẫu số 2 kèm theo nghị quyết", "Biểu mẫu số 2"),
        ("tiết c điểm a khoản 7 Điều 2", "tiết c"),
        ("Đoạn thứ mười lăm của Điều 2", "Đoạn thứ mười lăm"),
        ("gạch đầu dòng thứ hai khoản 5", None),
        ("trang thông tin điện tử", None),
        ("các đoạn 2%", None),
    ],
)
def test_parts_that_no_provision_is_known_by(text: str, part: str | None) -> None:
    assert find_part(text) == part


def test_this_law_names_the_document_itself() -> None:
    assert find_documents("theo Luật này")[0].this
