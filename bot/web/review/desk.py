"""What the review pages stand on. They know no tables: `bot.feedback.desk.Desk` is the real one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Protocol

from bot.feedback.review import (
    ClusterState,
    ClusterView,
    Event,
    Figures,
    LockedOut,
    Pin,
    QueueFilter,
    QueuePage,
    User,
    UserSession,
)
from corpus.document import Document


class ReviewDesk(Protocol):
    """Clusters, pins and the people who work on them. Called from several threads at once.

    Every method raises `bot.feedback.database.FeedbackError`, whose message is a plain sentence in Vietnamese, where
    the database cannot be used; those that change something leave it unchanged then.
    """

    def verify(self, name: str, password: str, now: dt.datetime) -> UserSession | LockedOut | None:
        """Sign somebody in; None where name and password do not go together."""
        ...

    def session(self, token: str) -> UserSession | None:
        """Whose session this is; None where it has ended or never was."""
        ...

    def end(self, token: str) -> None:
        """Sign out."""
        ...

    def users(self) -> Sequence[User]:
        """Everybody who may sign in."""
        ...

    def newest(self, limit: int) -> Sequence[Event]:
        """The newest of the audit log."""
        ...

    def queue(self, filter: QueueFilter, page: int, per_page: int = 50) -> QueuePage:
        """A page of the queue, counted from 1."""
        ...

    def places(self) -> Sequence[str]:
        """The places that clusters are of, for the filter."""
        ...

    def view(self, cluster_id: str) -> ClusterView | None:
        """A cluster, or None; the id of one that was merged away gives the one that it went into."""
        ...

    def take(self, cluster_id: str, who: str) -> None:
        """Say that somebody works on it."""
        ...

    def release(self, cluster_id: str, who: str) -> None:
        """Give it back."""
        ...

    def set_state(self, cluster_id: str, state: ClusterState, who: str, why: str | None) -> None:
        """Say where it stands."""
        ...

    def split(self, cluster_id: str, record_ids: Sequence[str], who: str) -> str:
        """Move the wordings of these questions into a cluster of their own; returns its id."""
        ...

    def merge(self, ids: Sequence[str], who: str) -> str:
        """Make one cluster of several; returns its id."""
        ...

    def pin(
        self,
        cluster_id: str,
        document_id: str,
        path: str,
        text_sha256: str,
        wordings: Sequence[str],
        place: str | None,
        who: str,
        why: str | None,
    ) -> Pin:
        """Name a provision as the answer."""
        ...

    def undo(self, pin_id: str, who: str, why: str | None) -> bool:
        """Take a pin back; False where there is none any more."""
        ...

    def figures(self, since: dt.date, until: dt.date) -> Figures:
        """What happened in these days."""
        ...

    def export(self, form: str, filter: QueueFilter, documents: Iterable[Document]) -> bytes:
        """A file: "csv" or "xlsx" of the clusters that a filter lets through, "jsonl" of the cases of all pins."""
        ...
