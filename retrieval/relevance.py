"""Relevance: how well the words of a passage fit a question, learned from questions of all fields of law.

The best passages of the hybrid search are looked at again, word by word: how much of the question stands in the
heading, in the text, in one line of it; how long a run of the question stands there unbroken. Gradient-boosted trees
(LambdaMART: Burges, "From RankNet to LambdaRank to LambdaMART", 2010) and a linear model turn these into one number.
`relevance.json` holds both, fitted by `danchu evaluate fit-relevance`; a walk over arrays reads the trees, so that
nothing but numpy is needed to answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.lexical import best, folded
from index.normalise import syllables
from index.passages import topic
from index.provision_index import ProvisionIndex
from retrieval.relative import rank, share_of_best
from retrieval.search import SearchSettings, weighed
from retrieval.weights import Weights

_FILE = Path(__file__).parent / "relevance.json"

DEPTH = 60
"""How many of the best passages are looked at again."""

_MANY = 2_000
"""How many passages are also weighed by their cosine: all of a small index, the lexical best of a large one."""

RAW = (
    "folded",
    "pairs",
    "accented",
    "lexical",
    "share",
    "pair_share",
    "body_share",
    "body_pair_share",
    "topic_share",
    "topic_pair_share",
    "topic_asked",
    "topic_pairs_asked",
    "line",
    "run",
    "heading_run",
)
"""What is read off a passage for a question; each is also compared with the other passages, by share and by rank."""
PLAIN = ("length", "topic_length")
FEATURES = (*RAW, *(f"{name}_share" for name in RAW), *(f"{name}_rank" for name in RAW), *PLAIN)
"""What the trees see, in order."""

_LINE_B, _LINE_K1 = 0.5, 1.2

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trees:
    """Regression trees as arrays of shape (trees, nodes); a leaf points at itself.

    Args:
        feature, threshold: what an inner node asks: is this feature at most that.
        left, right: the nodes that follow.
        value: what a leaf adds.
        depth: the longest way from a root to a leaf.
        linear: the linear model whose value is added to theirs.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    depth: int
    linear: Weights

    def predict(self, table: Table) -> NDArray[np.float64]:
        """The sum of all trees and the linear model for each row of a table of features: shape (rows,)."""
        nodes = self.feature.shape[1]
        root = np.arange(len(self.feature), dtype=np.int64) * nodes
        feature, threshold = self.feature.ravel(), self.threshold.ravel()
        left, right = (side.ravel() + np.repeat(root, nodes) for side in (self.left, self.right))
        at = np.repeat(root[None, :], len(table), axis=0)
        offset = (np.arange(len(table), dtype=np.int64) * table.shape[1])[:, None]
        flat = np.ascontiguousarray(table).ravel()
        for _ in range(self.depth):
            low = flat.take(feature.take(at) + offset) <= threshold.take(at)
            at = np.where(low, left.take(at), right.take(at))
        return np.asarray(self.value.ravel().take(at).sum(axis=1) + self.linear.value(table))


def read(table: dict[str, Any]) -> Trees:
    """Read trees as `relevance.json` holds them. Raises ValueError if they were fitted for other features."""
    if tuple(table["features"]) != FEATURES:
        raise ValueError("relevance.json was fitted for other features; run danchu evaluate fit-relevance")
    trees = table["trees"]
    nodes = max(len(tree["feature"]) for tree in trees)
    shape = (len(trees), nodes)
    feature, left, right = (np.zeros(shape, dtype=np.int32) for _ in range(3))
    threshold, value = np.zeros(shape), np.zeros(shape)
    for n, tree in enumerate(trees):
        size = len(tree["feature"])
        for array, name in ((feature, "feature"), (threshold, "threshold"), (left, "left"), (right, "right"),
                            (value, "value")):  # fmt: skip
            array[n, :size] = tree[name]
    linear = Weights(np.array(table["linear"]["weights"], dtype=np.float64), float(table["linear"]["constant"]))
    return Trees(feature, threshold, left, right, value, int(table["depth"]), linear)


