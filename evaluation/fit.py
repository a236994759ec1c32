"""Fit the ranker: order and confidence, from authored questions, the steering cases, and questions from elsewhere.

Each authored question is asked as people ask (with its place or without, with accents or without), its own door left
out, so that the ranker learns how well the other signals find its provision. Questions without an answer are authored
ones whose provision is hidden, unanswerable cases, questions of other fields of law, and small talk. The frozen cases
are never read here. The encoder must not have been trained on the authored questions or the cases: the ranker must see
dense scores of questions that the encoder has not seen.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.catalog import Catalog
from corpus.citation import MAX_QUOTE_CHARS
from corpus.document import Place
from corpus.places import bare_name, places_of, within
from corpus.provision import Level
from corpus.text import fold
from evaluation.cases import Case
from evaluation.measure import words_of
from index.passages import Passage, door_passages
from retrieval.answerer import Answerer
from retrieval.question import Question
from retrieval.rank import FEATURES, SURENESS, Weights, features, sureness
from retrieval.signals import SignalReader, Signals
from retrieval.understand import Understanding, names_other_field, names_own_field, understand

_FORMS = ("Ở {place} {question}", "{question} ở {place}", "{place} {question}", "{question} {place}")
_WITH_PLACE, _PLAIN = 0.8, 0.35
"""How many questions name their place, and how many have no accents; as the steering cases have it."""
_LITTLE_MATTER = (Level.HEAD, Level.RECIPIENTS, Level.OPENING)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as somebody asks it, with what the ranker may compare."""

    asked: Understanding
    signals: Signals
    rows: NDArray[np.int64]
    right: NDArray[np.bool_]
    """Which of the rows answer; none where the question has no answer here."""
    skip: NDArray[np.bool_]
    """Which of the rows hold an answer without being the smallest: neither right nor wrong."""
    known: float
    weight: float

    @property
    def group(self) -> int:
        """What must not stand on both sides of a fold: the provision, or the question itself."""
        return int(self.rows[self.right][0]) if self.right.any() else -1


