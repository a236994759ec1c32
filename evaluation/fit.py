"""Fit the ranker: order and confidence, from the steering cases and from questions that have no answer here.

Cases over documents that are added count beside those over the documents that ship, each asked of its own answerer.
Questions without an answer are unanswerable cases, questions of other fields of law, and small talk. The frozen cases
are never read here, and authored questions neither: the encoder has learned from them, and the ranker must see dense
scores of questions that the encoder has not seen.
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

from corpus.authored import every_authored
from corpus.citation import MAX_QUOTE_CHARS
from corpus.places import within
from corpus.text import fold
from evaluation.cases import Case
from evaluation.logit import conditional_logit
from evaluation.measure import words_of
from retrieval.answerer import Answerer
from retrieval.field import table as field_table
from retrieval.question import Question
from retrieval.rank import FEATURES, SURENESS, asking, features, sureness
from retrieval.signals import SignalReader, Signals
from retrieval.understand import Understanding
from retrieval.weights import Weights, shares


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as somebody asks it, with what the ranker may compare."""

    asked: Understanding
    signals: Signals
    rows: NDArray[np.int64]
    right: NDArray[np.bool_]
    """Which of the rows answer; none where the question has no answer here."""
    near: bool
    """Whether it is about what is held: it has an answer here, or misses one narrowly."""
    skip: NDArray[np.bool_]
    """Which of the rows hold an answer without being the smallest: neither right nor wrong."""
    known: float
    weight: float
    group: int
    """What must not stand on both sides of a fold: the provision."""
    style: str


Change = Callable[[Understanding], Understanding]
"""What is done to a question before it is searched; to leave a part of the understanding out."""


