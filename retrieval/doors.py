"""Authored questions as doors: how near a question is to one that leads to a provision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.normalise import syllables
from index.passages import Passage
from index.provision_index import ProvisionIndex
from retrieval.coverage import Array, Coverage
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
        self._coverage = Coverage([Passage(p.key, "", matter(p.text)) for p in index.passages])

    def __len__(self) -> int:
        return len(self._to)

    def passages(self) -> set[int]:
        """The rows of the passages that some question leads to."""
        return set(self._to.tolist())

    def knows(self, words: Sequence[str]) -> set[str]:
        """Those of some syllables that stand in some question."""
        return self._coverage.knows(words)

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
