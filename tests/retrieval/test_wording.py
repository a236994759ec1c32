"""Words marked and never changed: by hand, and for any texts at all."""

from __future__ import annotations

import itertools
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.catalog import Catalog
from retrieval.wording import Worded, compare_words

VIETNAMESE = st.sampled_from(
    [
        "kinh",
        "phí",
        "Kinh phí",
        "hoà",
        "hòa",
        "ngân sách",
        "a)",
        "1.",
        "- ",
        "\n",
        "…",
        ",",
        "(",
        "đ)",
        "Đ",
        "I\u0323",
        "100%",
    ]
)
TEXTS = st.one_of(st.text(max_size=40), st.lists(VIETNAMESE, max_size=25).map(" ".join))
SIDES = st.lists(st.lists(TEXTS, max_size=3), min_size=1, max_size=4)


def only(side: Worded) -> list[str]:
    return [run.text for runs in side.texts for run in runs if run.only]


@pytest.mark.parametrize(
    ("one", "other", "left", "right"),
    [
        (
            "1. Kinh phí thực hiện do ngân sách nhà nước bảo đảm theo phân cấp.",
            "Kinh phí thực hiện do ngân sách nhà nước bảo đảm theo phân cấp và từ các nguồn khác.",
            [],
            ["và từ các nguồn khác"],
        ),
        # Case, punctuation and the place of a tone mark are not compared; nor are marks of provisions.
        ("a) Xã hội hoá, theo quy định.", "- XÃ HỘI HÓA theo quy định;", [], []),
        ("Hội đồng nhân dân phường giám sát", "Hội đồng nhân dân huyện giám sát nghị quyết", ["phường"], ["huyện", "nghị quyết"]),
        # One word alone in common tells nothing.
        ("thu tiền và phạt", "họp dân và bàn", [], []),
        # What stands in another order stands there all the same.
        ("công khai cho dân biết; thu chi đúng mức", "thu chi đúng mức; công khai cho dân biết", [], []),
        # Capitals with and without accents are other words.
        ("Thường trực Hội đồng nhân dân", "Thuong trực Hội đồng nhân dân", ["Thường"], ["Thuong"]),
    ],
)  # fmt: skip
def test_by_hand(one: str, other: str, left: list[str], right: list[str]) -> None:
    first, second = compare_words([[one], [other]])
    assert (only(first), only(second)) == (left, right)


def test_of_three_places_words_that_two_share_are_not_marked() -> None:
    sides = compare_words([["dân biết dân bàn"], ["dân bàn dân làm"], ["kiểm tra giám sát"]])
    assert [side.shares for side in sides] == [True, True, False]
    assert only(sides[0]) == ["dân biết"]
    assert only(sides[2]) == []


def test_a_clause_in_two_quotes_is_compared_with_both() -> None:
    left, right = compare_words([["1. Do ngân sách.", "2. Do dân góp sức."], ["Do ngân sách. Do dân góp sức."]])
    assert (only(left), only(right)) == ([], [])


@given(SIDES)
def test_marks_never_change_a_letter(sides: list[list[str]]) -> None:
    for texts, worded in zip(sides, compare_words(sides), strict=True):
        assert ["".join(run.text for run in runs) for runs in worded.texts] == texts


@given(SIDES)
def test_a_mark_begins_and_ends_with_a_word_and_never_where_nothing_is_shared(sides: list[list[str]]) -> None:
    for worded in compare_words(sides):
        marked = only(worded)
        assert worded.shares or not marked
        for words in marked:
            assert re.match(r"[^\W_]", words)
            assert re.search(r"[\w\u0300-\u036f]$", words)
            assert "\n" not in words
        for runs in worded.texts:
            for before, after in itertools.pairwise(runs):
                if before.only != after.only:
                    assert not (before.text[-1].isalpha() and after.text[0].isalpha() and before.text[-1] not in "_")


@given(st.lists(st.text(alphabet="abcđ ,", min_size=1, max_size=30), min_size=2, max_size=3))
def test_unmarked_words_stand_on_another_side(texts: list[str]) -> None:
    sides = compare_words([[text] for text in texts])
    for at, worded in enumerate(sides):
        others = {word for n, text in enumerate(texts) if n != at for word in re.findall(r"\w+", text)}
        if worded.shares:
            plain = " ".join(run.text for runs in worded.texts for run in runs if not run.only)
            assert set(re.findall(r"\w+", plain)) <= others


@given(TEXTS)
def test_a_text_beside_itself_has_no_marks(text: str) -> None:
    for worded in compare_words([[text], [unicodedata.normalize("NFC", text)]]):
        assert not only(worded)


def test_every_document_that_ships(catalog: Catalog) -> None:
    texts = [document.text.text for document in catalog]
    sides = compare_words([[text] for text in texts])
    assert ["".join(run.text for run in side.texts[0]) for side in sides] == texts
    assert all(side.shares for side in sides)
