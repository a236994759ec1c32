"""The lexical index: BM25 over three readings of a Vietnamese text. The only module that knows bm25s.

The readings are syllables without accents, pairs of neighbouring syllables without accents, and syllables with
accents. Vietnamese words are mostly two syllables, so the pairs stand for words; the accents tell apart what the
first two confuse, and weigh nothing when a question is typed without them.

BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the idf of
Lucene; bm25s computes the weights when the index is built, so that a question costs one addition per posting.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray

from index.encoder import IndexDamaged
from index.normalise import fold_syllable, syllables

# It logs each build at DEBUG, and sets its own logger to that level.
logging.getLogger("bm25s").setLevel(logging.WARNING)

_READINGS = ("folded", "pairs", "accented")
_SETTINGS_FILE = "lexical.json"


@dataclass(frozen=True, slots=True)
class LexicalSettings:
    """What steers the lexical index; fixed when it is built.

    Args:
        k1: how soon more of the same word stops counting (BM25).
        b: how much a long text is marked down, from 0 to 1 (BM25).
        heading_repeats: how often a heading is read for each time the text is.
        folded, pairs, accented: the weight of each reading in the sum.
    """

    k1: float = 1.2
    b: float = 0.75
    heading_repeats: int = 3
    folded: float = 0.5
    pairs: float = 1.0
    accented: float = 1.0

    @property
    def weights(self) -> tuple[float, float, float]:
        """The weights in the order of the readings."""
        return self.folded, self.pairs, self.accented


class LexicalIndex:
    """BM25 scores of a fixed list of texts.

    Args:
        count: the number of texts.
        settings: what it was built with.
        readings: a bm25s index for each reading, or nothing if there are no texts.
    """

    def __init__(self, count: int, settings: LexicalSettings, readings: Sequence[Any]) -> None:
        self._count = count
        self._settings = settings
        self._readings = tuple(readings)

    @classmethod
    def build(
        cls,
        texts: Sequence[str],
        headings: Sequence[str] | None = None,
        settings: LexicalSettings | None = None,
    ) -> LexicalIndex:
        """Indexes texts, each with its heading if there are any.

        Raises:
            ValueError: texts and headings differ in number.
        """
        settings = settings or LexicalSettings()
        if headings is not None and len(headings) != len(texts):
            raise ValueError("texts and headings differ in number")
        if not texts:
            return cls(0, settings, ())
        # The empty string is in each vocabulary so that none is empty; no text holds it.
        vocabularies: tuple[dict[str, int], ...] = tuple({"": 0} for _ in _READINGS)
        documents: tuple[list[list[int]], ...] = tuple([] for _ in _READINGS)
        for at, text in enumerate(texts):
            words = syllables(text)
            if headings is not None:
                words += syllables(headings[at]) * settings.heading_repeats
            for vocabulary, document, tokens in zip(vocabularies, documents, _read(words), strict=True):
                document.append([vocabulary.setdefault(token, len(vocabulary)) for token in tokens])
        readings = []
        for vocabulary, document in zip(vocabularies, documents, strict=True):
            reading = bm25s.BM25(k1=settings.k1, b=settings.b)
            # Texts of one syllable have no pairs: bm25s then divides by their mean length, 0, for no posting at all.
            with np.errstate(invalid="ignore"):
                reading.index((document, vocabulary), show_progress=False, create_empty_token=False)
            readings.append(reading)
        return cls(len(texts), settings, readings)

    def __len__(self) -> int:
        return self._count

    @property
    def settings(self) -> LexicalSettings:
        """What the index was built with."""
        return self._settings

    def scores(self, query: str) -> NDArray[np.float32]:
        """The BM25 score of every text, shape (n,); 0 where nothing is shared, so also for an empty query."""
        return self.weighed(self.readings(query))

    def readings(self, query: str) -> NDArray[np.float32]:
        """The BM25 score of every text in each reading (folded, pairs, accented), shape (3, n)."""
        scores = np.zeros((len(_READINGS), self._count), dtype=np.float32)
        for row, reading, tokens in zip(scores, self._readings, _read(syllables(query)), strict=False):
            known = reading.get_tokens_ids(tokens)
            if known:
                row[:] = reading.get_scores_from_ids(known)
        return scores

    def weighed(self, readings: NDArray[np.float32]) -> NDArray[np.float32]:
        """The weighted sum of the readings, shape (n,)."""
        return np.asarray(np.array(self._settings.weights, dtype=np.float32) @ readings, dtype=np.float32)

    def pair_count(self, pair: str) -> int:
        """How many texts hold a pair of folded syllables ("dan chu")."""
        if not self._readings:
            return 0
        reading = self._readings[_READINGS.index("pairs")]
        number = reading.vocab_dict.get(pair)
        bounds = reading.scores["indptr"]
        return int(bounds[number + 1] - bounds[number]) if number is not None else 0

    def top(self, query: str, k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The rows and scores of the k best texts that share anything with the query, best first; ties by row."""
        scores = self.scores(query)
        rows = best(scores, k)
        rows = rows[scores[rows] > 0]
        return rows, scores[rows]

    def save(self, folder: Path) -> None:
        """Writes the index into a folder, which is made if need be.

        Raises:
            OSError: the folder cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        about = {"count": self._count, "settings": asdict(self._settings)}
        (folder / _SETTINGS_FILE).write_text(json.dumps(about, indent=2), encoding="utf-8")
        for name, reading in zip(_READINGS, self._readings, strict=False):
            reading.save(folder / name, show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Reads what `save` wrote.

        Raises:
            IndexDamaged: a file is missing or does not hold what it should.
        """
        try:
            about = json.loads((folder / _SETTINGS_FILE).read_text(encoding="utf-8"))
            count, settings = int(about["count"]), LexicalSettings(**about["settings"])
            readings = []
            for name in _READINGS if count else ():
                reading = bm25s.BM25.load(folder / name, show_progress=False)
                reading.scores["num_docs"] = int(reading.scores["num_docs"])
                _check(reading, count)
                readings.append(reading)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
            raise IndexDamaged(
                f"Chỉ mục từ vựng ở {folder} bị hỏng; hãy chạy `danchu index build` để dựng lại."
            ) from error
        return cls(count, settings, readings)


