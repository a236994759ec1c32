"""The passages of a scope in the order of the ranker, and how sure it is that the first one answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.catalog import Catalog
from corpus.citation import name
from corpus.document import Document, Place
from corpus.provision import Provision, ProvisionPath
from corpus.validity import Force, Validity
from index.passages import key
from retrieval.answer import Candidate, Signal
from retrieval.quoting import Hit
from retrieval.rank import PLAIN, Asking, Ranker, RankSettings, features, pushes, sureness
from retrieval.signals import Signals
from retrieval.weights import chance, shares

_EXPLAINED = 8
"""How many candidates an answer keeps, so that it can be explained."""
_FORCE_FIRST = {Force.IN_FORCE: 0.3, Force.UNKNOWN: 0.1, Force.NOT_BINDING: -0.3, Force.EXPIRED: -0.2}
"""When two clauses are equally good, the binding one comes first; in log-odds."""
_LOCAL_FIRST = 0.3
"""And so does the one of the very place asked about, before that of the city around it; in log-odds."""


class Order:
    """Orders the passages of a catalog. Safe in threads.

    Args:
        catalog: the documents held.
        rows: the passages of its index, in their order.
        authored: the ids of the documents that have authored questions.
        ranker: order and confidence.
        settings: the thresholds.
    """

    def __init__(
        self,
        catalog: Catalog,
        rows: Sequence[tuple[Document, Provision]],
        authored: Collection[str],
        ranker: Ranker,
        settings: RankSettings,
    ) -> None:
        self._catalog = catalog
        self._rows = rows
        self._authored = frozenset(authored)
        self._ranker = ranker
        self._settings = settings

    def _fitted(self, scope: set[str]) -> Ranker:
        """Order and confidence for a set of documents: another where none of them has authored questions."""
        return self._ranker.bare if self._ranker.bare and not scope & self._authored else self._ranker

    def _ordered(self, scope: set[str], signals: Signals) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The passages of a set of documents, and the ranker's value of each."""
        rows = np.array([row for row, (d, _) in enumerate(self._rows) if d.id in scope], dtype=np.int64)
        return rows, self._fitted(scope).order.value(features(signals, rows))

    def best(
        self,
        scope: set[str],
        signals: Signals,
        known: Asking,
        force: Callable[[Document], Validity],
        most: int,
        here: frozenset[Place],
    ) -> list[Hit]:
        """The best provisions in a set of documents, none inside another.

        Args:
            scope: the ids of the documents.
            signals: what search saw of the question.
            known: what confidence needs to know of the question.
            force: whether a document binds on the day asked about.
            most: the most provisions to give.
            here: the places asked about.
        """
        rows, values = self._ordered(scope, signals)
        bonus = {
            d.id: _FORCE_FIRST.get(force(d).status, 0.0) + _LOCAL_FIRST * (d.meta.place in here)
            for d in self._catalog
            if d.id in scope
        }
        order = np.argsort(-(values + np.array([bonus[self._rows[row][0].id] for row in rows])), kind="stable")
        if not len(order):
            return []
        top = float(values[order[0]])
        margin = top - float(values[order[1]]) if len(order) > 1 else top
        chances = shares(values)
        fitted = self._fitted(scope)
        beside = self._settings.beside if most > 2 else self._settings.beside_compared
        evidence = sureness(
            signals,
            int(rows[order[0]]),
            top,
            margin,
            float(chances[order[0]]),
            known,
        )
        sure, near = (chance(float(part.value(evidence[None])[0])) for part in (fitted.sureness, fitted.nearness))
        of_first = signals.at(int(rows[order[0]]))
        far = near < self._settings.near and of_first["relevance"] < self._settings.relevant_compared
        silent = sure < self._settings.sure and (far or of_first["coverage"] < self._settings.matter_compared)
        hits: list[Hit] = []
        for at in order[: 10 * most]:
            document, provision = self._rows[int(rows[at])]
            value = float(chances[at])
            if hits and value < beside * hits[0].score:
                break
            if any(_nested(hit, document, provision.path) for hit in hits):
                continue
            hits.append(Hit(document, provision, value, sure, near, silent))
            if len(hits) == most:
                break
        return hits

    def candidates(self, scopes: Sequence[set[str]], signals: Signals) -> tuple[Candidate, ...]:
        """The provisions that came first in all scopes, each with what moved it, so that an answer can be explained."""
        every = set().union(*scopes)
        rows, values = self._ordered(every, signals)
        chances = shares(values)
        best = np.argsort(-values, kind="stable")[:_EXPLAINED]
        moved = pushes(self._fitted(every).order, features(signals, rows))
        return tuple(
            Candidate(
                citation=f"{p.path.words} {name(d.meta)}",
                key=key(d, p),
                score=float(chances[at]),
                signals=tuple(
                    Signal(what, value, float(moved[at, PLAIN.index(what)]))
                    for what, value in signals.at(int(rows[at])).items()
                ),
            )
            for at in best
            for d, p in [self._rows[int(rows[at])]]
        )


def _nested(hit: Hit, document: Document, path: ProvisionPath) -> bool:
    mine = hit.provision.path
    return hit.document.id == document.id and (mine.contains(path) or path.contains(mine))
