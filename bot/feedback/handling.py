"""What reviewers do with clusters: take and give back, say where they stand, split and merge.

All functions work in the caller's writing transaction, and note in it what was done.

    open ⇄ taken            take, release
    open, taken → answered  with a pin alone; back to open when it is undone, or where the pin did not serve
    open, taken ⇄ lacks a document, not for us, duplicate
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, func, text, update
from sqlmodel import col, select

from bot.feedback.audit import Audit
from bot.feedback.counting import new_cluster, recount
from bot.feedback.database import Database, FeedbackError
from bot.feedback.review import ClusterState
from bot.feedback.review_records import ClusterRecord, MemberRecord, PinRecord
from bot.feedback.same import plain

_TURNS = 0x64616E64  # any number that is always the same
_LIVE = (ClusterState.OPEN, ClusterState.TAKEN)
_ACTIVE = col(PinRecord.undone_at).is_(None)
PROGRAM = "máy"
"""Who does what no person did; users have no such letters in their names."""


class ReviewRefused(FeedbackError):
    """What a reviewer wants cannot be done to this cluster as it stands."""


def take_turn(connection: Connection) -> None:
    """Wait until nobody else joins, splits or merges. SQLite's writers take turns anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _TURNS})


def resolve(connection: Connection, cluster_id: str) -> str | None:
    """The id itself, or of the cluster that it was merged into; None where there is none."""
    query = select(col(ClusterRecord.merged_into)).where(col(ClusterRecord.id) == cluster_id)
    row = connection.execute(query).first()
    return None if row is None else row[0] or cluster_id


def take(connection: Connection, audit: Audit, cluster_id: str, who: str) -> None:
    """`Clusters.take`."""
    cluster = _locked(connection, cluster_id)
    if cluster.state == ClusterState.TAKEN and cluster.taken_by == who:
        return
    if cluster.state == ClusterState.TAKEN:
        raise ReviewRefused(f"{cluster.taken_by} đang xử lý nhóm câu hỏi này.")
    if cluster.state != ClusterState.OPEN:
        raise ReviewRefused("Nhóm câu hỏi này đã xử lý xong; hãy mở lại trước khi nhận.")
    _update(connection, cluster.id, state=ClusterState.TAKEN.value, taken_by=who)
    audit.note(connection, who, "cluster.take", f"cluster:{cluster.id}")


def release(connection: Connection, audit: Audit, cluster_id: str, who: str) -> None:
    """`Clusters.release`. Anybody may: who took it may be away."""
    cluster = _locked(connection, cluster_id)
    if cluster.state != ClusterState.TAKEN:
        raise ReviewRefused("Chưa ai nhận nhóm câu hỏi này.")
    _update(connection, cluster.id, state=ClusterState.OPEN.value, taken_by=None)
    audit.note(connection, who, "cluster.release", f"cluster:{cluster.id}", detail={"taken_by": cluster.taken_by})


def set_state(
    connection: Connection, audit: Audit, cluster_id: str, state: ClusterState, who: str, why: str | None
) -> None:
    """`Clusters.set_state`."""
    cluster = _locked(connection, cluster_id)
    why = (why or "").strip() or None
    if state is ClusterState.TAKEN:
        raise ReviewRefused("Để nhận nhóm câu hỏi, hãy dùng nút nhận xử lý.")
    pinned = bool(_pins(connection, [cluster.id]))
    if (state is ClusterState.ANSWERED) != pinned:
        raise ReviewRefused(
            "Nhóm câu hỏi này đang được ghim vào một điều khoản; hãy bỏ ghim trước."
            if pinned
            else "Chỉ khi đã ghim vào một điều khoản thì nhóm câu hỏi mới là đã trả lời."
        )
    if state not in (ClusterState.OPEN, ClusterState.ANSWERED) and why is None:
        raise ReviewRefused("Hãy ghi lý do.")
    if state not in _LIVE and state is not ClusterState.ANSWERED and ClusterState(cluster.state) not in _LIVE:
        raise ReviewRefused("Nhóm câu hỏi này đã xử lý xong; hãy mở lại trước khi đổi.")
    if state == cluster.state:
        return
    _update(connection, cluster.id, state=state.value, taken_by=None)
    detail = {"from": cluster.state, "to": state.value}
    audit.note(connection, who, "cluster.state", f"cluster:{cluster.id}", why, detail)


def asked_again(connection: Connection, audit: Audit, cluster: Any, question: Any) -> None:
    """Open an answered cluster again for a question that joins it and that its pin did not serve, lest it be lost.

    Args:
        connection: a writing transaction.
        audit: notes it.
        cluster: its row, locked.
        question: came after the pin, and needs review: it is put in words that the pin does not know, or the answer was
            called wrong (`reason` is None then). What was asked before the pin is answered with it.
    """
    if cluster.state != ClusterState.ANSWERED:
        return
    columns = select(col(PinRecord.at), col(PinRecord.wordings))
    pins = connection.execute(columns.where(col(PinRecord.cluster_id) == cluster.id, _ACTIVE)).all()
    if any(question.asked_at <= pin.at for pin in pins):
        return
    known = {plain(wording) for pin in pins for wording in pin.wordings}
    if question.reason is not None and plain(question.question) in known:
        return
    _update(connection, cluster.id, state=ClusterState.OPEN.value, taken_by=None)
    detail = {"from": cluster.state, "question": question.id, "called_wrong": question.reason is None}
    audit.note(connection, PROGRAM, "cluster.again", f"cluster:{cluster.id}", detail=detail)


