"""The questions on record: what goes in, and what reviewers ask for.

Errors are drawn in `database.py`; these can be met here:

    FeedbackError
     ├─ StoreMisconfigured   the URL cannot be used, or the driver for it is not installed
     ├─ StoreUnavailable     the database cannot be used now: locked, full, gone, wrong password
     └─ RecordRefused        the database works, but refuses this record
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, or_, update
from sqlmodel import col, select

from bot.feedback import erasure
from bot.feedback.database import (
    BUSY_TIMEOUT_S,
    Database,
    FeedbackError,
    RecordRefused,
    StoreMisconfigured,
    StoreUnavailable,
)
from bot.feedback.persons import ForgetEntry, Persons
from bot.feedback.records import (
    Entry,
    QuestionRecord,
    QuoteSnapshot,
    Rating,
    RatingEntry,
    Reviewed,
    ReviewState,
    entry_of,
    question_row,
    quote_rows,
)

__all__ = ["Counts", "FeedbackError", "RecordRefused", "Store", "StoreMisconfigured", "StoreUnavailable"]

_PAGE = 500
_SURE = "answered"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many questions are on record, by outcome."""

    questions: int
    by_status: dict[str, int]
    by_reason: dict[str, int]
    in_review: int
    helpful: int
    unhelpful: int