def fit(
    answerer: Answerer, cases: Sequence[Case], elsewhere: Sequence[str], *, seed: int = 13, say: Callable[[str], None]
) -> dict[str, Any]:
    """Fit order and confidence.

    Args:
        answerer: over the shipped documents, with their authored questions.
        cases: the steering cases.
        elsewhere: questions of other fields of law, and small talk.
        seed: of the way in which authored questions are asked.
        say: told of the figures, which are of questions held out (five folds by provision).

    Returns:
        The ranker as `retrieval/ranker.json` holds it.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    reader, catalog = answerer.reader, answerer.catalog
    held = places_of(catalog)
    authored = list(_authored(catalog, reader, held, random.Random(seed)))
    of_cases = list(_of_cases(answerer, cases, held))
    answerable = [each for each in (*authored, *of_cases) if each.right.any()]
    lost = [each for each in of_cases if not each.right.any()] + [_elsewhere(reader, text, held) for text in elsewhere]
    tables = [features(each.signals, each.rows) for each in answerable]

    def order_of(chosen: Sequence[int]) -> Weights:
        keep = [~answerable[i].skip for i in chosen]
        model = LogisticRegression(max_iter=10_000, C=_C)
        model.fit(
            np.concatenate([tables[i][kept] for i, kept in zip(chosen, keep, strict=True)]),
            np.concatenate([answerable[i].right[kept] for i, kept in zip(chosen, keep, strict=True)]),
            np.concatenate([np.full(int(k.sum()), answerable[i].weight) for i, k in zip(chosen, keep, strict=True)]),
        )
        return Weights(model.coef_[0], float(model.intercept_[0]))

    evidence: list[NDArray[np.float64]] = []
    right: list[bool] = []
    weights: list[float] = []

    def add(each: _Asked, order: Weights, weight: float) -> tuple[bool, bool]:
        values = np.where(each.skip, -np.inf, order.value(features(each.signals, each.rows)))
        ranked = np.argsort(-values)
        hit = bool(each.right[ranked[0]])
        evidence.append(_sure(each, values, ranked))
        right.append(hit)
        weights.append(weight)
        return hit, bool(each.right[ranked[:3]].any())

    found: list[tuple[_Asked, bool, bool]] = []
    groups = np.array([each.group for each in answerable])
    for train, test in GroupKFold(5).split(tables, groups=groups):
        order = order_of(train.tolist())
        for i in test.tolist():
            light = answerable[i].weight < 1
            found.append((answerable[i], *add(answerable[i], order, _AUTHORED_SURE if light else answerable[i].weight)))
            if light:
                add(_hidden(answerable[i], reader), order, _AUTHORED_SURE)
    order = order_of(range(len(answerable)))
    here = len(evidence)
    for each in lost:
        add(each, order, each.weight)
    model = LogisticRegression(max_iter=10_000, C=1.0)
    model.fit(np.stack(evidence), right, sample_weight=weights)
    sure = model.predict_proba(np.stack(evidence))[:, 1]
    figures = {}
    for name, light in (("authored", True), ("cases", False)):
        rows = [(one, three) for each, one, three in found if (each.weight < 1) == light]
        figures[name] = {
            "n": len(rows),
            "first": round(float(np.mean([one for one, _ in rows])), 4),
            "three": round(float(np.mean([three for _, three in rows])), 4),
        }
        say(f"held out, {name}: {figures[name]}")
    say(f"confidence ≥ 0.5: {np.mean(sure[:here][np.array(right[:here])] >= 0.5):.3f} of the right, "
        f"{np.mean(sure[here:] >= 0.5):.3f} of those without an answer")  # fmt: skip
    return {
        "seed": seed,
        "questions": {"authored": len(authored), "cases": len(of_cases), "elsewhere": len(elsewhere)},
        "held_out": figures,
        "order": _table(FEATURES, order),
        "sureness": _table(SURENESS, Weights(model.coef_[0], float(model.intercept_[0]))),
    }


_C = 0.5
_AUTHORED, _CASE, _ELSEWHERE = 0.25, 3.0, 0.5
_AUTHORED_SURE = 0.05
"""What a question counts. Authored ones are many, and lose their own door; cases are asked as people ask."""


def small_talk() -> list[str]:
    """Small talk and everyday questions of other fields, written for this purpose; none is an evaluation case."""
    return (Path(__file__).parent / "elsewhere.txt").read_text("utf-8").split("\n")[:-1]


def other_fields(folders: Sequence[Path], most: int, seed: int = 13) -> list[str]:
    """Questions of other fields of law, from folders in the BEIR layout; those on this field are left out."""
    lines = [line for folder in folders for line in (folder / "queries.jsonl").read_text("utf-8").splitlines()]
    questions = [json.loads(line)["text"] for line in lines]
    kept = [question for question in questions if "dan chu" not in fold(question) and len(question) < 300]
    return random.Random(seed).sample(kept, min(most, len(kept)))


def _authored(catalog: Catalog, reader: SignalReader, held: Sequence[Place], chance: random.Random) -> Iterator[_Asked]:
    numbers = {(d.id, p.path.id): row for row, (d, p) in enumerate(reader.rows)}
    for n, door in enumerate(door_passages(catalog)):
        gold = numbers[_provision(door)]
        document, provision = reader.rows[gold]
        if provision.level in _LITTLE_MATTER:
            continue
        place = document.meta.place if chance.random() < _WITH_PLACE else None
        text = door.text
        if place:
            text = chance.choice(_FORMS).format(place=bare_name(place), question=text.rstrip("?"))
        if chance.random() < _PLAIN:
            text = fold(text)
        asked = understand(Question(text), held)
        rows = _scope(reader, asked)
        if gold in rows:
            known, skip = reader.known_share(asked.content), np.zeros(len(rows), dtype=bool)
            yield _Asked(asked, reader.read(asked, without=n), rows, rows == gold, skip, known, _AUTHORED)


def _of_cases(answerer: Answerer, cases: Sequence[Case], held: Sequence[Place]) -> Iterator[_Asked]:
    """The cases that come to a search: the others are decided before."""
    reader = answerer.reader
    whole = [words_of(d.words(p)) if p.end - p.start <= MAX_QUOTE_CHARS else None for d, p in reader.rows]
    for case in cases:
        asked = understand(case.question, held, reader.known_share)
        if case.need_all or answerer.decided(case.question):
            continue
        rows = _scope(reader, asked)
        holds = np.zeros(len(rows), dtype=bool)
        for gold in case.gold:
            wanted = words_of(gold.quote)
            for i, row in enumerate(rows):
                text = whole[row]
                holds[i] |= text is not None and reader.rows[row][0].source.name.startswith(gold.doc) and wanted in text
        right = holds & np.array([reader.rows[row][1].is_leaf or not _child_holds(reader, rows, holds, i)
                                  for i, row in enumerate(rows)], dtype=bool)  # fmt: skip
        known = reader.known_share(asked.content)
        yield _Asked(asked, reader.read(asked), rows, right, holds & ~right, known, _CASE)


def _child_holds(reader: SignalReader, rows: NDArray[np.int64], holds: NDArray[np.bool_], at: int) -> bool:
    """Whether something inside a provision holds the answer too, and so is the smaller quote."""
    document, provision = reader.rows[rows[at]]
    return any(
        other != at and d.id == document.id and provision.path.contains(p.path)
        for other in np.flatnonzero(holds)
        for d, p in [reader.rows[rows[other]]]
    )


def _elsewhere(reader: SignalReader, text: str, held: Sequence[Place]) -> _Asked:
    asked = understand(Question(text), held)
    rows = _scope(reader, asked)
    none = np.zeros(len(rows), dtype=bool)
    return _Asked(asked, reader.read(asked), rows, none, none, reader.known_share(asked.content), _ELSEWHERE)


def _scope(reader: SignalReader, asked: Understanding) -> NDArray[np.int64]:
    """The rows that a question about at most one place may be answered from."""
    named = asked.held_places
    return np.array(
        [
            row
            for row, (d, _) in enumerate(reader.rows)
            if len(named) != 1 or d.meta.place == named[0] or (d.meta.place and within(named[0], d.meta.place))
        ]
    )


def _provision(door: Passage) -> tuple[str, str]:
    document, _, path = door.key.rpartition("?")[0].partition("#")
    return document, path


def _hidden(each: _Asked, reader: SignalReader) -> _Asked:
    """The same question with its provision hidden, and all that holds it or stands in it."""
    document, provision = reader.rows[each.group]
    mine = provision.path
    kept = np.array(
        [
            d.id != document.id or not (mine.contains(p.path) or p.path.contains(mine))
            for d, p in (reader.rows[row] for row in each.rows)
        ]
    )
    none = np.zeros(int(kept.sum()), dtype=bool)
    return _Asked(each.asked, each.signals, each.rows[kept], none, none, each.known, each.weight)


def _sure(each: _Asked, values: NDArray[np.float64], ranked: NDArray[np.int64]) -> NDArray[np.float64]:
    first = float(values[ranked[0]])
    margin = first - float(values[ranked[1]]) if len(ranked) > 1 else 6.0
    return sureness(
        each.signals,
        int(each.rows[ranked[0]]),
        first,
        margin,
        known=each.known,
        matter=len(each.asked.content),
        other=names_other_field(each.asked.text),
        own=names_own_field(each.asked.text),
    )


def _table(names: Sequence[str], fitted: Weights) -> dict[str, Any]:
    return {
        "features": list(names),
        "weights": [round(float(weight), 5) for weight in fitted.weights],
        "constant": round(fitted.constant, 5),
    }
