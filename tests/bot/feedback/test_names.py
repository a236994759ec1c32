from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feedback.names import NAME_MASK, find_names, plain_names
from bot.feedback.redact import redact
from corpus.units import units as table

ROOT = Path(__file__).parents[3]


def masked(text: str) -> str:
    return redact(text).replace(NAME_MASK, "·")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # introductions
        ("Tôi là Nguyễn Văn An, ở tổ 5", "Tôi là ·, ở tổ 5"),
        ("toi ten la tran thi b", "toi ten la ·"),
        ("toi la tran thi b o to 5", "toi la · o to 5"),
        ("Tên tôi là Hùng, ở tổ 5", "Tên tôi là ·, ở tổ 5"),
        ("em tên lan ạ", "em tên · ạ"),
        ("toi ten hung", "toi ten ·"),
        ("mình tên Thanh Hương, hỏi về", "mình tên ·, hỏi về"),
        ("Tôi là Nam ở tổ 3", "Tôi là · ở tổ 3"),
        ("tôi là lê hoa", "tôi là ·"),
        ("toi la le hoa o to 3", "toi la · o to 3"),
        ("TÔI LÀ LÊ HOÀNG NAM Ở TỔ 5", "TÔI LÀ · Ở TỔ 5"),
        ("họ tên: Hà Sơn", "họ tên: ·"),
        ("Họ và tên: pham thi hanh, sinh 1980", "Họ và tên: ·, sinh 1980"),
        ("ký tên\nNguyễn Hoàng Nam\nTổ 5", "ký tên\n·\nTổ 5"),
        ("Người gửi: Vũ Thị Mai", "Người gửi: ·"),
        ("Tôi là Trần Phú", "Tôi là ·"),
        ("con tôi tên là Đỗ Hùng", "con tôi tên là ·"),
        # titles
        ("bà Lê Thị Hoa tổ 5", "bà · tổ 5"),
        ("bà lê thị hoa tổ 5 có được không", "bà · tổ 5 có được không"),
        ("ông Cao Sơn lấn đất", "ông · lấn đất"),
        ("ong nguyen van a lan dat", "ong · dat"),
        ("chị mai lan", "chị ·"),
        ("anh Trần Bình", "anh ·"),
        ("đồng chí Hồ Văn Cường", "đồng chí ·"),
        # family names with given names
        ("Chủ tịch phường Nguyễn Văn Kiên", "Chủ tịch phường ·"),
        ("công an xã Lê Văn Tám", "công an xã ·"),
        ("trưởng thôn Nguyễn Văn An", "trưởng thôn ·"),
        ("hàng xóm Phạm Minh Đức xây nhà", "hàng xóm · xây nhà"),
        ("tổ 5 Nguyễn Văn An", "tổ 5 ·"),
        ("NGUYỄN VĂN AN hỏi", "· hỏi"),
        ("Nguyen Hoang Nam hoi", "· hoi"),
        ("nguyen hoang nam hoi", "· hoi"),
        ("Dang Van Hung hoi", "· hoi"),
        ("phạm minh đức và trần thị ngọc lan hỏi", "· và · hỏi"),
        ("Trần Phú Quý hỏi", "· hỏi"),
        ("Trần Văn Năm Hải Phòng", "· Hải Phòng"),
        ("Nguyễn Quốc Việt, Lý Tuấn Kiệt", "·, ·"),
        ("Nguyễn A và Trần B", "· và ·"),
        ("Giàng A Páo, Sùng A Chống, Lò Văn Ỏi", "·, ·, ·"),
    ],
)
def test_a_persons_name_is_found(text: str, expected: str) -> None:
    assert masked(text) == expected
    assert masked(unicodedata.normalize("NFD", text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        # places, streets, schools
        "Ngô Quyền có gì, Lê Chân thì sao, Trần Phú nữa",
        "Ngô Quyền Hải Phòng Điều 6",
        "LÊ CHÂN HẢI PHÒNG",
        "đường Nguyễn Trãi, phường Lê Lợi, ở Võ Văn Kiệt, 12 Nguyễn Văn Linh, số 5 Lê Hồng Phong",
        "trường Nguyễn Văn Trỗi",
        "chủ tịch phường Ngô Quyền",
        "em Ngô Quyền ạ, tôi là Thạch Khôi đây",
        "thôn tên là Minh Khai",
        "Hai Bà Trưng, Bà Rịa - Vũng Tàu, Hồ Chí Minh, Cao Bằng, Hà Nội, Tô Lịch",
        "tôi là công dân Việt Nam",
        # institutions, and titles in capitals
        "Đoàn Thanh Niên Cộng Sản, Đại Biểu Quốc Hội, Mặt trận Tổ quốc Việt Nam",
        "ĐOÀN THANH NIÊN TỔ CHỨC HỘI NGHỊ",
        # words that are names elsewhere
        "khu do thi moi, thi tran minh duc, mat tran to quoc",
        "toi phan van khong biet",
        "trich nguyen van dieu 5, nguyen nhan chinh la gi",
        "vi pham van bi phat, vi pham hanh chinh, dich vu van hoa",
        "dang van dong nhan dan, quy dinh thi hanh",
        "phạm vi toàn xã, phạm nhân thành lập tổ",
        "trẻ em tăng cường vận động, tôi là đoàn thanh niên",
        "trồng ngô đông xuân, xe đỗ trung tâm xã",
        "lưu văn bản, từ văn phòng",
        "tôi là thành viên tổ, tôi là Nam giới, tôi là đoàn viên",
        "toi la to truong dan pho, toi la ho ngheo",
        "họ tên người ký, ký tên thành viên, tôi tên là gì, tên tôi bị lộ",
        "ten toi trong danh sach, co ten trong danh sach",
        # a given name alone
        "anh Nam nhà bên",
        "[tên người] gửi Cao Tuấn [số định danh]",
    ],
)
def test_other_names_and_words_stay(text: str) -> None:
    assert redact(text) == text


