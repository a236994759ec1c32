"""What is kept of a question: frozen entries for the program, SQLModel tables for the database.

An `Entry` is one question with the snapshot of what was quoted; it is what recorder, spool and store pass along and
what the store hands out. The tables below it are storage alone and leave this package never.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Index, TypeDecorator
from sqlmodel import Field, SQLModel

from bot.feedback.redact import persons_in, storable
from retrieval.answer import Answer, Quote, Status

SCHEMA_VERSION = 1
"""What programs of before there were migrations look at, in `meta`: they refuse a database with a greater number. It
grows where such a program would do harm; what this one goes by is the revision (`migrations`)."""

_PREVIOUS = 5
_CANDIDATES = 10
_CANDIDATES_SURE = 3

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that a later migration can change it on SQLite too."""


class ReviewState(StrEnum):
    """Where a question stands in review."""

    OPEN = "open"
    """It waits for a reviewer: it has no sure answer, or somebody gave the answer a thumb down."""
    NONE = "none"
    """It was answered, and nobody minded."""


@dataclass(frozen=True, slots=True)
class QuoteEntry:
    """One quote as it was shown. Offsets are code points of the source file; digests are SHA-256 in hex."""

    code: str
    document_id: str
    path: str
    citation: str
    text: str
    text_sha256: str
    source_file: str
    source_sha256: str
    source_start: int
    source_end: int
    validity: str
    validity_note: str
    score: float


@dataclass(frozen=True, slots=True)
class CandidateEntry:
    """A provision that search considered, so that a refusal can be explained to a reviewer."""

    citation: str
    key: str
    score: float
    signals: dict[str, float]


@dataclass(frozen=True, slots=True)
class Entry:
    """One question on record. Texts that a person wrote are already cleaned and without personal data."""

    id: str
    """uuid4 in hex, made when the question was answered: storing an entry twice keeps one."""
    asked_at: dt.datetime
    """With time zone, UTC."""
    channel: str
    asker_hash: str | None
    question: str
    question_chars: int
    """The length of the question as it came; more than `len(question)` where it was cut."""
    previous: tuple[str, ...]
    understood: str
    place: str | None
    province: str | None
    on_date: dt.date
    status: str
    reason: str | None
    detail: str | None
    latency_ms: float
    corpus_version: str
    documents: int
    provisions: int
    candidates: tuple[CandidateEntry, ...]
    quotes: tuple[QuoteEntry, ...]
    state: ReviewState = ReviewState.NONE