@cache
def trees() -> Trees:
    """The trees that ship."""
    return read(json.loads(_FILE.read_text("utf-8")))


class Words:
    """The words of passages as numbers, laid end to end.

    Args:
        texts: for each passage its lists of words (one list a line).
        vocabulary: numbers of words; new words are added.
    """

    def __init__(self, texts: Sequence[Sequence[Sequence[str]]], vocabulary: dict[str, int]) -> None:
        flat: list[int] = []
        lines: list[int] = [0]
        first: list[int] = [0]
        first_line: list[int] = [0]
        for text in texts:
            for line in text:
                if line:
                    flat += [vocabulary.setdefault(word, len(vocabulary)) for word in line]
                    lines.append(len(flat))
            first.append(len(flat))
            first_line.append(len(lines) - 1)
        self.words = np.array(flat, dtype=np.int32)
        self.lines = np.array(lines, dtype=np.int64)
        """Where each line begins, and the end."""
        self.first = np.array(first, dtype=np.int64)
        """Where each passage begins, and the end."""
        self.first_line = np.array(first_line, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Held:
    """What some passages hold of a question.

    Args:
        single: shape (passages, distinct words of the question).
        pair: shape (passages, distinct pairs).
        run: the longest unbroken run of the question, in words: shape (passages,).
    """

    single: NDArray[np.bool_]
    pair: NDArray[np.bool_]
    run: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question in numbers.

    Args:
        order: its words as numbers of the vocabulary, -1 for unknown ones.
        slot: the place of each word of the vocabulary among the question's distinct ones, -1 elsewhere.
        pair_slot: the place of a pair among the distinct pairs, -1 elsewhere: shape (distinct, distinct).
        weight, pair_weight: how rare each is.
        whole: the weight of all its words, unknown ones too: no passage can hold all of a question with such a word.
    """

    order: list[int]
    slot: NDArray[np.int32]
    pair_slot: NDArray[np.int32]
    weight: NDArray[np.float64]
    pair_weight: NDArray[np.float64]
    whole: float


class Relevance:
    """Scores the passages of an index for a question. It keeps no state between questions; safe in threads.

    Args:
        index: the index of the passages.
        settings: the weights by which passages are chosen for it.
        fitted: the trees; those that ship by default.
    """

    def __init__(
        self, index: ProvisionIndex, settings: SearchSettings | None = None, fitted: Trees | None = None
    ) -> None:
        self._index = index
        self._settings = settings or SearchSettings()
        self._trees = fitted
        self._vocabulary: dict[str, int] = {}
        passages = index.passages
        self._body = Words([[_folded(line) for line in p.text.split("\n")] for p in passages], self._vocabulary)
        self._heading = Words([[_folded(p.heading)] for p in passages], self._vocabulary)
        self._topic = Words([[_folded(topic(p.heading))] for p in passages], self._vocabulary)
        self._count = np.zeros(len(self._vocabulary))
        held = [_distinct(self._body), _distinct(self._heading)]
        both = np.unique(np.concatenate(held), axis=0) if passages else np.zeros((0, 2), dtype=np.int64)
        np.add.at(self._count, both[:, 1], 1)
        self._rarity = self._idf(self._count)
        topics = _distinct(self._topic)
        self._topic_weight = np.zeros(len(passages))
        np.add.at(self._topic_weight, topics[:, 0], self._rarity[topics[:, 1]])
        self._topic_pairs = np.maximum(np.diff(self._topic.first) - 1, 0)
        self._length = np.diff(self._body.first).astype(np.float64)
        spans = np.diff(self._body.lines)
        self._mean_line = float(spans.mean()) if len(spans) else 1.0

    def scores(self, text: str, depth: int = DEPTH) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The best rows of the hybrid search for a text, and the relevance of each; in no order."""
        rows, table = self.table(text, depth)
        return rows, (self._trees or trees()).predict(table)

    def ranking(self, text: str, k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The k best rows and a falling score: those read again by relevance, then the others by the hybrid search."""
        readings, score = self._hybrid(text)
        again, table = self._table(text, readings, score, DEPTH)
        lifted = score.astype(np.float64) - score.max(initial=0.0)
        # Relevance is about -10 to 10; a bounded, rising image of it keeps the others below.
        lifted[again] = 2 + np.tanh((self._trees or trees()).predict(table) / 10)
        rows = best(lifted, k)
        return rows, lifted[rows]

    def table(self, text: str, depth: int = DEPTH) -> tuple[NDArray[np.int64], Table]:
        """The best rows of the hybrid search for a text, and their features: shapes (rows,), (rows, FEATURES)."""
        return self._table(text, *self._hybrid(text), depth)

    def _hybrid(self, text: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The BM25 scores of each reading, and the hybrid score: shapes (3, n), (n,)."""
        readings = self._index.lexical.readings(text)
        lexical = share_of_best(self._index.lexical.weighed(readings))
        if len(lexical) <= _MANY:
            return readings, weighed(lexical, self._index.dense_scores(text), self._settings)
        # In a large index the cosine of everything costs more than all else; it only reorders what the words found.
        rows = best(lexical, _MANY)
        score = np.float32(self._settings.lexical) * lexical
        score[rows] = weighed(lexical[rows], self._index.dense_scores_of(text, rows), self._settings)
        return readings, score

    def _table(
        self, text: str, readings: NDArray[np.float32], score: NDArray[np.float32], depth: int
    ) -> tuple[NDArray[np.int64], Table]:
        rows = best(score, depth)
        rows = rows[score[rows] > 0]
        if not len(rows):
            return rows, np.zeros((0, len(FEATURES)))
        lexical = self._index.lexical.weighed(readings[:, rows])
        asked = self._ask(_folded(text))
        body = _held(self._body, rows, asked)
        heading = _held(self._heading, rows, asked)
        head = _held(self._topic, rows, asked)
        whole, pairs = asked.whole or 1.0, float(asked.pair_weight.sum()) or 1.0
        columns = {
            "folded": readings[0][rows],
            "pairs": readings[1][rows],
            "accented": readings[2][rows],
            "lexical": lexical,
            "share": (body.single | heading.single) @ asked.weight / whole,
            "pair_share": (body.pair | heading.pair) @ asked.pair_weight / pairs,
            "body_share": body.single @ asked.weight / whole,
            "body_pair_share": body.pair @ asked.pair_weight / pairs,
            "topic_share": head.single @ asked.weight / whole,
            "topic_pair_share": head.pair @ asked.pair_weight / pairs,
            "topic_asked": head.single @ asked.weight / np.maximum(self._topic_weight[rows], 1e-9),
            "topic_pairs_asked": head.pair.sum(axis=1) / np.maximum(self._topic_pairs[rows], 1),
            "line": self._best_line(rows, asked, head),
            "run": body.run / max(len(asked.order), 1),
            "heading_run": heading.run / max(len(asked.order), 1),
        }
        raw = [np.asarray(columns[name], dtype=np.float64) for name in RAW]
        table = [*raw, *map(share_of_best, raw), *map(rank, raw), np.log1p(self._length[rows]),
                 (self._topic_pairs[rows] + 1).astype(np.float64)]  # fmt: skip
        return rows, np.stack(table, axis=1)

    def _ask(self, words: Sequence[str]) -> _Asked:
        order = [self._vocabulary.get(word, -1) for word in words]
        distinct = list(dict.fromkeys(number for number in order if number >= 0))
        unknown = len({word for word, number in zip(words, order, strict=True) if number < 0})
        slot = np.full(len(self._vocabulary) + 1, -1, dtype=np.int32)
        slot[distinct] = np.arange(len(distinct))
        pair_slot = np.full((len(distinct) + 1, len(distinct) + 1), -1, dtype=np.int32)
        names: list[str] = []
        for (a, b), (first, second) in zip(pairwise(order), pairwise(words), strict=True):
            if a >= 0 and b >= 0 and pair_slot[slot[a], slot[b]] < 0:
                pair_slot[slot[a], slot[b]] = len(names)
                names.append(f"{first} {second}")
        counts = np.array([self._index.lexical.pair_count(name) for name in names], dtype=np.float64)
        weight = self._rarity[distinct] if distinct else np.zeros(0)
        whole = float(weight.sum()) + unknown * float(self._idf(np.zeros(1))[0])
        return _Asked(order, slot, pair_slot, weight, self._idf(counts), whole)

    def _idf(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.log(1 + (len(self._index.passages) - counts + 0.5) / (counts + 0.5)))

    def _best_line(self, rows: NDArray[np.int64], asked: _Asked, head: _Held) -> NDArray[np.float64]:
        """How much of the question, weighed as BM25 does, the best line of each passage holds with its topic."""
        lows, highs = self._body.first_line[rows], self._body.first_line[rows + 1]
        lines = _spans(lows, highs)
        if not len(lines):
            return np.zeros(len(rows))
        owner = np.repeat(np.arange(len(rows)), highs - lows)
        held = _held_spans(self._body.words, self._body.lines[lines], self._body.lines[lines + 1], asked, runs=False)
        length = (self._body.lines[lines + 1] - self._body.lines[lines]).astype(np.float64)
        damp = (_LINE_K1 + 1) / (1 + _LINE_K1 * (1 - _LINE_B + _LINE_B * length / self._mean_line))
        score = (held.single | head.single[owner]) @ asked.weight + 2 * (
            (held.pair | head.pair[owner]) @ asked.pair_weight
        )
        out = np.zeros(len(rows))
        np.maximum.at(out, owner, score * damp)
        return out


def _folded(text: str) -> list[str]:
    return folded(syllables(text))


def _distinct(words: Words) -> NDArray[np.int64]:
    """Each passage with each of its words once: shape (n, 2)."""
    owner = np.repeat(np.arange(len(words.first) - 1), np.diff(words.first))
    return np.unique(np.stack([owner, words.words.astype(np.int64)], axis=1), axis=0)


def _spans(lows: NDArray[np.int64], highs: NDArray[np.int64]) -> NDArray[np.int64]:
    """All numbers from each low up to its high, one after another."""
    lengths = highs - lows
    if not lengths.sum():
        return np.zeros(0, dtype=np.int64)
    starts = np.repeat(lows - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return np.asarray(starts + np.arange(int(lengths.sum())))


def _held(words: Words, rows: NDArray[np.int64], asked: _Asked) -> _Held:
    return _held_spans(words.words, words.first[rows], words.first[rows + 1], asked, runs=True)


def _held_spans(
    words: NDArray[np.int32], lows: NDArray[np.int64], highs: NDArray[np.int64], asked: _Asked, *, runs: bool
) -> _Held:
    """What stretches of words hold of a question."""
    places = _spans(lows, highs)
    owner = np.repeat(np.arange(len(lows)), highs - lows)
    slots = asked.slot[words[places]]
    known = np.flatnonzero(slots >= 0)
    places, owner, slots = places[known], owner[known], slots[known]
    single = np.zeros((len(lows), len(asked.weight)), dtype=bool)
    single[owner, slots] = True
    beside = np.flatnonzero((places[1:] == places[:-1] + 1) & (owner[1:] == owner[:-1])) if len(places) else known
    numbers = asked.pair_slot[slots[beside], slots[beside + 1]] if len(beside) else beside
    pair = np.zeros((len(lows), len(asked.pair_weight)), dtype=bool)
    real = numbers >= 0
    pair[owner[beside][real], numbers[real]] = True
    run = np.zeros(len(lows))
    if runs and len(places):
        joined = np.zeros(len(places), dtype=bool)
        joined[beside + 1] = True
        length = np.zeros(len(places), dtype=np.int32)
        longest = length.copy()
        for number in asked.order:
            # The run that ends here with this word of the question is the one that ended before it, and one more.
            before = np.where(joined, np.concatenate([[0], length[:-1]]), 0)
            length = np.where(slots == asked.slot[number], before + 1, 0) if number >= 0 else np.zeros_like(length)
            np.maximum(longest, length, out=longest)
        np.maximum.at(run, owner, longest)
    return _Held(single, pair, run)
