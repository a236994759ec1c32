"""The figures of the review loop, counted in the database: how many asked, how many got an answer, what waits."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Text, case, cast, func
from sqlmodel import col, select

from bot.feedback.database import Database
from bot.feedback.queue import tellings_in
from bot.feedback.records import QuestionRecord
from bot.feedback.review import ClusterState, DayFigure, Figures, Gap, WeekWait
from bot.feedback.review_records import ClusterRecord, PinRecord
from retrieval.answer import Status

VIETNAM = dt.timezone(dt.timedelta(hours=7))
"""Vietnam's clock, all year round; days begin by it."""
WAITING = (ClusterState.OPEN.value, ClusterState.TAKEN.value, ClusterState.LACKS_DOCUMENT.value)
"""The states of what has no answer and should have one."""


def figures(database: Database, since: dt.date, until: dt.date) -> Figures:
    """What happened from one day to another, both included.

    Raises:
        StoreUnavailable: the database cannot be read.
    """
    with database.transaction() as connection:
        return figures_in(connection, since, until)


def figures_in(connection: Connection, since: dt.date, until: dt.date) -> Figures:
    """The same, read in the caller's transaction."""
    return Figures(
        since=since,
        until=until,
        days=_days(connection, since, until),
        reasons=_reasons(connection, since, until),
        gaps=_gaps(connection),
        waits=_waits(connection, since, until),
        tellings=tellings_in(connection),
    )


def within(at: Any, since: dt.date, until: dt.date) -> tuple[ColumnElement[bool], ...]:
    """The conditions for a moment to lie in these days of Vietnam's."""
    return at >= _midnight(since), at < _midnight(until + dt.timedelta(days=1))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), VIETNAM)


def _days(connection: Connection, since: dt.date, until: dt.date) -> tuple[DayFigure, ...]:
    asked_at = col(QuestionRecord.asked_at)
    if connection.dialect.name == "sqlite":
        day: ColumnElement[Any] = func.date(asked_at, "+7 hours", type_=Text)
    else:
        day = cast(func.timezone("Asia/Ho_Chi_Minh", asked_at), Date)
    sure = func.sum(case((col(QuestionRecord.status) == Status.ANSWERED.value, 1), else_=0))
    query = select(day.label("day"), func.count(), sure).where(*within(asked_at, since, until)).group_by("day")
    counted = {str(at): (int(asked), int(answered)) for at, asked, answered in connection.execute(query)}
    every = (since + dt.timedelta(days=n) for n in range((until - since).days + 1))
    return tuple(DayFigure(one, *counted.get(one.isoformat(), (0, 0))) for one in every)


def _reasons(connection: Connection, since: dt.date, until: dt.date) -> tuple[tuple[str, int], ...]:
    reason = func.coalesce(col(QuestionRecord.reason), "")
    query = select(reason, func.count()).where(
        *within(col(QuestionRecord.asked_at), since, until), col(QuestionRecord.status) != Status.ANSWERED.value
    )
    rows = connection.execute(query.group_by(reason).order_by(func.count().desc(), reason))
    return tuple((str(name), int(times)) for name, times in rows)


def _gaps(connection: Connection) -> tuple[Gap, ...]:
    place, asked = col(ClusterRecord.place), func.sum(col(ClusterRecord.asked))
    waiting = col(ClusterRecord.state).in_(WAITING), col(ClusterRecord.merged_into).is_(None)
    query = select(place, func.count(), asked).where(*waiting).group_by(place)
    rows = connection.execute(query.order_by(asked.desc(), place))
    return tuple(Gap(name, int(clusters), int(times)) for name, clusters, times in rows)


def _waits(connection: Connection, since: dt.date, until: dt.date) -> tuple[WeekWait, ...]:
    pinned = col(PinRecord.at)
    query = (
        select(pinned, col(ClusterRecord.first_at))
        .join(ClusterRecord, col(ClusterRecord.id) == col(PinRecord.cluster_id))
        .where(*within(pinned, since, until), col(PinRecord.undone_at).is_(None))
    )
    hours: dict[dt.date, list[float]] = defaultdict(list)
    for at, first_at in connection.execute(query):
        day = at.astimezone(VIETNAM).date()
        hours[day - dt.timedelta(days=day.weekday())].append(max(0.0, (at - first_at).total_seconds() / 3600))
    return tuple(WeekWait(monday, len(some), median(some)) for monday, some in sorted(hours.items()))
