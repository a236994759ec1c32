"""What is kept of a person beside their questions: the place, whether they saw the notice, remarks, and who waits.

A person is a salted hash. The raw address that a channel needs to write to somebody stands in one table alone,
`waiting`, only where they asked for it, and never beside a question.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlmodel import Field, SQLModel, col

from bot.feedback.database import Database
from bot.feedback.records import Entry, QuestionRecord, UtcDateTime
from bot.feedback.review_records import ClusterRecord, MemberRecord
from bot.people import Told


@dataclass(frozen=True, slots=True)
class Person:
    """What a channel needs to know of somebody before it answers."""

    place: str | None
    """The place that they asked to remember."""
    noticed: bool
    """Whether they were told what is kept of them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is on record: cleaned, and without personal data."""

    text: str
    previous: tuple[str, ...]
    place: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who wants to be told when a question has an answer."""

    record_id: str
    channel: str
    address: str
    question: Asked


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said of the bot, cleaned and without personal data."""

    at: dt.datetime
    channel: str
    text: str


@dataclass(frozen=True, slots=True)
class ForgetEntry:
    """A request to forget a person. It holds hashes alone, so that it may wait in the spool like a question."""

    asker_hash: str
    rater: str
    """`rater_hash` of the person."""
    channel: str
    address_hash: str | None
    at: dt.datetime
    """What came later than this stays."""

    def covers(self, entry: Entry) -> bool:
        """Whether this question is to be forgotten."""
        return entry.asker_hash == self.asker_hash and entry.asked_at <= self.at


class PersonRecord(SQLModel, table=True):
    """A person; `at` is when they were last seen, give or take a day."""

    __tablename__ = "person"

    asker_hash: str = Field(primary_key=True, max_length=64)
    place: str | None = None
    noticed_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    at: dt.datetime = Field(sa_type=UtcDateTime, index=True)


class WaitingRecord(SQLModel, table=True):
    """Who waits for which question. No foreign key: the question may still wait in the spool."""

    __tablename__ = "waiting"

    record_id: str = Field(primary_key=True, max_length=32)
    address: str = Field(primary_key=True)
    channel: str = Field(max_length=32)
    asked_at: dt.datetime = Field(sa_type=UtcDateTime, index=True)
    tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often it was tried in vain to tell them."""
    failed_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class RemarkRecord(SQLModel, table=True):
    """What somebody said of the bot."""

    __tablename__ = "remark"

    id: str = Field(primary_key=True, max_length=32)
    at: dt.datetime = Field(sa_type=UtcDateTime, index=True)
    channel: str = Field(max_length=32)
    asker_hash: str = Field(max_length=64)
    text: str


_ASKED = (col(QuestionRecord.question), col(QuestionRecord.previous), col(QuestionRecord.place))


class Persons:
    """These tables of a database. Every method raises StoreUnavailable where it cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, asker_hash: str) -> tuple[Person, dt.datetime] | None:
        """A person, and when they were last seen; None where nothing is kept of them."""
        query = select(col(PersonRecord.place), col(PersonRecord.noticed_at), col(PersonRecord.at))
        with self._database.transaction() as connection:
            found = connection.execute(query.where(col(PersonRecord.asker_hash) == asker_hash)).first()
        return None if found is None else (Person(found.place, found.noticed_at is not None), found.at)

    def save(self, asker_hash: str, at: dt.datetime, *, wait_s: float | None = None, **columns: Any) -> None:
        """Set some columns of a person (`place`, `noticed_at`), who is made where there was none, and seen then."""
        insert = self._database.insert(PersonRecord).values(asker_hash=asker_hash, at=at, **columns)
        with self._database.transaction(write=True, wait_s=wait_s) as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["asker_hash"], set_={"at": at, **columns}))

    def asked(self, record_id: str) -> Asked | None:
        """The question of a record."""
        with self._database.transaction() as connection:
            found = connection.execute(select(*_ASKED).where(col(QuestionRecord.id) == record_id)).first()
        return None if found is None else Asked(found.question, tuple(found.previous), found.place)

    def wait(self, record_id: str, channel: str, address: str, at: dt.datetime, *, wait_s: float | None = None) -> None:
        """Note that somebody waits for a question; noting it again changes nothing."""
        row = {"record_id": record_id, "channel": channel, "address": address, "asked_at": at}
        insert = self._database.insert(WaitingRecord).values(row)
        with self._database.transaction(write=True, wait_s=wait_s) as connection:
            connection.execute(insert.on_conflict_do_nothing(index_elements=["record_id", "address"]))

    def waiting(self, limit: int) -> list[Waiting]:
        """Who waits, the longest first; only for questions that the database has."""
        record_id, channel, address = (
            col(WaitingRecord.record_id),
            col(WaitingRecord.channel),
            col(WaitingRecord.address),
        )
        query = select(record_id, channel, address, *_ASKED).join(QuestionRecord, col(QuestionRecord.id) == record_id)
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(col(WaitingRecord.asked_at), record_id, address).limit(limit))
            return [
                Waiting(row.record_id, row.channel, row.address, Asked(row.question, tuple(row.previous), row.place))
                for row in rows
            ]

    def told(self, record_id: str, channel: str, address: str, how: Told, *, wait_s: float | None = None) -> None:
        """Note what became of telling somebody. Unless it may be tried again, their address goes; a number stays."""
        this = (
            col(WaitingRecord.record_id) == record_id,
            col(WaitingRecord.channel) == channel,
            col(WaitingRecord.address) == address,
        )
        of_it = select(col(MemberRecord.cluster_id)).where(col(MemberRecord.record_id) == record_id)
        counter = "told" if how is Told.SENT else "unreachable"
        counted = {counter: getattr(ClusterRecord, counter) + 1}
        with self._database.transaction(write=True, wait_s=wait_s) as connection:
            if how is Told.LATER:
                tried = {"tries": col(WaitingRecord.tries) + 1, "failed_at": dt.datetime.now(dt.UTC)}
                connection.execute(update(WaitingRecord).where(*this).values(tried))
            elif connection.execute(delete(WaitingRecord).where(*this)).rowcount:
                cluster_id = connection.execute(of_it).scalar()
                connection.execute(update(ClusterRecord).where(col(ClusterRecord.id) == cluster_id).values(counted))

    def remark(self, asker_hash: str, remark: Remark, *, wait_s: float | None = None) -> None:
        """Keep what somebody said of the bot."""
        row = {"id": uuid.uuid4().hex, "asker_hash": asker_hash, **asdict(remark)}
        with self._database.transaction(write=True, wait_s=wait_s) as connection:
            connection.execute(self._database.insert(RemarkRecord).values(row))

    def remarks(self, limit: int) -> list[Remark]:
        """What people said of the bot, newest first."""
        query = select(col(RemarkRecord.at), col(RemarkRecord.channel), col(RemarkRecord.text))
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(col(RemarkRecord.at).desc(), col(RemarkRecord.id)).limit(limit))
            return [Remark(row.at, row.channel, row.text) for row in rows]
