"""What each part of the search brings: figures of questions held out, with a part left out and the rest fitted anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evaluation.cases import Case
from evaluation.fit import Change, held_out, hits, of_cases
from retrieval.answerer import Answerer
from retrieval.rank import FEATURES, features
from retrieval.understand import Understanding

EVERYTHING = "tất cả"


@dataclass(frozen=True, slots=True)
class Left:
    """The figures with one part left out.

    Args:
        part: its name.
        n: how many questions were searched for.
        first, three: the share whose first, or one of the first three, answers.
    """

    part: str
    n: int
    first: float
    three: float


def _without_law_words(asked: Understanding) -> Understanding:
    return replace(asked, added=(), searched=asked.searched.removesuffix(" ".join(asked.added)).strip())


def _without_earlier(asked: Understanding) -> Understanding:
    return replace(asked, context=(), context_searched="")


_COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("câu hỏi soạn sẵn", ("door_lexical", "door_dense", "door_coverage", "alike")),
    ("bộ mã hoá", ("dense", "door_dense")),
    ("đọc lại từng chữ (cây)", ("relevance",)),
    ("BM25", ("lexical", "door_lexical")),
    ("độ phủ từ ngữ", ("coverage", "door_coverage", "unheld")),
    ("loại dữ kiện được hỏi", ("fact", "alike")),
    ("địa phương được hỏi", ("here",)),
    ("dấu hiệu phần không đánh số", ("unmarked",)),
)
_CHANGES: tuple[tuple[str, Change], ...] = (
    ("bảng từ đời thường", _without_law_words),
    ("câu hỏi trước đó", _without_earlier),
)
_ALONE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("chỉ BM25", ("lexical",)),
    ("chỉ bộ mã hoá", ("dense",)),
    ("chỉ đọc lại từng chữ", ("relevance",)),
)


def ablation(
    sets: Sequence[tuple[Answerer, Sequence[Case]]], say: Callable[[str], None] = lambda _: None
) -> list[Left]:
    """Leave out each part in turn.

    Args:
        sets: cases, each with the answerer that they are asked of. Folds are by provision.
        say: told which part is at work.

    Returns:
        Everything first, then each part left out, then single parts alone.
    """
    found: list[Left] = []

    def measure(part: str, keep: Sequence[str], change: Change | None = None) -> None:
        say(part)
        asked = [each for each in of_cases(sets, change) if each.right.any()] if change else every
        columns = [FEATURES.index(name) for name in keep]
        tables = [features(each.signals, each.rows)[:, columns] for each in asked]
        ends = [hits(each, values) for each, values in zip(asked, held_out(asked, tables), strict=True)]
        first, three = (float(np.mean([end[n] for end in ends])) for n in (0, 1))
        found.append(Left(part, len(ends), round(first, 4), round(three, 4)))

    every = [each for each in of_cases(sets) if each.right.any()]
    measure(EVERYTHING, FEATURES)
    for part, names in _COLUMNS:
        measure(f"không có {part}", [name for name in FEATURES if _signal(name) not in names])
    for part, change in _CHANGES:
        measure(f"không có {part}", FEATURES, change)
    for part, names in _ALONE:
        measure(part, names)
    return found


def _signal(feature: str) -> str:
    return feature.removesuffix("_share").removesuffix("_rank")
