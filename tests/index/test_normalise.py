"""Case, accents and tone marks, as search sees them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.normalise import fold, fold_syllable, syllables

ALPHABET = "aàáảãạăắặâấậbcdđeèẹêếghiìịklmnoòóôốơờởpqrstuùúưứvxyỳýAĐƯỢÒ .,;-0123456789\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Điều 2. Nghị quyết này", "dieu 2. nghi quyet nay"),
        ("ĐẶC BIỆT", "dac biet"),
        ("thuở xưa, khuỷu tay", "thuo xua, khuyu tay"),
        (unicodedata.normalize("NFD", "Phường Thạch Khôi"), "phuong thach khoi"),
        ("", ""),
        ("a\u0301\u0300", "a"),
    ],
)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"),
        ("HÒA", "hoà"),
        ("thuý", "thúy"),
        ("khoẻ", "khỏe"),
        ("qúy", "quý"),
        ("hòan", "hoàn"),
        ("gìa", "già"),
        ("gíêng", "giếng"),
        ("kíên", "kiến"),
        ("toàn", unicodedata.normalize("NFD", "toàn")),
        ("uỷ ban", "ủy ban"),
    ],
)
def test_the_place_of_a_tone_mark_does_not_count(one: str, other: str) -> None:
    assert syllables(one) == syllables(other)


@pytest.mark.parametrize(
    "word",
    [
        "hòa",
        "quý",
        "giếng",
        "khuỷu",
        "tuần",
        "mùa",
        "quả",
        "giữa",
        "cửa",
        "yếu",
        "rượu",
        "nguyễn",
        "thuở",
        "oái",
        "đường",
        "gì",
        "già",
        "quốc",
        "hoàn",
        "nghị",
    ],
)
def test_the_usual_spelling_stays(word: str) -> None:
    assert syllables(word) == [word]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Khoản 5, Mục II; điểm b)", ["khoản", "5", "mục", "ii", "điểm", "b"]),
        ("10/2022/QH15", ["10", "2022", "qh15"]),
        ("  …!?  ", []),
        ("café Ðức naïve", ["café", "đức", "naïve"]),
        ("UBND các phường", ["ủy", "ban", "nhân", "dân", "các", "phường"]),
        ("số 18/NQ-HĐND", ["số", "18", "nq", "hđnd"]),
        ("Ủy ban MTTQ", ["ủy", "ban", "mặt", "trận", "tổ", "quốc"]),
    ],
)
def test_syllables(text: str, expected: list[str]) -> None:
    assert syllables(text) == expected


@given(st.text())
def test_any_text_can_be_normalised(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    for syllable in syllables(text):
        assert syllable.strip()
        fold_syllable(syllable)


@given(st.text(alphabet=ALPHABET))
def test_folding_composed_text_keeps_offsets(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert len(fold(composed)) == len(composed)


@given(st.text(alphabet=ALPHABET))
def test_syllables_do_not_depend_on_the_unicode_form(text: str) -> None:
    assert syllables(unicodedata.normalize("NFD", text)) == syllables(unicodedata.normalize("NFC", text))


@given(st.text(alphabet=ALPHABET))
def test_syllables_are_stable(text: str) -> None:
    once = syllables(text)
    assert syllables(" ".join(once)) == once
