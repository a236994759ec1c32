"""Authored questions as doors: how near a question is to one that leads to a provision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.normalise import syllables
from index.passages import Passage
from index.provision_index import ProvisionIndex
from retrieval.coverage import Array, Coverage
from retrieval.facts import Fact, fact_asked
from retrieval.relative import share_of_best
from retrieval.understand import STOP


@dataclass(frozen=True, slots=True)
class DoorSignals:
    """For each passage the best of its doors: arrays (n passages,), 0 where it has none."""

    lexical: Array
    dense: Array
    coverage: Array
    """How much of the question the door holds, times how much of the door the question holds (both 0 to 1)."""


class Doors:
    """The authored questions of the documents held.

    Args:
        index: the index of the questions; keys are "<key of the provision's passage>?<number>".
        rows: the row of each provision's passage by its key.
        passages: how many passages there are.
    """

    def __init__(self, index: ProvisionIndex, rows: Mapping[str, int], passages: int) -> None:
        self._index = index
        self._n = passages
        self._to = np.array([rows[passage.key.rpartition("?")[0]] for passage in index.passages], dtype=np.int64)
        self._facts: list[Fact | None] | None = None
        self._coverage = Coverage([Passage(p.key, "", matter(p.text)) for p in index.passages])

    def __len__(self) -> int:
        return len(self._to)

    def passages(self) -> set[int]:
        """The rows of the passages that some question leads to."""
        return set(self._to.tolist())

    def holds(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Which passages have which syllables in one of their doors: shape (words, passages)."""
        held = np.zeros((len(words), self._n), dtype=np.bool_)
        word, door = np.nonzero(self._coverage.holds(words))
        held[word, self._to[door]] = True
        return held

    def knows(self, words: Sequence[str]) -> set[str]:
        """Those of some syllables that stand in some question."""
        return self._coverage.knows(words)

    def asking(self, fact: Fact) -> Array:
        """1 for each passage that a question leads to which asks for this kind of fact, else 0: shape (n passages,)."""
        # Reading all questions takes a moment, and most that are asked never need it.
        if self._facts is None:
            self._facts = [fact_asked(passage.text) for passage in self._index.passages]
        found = np.zeros(self._n, dtype=np.float32)
        found[self._to[[asked is fact for asked in self._facts]]] = 1
        return found

    def signals(self, searched: str, content: Sequence[str]) -> DoorSignals:
        """How near a question is to each provision's doors.

        Args:
            searched: the question as it is searched.
            content: its syllables that carry matter.
        """
        if not len(self):
            zeros = np.zeros(self._n, dtype=np.float32)
            return DoorSignals(zeros, zeros, zeros)
        lexical = self._index.lexical_scores(searched)
        dense = np.maximum(self._index.dense_scores(searched), 0)
        forth, back = self._coverage.both(content)
        both = np.sqrt(forth * back)
        return DoorSignals(self._best(share_of_best(lexical)), self._best(dense), self._best(both))

    def _best(self, scores: Array) -> Array:
        best = np.zeros(self._n, dtype=np.float32)
        np.maximum.at(best, self._to, scores.astype(np.float32))
        return best


def matter(question: str) -> str:
    """A question's syllables that carry matter, in order."""
    return " ".join(syllable for syllable in syllables(question) if syllable not in STOP)
