"""Accents are guessed where none were typed, and nowhere else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.normalise import fold
from retrieval.accents import Accents
from retrieval.answerer import Answerer
from retrieval.question import Question

SMALL = Accents(["Dân bàn việc làng", "bạn bán hàng", "nhân dân bàn", "Người dân góp ý"])


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("nhan dan ban", "nhân dân bàn"),
        ("NHAN Dan ban", "NHÂN Dân bàn"),
        ("ban ban hang", "bạn bán hàng"),
        ("nguoi dan zzz", "người dân zzz"),
        ("", ""),
        ("?! 18/NQ", "?! 18/NQ"),
    ],
)
def test_the_likeliest_reading(typed: str, read: str) -> None:
    assert SMALL.read(typed) == read


@pytest.mark.parametrize("typed", ["Nhân dân ban gì", "Người dân bạn việc làng"])
def test_what_was_typed_with_accents_stays(typed: str) -> None:
    assert SMALL.read(typed) == typed


def test_a_half_typed_question_keeps_the_accents_it_has() -> None:
    assert SMALL.read("nhân dan ban viec lang gop y") == "nhân dân bàn việc làng góp ý"


@given(st.text(max_size=60))
def test_only_accents_change(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    read = SMALL.read(composed)
    assert len(read) == len(composed)
    assert fold(read) == fold(composed)


@pytest.mark.parametrize(
    "question",
    [
        "Ở Thạch Khôi người đứng đầu cản trở dân chủ thì bị xử lý sao?",
        "Báo cáo 6 tháng ở Ngô Quyền nộp lúc nào?",
        "Cán bộ tiếp dân ở Hải Phòng phải thế nào?",
        "Hội phụ nữ Thạch Khôi có phải đi rủ chị em cùng làm mấy chuyện này không?",
    ],
)
def test_the_same_question_without_accents_finds_the_same_clause(answerer: Answerer, question: str) -> None:
    bare = unicodedata.normalize("NFD", question.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    assert bare.isascii()
    with_accents, without = (answerer.answer(Question(text)) for text in (question, bare))
    assert without.status is with_accents.status
    assert without.quotes[0].citation == with_accents.quotes[0].citation
