"""Order what search found, and say how sure that is.

The order is a conditional logit (each question chooses among its own passages), confidence a logistic regression, both
over signals that can be read: `ranker.json` holds their weights, fitted by `danchu evaluate fit` on the steering cases
and on questions that have no answer here.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.facts import STATED
from retrieval.field import BUCKETS, field_score
from retrieval.relative import rank, share_of_best
from retrieval.signals import Signals
from retrieval.understand import Understanding
from retrieval.weights import Weights
from retrieval.words import names_other_field, names_own_field

_FILE = Path(__file__).parent / "ranker.json"

PLAIN = (
    "lexical",
    "dense",
    "relevance",
    "coverage",
    "door_lexical",
    "door_dense",
    "door_coverage",
    "unheld",
    "fact",
    "alike",
    "here",
    "unmarked",
)
"""The signals that are taken as they are."""
RELATIVE = ("lexical", "dense", "relevance", "coverage", "door_lexical", "door_dense", "door_coverage")
"""The signals that are also taken as a share of the best among the passages compared, and by rank."""
FEATURES = (*PLAIN, *(f"{name}_share" for name in RELATIVE), *(f"{name}_rank" for name in RELATIVE))
"""What the ranker weighs, in order."""

SURENESS = (
    "top",
    "margin",
    "share",
    "known",
    "coverage",
    "door_coverage",
    "door_dense",
    "dense",
    "unheld",
    "matter",
    "other",
    "own",
    "field",
    "unstated",
    "stated",
    "vouched",
)
"""What confidence weighs, in order: the ranker's value of the first, its lead, and its chance among all; the share of
the question's matter that the corpus knows; signals of the first; how much matter the question has; whether it names
another field of law, and this one; how much it sounds like this one (`retrieval.field`); whether it asks for a fact
of a kind that the first does not state, does, or does while an authored question that leads there asks for it too."""


@dataclass(frozen=True, slots=True)
class RankSettings:
    """The thresholds of the decision; chosen on the risk-coverage curve of the steering cases."""

    sure: float = 0.18
    """Confidence from which the first quote answers."""
    near: float = 0.4
    """Nearness from which clauses are offered as related."""
    other_field: float = 0.4
    """The same for a question that names another field of law."""
    stray: float = 0.4
    """The same for a question that holds no word of this field."""
    foreign: int = 2
    """How many syllables in no document and no authored question tell that such a question is about something else."""
    beside: float = 0.05
    """The share of the first's chance that a further quote needs."""
    beside_compared: float = 0.01
    """The same where places are compared: who compares wants to see more of each."""
    relevant_compared: float = 0.5
    """Where places are compared, the relevance below which a clause that is neither sure nor near is left out."""
    matter_compared: float = 0.16
    """The same for the share of the question's matter in a clause that is not sure: with less, it is on another."""

    def table(self) -> dict[str, float]:
        """The numbers by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Ranker:
    """The fitted order and confidence."""

    order: Weights
    sureness: Weights
    """The log-odds that the first passage answers."""
    nearness: Weights
    """The log-odds that the question is about what is held at all, answered or not; over the same features."""
    field: Weights
    """The table of `retrieval.field`."""
    bare: Ranker | None = None
    """The same for documents that have no authored questions."""


@cache
def ranker() -> Ranker:
    """The ranker that ships."""
    return read(json.loads(_FILE.read_text("utf-8")))


def unfitted() -> Ranker:
    """A ranker without weights, for a search whose order is not used."""
    order, field = Weights(np.zeros(len(FEATURES)), 0.0), Weights(np.zeros(BUCKETS), 0.0)
    return Ranker(order, Weights(np.zeros(len(SURENESS)), 0.0), Weights(np.zeros(len(SURENESS)), 0.0), field)


def read(table: dict[str, Any]) -> Ranker:
    """Read a ranker as `ranker.json` holds it. Raises ValueError if it was fitted for other features."""
    wanted = {"order": FEATURES, "sureness": SURENESS, "nearness": SURENESS}
    if any(tuple(table[part]["features"]) != names for part, names in wanted.items()):
        raise ValueError("ranker.json was fitted for other features; run danchu evaluate fit")
    order, sureness, nearness, field = (table[part] for part in (*wanted, "field"))
    bare = table.get("bare")
    return Ranker(
        bare=read({**bare, "field": field}) if bare else None,
        order=Weights(np.array(order["weights"]), float(order["constant"])),
        sureness=Weights(np.array(sureness["weights"]), float(sureness["constant"])),
        nearness=Weights(np.array(nearness["weights"]), float(nearness["constant"])),
        field=Weights(np.array(field["weights"], dtype=np.float64), float(field["constant"])),
    )


def features(signals: Signals, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """The features of some passages, compared with one another: shape (rows, FEATURES)."""
    columns = {name: np.asarray(getattr(signals, name), dtype=np.float64)[rows] for name in PLAIN}
    table = [columns[name] for name in PLAIN]
    table += [share_of_best(columns[name]) for name in RELATIVE]
    table += [rank(columns[name]) for name in RELATIVE]
    return np.stack(table, axis=1)


def pushes(order: Weights, table: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each plain signal, with its share and its rank, adds to the value of each row: shape (rows, PLAIN)."""
    moved = table * order.weights
    out = moved[:, : len(PLAIN)].copy()
    for n, name in enumerate(RELATIVE):
        at = PLAIN.index(name)
        out[:, at] += moved[:, len(PLAIN) + n] + moved[:, len(PLAIN) + len(RELATIVE) + n]
    return out


@dataclass(frozen=True, slots=True)
class Asking:
    """What confidence needs to know of a question, whichever passage is found for it."""

    known: float
    """The share of its matter that the corpus knows, 0 to 1."""
    matter: int
    """How many syllables of matter it has."""
    other: bool
    """Whether it names another field of law."""
    own: bool
    """Whether it names this field."""
    field: float
    """How much it sounds like this field, in log-odds (`retrieval.field`)."""
    fact: bool
    """Whether it asks for a fact that a clause must state."""


def asking(asked: Understanding, known: float, field: Weights) -> Asking:
    """Read what confidence needs to know of a question.

    Args:
        asked: the question.
        known: the share of its matter that the corpus knows, 0 to 1.
        field: the table of `retrieval.field`.
    """
    return Asking(
        known,
        len(asked.content),
        names_other_field(asked.text),
        names_own_field(asked.text),
        field_score(field.weights, field.constant, asked.content),
        asked.fact in STATED,
    )


def sureness(
    signals: Signals, row: int, top: float, margin: float, share: float, asking: Asking
) -> NDArray[np.float64]:
    """The features of confidence in one passage: shape (SURENESS,)."""
    return np.array(
        [
            top,
            min(margin, 6.0),
            share,
            asking.known,
            signals.coverage[row],
            signals.door_coverage[row],
            signals.door_dense[row],
            signals.dense[row],
            signals.unheld[row],
            min(asking.matter, 10) / 10,
            float(asking.other),
            float(asking.own),
            min(max(asking.field, -4.0), 4.0),
            float(asking.fact and not signals.fact[row]),
            float(asking.fact and signals.fact[row] and not signals.alike[row]),
            float(asking.fact and signals.fact[row] and signals.alike[row]),
        ]
    )