@dataclass(frozen=True, slots=True)
class RatingEntry:
    """A thumb up or down. `asker_hash` is "" where the channel does not know its people."""

    record_id: str
    asker_hash: str
    helpful: bool
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A question as reviewers see it: the entry, and what people thought of the answer."""

    entry: Entry
    helpful: int
    unhelpful: int


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment in UTC. SQLite forgets time zones: what goes in must have one, and what comes out has one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Turn a moment into UTC; ValueError where it has no time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Give a stored moment its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class QuestionRecord(SQLModel, table=True):
    """A question and its outcome: the fields of `Entry` but the quotes."""

    __tablename__ = "question"
    __table_args__ = (
        Index("ix_question_state_asked_at", "state", "asked_at"),
        Index("ix_question_status_asked_at", "status", "asked_at"),
    )

    id: str = Field(primary_key=True, max_length=32)
    asked_at: dt.datetime = Field(sa_type=UtcDateTime, index=True)
    channel: str = Field(max_length=32)
    asker_hash: str | None = Field(default=None, max_length=64)
    question: str
    question_chars: int
    previous: list[str] = Field(sa_type=JSON)
    understood: str
    place: str | None = None
    province: str | None = None
    on_date: dt.date
    status: str = Field(max_length=16)
    reason: str | None = Field(default=None, max_length=32)
    detail: str | None = None
    latency_ms: float
    corpus_version: str
    documents: int
    provisions: int
    candidates: list[dict[str, Any]] = Field(sa_type=JSON)
    state: str = Field(max_length=16)


class QuoteSnapshot(SQLModel, table=True):
    """A quote of an answer, in the order shown."""

    __tablename__ = "quote"

    record_id: str = Field(primary_key=True, foreign_key="question.id", ondelete="CASCADE", max_length=32)
    position: int = Field(primary_key=True)
    code: str = Field(max_length=16)
    document_id: str
    path: str
    citation: str
    text: str
    text_sha256: str = Field(max_length=64)
    source_file: str
    source_sha256: str = Field(max_length=64)
    source_start: int
    source_end: int
    validity: str = Field(max_length=16)
    validity_note: str
    score: float


class Rating(SQLModel, table=True):
    """A thumb: one per asker and question, the latest."""

    __tablename__ = "rating"

    record_id: str = Field(primary_key=True, foreign_key="question.id", ondelete="CASCADE", max_length=32)
    asker_hash: str = Field(primary_key=True, max_length=64)
    helpful: bool = Field(index=True)
    at: dt.datetime = Field(sa_type=UtcDateTime)


class Meta(SQLModel, table=True):
    """What is known of the database itself."""

    __tablename__ = "meta"

    key: str = Field(primary_key=True, max_length=64)
    value: str


_COLUMNS = tuple(f.name for f in fields(Entry) if f.name not in ("quotes", "candidates", "previous", "state"))
_QUOTE_COLUMNS = tuple(f.name for f in fields(QuoteEntry))


def entry_from(
    answer: Answer, *, record_id: str, channel: str, asker_hash: str | None, previous: Sequence[str] = ()
) -> Entry:
    """What is kept of an answer, as of now. What people wrote is cleaned, masked and cut (`redact.py`).

    Args:
        answer: what the person got; unless it was sure, the question waits for review.
        record_id: uuid4 in hex.
        channel: "web", "telegram", "cli", …
        asker_hash: the salted hash of the person, or None.
        previous: earlier questions of the conversation, oldest first; the last five are kept.
    """
    # A name is told by what stands around it ("tôi là …"); elsewhere the same words may stand alone, in small letters.
    names = persons_in((answer.question, *previous[-_PREVIOUS:]))
    question = storable(answer.question, names=names)
    sure = answer.status is Status.ANSWERED
    return Entry(
        id=record_id,
        asked_at=dt.datetime.now(dt.UTC),
        channel=storable(channel, 32).text,
        asker_hash=asker_hash,
        question=question.text,
        question_chars=question.original_chars,
        previous=tuple(storable(words, names=names).text for words in previous[-_PREVIOUS:]),
        understood=storable(answer.understood, names=names).text,
        place=storable(answer.place.name, 200).text if answer.place else None,
        province=storable(answer.place.province, 200).text if answer.place else None,
        on_date=answer.on,
        status=answer.status.value,
        reason=answer.reason.value if answer.reason else None,
        detail=storable(answer.detail, 500, names).text if answer.detail else None,
        latency_ms=_finite(answer.latency_ms),
        corpus_version=answer.searched.corpus_version,
        documents=answer.searched.documents,
        provisions=answer.searched.provisions,
        candidates=tuple(
            CandidateEntry(
                citation=candidate.citation,
                key=candidate.key,
                score=_finite(candidate.score),
                signals={signal.name: _finite(signal.value) for signal in candidate.signals},
            )
            for candidate in answer.candidates[: _CANDIDATES_SURE if sure else _CANDIDATES]
        ),
        quotes=tuple(_quote_entry(quote) for quote in answer.quotes),
        state=ReviewState.NONE if sure else ReviewState.OPEN,
    )


def _quote_entry(quote: Quote) -> QuoteEntry:
    citation, document = quote.citation, quote.document
    return QuoteEntry(
        code=citation.code,
        document_id=citation.document_id,
        path=citation.path.id,
        citation=citation.words,
        text=citation.text,
        text_sha256=hashlib.sha256(citation.text.encode()).hexdigest(),
        source_file=document.source_name,
        source_sha256=document.sha256,
        source_start=citation.source_start,
        source_end=citation.source_end,
        validity=quote.validity.status.value,
        validity_note=quote.validity.note,
        score=_finite(quote.score),
    )


def _finite(value: float) -> float:
    """A number that JSON and databases take: not-a-number and the infinities become 0."""
    return float(value) if math.isfinite(value) else 0.0


def question_row(entry: Entry) -> dict[str, Any]:
    """The columns of an entry's row in `question`."""
    return {
        **{name: getattr(entry, name) for name in _COLUMNS},
        "previous": list(entry.previous),
        "candidates": [asdict(candidate) for candidate in entry.candidates],
        "state": entry.state.value,
    }


def quote_rows(entry: Entry) -> list[dict[str, Any]]:
    """The columns of its rows in `quote`."""
    return [
        {"record_id": entry.id, "position": position, **asdict(quote)} for position, quote in enumerate(entry.quotes)
    ]


def entry_of(record: Any, quotes: Sequence[Any]) -> Entry:
    """An entry from its rows of `question` and `quote`, the latter in the order shown.

    A row that was read without its candidates gives none.
    """
    return Entry(
        **{name: getattr(record, name) for name in _COLUMNS},
        previous=tuple(record.previous),
        candidates=tuple(
            CandidateEntry(one["citation"], one["key"], one["score"], one["signals"])
            for one in getattr(record, "candidates", ())
        ),
        quotes=tuple(QuoteEntry(**{name: getattr(quote, name) for name in _QUOTE_COLUMNS}) for quote in quotes),
        state=ReviewState(record.state),
    )
