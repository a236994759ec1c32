"""The questions of all clusters in this process's memory, so that the nearest of 100,000 are found in milliseconds.

What is here comes from the table alone: every wording of a place once, its vector in a matrix of that place. To which
cluster a question belongs is asked of the table each time, since reviewers split and merge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func
from sqlmodel import col, select

from bot.feedback.review_records import MemberRecord
from bot.feedback.same import Asked, log_odds

_NEAREST = 64
"""So many wordings are compared in full."""
_ROOM = 256
_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Alike:
    """A wording that may ask the same."""

    record_ids: Sequence[str]
    """The questions put so, the newest last."""
    score: float
    """Log-odds of asking the same."""


@dataclass(slots=True)
class _Wording:
    asked: Asked
    record_ids: list[str] = field(default_factory=list)


class _Shelf:
    """The wordings of one place."""

    def __init__(self, dimension: int) -> None:
        self.wordings: list[_Wording] = []
        self._rows: dict[tuple[str, tuple[str, ...]], int] = {}
        self._vectors = np.zeros((_ROOM, dimension), dtype=np.float32)

    def add(self, folded: str, asked: Asked, vector: NDArray[np.float32], record_id: str) -> None:
        row = self._rows.setdefault((folded, asked.words), len(self.wordings))
        if row == len(self.wordings):
            if row == len(self._vectors):
                self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
            self._vectors[row] = vector
            self.wordings.append(_Wording(asked))
        self.wordings[row].record_ids.append(record_id)

    def exact(self, folded: str, asked: Asked) -> Sequence[str]:
        row = self._rows.get((folded, asked.words))
        return () if row is None else self.wordings[row].record_ids

    def nearest(self, vector: NDArray[np.float32]) -> Iterator[tuple[_Wording, float]]:
        cosines = self._vectors[: len(self.wordings)] @ vector
        rows = np.arange(len(cosines))
        if len(cosines) > _NEAREST:
            rows = np.argpartition(cosines, -_NEAREST)[-_NEAREST:]
        for row in rows:
            yield self.wordings[row], float(cosines[row])


class Members:
    """All members of the table, as far as they have been read. Not safe in threads: its owner holds a lock.

    Args:
        dimension: of the encoder's vectors. Those that an encoder of another dimension made are found by their words
            alone.
    """

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._shelves: dict[str, _Shelf] = {}
        self._seq = 0
        self._read = 0

    def read_new(self, connection: Connection) -> None:
        """Read what joined since the last time, by this process or another."""
        columns = ("seq", "record_id", "place_key", "folded", "fact", "words", "vector")
        query = select(*(col(getattr(MemberRecord, name)) for name in columns)).order_by(col(MemberRecord.seq))
        while True:
            rows = connection.execute(query.where(col(MemberRecord.seq) > self._seq).limit(_PAGE)).all()
            for row in rows:
                vector = np.frombuffer(row.vector, dtype=np.float16).astype(np.float32)
                if len(vector) != self._dimension:
                    vector = np.zeros(self._dimension, dtype=np.float32)
                asked = Asked("", tuple(row.words), row.fact, place_key=row.place_key)
                shelf = self._shelves.setdefault(row.place_key, _Shelf(self._dimension))
                shelf.add(row.folded, asked, vector, row.record_id)
                self._seq = row.seq
            self._read += len(rows)
            if len(rows) < _PAGE:
                return

    def holds_deleted(self, connection: Connection) -> bool:
        """Whether the table has lost questions that are still here."""
        read = select(func.count()).select_from(MemberRecord).where(col(MemberRecord.seq) <= self._seq)
        return int(connection.execute(read).scalar_one()) != self._read

    def exact(self, folded: str, asked: Asked) -> Sequence[str]:
        """The questions put in the same words but for accents and punctuation, the newest last.

        Of a follow-up ("còn ở đó thì sao?") only those where what came before is the same too.
        """
        shelf = self._shelves.get(asked.place_key)
        return shelf.exact(folded, asked) if shelf else ()

    def alike(self, asked: Asked, vector: NDArray[np.float32]) -> list[Alike]:
        """The nearest wordings of the same place, the likeliest to ask the same first.

        Args:
            asked: what is asked.
            vector: shape (dimension,), length 1.
        """
        shelf = self._shelves.get(asked.place_key)
        found = [
            Alike(wording.record_ids, log_odds(asked, wording.asked, cosine))
            for wording, cosine in (shelf.nearest(vector) if shelf else ())
        ]
        return sorted(found, key=lambda one: -one.score)