def split(
    connection: Connection,
    database: Database,
    audit: Audit,
    cluster_id: str,
    record_ids: Collection[str],
    who: str,
) -> str:
    """`Clusters.split`: with a chosen question go all that are put in the same words."""
    cluster = _locked(connection, cluster_id)
    of_it = col(MemberRecord.cluster_id) == cluster.id
    chosen = col(MemberRecord.record_id).in_(record_ids)
    wordings = tuple(connection.scalars(select(MemberRecord.folded).where(of_it, chosen).distinct()))
    if not wordings:
        raise ReviewRefused("Hãy chọn những cách hỏi cần tách ra.")
    going = (of_it, col(MemberRecord.folded).in_(wordings))
    moved = connection.execute(select(func.count()).select_from(MemberRecord).where(*going)).scalar_one()
    if moved == cluster.asked:
        raise ReviewRefused("Phải để lại ít nhất một cách hỏi trong nhóm.")
    newest = select(MemberRecord.text, MemberRecord.place, MemberRecord.at).where(*going)
    title = connection.execute(newest.order_by(col(MemberRecord.at).desc()).limit(1)).one()
    new_id = secrets.token_hex(16)
    row = new_cluster(new_id, title.text, title.place, title.at) | {"parted_from": cluster.id}
    connection.execute(database.insert(ClusterRecord).values(row))
    connection.execute(update(MemberRecord).where(*going).values(cluster_id=new_id))
    recount(connection, [cluster.id, new_id])
    detail = {"questions": moved, "wordings": len(wordings)}
    audit.note(connection, who, "cluster.split", f"cluster:{cluster.id}", detail=detail | {"into": new_id})
    audit.note(connection, who, "cluster.split", f"cluster:{new_id}", detail=detail | {"from": cluster.id})
    return new_id


def merge(connection: Connection, audit: Audit, ids: Sequence[str], who: str) -> str:
    """`Clusters.merge`. What is left of the others is a sign with the way to the first; their pins go along."""
    clusters = {cluster.id: cluster for cluster in (_locked(connection, id_) for id_ in ids)}
    if len(clusters) < 2:
        raise ReviewRefused("Hãy chọn ít nhất hai nhóm câu hỏi để gộp.")
    target, *others = list[str](clusters)
    connection.execute(update(MemberRecord).where(col(MemberRecord.cluster_id).in_(others)).values(cluster_id=target))
    connection.execute(update(PinRecord).where(col(PinRecord.cluster_id).in_(others)).values(cluster_id=target))
    merged = {"merged_into": target, "state": ClusterState.DUPLICATE.value, "taken_by": None, "parted_from": None}
    gone = col(ClusterRecord.id).in_(others) | col(ClusterRecord.merged_into).in_(others)
    # No wording stays behind where deleting a question would not find it.
    connection.execute(update(ClusterRecord).where(gone).values(**merged, title="", asked=0, wordings=0, askers=0))
    # Clusters parted from one that is gone were parted from what it is now; those of this merge no longer are.
    parted = col(ClusterRecord.parted_from)
    connection.execute(update(ClusterRecord).where(parted.in_(others)).values(parted_from=target))
    connection.execute(
        update(ClusterRecord).where(col(ClusterRecord.id) == target, parted.in_(clusters)).values(parted_from=None)
    )
    counted = {name: sum(getattr(one, name) for one in clusters.values()) for name in ("told", "unreachable")}
    connection.execute(update(ClusterRecord).where(gone).values(told=0, unreachable=0))
    connection.execute(update(ClusterRecord).where(col(ClusterRecord.id) == target).values(counted))
    recount(connection, [target])
    if _pins(connection, [target]):
        _update(connection, target, state=ClusterState.ANSWERED.value, taken_by=None)
    audit.note(connection, who, "cluster.merge", f"cluster:{target}", detail={"merged": others})
    for other in others:
        audit.note(connection, who, "cluster.merge", f"cluster:{other}", detail={"into": target})
    return target


def _locked(connection: Connection, cluster_id: str) -> Any:
    """The row of a cluster, or of the one that it was merged into, for nobody else to change."""
    found = resolve(connection, cluster_id)
    query = select(ClusterRecord).where(col(ClusterRecord.id) == found).with_for_update()
    row = connection.execute(query).first()
    if row is None:
        raise ReviewRefused("Không có nhóm câu hỏi này.")
    return row


def _update(connection: Connection, cluster_id: str, **values: str | None) -> None:
    connection.execute(update(ClusterRecord).where(col(ClusterRecord.id) == cluster_id).values(**values))


def _pins(connection: Connection, cluster_ids: Collection[str]) -> Sequence[str]:
    """The ids of the pins that are active."""
    query = select(PinRecord.id).where(col(PinRecord.cluster_id).in_(cluster_ids), _ACTIVE)
    return tuple(connection.scalars(query))
