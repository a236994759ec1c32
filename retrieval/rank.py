"""Order what search found, and say how sure that is.

The signals of every candidate are kept, so that an answer or a refusal can be explained.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np
from numpy.typing import NDArray

from corpus.text import fold
from index.normalise import syllables
from index.passages import Passage
from retrieval.understand import STATED, Fact, Understanding

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RankSettings:
    """The numbers that steer order and refusal; written into every evaluation report."""

    lexical: float = 0.30
    dense: float = 0.25
    coverage: float = 0.30
    added: float = 0.15
    door_lexical: float = 0.10
    door_dense: float = 0.25
    door_coverage: float = 0.45
    fact: float = 0.12
    here: float = 0.25
    """Bonus for a document of the very place asked about, over one that holds there too."""
    context: float = 0.5
    """What the earlier question counts in a follow-up, against 1 for the new words."""
    long: float = -0.15
    """For a provision that is longer than one quote."""
    unmarked: float = -0.20
    """For bases, signature and the like, which are found by the question's kind, hardly by its words."""
    sure: float = 0.50
    """Confidence from which the first quote answers."""
    near: float = 0.30
    """Confidence from which clauses are offered as related."""
    own_matter: float = 0.70
    """Share of its own words that a clause must hold where a question names another field of law."""
    beside: float = 0.80
    """The share of the first's score that a further quote needs."""

    def table(self) -> dict[str, float]:
        """The numbers by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of each passage for one question: arrays (n passages,), each about 0 to 1."""

    lexical: Array
    dense: Array
    coverage: Array
    """The share of the question's own matter that the passage and its headings hold, weighed by rarity."""
    added: Array
    """The same for the law's words that stand for the asker's lay words."""
    door_lexical: Array
    door_dense: Array
    door_coverage: Array
    """How near the question is to the authored questions that lead to the passage: the best of them."""
    fact: Array
    """1 where a fact of the kind asked for is stated."""
    here: Array
    long: Array
    unmarked: Array

    def at(self, row: int) -> dict[str, float]:
        """One passage's signals by name."""
        return {item.name: float(getattr(self, item.name)[row]) for item in fields(self)}


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


def score(signals: Signals, settings: RankSettings) -> Array:
    """The order: a weighted sum of the signals."""
    total = np.zeros_like(signals.lexical)
    for item in fields(Signals):
        total += np.float32(getattr(settings, item.name)) * getattr(signals, item.name)
    return total


def confidence(signals: Signals, row: int, asked: Understanding) -> float:
    """How sure it is that a passage answers, 0 to 1."""
    own, law = float(signals.coverage[row]), float(signals.added[row])
    dense, lexical = float(signals.dense[row]), float(signals.lexical[row])
    door = max(float(signals.door_coverage[row]), float(signals.door_dense[row]) - 0.1)
    matter = max(own, 0.75 * law + 0.25 * own, door)
    return min(1.0, max(0.0, 0.6 * matter + 0.3 * dense + 0.1 * lexical))


def states(fact: Fact, words: str) -> bool:
    """Whether a clause states a fact of the kind asked for."""
    pattern = STATED.get(fact)
    return pattern is None or bool(pattern.search(fold(words)))


def _terms(words: Sequence[str]) -> set[str]:
    return {*words, *(f"{a} {b}" for a, b in itertools.pairwise(words))}
