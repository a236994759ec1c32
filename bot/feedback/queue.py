"""What the review pages ask for: a page of the queue, a cluster in full, the places of clusters.

All functions read in the caller's transaction.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, case, func, literal, select
from sqlmodel import col

from bot.feedback.handling import resolve
from bot.feedback.persons import WaitingRecord
from bot.feedback.records import CandidateEntry, QuestionRecord
from bot.feedback.review import (
    Cluster,
    ClusterState,
    ClusterView,
    Event,
    Pin,
    QueueFilter,
    QueuePage,
    Tellings,
    Wording,
)
from bot.feedback.review_records import ClusterRecord, EventRecord, MemberRecord, PinRecord
from bot.feedback.same import plain

VIETNAM = dt.timezone(dt.timedelta(hours=7))
"""The days of the filter are Vietnam's."""

_PIN = ("id", "cluster_id", "document_id", "path", "text_sha256", "wordings", "place", "by", "at")


def page_of(connection: Connection, filter: QueueFilter, page: int, per_page: int) -> QueuePage:
    """`Clusters.queue`."""
    conditions = _conditions(filter)
    total = int(connection.execute(select(func.count()).select_from(ClusterRecord).where(*conditions)).scalar_one())
    pages = max(1, -(-total // per_page))
    page = min(max(page, 1), pages)
    rank, id_ = col(ClusterRecord.rank), col(ClusterRecord.id)
    query = select(ClusterRecord).where(*conditions).order_by(rank.desc(), id_)
    rows = connection.execute(query.limit(per_page).offset((page - 1) * per_page)).all()
    return QueuePage(tuple(_cluster(row) for row in rows), total, page, pages)


def view_of(connection: Connection, cluster_id: str) -> ClusterView | None:
    """`Clusters.view`."""
    found = resolve(connection, cluster_id)
    row = connection.execute(select(ClusterRecord).where(col(ClusterRecord.id) == found)).first()
    if row is None:
        return None
    wordings = _wordings(connection, row.id)
    pins = connection.execute(
        select(*(col(getattr(PinRecord, name)) for name in (*_PIN, "undone_at")))
        .where(col(PinRecord.cluster_id) == row.id)
        .order_by(col(PinRecord.at))
    ).all()
    active = [pin for pin in pins if pin.undone_at is None]
    return ClusterView(
        cluster=_cluster(row),
        wordings=wordings,
        candidates=_candidates(connection, max(wordings, key=lambda one: one.last_at).record_id) if wordings else (),
        pin=_pin(active[-1]) if active else None,
        history=_history(connection, row.id, [pin.id for pin in pins]),
        tellings=tellings_in(connection, row.id),
    )


def places_of(connection: Connection) -> tuple[str, ...]:
    """`Clusters.places`."""
    place = col(ClusterRecord.place)
    live = select(place).where(place.is_not(None), col(ClusterRecord.merged_into).is_(None)).distinct()
    return tuple(sorted(connection.scalars(live)))


def tellings_in(connection: Connection, cluster_id: str | None = None) -> Tellings:
    """How it goes with telling those who asked about a cluster, or about all."""
    record_id, tries = col(WaitingRecord.record_id), col(WaitingRecord.tries)
    waits = select(func.count(), func.count(case((tries > 0, 1))), func.max(col(WaitingRecord.failed_at)))
    counted = select(func.sum(col(ClusterRecord.told)), func.sum(col(ClusterRecord.unreachable)))
    if cluster_id is not None:
        waits = waits.join(MemberRecord, col(MemberRecord.record_id) == record_id).where(
            col(MemberRecord.cluster_id) == cluster_id
        )
        counted = counted.where(col(ClusterRecord.id) == cluster_id)
    waiting, failing, failed_at = connection.execute(waits.select_from(WaitingRecord)).one()
    told, unreachable = connection.execute(counted).one()
    return Tellings(int(waiting), int(failing), int(told or 0), int(unreachable or 0), failed_at)


def _conditions(filter: QueueFilter) -> list[Any]:
    conditions: list[Any] = []
    if filter.state in (None, ClusterState.DUPLICATE):  # what was merged away is a duplicate
        conditions.append(col(ClusterRecord.merged_into).is_(None))
    if filter.state is not None:
        conditions.append(col(ClusterRecord.state) == filter.state.value)
    if filter.place is not None:
        conditions.append(col(ClusterRecord.place) == filter.place)
    asked: list[Any] = []  # of one and the same question
    if filter.channel is not None:
        asked.append(col(MemberRecord.channel) == filter.channel)
    if filter.reason is not None:
        asked.append(col(MemberRecord.reason) == filter.reason)
    if filter.since is not None:
        asked.append(col(MemberRecord.at) >= _midnight(filter.since))
    if filter.until is not None:
        asked.append(col(MemberRecord.at) < _midnight(filter.until + dt.timedelta(days=1)))
    spaced = literal(" ").concat(col(MemberRecord.folded)).concat(" ")
    asked += [spaced.contains(f" {word} ", autoescape=True) for word in plain(filter.words).split()]
    if asked:
        conditions.append(col(ClusterRecord.id).in_(select(col(MemberRecord.cluster_id)).where(*asked)))
    return conditions


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), VIETNAM)


