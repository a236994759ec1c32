"""The audit log: who did what, when and why. Rows are only ever added."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from bot.feedback.database import Database
from bot.feedback.review import Event
from bot.feedback.review_records import EventRecord

_COLUMNS = (
    col(EventRecord.at),
    col(EventRecord.who),
    col(EventRecord.what),
    col(EventRecord.subject),
    col(EventRecord.why),
    col(EventRecord.detail),
)


class Audit:
    """The log of a database. Every method raises StoreUnavailable where it cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(
        self,
        connection: Connection | None,
        who: str,
        what: str,
        subject: str,
        why: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Note that something was done, now.

        Args:
            connection: the transaction in which it was done, so that both are kept or neither; None for one of its own.
            who: a user's name, or "cli:" and the login of who works at the machine; the first 64 letters are kept.
            what: "user.add", "pin.undo", …; at most 32 letters.
            subject: what it was done to: "cluster:ID", "pin:ID", "user:NAME"; at most 96 letters.
            why: in the person's own words.
            detail: what else is to be known, as JSON has it; never a password.
        """
        if connection is None:
            with self._database.transaction(write=True) as own:
                self.note(own, who, what, subject, why, detail)
            return
        row = {
            "id": f"{time.time_ns():016x}{secrets.token_hex(8)}",  # in the order of time, where `at` is the same
            "at": dt.datetime.now(dt.UTC),
            "who": who[:64],
            "what": what,
            "subject": subject,
            "why": why or None,
            "detail": dict(detail or {}),
        }
        connection.execute(self._database.insert(EventRecord).values(row))

    def of(self, subject: str) -> tuple[Event, ...]:
        """All that was done to something, the oldest first."""
        query = select(*_COLUMNS).where(col(EventRecord.subject) == subject)
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(col(EventRecord.at), col(EventRecord.id)))
            return tuple(Event(*row) for row in rows)

    def newest(self, limit: int) -> tuple[Event, ...]:
        """What was done last, the newest first."""
        query = select(*_COLUMNS).order_by(col(EventRecord.at).desc(), col(EventRecord.id).desc()).limit(limit)
        with self._database.transaction() as connection:
            return tuple(Event(*row) for row in connection.execute(query))
