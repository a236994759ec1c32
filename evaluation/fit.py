"""Fit the ranker: order and confidence, from the authored questions and from questions that have no answer here.

Each authored question is asked as people ask (with its place or without, with accents or without), its own door left
out, so that the ranker learns how well the other signals find its provision. Questions without an answer are authored
ones whose provision is hidden, questions of other fields of law, and small talk. The encoder must not have been trained
on the authored questions: the ranker must see dense scores of questions that the encoder has not seen.
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
from corpus.document import Place
from corpus.places import bare_name, places_of, within
from corpus.provision import Level
from corpus.text import fold
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
    """An authored question as somebody asks it, with what the ranker may compare."""

    asked: Understanding
    signals: Signals
    rows: NDArray[np.int64]
    gold: int
    known: float


def fit(answerer: Answerer, elsewhere: Sequence[str], *, seed: int = 13, say: Callable[[str], None]) -> dict[str, Any]:
    """Fit order and confidence.

    Args:
        answerer: over the shipped documents, with their authored questions.
        elsewhere: questions of other fields of law, and small talk.
        seed: of the way in which questions are asked.
        say: told of the figures, which are of questions held out (five folds by provision).

    Returns:
        The ranker as `retrieval/ranker.json` holds it.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    chance = random.Random(seed)
    reader, catalog = answerer.reader, answerer.catalog
    held = places_of(catalog)
    asked = list(_authored(catalog, reader, held, chance))
    tables = [features(each.signals, each.rows) for each in asked]
    golds = [each.rows == each.gold for each in asked]
    groups = np.array([each.gold for each in asked])

    def order_of(chosen: Sequence[int]) -> Weights:
        model = LogisticRegression(max_iter=5_000, C=1.0)
        model.fit(np.concatenate([tables[i] for i in chosen]), np.concatenate([golds[i] for i in chosen]))
        return Weights(model.coef_[0], float(model.intercept_[0]))

    rows: list[NDArray[np.float64]] = []
    right: list[bool] = []
    weights: list[float] = []
    first, three = 0, 0
    for train, test in GroupKFold(5).split(tables, groups=groups):
        order = order_of(train.tolist())
        for i in test.tolist():
            each = asked[i]
            ranked = each.rows[np.argsort(-order.value(tables[i]))]
            first += int(ranked[0] == each.gold)
            three += int(each.gold in ranked[:3])
            rows.append(_sure(each, order, tables[i]))
            right.append(bool(ranked[0] == each.gold))
            weights.append(1.0)
            hidden = _without(each, reader)
            rows.append(_sure(hidden, order, features(hidden.signals, hidden.rows)))
            right.append(False)
            weights.append(0.4)
    say(f"held out: first {first / len(asked):.3f}, first three {three / len(asked):.3f} of {len(asked)} questions")
    order = order_of(range(len(asked)))
    everything = np.arange(len(reader.rows))
    for question in elsewhere:
        understood = understand(Question(question), held)
        each = _Asked(understood, reader.read(understood), everything, -1, reader.known_share(understood))
        rows.append(_sure(each, order, features(each.signals, each.rows)))
        right.append(False)
        weights.append(0.5)
    model = LogisticRegression(max_iter=5_000, C=1.0)
    model.fit(np.stack(rows), right, sample_weight=weights)
    predicted = model.predict_proba(np.stack(rows))[:, 1]
    n = 2 * len(asked)
    here, away = predicted[:n:2][np.array(right[:n:2])], predicted[n:]
    say(
        f"confidence ≥ 0.5: {np.mean(here >= 0.5):.3f} of the right, {np.mean(away >= 0.5):.3f} of those from elsewhere"
    )
    return {
        "seed": seed,
        "questions": {"authored": len(asked), "elsewhere": len(elsewhere)},
        "held_out": {"first": round(first / len(asked), 4), "three": round(three / len(asked), 4)},
        "order": _table(FEATURES, order),
        "sureness": _table(SURENESS, Weights(model.coef_[0], float(model.intercept_[0]))),
    }


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
        named = asked.held_places
        rows = [
            row
            for row, (d, _) in enumerate(reader.rows)
            if len(named) != 1 or d.meta.place == named[0] or (d.meta.place and within(named[0], d.meta.place))
        ]
        if gold in rows:
            signals = reader.read(asked, without=n)
            yield _Asked(asked, signals, np.array(rows), gold, reader.known_share(asked))


def _provision(door: Passage) -> tuple[str, str]:
    document, _, path = door.key.rpartition("?")[0].partition("#")
    return document, path


def _without(each: _Asked, reader: SignalReader) -> _Asked:
    """The same question with its provision hidden, and all that holds it or stands in it."""
    document, provision = reader.rows[each.gold]
    mine = provision.path
    rows = [
        row
        for row in each.rows.tolist()
        for d, p in [reader.rows[row]]
        if d.id != document.id or not (mine.contains(p.path) or p.path.contains(mine))
    ]
    return _Asked(each.asked, each.signals, np.array(rows), -1, each.known)


def _sure(each: _Asked, order: Weights, table: NDArray[np.float64]) -> NDArray[np.float64]:
    values = order.value(table)
    best = np.argsort(-values)[:2]
    margin = float(values[best[0]] - values[best[1]]) if len(best) > 1 else 6.0
    return sureness(
        each.signals,
        int(each.rows[best[0]]),
        float(values[best[0]]),
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
