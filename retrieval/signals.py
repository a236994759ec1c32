"""What is known of each passage for one question: the numbers from which order and confidence are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from corpus.catalog import Catalog
from corpus.document import Document
from corpus.provision import MARKED, Provision
from index.passages import key
from index.provision_index import ProvisionIndex
from retrieval.coverage import Array, Coverage
from retrieval.doors import Doors, DoorSignals
from retrieval.facts import STATED, states
from retrieval.relevance import Relevance
from retrieval.search import hybrid
from retrieval.understand import Understanding

CONTEXT_WEIGHT = 0.5
"""What the earlier question counts in a follow-up, against 1 for the new words."""


_MANY = 4
"""As many syllables that a passage does not hold say no less than more of them."""
_READ_AGAIN = 30
"""How many passages are read again word by word; more cost time and bring nothing in a corpus of this size."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of each passage for one question: arrays (n passages,), each about 0 to 1."""

    lexical: Array
    dense: Array
    relevance: Array
    """How well its words fit, learned from all fields of law (`retrieval.relevance`): 0 to 1; 0 for all but the lexical
    index's best."""
    coverage: Array
    """The share of the question's own matter that the passage and its headings hold, weighed by rarity."""
    door_lexical: Array
    door_dense: Array
    door_coverage: Array
    """How near the question is to the authored questions that lead to the passage: the best of them."""
    unheld: Array
    """How many syllables of the question's own matter neither the passage, nor its headings, nor any authored question
    that leads to it holds: 0 for none to 1 for four and more."""
    fact: Array
    """1 where a fact of the kind asked for is stated."""
    alike: Array
    """1 where an authored question that leads there asks for a fact of that kind."""
    here: Array
    """1 where the document is of the very place asked about."""
    unmarked: Array
    """1 for bases, signature and the like."""

    def at(self, row: int) -> dict[str, float]:
        """One passage's signals by name."""
        return {item.name: float(getattr(self, item.name)[row]) for item in fields(self)}


class SignalReader:
    """Reads the signals of every passage of a catalog. It keeps no state between questions; safe in threads.

    Args:
        catalog: the documents held.
        index: the index of their passages.
        doors: the index of the authored questions that lead to them, or None to do without.
    """

    def __init__(self, catalog: Catalog, index: ProvisionIndex, doors: ProvisionIndex | None = None) -> None:
        self._catalog = catalog
        self._index = index
        provisions = {key(d, p): (d, p) for d in catalog for p in d.walk()}
        self.rows: list[tuple[Document, Provision]] = [provisions[passage.key] for passage in index.passages]
        """The document and provision of each passage."""
        self._coverage = Coverage(index.passages)
        self._relevance = Relevance(index)
        numbers = {passage.key: row for row, passage in enumerate(index.passages)}
        self.doors = Doors(doors, numbers, len(numbers)) if doors is not None else None
        led_to = self.doors.passages() if self.doors is not None else set()
        self.authored = {self.rows[row][0].id for row in led_to}
        """The ids of the documents that have authored questions."""
        position = {d.id: n for n, d in enumerate(catalog)}
        self._documents = np.array([position[d.id] for d, _ in self.rows], dtype=np.int32)
        whole = [d.words(p) if p.end - p.start <= 2_000 else d.own_words(p) for d, p in self.rows]
        self._stated = {fact: np.array([states(fact, text) for text in whole], dtype=np.float32) for fact in STATED}
        self._unmarked = np.array([float(p.level not in MARKED) for _, p in self.rows], dtype=np.float32)

    def read(self, asked: Understanding) -> Signals:
        """The signals of every passage for a question."""
        here = hybrid(self._index, asked.searched)
        lexical, dense = here.lexical, np.maximum(here.dense, 0)
        coverage = self._coverage.share(asked.content)
        relevance = self._relevant(asked.searched)
        if asked.context:
            before = hybrid(self._index, asked.context_searched)
            lexical = _mix(lexical, before.lexical)
            dense = _mix(dense, np.maximum(before.dense, 0))
            coverage = _mix(coverage, self._coverage.share(asked.context))
            relevance = _mix(relevance, self._relevant(asked.context_searched))
        zeros = np.zeros(len(self.rows), dtype=np.float32)
        doors = DoorSignals(zeros, zeros, zeros)
        if self.doors is not None:
            doors = self.doors.signals(asked.searched, asked.content)
            if asked.context:
                old = self.doors.signals(asked.context_searched, asked.context)
                doors = DoorSignals(
                    _mix(doors.lexical, old.lexical), _mix(doors.dense, old.dense), _mix(doors.coverage, old.coverage)
                )
        of_place = [float(d.meta.place in asked.held_places) for d in self._catalog]
        fact = self._stated.get(asked.fact) if asked.fact else None
        return Signals(
            lexical=lexical,
            dense=dense,
            relevance=relevance,
            coverage=coverage,
            door_lexical=doors.lexical,
            door_dense=doors.dense,
            door_coverage=doors.coverage,
            unheld=self._unheld(asked.content),
            fact=zeros if fact is None else fact,
            alike=self.doors.asking(asked.fact) if asked.fact and self.doors is not None else zeros,
            here=np.array(of_place or [0.0], dtype=np.float32)[self._documents],
            unmarked=self._unmarked,
        )

    def _relevant(self, text: str) -> Array:
        rows, values = self._relevance.scores(text, _READ_AGAIN)
        found = np.zeros(len(self.rows), dtype=np.float32)
        found[rows] = 1 / (1 + np.exp(-values))
        return found

    def _unheld(self, words: Sequence[str]) -> Array:
        held = self._coverage.holds(words)
        if self.doors is not None:
            held |= self.doors.holds(words)
        return np.asarray(np.minimum(len(words) - held.sum(axis=0), _MANY) / _MANY, dtype=np.float32)

    def foreign(self, words: Sequence[str]) -> int:
        """How many of a question's syllables stand neither in a document nor in an authored question."""
        doors = self.doors.knows(words) if self.doors is not None else set()
        return len(set(words) - self._coverage.knows(words) - doors)

    def rarity(self, syllable: str) -> float:
        """How much a syllable without accents tells, 0 to 1; 1 where no document has it."""
        return self._coverage.rarity(syllable)

    def encoded(self, texts: Sequence[str]) -> Array:
        """Unit vectors of texts, by the encoder of the index: shape (n, dimension)."""
        return self._index.encoder.encode(texts)

    def known_share(self, words: Sequence[str]) -> float:
        """The share of a question's matter that the corpus knows at all, 0 to 1; foreign matter lowers it."""
        return self._coverage.known(words)


def _mix(new: Array, old: Array) -> Array:
    return ((new + CONTEXT_WEIGHT * old) / (1 + CONTEXT_WEIGHT)).astype(np.float32)