class Store:
    """Questions in a database. Safe to use from several threads, and from several processes at once.

    Args:
        url: a SQLAlchemy URL of SQLite (a file) or PostgreSQL. Nothing is opened before the first use, which creates
            file and tables.
        busy_timeout_s: how long to wait for another program's lock.

    Raises:
        StoreMisconfigured: on a URL that cannot be used.
    """

    def __init__(self, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self._database = Database(url, busy_timeout_s)
        self.persons = Persons(self._database)

    # Writing

    def add(self, entries: Iterable[Entry], *, wait_s: float | None = None) -> int:
        """Store entries, all or none; one that is stored already stays as it is.

        Args:
            entries: any number of them.
            wait_s: how long to wait for a lock instead of the store's own timeout.

        Returns:
            How many were new.

        Raises:
            StoreUnavailable: nothing was stored, and may be tried again.
            RecordRefused: nothing was stored: the database will never take one of them.
        """
        added = 0
        with self._database.transaction(write=True, wait_s=wait_s) as connection:
            for entry in entries:
                insert = self._database.insert(QuestionRecord).values(question_row(entry))
                new = insert.on_conflict_do_nothing(index_elements=["id"]).returning(col(QuestionRecord.id))
                if connection.execute(new).first() is None:
                    continue
                added += 1
                if entry.quotes:
                    connection.execute(self._database.insert(QuoteSnapshot), quote_rows(entry))
        return added

    def rate(self, rating: RatingEntry, *, wait_s: float | None = None) -> bool:
        """Store a thumb; a later one of the same asker replaces it. A thumb down brings the question into the queue.

        Args:
            rating: the thumb.
            wait_s: how long to wait for a lock instead of the store's own timeout.

        Returns:
            False where there is no such question.

        Raises:
            StoreUnavailable: nothing was stored.
        """
        this = col(QuestionRecord.id) == rating.record_id
        with self._database.transaction(write=True, wait_s=wait_s) as connection:
            if connection.execute(select(QuestionRecord.id).where(this).with_for_update()).first() is None:
                return False
            insert = self._database.insert(Rating).values(
                record_id=rating.record_id, asker_hash=rating.asker_hash, helpful=rating.helpful, at=rating.at
            )
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["record_id", "asker_hash"],
                    set_={"helpful": insert.excluded.helpful, "at": insert.excluded.at},
                    where=col(Rating.at) <= insert.excluded.at,  # a spooled thumb may arrive after a newer one
                )
            )
            down = select(Rating.record_id).where(col(Rating.record_id) == rating.record_id, ~col(Rating.helpful))
            waits = or_(col(QuestionRecord.status) != _SURE, down.exists())
            # Other states are a reviewer's word, which a thumb does not change.
            untouched = col(QuestionRecord.state).in_([ReviewState.OPEN.value, ReviewState.NONE.value])
            state = case((waits, ReviewState.OPEN.value), else_=ReviewState.NONE.value)
            connection.execute(update(QuestionRecord).where(this, untouched).values(state=state))
            return True

    def erase(self, ids: Sequence[str]) -> int:
        """Delete questions by their ids, all or none; returns how many there were.

        Raises:
            StoreUnavailable: nothing was deleted.
        """
        gone = erasure.erase(self._database, ids)
        self._database.truncate_log()
        return gone

    def forget(self, request: ForgetEntry, salt: bytes, *, wait_s: float | None = None) -> int:
        """Delete all that is kept of a person; returns how many questions went.

        Raises:
            StoreUnavailable: some may be deleted; asking again deletes the rest.
        """
        return erasure.erase_asker(self._database, request, salt, wait_s=wait_s)

    def purge(self, before: dt.datetime, *, wait_s: float | None = None) -> int:
        """Delete one batch of what is older than a moment; returns how many questions went, and 0 at the end.

        Copies that were made before a migration or a restore, and are no longer kept, go with it.

        Raises:
            StoreUnavailable: the batch was not deleted.
        """
        self._database.drop_old_copies()
        return erasure.erase_older(self._database, before, wait_s=wait_s)

    def check(self, *, wait_s: float | None = None) -> None:
        """See whether the database can be written to.

        Raises:
            StoreUnavailable: it cannot, with the reason.
        """
        with self._database.transaction(write=True, wait_s=wait_s):
            pass

    # Reading

    def review_queue(
        self, limit: int = 50, *, statuses: Collection[str] = (), reasons: Collection[str] = ()
    ) -> list[Reviewed]:
        """The questions that wait for a reviewer, newest first: unsure, unanswered, or thumbed down.

        Args:
            limit: the most to return.
            statuses: only these outcomes ("related", "unanswered", …); empty for all.
            reasons: only these reasons; empty for all.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        return self._page(limit, _in_review(statuses, reasons), None)

    def iterate(
        self,
        *,
        queue_only: bool = True,
        statuses: Collection[str] = (),
        reasons: Collection[str] = (),
        brief: bool = False,
    ) -> Iterator[Reviewed]:
        """The whole queue, or all questions, newest first. Read in pages, so that nobody's writing waits for it.

        Args:
            queue_only: only those that wait for a reviewer.
            statuses, reasons: only these outcomes; empty for all.
            brief: without the provisions that search considered, which are most of a record.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        conditions = _in_review(statuses, reasons) if queue_only else _outcomes(statuses, reasons)
        last: Entry | None = None
        while True:
            page = self._page(_PAGE, conditions, last, brief)
            yield from page
            if len(page) < _PAGE:
                return
            last = page[-1].entry

    def get(self, record_id: str) -> Reviewed | None:
        """One question by its whole id, or None.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        found = self._page(1, [col(QuestionRecord.id) == record_id], None)
        return found[0] if found else None

    def find(self, prefix: str, limit: int = 10) -> list[str]:
        """Ids that begin with `prefix` (hexadecimal, any case), newest first; [] for anything else.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        prefix = prefix.strip().lower()
        if not prefix or prefix.strip("0123456789abcdef"):
            return []
        with self._database.transaction() as connection:
            id_ = col(QuestionRecord.id)  # a range, because LIKE would not use the index
            ids = select(QuestionRecord.id).where(id_ >= prefix, id_ < prefix + "g")
            return list(connection.scalars(ids.order_by(col(QuestionRecord.asked_at).desc()).limit(limit)))

    def counts(self) -> Counts:
        """How many questions there are, by outcome.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        with self._database.transaction() as connection:
            amount = func.count()
            status, reason, helpful = col(QuestionRecord.status), col(QuestionRecord.reason), col(Rating.helpful)
            by_status = {key: int(n) for key, n in connection.execute(select(status, amount).group_by(status))}
            by_reason = {key: int(n) for key, n in connection.execute(select(reason, amount).group_by(reason)) if key}
            thumbs = {key: int(n) for key, n in connection.execute(select(helpful, amount).group_by(helpful))}
            queue = select(amount).select_from(QuestionRecord).where(*_in_review((), ()))
            in_review = connection.execute(queue).scalar_one()
        return Counts(
            questions=sum(by_status.values()),
            by_status=by_status,
            by_reason=by_reason,
            in_review=in_review,
            helpful=thumbs.get(True, 0),
            unhelpful=thumbs.get(False, 0),
        )

    def close(self) -> None:
        """Give the connections back. The store opens anew when it is used again."""
        self._database.close()

    # Inside

    def _page(self, limit: int, conditions: list[Any], after: Entry | None, brief: bool = False) -> list[Reviewed]:
        """The newest questions that meet all conditions, after an entry already read."""
        asked_at, id_ = col(QuestionRecord.asked_at), col(QuestionRecord.id)
        order = (asked_at.desc(), id_.desc())
        later = [] if after is None else [asked_at <= after.asked_at, or_(asked_at < after.asked_at, id_ < after.id)]
        # Columns, not objects of the mapper: an export of all questions takes half the time.
        names = [name for name in QuestionRecord.model_fields if not brief or name != "candidates"]
        columns = [col(getattr(QuestionRecord, name)) for name in names]
        query = select(*columns).where(*conditions, *later).order_by(*order).limit(limit)
        with self._database.transaction() as connection:
            records = connection.execute(query).all()
            ids = [record.id for record in records]
            quotes: dict[str, list[Any]] = defaultdict(list)
            thumbs: dict[tuple[str, bool], int] = {}
            for start in range(0, len(ids), _PAGE):  # databases limit how many values one statement takes
                some = ids[start : start + _PAGE]
                of_these = select(QuoteSnapshot).where(col(QuoteSnapshot.record_id).in_(some))
                for quote in connection.execute(of_these.order_by(col(QuoteSnapshot.position))):
                    quotes[quote.record_id].append(quote)
                rated = select(Rating.record_id, Rating.helpful, func.count()).where(col(Rating.record_id).in_(some))
                for record_id, helpful, amount in connection.execute(
                    rated.group_by(col(Rating.record_id), col(Rating.helpful))
                ):
                    thumbs[record_id, helpful] = amount
            return [
                Reviewed(
                    entry_of(record, quotes[record.id]),
                    thumbs.get((record.id, True), 0),
                    thumbs.get((record.id, False), 0),
                )
                for record in records
            ]


def _outcomes(statuses: Collection[str], reasons: Collection[str]) -> list[Any]:
    conditions: list[Any] = []
    if statuses:
        conditions.append(col(QuestionRecord.status).in_(sorted(statuses)))
    if reasons:
        conditions.append(col(QuestionRecord.reason).in_(sorted(reasons)))
    return conditions


def _in_review(statuses: Collection[str], reasons: Collection[str]) -> list[Any]:
    return [col(QuestionRecord.state) == ReviewState.OPEN.value, *_outcomes(statuses, reasons)]