def fit(
    sets: Sequence[tuple[Answerer, Sequence[Case]]],
    elsewhere: Sequence[str],
    foreign: Sequence[str],
    *,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Fit order and confidence.

    Args:
        sets: steering cases, each with the answerer that they are asked of.
        elsewhere: questions of other fields of law, and small talk.
        foreign: other ones, from which the field is told; confidence must not see questions that this has learned.
        say: told of the figures, which are of questions held out (five folds by provision).

    Returns:
        The ranker as `retrieval/ranker.json` holds it.
    """
    from sklearn.linear_model import LogisticRegression

    cases = of_cases(sets)
    answerable = [each for each in cases if each.right.any()]
    first = sets[0][0]
    lost = [each for each in cases if not each.right.any()]
    lost += [_elsewhere(first, text) for text in elsewhere]
    tables = [features(each.signals, each.rows) for each in answerable]
    field = _field(first, foreign)
    evidence: list[NDArray[np.float64]] = []
    right: list[bool] = []
    found: list[tuple[str, bool, bool]] = []

    def add(each: Asked, values: NDArray[np.float64]) -> None:
        values = np.where(each.skip, -np.inf, values)
        ranked = np.argsort(-values)
        evidence.append(_sure(each, values, ranked, field))
        right.append(bool(each.right[ranked[0]]))

    for each, values in zip(answerable, held_out(answerable, tables), strict=True):
        found.append((each.style, *hits(each, values)))
        add(each, values)
    order = _order(answerable, tables)
    here = len(evidence)
    for each in lost:
        add(each, order.value(features(each.signals, each.rows)))
    every = (*answerable, *lost)
    weights = [each.weight for each in every]
    model, nearness = (LogisticRegression(max_iter=10_000, C=1.0) for _ in range(2))
    model.fit(np.stack(evidence), right, sample_weight=weights)
    nearness.fit(np.stack(evidence), [each.near for each in every], sample_weight=weights)
    sure = model.predict_proba(np.stack(evidence))[:, 1]
    figures = {}
    for style in ("all", *sorted({style for style, _, _ in found})):
        rows = [(one, three) for name, one, three in found if style in (name, "all")]
        figures[style] = {
            "n": len(rows),
            "first": round(float(np.mean([one for one, _ in rows])), 4),
            "three": round(float(np.mean([three for _, three in rows])), 4),
        }
        say(f"held out, {style}: {figures[style]}")
    say(f"confidence ≥ 0.5: {np.mean(sure[:here][np.array(right[:here])] >= 0.5):.3f} of the right, "
        f"{np.mean(sure[here:] >= 0.5):.3f} of those without an answer")  # fmt: skip
    return {
        "questions": {"cases": len(cases), "elsewhere": len(elsewhere)},
        "held_out": figures,
        "order": _table(FEATURES, order),
        "sureness": _table(SURENESS, Weights(model.coef_[0], float(model.intercept_[0]))),
        "nearness": _table(SURENESS, Weights(nearness.coef_[0], float(nearness.intercept_[0]))),
        "field": {"weights": [round(float(w), 3) for w in field.weights], "constant": round(field.constant, 5)},
    }


def _field(answerer: Answerer, foreign: Sequence[str]) -> Weights:
    """Tell this field from others: the authored questions of all documents against questions of elsewhere."""
    from sklearn.linear_model import LogisticRegression

    own = [question for questions, _ in every_authored(()) for question in questions]
    contents = [answerer.understood(Question(text)).content for text in (*own, *foreign)]
    model = LogisticRegression(max_iter=1_000, C=1.0, class_weight="balanced")
    model.fit(field_table(contents), np.arange(len(contents)) < len(own))
    return Weights(model.coef_[0], float(model.intercept_[0]))


def held_out(answerable: Sequence[Asked], tables: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """The ranker's values of each question's rows, from a fit on the other four fifths of the provisions."""
    from sklearn.model_selection import GroupKFold

    values: dict[int, NDArray[np.float64]] = {}
    groups = np.array([each.group for each in answerable])
    for train, test in GroupKFold(5).split(tables, groups=groups):
        order = _order([answerable[i] for i in train], [tables[i] for i in train])
        values.update((i, order.value(tables[i])) for i in test.tolist())
    return [values[i] for i in range(len(answerable))]


def hits(each: Asked, values: NDArray[np.float64]) -> tuple[bool, bool]:
    """Whether the first row, and one of the first three, answers."""
    ranked = np.argsort(-np.where(each.skip, -np.inf, values))
    return bool(each.right[ranked[0]]), bool(each.right[ranked[:3]].any())


def _order(answerable: Sequence[Asked], tables: Sequence[NDArray[np.float64]]) -> Weights:
    return conditional_logit(
        [table[~each.skip] for each, table in zip(answerable, tables, strict=True)],
        [each.right[~each.skip] for each in answerable],
        _RIDGE,
    )


_RIDGE = 0.01
"""The weight of the squared weights in the loss; chosen on the held-out folds."""
_ELSEWHERE = 0.2
"""What a question from elsewhere counts, against 1 for a case: they are many, and most are told apart easily."""


def small_talk() -> list[str]:
    """Small talk and everyday questions of other fields, written for this purpose; none is an evaluation case."""
    return (Path(__file__).parent / "elsewhere.txt").read_text("utf-8").split("\n")[:-1]


def other_fields(folders: Sequence[Path], most: int, seed: int = 13) -> list[str]:
    """Questions of other fields of law, from folders in the BEIR layout; those on this field are left out."""
    lines = [line for folder in folders for line in (folder / "queries.jsonl").read_text("utf-8").splitlines()]
    questions = [json.loads(line)["text"] for line in lines]
    kept = [question for question in questions if "dan chu" not in fold(question) and len(question) < 300]
    return random.Random(seed).sample(kept, min(most, len(kept)))


def of_cases(sets: Sequence[tuple[Answerer, Sequence[Case]]], change: Change | None = None) -> list[Asked]:
    """The cases that come to a search, as the ranker sees them: the others are decided before.

    Args:
        sets: cases, each with the answerer that they are asked of.
        change: what is done to each question before it is searched.
    """
    return [each for n, (answerer, cases) in enumerate(sets) for each in _of_cases(answerer, cases, n, change)]


def _of_cases(answerer: Answerer, cases: Sequence[Case], of: int, change: Change | None) -> Iterator[Asked]:
    reader = answerer.reader
    whole = [words_of(d.words(p)) if p.end - p.start <= MAX_QUOTE_CHARS else None for d, p in reader.rows]
    for case in cases:
        asked = answerer.understood(case.question)
        if case.need_all or answerer.decided(case.question):
            continue
        asked = change(asked) if change else asked
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
        group = of * 1_000_000 + int(rows[right][0]) if right.any() else -1
        style = f"{of}:{case.style}"
        near = case.answerable or case.near
        yield Asked(asked, reader.read(asked), rows, right, near, holds & ~right, known, 1.0, group, style)


def _child_holds(reader: SignalReader, rows: NDArray[np.int64], holds: NDArray[np.bool_], at: int) -> bool:
    """Whether something inside a provision holds the answer too, and so is the smaller quote."""
    document, provision = reader.rows[rows[at]]
    return any(
        other != at and d.id == document.id and provision.path.contains(p.path)
        for other in np.flatnonzero(holds)
        for d, p in [reader.rows[rows[other]]]
    )


def _elsewhere(answerer: Answerer, text: str) -> Asked:
    reader, asked = answerer.reader, answerer.understood(Question(text))
    rows = _scope(reader, asked)
    none = np.zeros(len(rows), dtype=bool)
    known = reader.known_share(asked.content)
    return Asked(asked, reader.read(asked), rows, none, False, none, known, _ELSEWHERE, -1, "elsewhere")


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


def _sure(each: Asked, values: NDArray[np.float64], ranked: NDArray[np.int64], field: Weights) -> NDArray[np.float64]:
    first = float(values[ranked[0]])
    margin = first - float(values[ranked[1]]) if len(ranked) > 1 else 6.0
    return sureness(
        each.signals,
        int(each.rows[ranked[0]]),
        first,
        margin,
        float(shares(values)[ranked[0]]),
        asking(each.asked, each.known, field),
    )


def _table(names: Sequence[str], fitted: Weights) -> dict[str, Any]:
    return {
        "features": list(names),
        "weights": [round(float(weight), 5) for weight in fitted.weights],
        "constant": round(fitted.constant, 5),
    }
