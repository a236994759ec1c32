"""How much of a question a passage holds, and the other way about, each syllable weighed by how rare it is."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.text import fold
from index.normalise import syllables
from index.passages import Passage

Array = NDArray[np.float32]


class Coverage:
    """Which passages hold which syllables and pairs, and how rare each is.

    There are two readings: as written, and without accents for questions that have none.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._n = len(passages)
        texts = [syllables(f"{passage.heading} . {passage.text}") for passage in passages]
        self._written = self._read(texts)
        self._plain = self._read([[fold(syllable) for syllable in text] for text in texts])
        self._written_whole, self._plain_whole = self._whole(self._written), self._whole(self._plain)

    def share(self, words: Sequence[str]) -> Array:
        """The share of the syllables' weight that each passage holds, 0 to 1; zeros where there are none.

        Args:
            words: syllables in the order of the question.
        """
        return self.both(words)[0]

    def both(self, words: Sequence[str]) -> tuple[Array, Array]:
        """`share`, and the other way about: the share of each passage's own weight that the syllables hold."""
        plain = all(word.isascii() for word in words)
        known, whole = (self._plain, self._plain_whole) if plain else (self._written, self._written_whole)
        held = np.zeros(self._n, dtype=np.float32)
        total = 0.0
        for term in _terms(words):
            found = known.get(term)
            # A pair that occurs nowhere says little by itself; a syllable that occurs nowhere is foreign matter.
            if found is None and " " in term:
                continue
            weight = self._weight(term, 0 if found is None else len(found))
            total += weight
            if found is not None:
                held[found] += weight
        forth = (held / total).astype(np.float32) if total else held
        return forth, (held / np.maximum(whole, 1e-6)).astype(np.float32)

    def holds(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Which passages hold which syllables: shape (words, passages)."""
        known = self._plain if all(word.isascii() for word in words) else self._written
        held = np.zeros((len(words), self._n), dtype=np.bool_)
        for row, word in enumerate(words):
            if word in known:
                held[row, known[word]] = True
        return held

    def knows(self, words: Sequence[str]) -> set[str]:
        """Those of some syllables that stand in some passage."""
        known = self._plain if all(word.isascii() for word in words) else self._written
        return {word for word in words if word in known}

    def known(self, words: Sequence[str]) -> float:
        """The share of the words' weight that some passage holds, 0 to 1; 1 where there are no words."""
        known = self._plain if all(word.isascii() for word in words) else self._written
        weights = [(self._weight(word, len(known[word]) if word in known else 0), word in known) for word in set(words)]
        total = sum(weight for weight, _ in weights)
        return sum(weight for weight, held in weights if held) / total if total else 1.0

    def rarity(self, syllable: str) -> float:
        """How much a syllable without accents tells, 0 to 1; 1 where no passage has it."""
        held = self._plain.get(syllable, ())
        return self._weight(syllable, len(held)) / self._weight(syllable, 0)

    def _weight(self, term: str, count: int) -> float:
        return math.log(1 + (self._n + 1) / (count + 0.5)) * (0.6 if " " in term else 1.0)

    def _whole(self, known: dict[str, NDArray[np.int32]]) -> Array:
        """The weight of all terms of each passage."""
        whole = np.zeros(self._n, dtype=np.float32)
        for term, found in known.items():
            whole[found] += self._weight(term, len(found))
        return whole

    @staticmethod
    def _read(texts: Sequence[Sequence[str]]) -> dict[str, NDArray[np.int32]]:
        rows: dict[str, list[int]] = defaultdict(list)
        for row, text in enumerate(texts):
            for term in _terms(text):
                rows[term].append(row)
        return {term: np.array(found, dtype=np.int32) for term, found in rows.items()}


def _terms(words: Sequence[str]) -> set[str]:
    return {*words, *(f"{a} {b}" for a, b in itertools.pairwise(words))}
