"""What the review pages see: clusters of the same question, their wordings, and what was done about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.feedback.records import CandidateEntry


class ClusterState(StrEnum):
    """Where a cluster stands."""

    OPEN = "open"
    TAKEN = "taken"
    ANSWERED = "answered"
    """A provision is pinned to it."""
    LACKS_DOCUMENT = "lacks_document"
    NOT_FOR_US = "not_for_us"
    DUPLICATE = "duplicate"


class Role(StrEnum):
    """What somebody who signs in may do; each may do what those before it may."""

    READER = "reader"
    REVIEWER = "reviewer"
    ADMIN = "admin"

    def covers(self, needed: Role) -> bool:
        """Whether this role may do what `needed` may."""
        roles = list(Role)
        return roles.index(self) >= roles.index(needed)


@dataclass(frozen=True, slots=True)
class UserSession:
    """Somebody who is signed in. `token` is the secret of the cookie, `csrf` the one that each form carries."""

    name: str
    role: Role
    csrf: str
    token: str


@dataclass(frozen=True, slots=True)
class LockedOut:
    """Too many wrong passwords: nobody signs in under this name before the moment (UTC)."""

    until: dt.datetime


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in."""

    name: str
    role: Role
    disabled: bool
    locked_until: dt.datetime | None
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which clusters are looked for; None and "" for all."""

    state: ClusterState | None = ClusterState.OPEN
    place: str | None = None
    channel: str | None = None
    reason: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    words: str = ""
    """Searched for in every wording, without regard to accents."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A line of the queue."""

    id: str
    title: str
    state: ClusterState
    place: str | None
    askers: int
    asked: int
    wordings: int
    first_at: dt.datetime
    last_at: dt.datetime
    taken_by: str | None
    rank: float


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue, the most pressing first."""

    clusters: tuple[Cluster, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Wording:
    """One way in which a cluster's question was put."""

    text: str
    times: int
    last_at: dt.datetime
    record_id: str
    """The newest question in these words."""
    channels: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pin:
    """A provision that a reviewer named as the answer."""

    id: str
    cluster_id: str
    document_id: str
    path: str
    text_sha256: str
    wordings: tuple[str, ...]
    place: str | None
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Something that somebody did."""

    at: dt.datetime
    who: str
    what: str
    subject: str
    why: str | None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tellings:
    """How it goes with telling those who asked to be told. Only numbers: an address is for the channel alone."""

    waiting: int
    """Who wait, whether or not it was tried."""
    failing: int
    """Those of them whom a try did not reach; it is tried again."""
    told: int
    unreachable: int
    """Who never can be told: they blocked the bot, or the chat is no more."""
    failed_at: dt.datetime | None = None
    """When the last try failed, of those who still wait."""

    @property
    def any(self) -> bool:
        """Whether anybody ever asked to be told."""
        return bool(self.waiting or self.told or self.unreachable)


@dataclass(frozen=True, slots=True)
class ClusterView:
    """All that the page of a cluster shows."""

    cluster: Cluster
    wordings: tuple[Wording, ...]
    candidates: tuple[CandidateEntry, ...]
    """What search saw for the newest question, the best first, with its signals."""
    pin: Pin | None
    history: tuple[Event, ...]
    tellings: Tellings


@dataclass(frozen=True, slots=True)
class DayFigure:
    """The questions of one day (Vietnam's, UTC+7), and how many of them had a sure answer."""

    day: dt.date
    asked: int
    answered: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A place (None: none named) with what still waits there: clusters, and how often they were asked."""

    place: str | None
    clusters: int
    asked: int


@dataclass(frozen=True, slots=True)
class WeekWait:
    """The clusters answered in the week from a Monday, and the median hours from the first question to the pin."""

    monday: dt.date
    clusters: int
    hours: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened from `since` to `until`, both days included."""

    since: dt.date
    until: dt.date
    days: tuple[DayFigure, ...]
    """Every day, also those without a question."""
    reasons: tuple[tuple[str, int], ...]
    """Why questions had no sure answer, the most frequent first."""
    gaps: tuple[Gap, ...]
    """As things stand now, the most asked first."""
    waits: tuple[WeekWait, ...]
    tellings: Tellings
    """Of all questions, as things stand now."""
