"""BM25 over three readings of a text."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoder import IndexDamaged
from index.lexical import LexicalIndex, LexicalSettings, best

TEXTS = [
    "Nhân dân bàn và quyết định những nội dung ở cơ sở",
    "Ủy ban nhân dân phường công khai thông tin",
    "Người đứng đầu cản trở việc thực hiện dân chủ thì bị xử lý",
    "Hòa giải viên ở cơ sở",
    "",
]
INDEX = LexicalIndex.build(TEXTS)


@pytest.mark.parametrize(
    ("query", "row"),
    [
        ("cản trở dân chủ", 2),
        ("can tro dan chu", 2),
        ("CÔNG KHAI", 1),
        ("hoà giải", 3),
        ("hoa giai vien", 3),
        ("uỷ ban", 1),
        ("xử lí", 2),
    ],
)
def test_the_best_text_comes_first(query: str, row: int) -> None:
    rows, scores = INDEX.top(query, 3)
    assert rows[0] == row
    assert scores[0] > 0
    assert list(scores) == sorted(scores, reverse=True)


def test_accents_tell_apart_what_folding_confuses() -> None:
    index = LexicalIndex.build(["bán đất", "bàn đát", "ban dat"])
    assert index.top("bán đất", 1)[0][0] == 0
    assert index.top("bàn đát", 1)[0][0] == 1
    free = index.scores("ban dat")
    assert free[2] >= free[0] == pytest.approx(free[1])


def test_order_of_syllables_counts() -> None:
    index = LexicalIndex.build(["chủ dân", "dân chủ", "đất đai"])
    scores = index.scores("dan chu")
    assert scores[1] > scores[0] > scores[2] == 0


@pytest.mark.parametrize("query", ["", "   ", "🙂🙂", "\x00\x01", "xyzzy plugh", "?!…"])
def test_a_query_that_shares_nothing_scores_zero(query: str) -> None:
    scores = INDEX.scores(query)
    assert scores.shape == (len(TEXTS),)
    assert scores.dtype == np.float32
    assert not scores.any()
    assert INDEX.top(query, 3)[0].size == 0


@given(st.text())
def test_any_query_gets_a_score_for_each_text(query: str) -> None:
    scores = INDEX.scores(query)
    assert scores.shape == (len(TEXTS),)
    assert np.isfinite(scores).all()
    assert (scores >= 0).all()


def test_scores_are_bm25() -> None:
    settings = LexicalSettings(folded=1.0, pairs=0.0, accented=0.0)
    index = LexicalIndex.build(["một hai hai", "ba", "bốn năm"], settings=settings)
    idf = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    norm = settings.k1 * (1 - settings.b + settings.b * 3 / 2)
    assert index.scores("hai")[0] == pytest.approx(idf * 2 / (2 + norm), rel=1e-5)


def test_headings_are_read_too() -> None:
    index = LexicalIndex.build(["công khai", "công khai"], ["Thạch Khôi", "Kim Bảng"])
    assert index.top("công khai ở Kim Bảng", 2)[0][0] == 1
    with pytest.raises(ValueError, match="differ"):
        LexicalIndex.build(["một"], [])


@pytest.mark.parametrize("texts", [TEXTS, [], ["", ""], ["một"]])
def test_saved_and_loaded_it_scores_the_same(texts: list[str], tmp_path: Path) -> None:
    index = LexicalIndex.build(texts, settings=LexicalSettings(k1=1.0))
    index.save(tmp_path / "lexical")
    again = LexicalIndex.load(tmp_path / "lexical")
    assert len(again) == len(texts)
    assert again.settings == index.settings
    for query in ("dân chủ", "một", ""):
        np.testing.assert_array_equal(again.scores(query), index.scores(query))


def test_every_damaged_file_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "lexical"
    INDEX.save(folder)
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        kept = path.read_bytes()
        path.write_bytes(kept[: len(kept) // 2])
        with pytest.raises(IndexDamaged, match="danchu index build"):
            LexicalIndex.load(folder)
        path.write_bytes(kept)
        LexicalIndex.load(folder)
    with pytest.raises(IndexDamaged):
        LexicalIndex.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("scores", "k", "expected"),
    [
        ([0.1, 0.9, 0.5], 2, [1, 2]),
        ([1.0, 1.0, 1.0, 1.0], 2, [0, 1]),
        ([0.0, 2.0, 1.0, 2.0, 1.0], 3, [1, 3, 2]),
        ([1.0], 5, [0]),
        ([], 5, []),
        ([1.0, 2.0], 0, []),
    ],
)
def test_best(scores: list[float], k: int, expected: list[int]) -> None:
    assert best(np.array(scores, dtype=np.float32), k).tolist() == expected