def test_every_unit_of_the_country_keeps_its_name() -> None:
    every = [table().unit(row) for row in range(len(table()))]
    named = dict.fromkeys(unit.name for unit in every)
    names = dict.fromkeys(unit.bare for unit in every if not unit.bare.isdigit())
    alone = [words for name in names for words in (f"{name} có gì", f"dân {name.lower()} hỏi")]
    assert [words for words in (*named, *alone) if find_names(words)] == []


def questions() -> Iterator[tuple[str, str]]:
    for path in sorted([*(ROOT / "evaluation/cases").glob("*.jsonl"), *(ROOT / "corpus/questions").glob("*.jsonl")]):
        for line in path.read_text("utf-8").splitlines():
            case = json.loads(line)
            for text in case.get("questions") or (case["question"], *case.get("previous", ())):
                yield path.name, text


# Those who signed the documents, whom some questions name.
SIGNERS = ("Nguyễn Văn Kiên", "Đặng Văn Khởi", "Lê Văn Hiệu", "Phạm Hồng Sơn", "Thùy Dương")


def test_ordinary_questions_are_left_alone() -> None:
    asked = list(questions())
    touched = [
        (name, text)
        for name, text in asked
        if redact(text) != unicodedata.normalize("NFC", text) and not any(signer in text for signer in SIGNERS)
    ]
    assert len(asked) > 5_000
    assert len(touched) < 0.005 * len(asked), [name for name, _ in touched]


def test_a_name_is_found_again_in_another_spelling() -> None:
    names = plain_names("Tôi là Cao Tuấn, chồng là Đỗ Hùng; chị Hoa")
    assert names == ("cao tuan", "do hung")
    assert redact("cao tuấn và DO HUNG hỏi", names) == f"{NAME_MASK} và {NAME_MASK} hỏi"
    assert redact("cao tuấn và do hung hỏi") == "cao tuấn và do hung hỏi"


SYLLABLES = st.sampled_from(
    "Nguyễn nguyen Trần Lê văn Thị thi An Hoa Hùng tôi là tên bà ông ở đường phường Ngô Quyền Hải Phòng 5 12 tổ "
    "người gửi là họ tên : , \n . Cao tuấn Đoàn hà văn LAN 0912345678 CMND 123456789 stk a@b.vn 500.000 đồng Triệu NAM".split(
        " "
    )
)


@given(st.lists(SYLLABLES, max_size=25).map(" ".join))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(st.text(st.characters(codec=None), max_size=200))
def test_any_text_is_masked_without_complaint(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
