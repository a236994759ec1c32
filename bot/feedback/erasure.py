"""Deleting: what a person wants forgotten, and what is older than it may be kept.

Rows are looked for in reading transactions and deleted a batch at a time, so that nobody's writing waits for long.
Whatever goes takes along its quotes, its thumbs, who waits for it, and its part in a cluster.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete
from sqlmodel import col, select

from bot.feedback.counting import clusters_of, recount
from bot.feedback.database import Database
from bot.feedback.persons import ForgetEntry, PersonRecord, RemarkRecord, WaitingRecord
from bot.feedback.records import QuestionRecord, Rating
from bot.feedback.salt import address_hash, rating_hash

BATCH = 200
"""The most questions deleted in one transaction."""


def erase(database: Database, ids: Sequence[str], *, wait_s: float | None = None) -> int:
    """Delete questions by their ids, all or none; returns how many there were.

    Raises:
        StoreUnavailable: nothing was deleted.
    """
    with database.transaction(write=True, wait_s=wait_s) as connection:
        clusters = clusters_of(connection, ids)
        connection.execute(delete(WaitingRecord).where(col(WaitingRecord.record_id).in_(ids)))
        gone = connection.execute(delete(QuestionRecord).where(col(QuestionRecord.id).in_(ids))).rowcount
        recount(connection, clusters)
        return gone


def erase_asker(database: Database, request: ForgetEntry, salt: bytes, *, wait_s: float | None = None) -> int:
    """Delete all that is kept of a person up to the moment of the request; returns how many questions went.

    Raises:
        StoreUnavailable: some may be deleted; asking again deletes the rest.
    """
    with database.transaction(wait_s=wait_s) as connection:
        asked = select(QuestionRecord.id).where(
            col(QuestionRecord.asker_hash) == request.asker_hash, col(QuestionRecord.asked_at) <= request.at
        )
        ids = list(connection.scalars(asked))
        # Thumbs and addresses are not stored under the person's hash: theirs are told by hashing each.
        rated = select(Rating.record_id, Rating.asker_hash).join(QuestionRecord)
        thumbs = [
            row
            for row in connection.execute(
                rated.where(col(QuestionRecord.channel) == request.channel, col(Rating.at) <= request.at)
            )
            if row.asker_hash == rating_hash(salt, row.record_id, request.rater)
        ]
        waits = select(WaitingRecord.address).where(col(WaitingRecord.channel) == request.channel).distinct()
        addresses = [
            address
            for address in (connection.scalars(waits) if request.address_hash else ())
            if address_hash(salt, request.channel, address) == request.address_hash
        ]
    with database.transaction(write=True, wait_s=wait_s) as connection:
        connection.execute(
            delete(PersonRecord).where(
                col(PersonRecord.asker_hash) == request.asker_hash, col(PersonRecord.at) <= request.at
            )
        )
        connection.execute(
            delete(RemarkRecord).where(
                col(RemarkRecord.asker_hash) == request.asker_hash, col(RemarkRecord.at) <= request.at
            )
        )
        connection.execute(
            delete(WaitingRecord).where(
                col(WaitingRecord.channel) == request.channel,
                col(WaitingRecord.address).in_(addresses),
                col(WaitingRecord.asked_at) <= request.at,
            )
        )
        for thumb in thumbs:
            connection.execute(
                delete(Rating).where(
                    col(Rating.record_id) == thumb.record_id, col(Rating.asker_hash) == thumb.asker_hash
                )
            )
    gone = sum(erase(database, ids[n : n + BATCH], wait_s=wait_s) for n in range(0, len(ids), BATCH))
    database.truncate_log()
    return gone


def erase_older(database: Database, before: dt.datetime, *, wait_s: float | None = None) -> int:
    """Delete one batch of what is older than a moment; returns how many questions went, and 0 at the end.

    Raises:
        StoreUnavailable: the batch was not deleted.
    """
    with database.transaction(wait_s=wait_s) as connection:
        old = select(QuestionRecord.id).where(col(QuestionRecord.asked_at) < before)
        ids = list(connection.scalars(old.order_by(col(QuestionRecord.asked_at)).limit(BATCH)))
    if ids:
        return erase(database, ids, wait_s=wait_s)
    with database.transaction(write=True, wait_s=wait_s) as connection:
        connection.execute(delete(WaitingRecord).where(col(WaitingRecord.asked_at) < before))
        connection.execute(delete(RemarkRecord).where(col(RemarkRecord.at) < before))
        connection.execute(delete(PersonRecord).where(col(PersonRecord.at) < before))
    database.truncate_log()
    return 0