def _cluster(row: Any) -> Cluster:
    return Cluster(
        id=row.id,
        title=row.title,
        state=ClusterState(row.state),
        place=row.place,
        askers=row.askers,
        asked=row.asked,
        wordings=row.wordings,
        first_at=row.first_at,
        last_at=row.last_at,
        taken_by=row.taken_by if row.state == ClusterState.TAKEN else None,
        rank=row.rank,
    )


def _wordings(connection: Connection, cluster_id: str) -> tuple[Wording, ...]:
    """The ways in which its question was put, the most frequent first, then the newest."""
    of_it, folded = col(MemberRecord.cluster_id) == cluster_id, col(MemberRecord.folded)
    newest_first = (col(MemberRecord.at).desc(), col(MemberRecord.record_id))
    numbered = (
        select(
            folded,
            col(MemberRecord.text),
            col(MemberRecord.at),
            col(MemberRecord.record_id),
            func.count().over(partition_by=folded).label("times"),
            func.row_number().over(partition_by=folded, order_by=newest_first).label("number"),
        )
        .where(of_it)
        .subquery()
    )
    newest = connection.execute(select(numbered).where(numbered.c.number == 1)).all()
    channels: dict[str, set[str]] = defaultdict(set)
    reasons: dict[str, set[str]] = defaultdict(set)
    told = select(folded, col(MemberRecord.channel), col(MemberRecord.reason)).where(of_it).distinct()
    for words, channel, reason in connection.execute(told):
        channels[words].add(channel)
        if reason is not None:
            reasons[words].add(reason)
    return tuple(
        Wording(
            text=row.text,
            times=row.times,
            last_at=row.at,
            record_id=row.record_id,
            channels=tuple(sorted(channels[row.folded])),
            reasons=tuple(sorted(reasons[row.folded])),
        )
        for row in sorted(newest, key=lambda row: (-row.times, -row.at.timestamp(), row.record_id))
    )


def _candidates(connection: Connection, record_id: str) -> tuple[CandidateEntry, ...]:
    query = select(col(QuestionRecord.candidates)).where(col(QuestionRecord.id) == record_id)
    found = [CandidateEntry(**candidate) for candidate in connection.execute(query).scalar() or ()]
    return tuple(sorted(found, key=lambda candidate: -candidate.score))


def _pin(row: Any) -> Pin:
    return Pin(**{name: getattr(row, name) for name in _PIN} | {"wordings": tuple(row.wordings)})


def _history(connection: Connection, cluster_id: str, pin_ids: list[str]) -> tuple[Event, ...]:
    """What was done to a cluster, to those merged into it, and to their pins, the oldest first."""
    merged = select(col(ClusterRecord.id)).where(col(ClusterRecord.merged_into) == cluster_id)
    subjects = [f"cluster:{id_}" for id_ in (cluster_id, *connection.scalars(merged))]
    subjects += [f"pin:{id_}" for id_ in pin_ids]
    columns = [col(getattr(EventRecord, name)) for name in ("at", "who", "what", "subject", "why", "detail")]
    query = select(*columns).where(col(EventRecord.subject).in_(subjects))
    rows = connection.execute(query.order_by(col(EventRecord.at), col(EventRecord.id)))
    return tuple(Event(*row) for row in rows)