def best(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """The rows of the k highest scores, best first; equal scores in the order of their rows."""
    k = min(k, len(scores))
    if k <= 0:
        return np.empty(0, dtype=np.int64)
    if k < len(scores):
        # All rows that reach the k-th score, so that ties at the edge are cut by row and not by chance.
        floor = np.partition(scores, len(scores) - k)[len(scores) - k]
        rows = np.flatnonzero(scores >= floor)
    else:
        rows = np.arange(len(scores))
    return rows[np.argsort(-scores[rows], kind="stable")][:k].astype(np.int64)


def folded(words: Iterable[str]) -> list[str]:
    """Syllables as the first reading has them: without accents, a final i as y."""
    return [_spelt_with_y(fold_syllable(word)) for word in words]


def _read(words: list[str]) -> tuple[list[str], list[str], Iterable[str]]:
    """The three readings of a list of syllables, in the order of `_READINGS`."""
    plain = folded(words)
    return plain, [f"{first} {second}" for first, second in pairwise(plain)], words


@lru_cache(maxsize=1 << 16)
def _spelt_with_y(syllable: str) -> str:
    """Both spellings of a final i (lí, lý; kĩ, kỹ; tỉ, tỷ) as the one with y."""
    return syllable[:-1] + "y" if len(syllable) == 2 and syllable[1] == "i" and syllable[0] in "hklmst" else syllable


def _check(reading: Any, count: int) -> None:
    """Raises ValueError unless the arrays of a reading fit each other and the number of texts."""
    scores = reading.scores
    postings = len(scores["data"])
    sound = (
        scores["num_docs"] == count
        and len(scores["indices"]) == postings
        and int(scores["indptr"][-1]) == postings
        and (postings == 0 or (scores["indices"].min() >= 0 and scores["indices"].max() < count))
        and max(reading.vocab_dict.values(), default=-1) < len(scores["indptr"]) - 1
    )
    if not sound:
        raise ValueError("the arrays do not fit each other")
