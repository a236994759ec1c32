"""Clusters of questions that ask the same: a question joins one when it needs review, or begins one.

Nothing here is on the way of an answer: the server calls `catch_up` every few seconds, in any number of processes.
"""

from __future__ import annotations

import secrets
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, or_, update
from sqlmodel import col, select

from bot.feedback import handling, queue
from bot.feedback.audit import Audit
from bot.feedback.counting import count_in, new_cluster
from bot.feedback.database import Database
from bot.feedback.members import Alike, Members
from bot.feedback.records import Entry, Meta, QuestionRecord, ReviewState
from bot.feedback.review import ClusterState, ClusterView, QueueFilter, QueuePage
from bot.feedback.review_records import ClusterRecord, MemberRecord
from bot.feedback.same import LIKENESS, Asked, Reading, plain
from retrieval.answer import Reason

LEFT_OUT = (Reason.EMPTY, Reason.UNREADABLE, Reason.TOO_LONG, Reason.OFF_TOPIC)
"""Refusals that no document could change: such questions gather in no cluster."""

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts become vectors of shape (n, dimension), each of length 1 (`index.encoder`)."""

_BATCH = 10
_WORDINGS = 2
_OF_A_WORDING = 3  # the newest questions put in it that are asked after: any may have been deleted meanwhile
SEQ = "member_seq"
"""Where `meta` keeps the greatest `seq` given."""


class Clusters:
    """The clusters of a database. Safe to use from several threads, and from several processes at once.

    Args:
        database: where questions are on record.
        encode: the encoder that ships, or another; always the same one.
        asked: reads what a question asks (`same.asked_by`).

    Every method raises StoreUnavailable where the database cannot be used; nothing is changed then.
    """

    def __init__(self, database: Database, encode: Encode, asked: Reading) -> None:
        self._database = database
        self._encode = encode
        self._asked = asked
        self._audit = Audit(database)
        self._lock = threading.Lock()
        self._members: Members | None = None

    # Joining

    def join(self, entry: Entry) -> str | None:
        """Put a question into the cluster that asks the same, or into a new one.

        Returns:
            The cluster's id, also where the question was in it before; None where the question is not on record, or is
            of those that gather in none (`LEFT_OUT`).
        """
        if entry.reason in LEFT_OUT:
            return None
        return self._join([entry])[0]

    def catch_up(self, limit: int = 200) -> int:
        """Let questions that wait for review and are in no cluster yet join, the oldest first.

        Args:
            limit: the most to take at once.

        Returns:
            How many joined; fewer than `limit` where none is left.
        """
        id_, reason = col(QuestionRecord.id), col(QuestionRecord.reason)
        names = ("id", "asked_at", "channel", "asker_hash", "question", "previous", "place", "reason")  # as of an Entry
        waiting = (
            select(*(col(getattr(QuestionRecord, name)) for name in names))
            .where(
                col(QuestionRecord.state) == ReviewState.OPEN.value,
                or_(reason.is_(None), reason.not_in([left_out.value for left_out in LEFT_OUT])),
                ~select(MemberRecord.record_id).where(col(MemberRecord.record_id) == id_).exists(),
            )
            .order_by(col(QuestionRecord.asked_at), id_)
            .limit(limit)
        )
        with self._database.transaction() as connection:
            found = connection.execute(waiting).all()
        with self._lock, self._database.transaction() as connection:
            if self._members is not None and self._members.holds_deleted(connection):
                self._members = None
        # A batch at a time: others write between.
        joined = [self._join(found[start : start + _BATCH]) for start in range(0, len(found), _BATCH)]
        return sum(cluster_id is not None for batch in joined for cluster_id in batch)

    def _join(self, questions: Sequence[Any]) -> list[str | None]:
        """Put questions into clusters, in one transaction; None for what is not on record (any more)."""
        asked = [self._asked(one.question, one.previous, one.place) for one in questions]
        vectors = self._encode([one.text for one in asked])
        with self._lock:
            try:
                self._members = self._members or Members(vectors.shape[1])
                with self._database.transaction() as connection:  # most of it while nobody has to wait
                    self._members.read_new(connection)
                with self._database.transaction(write=True) as connection:
                    handling.take_turn(connection)
                    ids = [one.id for one in questions]
                    on_record = select(QuestionRecord.id).where(col(QuestionRecord.id).in_(ids))
                    there = set(connection.scalars(on_record.order_by(col(QuestionRecord.id)).with_for_update()))
                    return [
                        self._place(connection, self._members, one, what, vector) if one.id in there else None
                        for one, what, vector in zip(questions, asked, vectors, strict=True)
                    ]
            except BaseException:
                self._members = None  # it may hold what was not committed
                raise

    def _place(
        self, connection: Connection, members: Members, question: Any, asked: Asked, vector: NDArray[np.float32]
    ) -> str:
        members.read_new(connection)
        of_it = select(MemberRecord.cluster_id).where(col(MemberRecord.record_id) == question.id)
        before = connection.execute(of_it).scalar()
        if before is not None:
            return str(before)
        cluster_id = _same_words(connection, members.exact(plain(question.question), asked)) or _likeliest(
            connection, members.alike(asked, vector)
        )
        if cluster_id is None:
            cluster_id = secrets.token_hex(16)
            row = new_cluster(cluster_id, question.question, asked.place, question.asked_at)
            connection.execute(self._database.insert(ClusterRecord).values(row))
        this = select(ClusterRecord).where(col(ClusterRecord.id) == cluster_id).with_for_update()
        member = member_row(question, asked, vector.astype(np.float16), cluster_id, self._next_seq(connection))
        cluster = connection.execute(this).one()
        count_in(connection, cluster, member)
        handling.asked_again(connection, self._audit, cluster, question)
        connection.execute(self._database.insert(MemberRecord).values(member))
        return cluster_id

    def _next_seq(self, connection: Connection) -> int:
        """A number greater than any given before, also where its question has gone since."""
        this = col(Meta.key) == SEQ
        found = connection.execute(select(Meta.value).where(this)).scalar()
        seq = int(found or 0) + 1
        if found is None:
            connection.execute(self._database.insert(Meta).values(key=SEQ, value=str(seq)))
        else:
            connection.execute(update(Meta).where(this).values(value=str(seq)))
        return seq

    # Looking

    def queue(self, filter: QueueFilter, page: int = 1, per_page: int = 50) -> QueuePage:
        """A page of the queue, counted from 1; one past the last gives the last."""
        with self._database.transaction() as connection:
            return queue.page_of(connection, filter, page, per_page)

    def view(self, cluster_id: str) -> ClusterView | None:
        """A cluster, or None; the id of one that was merged away gives the one that it went into."""
        with self._database.transaction() as connection:
            return queue.view_of(connection, cluster_id)

    def places(self) -> tuple[str, ...]:
        """The places that clusters are of, in the order of letters."""
        with self._database.transaction() as connection:
            return queue.places_of(connection)

    # Handling

    def take(self, cluster_id: str, who: str) -> None:
        """Say that somebody works on it; ReviewRefused where another does, or where it is closed."""
        with self._changing() as connection:
            handling.take(connection, self._audit, cluster_id, who)

    def release(self, cluster_id: str, who: str) -> None:
        """Give it back to the queue; ReviewRefused where nobody had taken it."""
        with self._changing() as connection:
            handling.release(connection, self._audit, cluster_id, who)

    def set_state(
        self,
        cluster_id: str,
        state: ClusterState,
        who: str,
        why: str | None,
        connection: Connection | None = None,
    ) -> None:
        """Say where it stands.

        Args:
            cluster_id: the cluster, or one that was merged into it.
            state: "answered" goes with a pin alone, "taken" through `take`.
            who: a user's name.
            why: in their words; "lacks a document", "not for us" and "duplicate" need it.
            connection: the writing transaction of a pin, so that both are kept or neither; None for one of its own.

        Raises:
            ReviewRefused: the state cannot be that.
        """
        if connection is not None:
            handling.set_state(connection, self._audit, cluster_id, state, who, why)
            return
        with self._changing() as own:
            handling.set_state(own, self._audit, cluster_id, state, who, why)

    def split(self, cluster_id: str, record_ids: Collection[str], who: str) -> str:
        """Move the wordings of these questions into a cluster of their own; returns its id.

        New questions go to the one of the two that holds the wording nearest to theirs.

        Raises:
            ReviewRefused: none of them is in the cluster, or nothing would be left of it.
        """
        with self._changing() as connection:
            return handling.split(connection, self._database, self._audit, cluster_id, record_ids, who)

    def merge(self, ids: Sequence[str], who: str) -> str:
        """Make one cluster of several, the first; returns its id. The ids of the others lead to it from then on.

        Raises:
            ReviewRefused: they are fewer than two.
        """
        with self._changing() as connection:
            return handling.merge(connection, self._audit, ids, who)

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        with self._database.transaction(write=True) as connection:
            handling.take_turn(connection)
            yield connection


def member_row(question: Any, asked: Asked, vector: NDArray[np.float16], cluster_id: str, seq: int) -> dict[str, Any]:
    """The row of a question in a cluster."""
    return {
        "record_id": question.id,
        "cluster_id": cluster_id,
        "asker_hash": question.asker_hash,
        "text": question.question,
        "folded": plain(question.question),
        "at": question.asked_at,
        "channel": question.channel,
        "reason": question.reason,
        "seq": seq,
        "place": asked.place,
        "place_key": asked.place_key,
        "fact": asked.kind,
        "words": list(asked.words),
        "vector": vector.tobytes(),
    }


def _same_words(connection: Connection, record_ids: Sequence[str]) -> str | None:
    """The cluster of questions put in the same words; None where there are none."""
    found = _whereabouts(connection, record_ids[-_OF_A_WORDING:])
    return next(iter(found.values()))[0] if found else None


def _likeliest(connection: Connection, alike: Sequence[Alike]) -> str | None:
    """The cluster whose two likeliest wordings are likeliest on average; None where that is not likely enough.

    One wording alone would chain clusters together; all of them would keep out who says it in a new way. Of clusters
    that a reviewer parted, the one with the nearest wording is taken.
    """
    if not alike or alike[0].score < LIKENESS.threshold:
        return None
    where = _whereabouts(connection, [id_ for one in alike for id_ in one.record_ids[-_OF_A_WORDING:]])
    scores: dict[str, list[float]] = defaultdict(list)
    parted: dict[str, str | None] = {}
    for one in alike:
        for cluster_id, parted_from in [where[id_] for id_ in one.record_ids[-_OF_A_WORDING:] if id_ in where][:1]:
            scores[cluster_id].append(one.score)
            parted[cluster_id] = parted_from
    likely = {id_: sum(found[:_WORDINGS]) / len(found[:_WORDINGS]) for id_, found in scores.items()}
    best = max(likely, key=likely.__getitem__, default=None)
    if best is None or likely[best] < LIKENESS.threshold:
        return None
    origin = parted[best] or best
    return max((id_ for id_ in scores if origin in (id_, parted[id_])), key=lambda id_: scores[id_][0])


def _whereabouts(connection: Connection, record_ids: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    """The cluster that each question is in, and the one that this was parted from."""
    member, cluster = col(MemberRecord.cluster_id), col(ClusterRecord.id)
    query = select(col(MemberRecord.record_id), cluster, col(ClusterRecord.parted_from)).join(
        ClusterRecord, member == cluster
    )
    rows = connection.execute(query.where(col(MemberRecord.record_id).in_(record_ids)))
    return {record_id: (cluster_id, parted_from) for record_id, cluster_id, parted_from in rows}
