"""What a cluster's line says of its questions, kept true as questions join, move and go.

All functions work in the caller's transaction.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, delete, func, select, update
from sqlmodel import col

from bot.feedback.review import ClusterState
from bot.feedback.review_records import ClusterRecord, MemberRecord, PinRecord

HALF_LIFE_DAYS = 14.0
"""A cluster last asked so many days before another needs twice its askers to stand beside it."""

_PLACE = 0.5
"""What a named place adds, in doublings: one provision can settle it."""


def rank_of(askers: int, last_at: dt.datetime, place: str | None) -> float:
    """The place in the queue, in doublings of askers.

    askers · 2^(-age / half-life) would change by the hour; its logarithm less the present moment orders the same and
    changes with the cluster alone.
    """
    days = last_at.timestamp() / 86_400
    return math.log2(max(askers, 1)) + days / HALF_LIFE_DAYS + (_PLACE if place else 0.0)


def new_cluster(cluster_id: str, title: str, place: str | None, at: dt.datetime) -> dict[str, Any]:
    """The row of a cluster without a question yet."""
    return {
        "id": cluster_id,
        "title": title,
        "state": ClusterState.OPEN.value,
        "place": place,
        "askers": 0,
        "asked": 0,
        "wordings": 0,
        "first_at": at,
        "last_at": at,
        "rank": rank_of(0, at, place),
    }


def count_in(connection: Connection, cluster: Any, member: Mapping[str, Any]) -> None:
    """Count one more question of a cluster.

    Args:
        connection: a writing transaction.
        cluster: the row of the cluster, locked.
        member: the row of the question, not among the members yet.
    """
    of_it, at = col(MemberRecord.cluster_id) == cluster.id, member["at"]
    one = select(col(MemberRecord.cluster_id)).limit(1)
    asker = one.where(of_it, col(MemberRecord.asker_hash) == member["asker_hash"])
    new_asker = member["asker_hash"] is None or connection.execute(asker).first() is None
    same = col(MemberRecord.place_key) == member["place_key"], col(MemberRecord.folded) == member["folded"]
    new_wording = connection.execute(one.where(of_it, *same)).first() is None
    askers, last_at = cluster.askers + new_asker, max(cluster.last_at, at)
    connection.execute(
        update(ClusterRecord)
        .where(col(ClusterRecord.id) == cluster.id)
        .values(
            asked=cluster.asked + 1,
            wordings=cluster.wordings + new_wording,
            askers=askers,
            first_at=min(cluster.first_at, at),
            last_at=last_at,
            rank=rank_of(askers, last_at, cluster.place),
        )
    )


def clusters_of(connection: Connection, record_ids: Collection[str]) -> tuple[str, ...]:
    """The clusters that these questions are in, each once."""
    ids = select(col(MemberRecord.cluster_id)).where(col(MemberRecord.record_id).in_(record_ids)).distinct()
    return tuple(sorted(connection.scalars(ids)))


def recount(connection: Connection, cluster_ids: Collection[str]) -> None:
    """Count the questions of clusters anew, after some went. One without questions goes, unless something is pinned.

    A title whose question has gone goes with it: it was that person's wording.
    """
    for cluster_id in sorted(cluster_ids):  # in one order, so that two who do this wait instead of locking each other
        this, of_it = col(ClusterRecord.id) == cluster_id, col(MemberRecord.cluster_id) == cluster_id
        cluster = connection.execute(select(ClusterRecord).where(this).with_for_update()).first()
        if cluster is None:
            continue
        asked, known, unknown, wordings, first_at, last_at = connection.execute(
            select(
                func.count(),
                func.count(col(MemberRecord.asker_hash).distinct()),
                func.count() - func.count(col(MemberRecord.asker_hash)),
                func.count(col(MemberRecord.folded).distinct()),
                func.min(col(MemberRecord.at)),
                func.max(col(MemberRecord.at)),
            ).where(of_it)
        ).one()
        if not asked:
            _emptied(connection, cluster_id)
            continue
        askers = known + unknown
        connection.execute(
            update(ClusterRecord)
            .where(this)
            .values(
                title=_title(connection, cluster_id, cluster.title),
                asked=asked,
                wordings=wordings,
                askers=askers,
                first_at=first_at,
                last_at=last_at,
                rank=rank_of(askers, last_at, cluster.place),
            )
        )


def _emptied(connection: Connection, cluster_id: str) -> None:
    this = col(ClusterRecord.id) == cluster_id
    active = col(PinRecord.cluster_id) == cluster_id, col(PinRecord.undone_at).is_(None)
    if connection.execute(select(col(PinRecord.id)).where(*active).limit(1)).first() is not None:
        connection.execute(update(ClusterRecord).where(this).values(title="", asked=0, wordings=0, askers=0))
        return
    connection.execute(delete(ClusterRecord).where(col(ClusterRecord.merged_into) == cluster_id))
    connection.execute(delete(ClusterRecord).where(this))


def _title(connection: Connection, cluster_id: str, title: str) -> str:
    """The title as it is while a question is put so, else the wording that most use."""
    texts = select(col(MemberRecord.text)).where(col(MemberRecord.cluster_id) == cluster_id)
    if connection.execute(texts.where(col(MemberRecord.text) == title).limit(1)).first() is not None:
        return title
    most = texts.group_by(col(MemberRecord.text)).order_by(func.count().desc(), func.min(col(MemberRecord.at)))
    return str(connection.execute(most.limit(1)).scalar_one())
