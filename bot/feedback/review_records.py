"""The tables of the review loop: clusters of questions, pins, reviewers, and what each of them did.

They are storage alone and leave this package never; what leaves it are the dataclasses of `review.py`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary
from sqlmodel import Field, SQLModel

from bot.feedback.records import UtcDateTime


class ClusterRecord(SQLModel, table=True):
    """Questions that ask the same. Its id never changes; what is merged away points at where it went."""

    __tablename__ = "cluster"
    __table_args__ = (Index("ix_cluster_state_rank", "state", "rank"), Index("ix_cluster_rank", "rank"))

    id: str = Field(primary_key=True, max_length=32)
    title: str
    """The wording that stands for it."""
    state: str = Field(max_length=16)
    merged_into: str | None = Field(default=None, max_length=32, index=True)
    parted_from: str | None = Field(default=None, max_length=32)
    """The cluster that a reviewer parted it from: their questions look alike and are not the same."""
    taken_by: str | None = Field(default=None, max_length=64)
    place: str | None = None
    askers: int
    """How many distinct askers; a question whose asker is not known counts as one."""
    asked: int
    wordings: int = 0
    """How many ways of putting it, told apart as `MemberRecord.folded`."""
    first_at: dt.datetime = Field(sa_type=UtcDateTime)
    last_at: dt.datetime = Field(sa_type=UtcDateTime, index=True)
    rank: float
    """By which the queue is ordered, the greatest first."""
    told: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How many who asked to be told were; their addresses are gone then."""
    unreachable: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How many never can be told: they blocked the bot, or the chat is no more."""


class MemberRecord(SQLModel, table=True):
    """A question of a cluster, with what clustering compares: its vector and its understood words."""

    __tablename__ = "member"
    __table_args__ = (
        Index("ix_member_cluster_id_at", "cluster_id", "at"),
        Index("ix_member_cluster_id_asker_hash", "cluster_id", "asker_hash"),
        # Each with the cluster at its end: the filters of the queue read no row.
        Index("ix_member_place_key_folded_cluster_id", "place_key", "folded", "cluster_id"),
        Index("ix_member_channel_cluster_id", "channel", "cluster_id"),
        Index("ix_member_reason_cluster_id", "reason", "cluster_id"),
        Index("ix_member_at_cluster_id", "at", "cluster_id"),
    )

    record_id: str = Field(primary_key=True, foreign_key="question.id", ondelete="CASCADE", max_length=32)
    cluster_id: str = Field(foreign_key="cluster.id", ondelete="CASCADE", max_length=32)
    asker_hash: str | None = Field(default=None, max_length=64)
    text: str
    folded: str
    """`text` in small letters without accents and punctuation: who types the same but for those asks the same."""
    at: dt.datetime = Field(sa_type=UtcDateTime)
    channel: str = Field(max_length=32)
    reason: str | None = Field(default=None, max_length=32)
    seq: int = Field(index=True)
    """Grows with every question that joins, and is never given twice: what a process has not read yet."""
    place: str | None = None
    place_key: str = ""
    """The place as it is compared, "" for none."""
    fact: str | None = Field(default=None, max_length=16)
    """The kind of fact asked for."""
    words: list[str] = Field(sa_type=JSON)
    vector: bytes = Field(sa_type=LargeBinary)
    """float16, the encoder's dimensions, unit length."""


class PinRecord(SQLModel, table=True):
    """A reviewer's word that a provision answers a cluster's question."""

    __tablename__ = "pin"

    id: str = Field(primary_key=True, max_length=32)
    cluster_id: str = Field(index=True, max_length=32)
    document_id: str
    path: str
    text_sha256: str = Field(max_length=64)
    """Of the provision's canonical words when it was pinned: another digest means that the clause has changed."""
    wordings: list[str] = Field(sa_type=JSON)
    place: str | None = None
    by: str = Field(max_length=64)
    at: dt.datetime = Field(sa_type=UtcDateTime)
    undone_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class EventRecord(SQLModel, table=True):
    """The audit log: who did what, when and why. Rows are only ever added."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_subject_at", "subject", "at"),)

    id: str = Field(primary_key=True, max_length=32)
    at: dt.datetime = Field(sa_type=UtcDateTime, index=True)
    who: str = Field(max_length=64)
    what: str = Field(max_length=32)
    subject: str = Field(max_length=96)
    """What it was done to: "cluster:ID", "pin:ID", "user:NAME"."""
    why: str | None = None
    detail: dict[str, Any] = Field(sa_type=JSON)


class UserRecord(SQLModel, table=True):
    """Somebody who may sign in to the review pages."""

    __tablename__ = "reviewer"

    name: str = Field(primary_key=True, max_length=64)
    role: str = Field(max_length=16)
    password: str
    """An argon2id hash with its parameters."""
    failures: int = 0
    locked_until: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    disabled: bool = False
    at: dt.datetime = Field(sa_type=UtcDateTime)


class SessionRecord(SQLModel, table=True):
    """A signed-in browser. The cookie holds a secret of which only the digest is kept."""

    __tablename__ = "session"

    token_sha256: str = Field(primary_key=True, max_length=64)
    name: str = Field(foreign_key="reviewer.name", ondelete="CASCADE", max_length=64)
    csrf: str = Field(max_length=64)
    at: dt.datetime = Field(sa_type=UtcDateTime)
    seen_at: dt.datetime = Field(sa_type=UtcDateTime)
