"""Pins: which provision a reviewer named as the answer to a cluster's question. Every change is in the audit log."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, select, update
from sqlmodel import col

from bot.feedback.audit import Audit
from bot.feedback.database import Database, FeedbackError, RecordRefused
from bot.feedback.records import Meta
from bot.feedback.review import ClusterState, Pin
from bot.feedback.review_records import ClusterRecord, PinRecord
from bot.settings import Settings
from retrieval.reviewed import ReviewedQuestion

log = logging.getLogger(__name__)

_VERSION = "pins_version"
_LOOK_WAIT_S = 0.3
"""How long a look for changes waits for another's lock: the next look comes soon."""


class Pins:
    """The pins of a database. Every method raises StoreUnavailable where it cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._audit = Audit(database)

    def pin(
        self,
        cluster_id: str,
        document_id: str,
        path: str,
        text_sha256: str,
        wordings: Sequence[str],
        place: str | None,
        who: str,
        why: str | None = None,
    ) -> Pin:
        """Name a provision as the answer to a cluster; a pin that it has already gives way.

        Args:
            cluster_id: the cluster; it becomes `answered`.
            document_id, path: the provision.
            text_sha256: `retrieval.reviewed.digest` of the provision.
            wordings: the question as people put it.
            place: the place that it is asked for where its words name none, or None.
            who: the reviewer.
            why: in the reviewer's words.

        Raises:
            RecordRefused: there is no such cluster, or no wording.
        """
        if not wordings:
            raise RecordRefused("Cụm câu hỏi này không có câu nào để ghim.")
        pin = Pin(
            uuid.uuid4().hex, cluster_id, document_id, path, text_sha256, tuple(wordings), place, who[:64], _now()
        )
        this = col(ClusterRecord.id) == cluster_id
        with self._database.transaction(write=True) as connection:
            # The lock on its row lets two who pin the same cluster take turns.
            if connection.execute(select(col(ClusterRecord.id)).where(this).with_for_update()).first() is None:
                raise RecordRefused("Không có cụm câu hỏi này.")
            before = col(PinRecord.cluster_id) == cluster_id, col(PinRecord.undone_at).is_(None)
            for old in connection.scalars(select(col(PinRecord.id)).where(*before)).all():
                self._audit.note(connection, who, "pin.replace", f"pin:{old}", why, {"by": pin.id})
            connection.execute(update(PinRecord).where(*before).values(undone_at=pin.at))
            row = {name: getattr(pin, name) for name in _COLUMNS} | {"wordings": list(pin.wordings)}
            connection.execute(self._database.insert(PinRecord).values(row))
            connection.execute(update(ClusterRecord).where(this).values(state=ClusterState.ANSWERED.value))
            detail = {"pin": pin.id, "document": document_id, "path": path}
            self._audit.note(connection, who, "pin", f"cluster:{cluster_id}", why, detail)
            self._touch(connection)
        return pin

    def undo(self, pin_id: str, who: str, why: str | None = None) -> bool:
        """Take a pin back; its cluster is open again. False where there is no such pin, or it was undone before."""
        still = col(PinRecord.id) == pin_id, col(PinRecord.undone_at).is_(None)
        with self._database.transaction(write=True) as connection:
            undone = update(PinRecord).where(*still).values(undone_at=_now())
            cluster_id = connection.execute(undone.returning(col(PinRecord.cluster_id))).scalar()
            if cluster_id is None:
                return False
            # Clusters that were merged may bring more than one pin.
            other = select(col(PinRecord.id)).where(col(PinRecord.cluster_id) == cluster_id, still[1]).exists()
            answered = col(ClusterRecord.state) == ClusterState.ANSWERED.value
            reopen = update(ClusterRecord).where(col(ClusterRecord.id) == cluster_id, answered, ~other)
            connection.execute(reopen.values(state=ClusterState.OPEN.value))
            self._audit.note(connection, who, "pin.undo", f"cluster:{cluster_id}", why, {"pin": pin_id})
            self._touch(connection)
        return True

    def active(self) -> tuple[Pin, ...]:
        """The pins that hold, the oldest first."""
        return self.read()[1]

    def of(self, cluster_id: str) -> Pin | None:
        """The pin of a cluster that holds, or None."""
        with self._database.transaction() as connection:
            found = _pins(connection, col(PinRecord.cluster_id) == cluster_id)
        return found[-1] if found else None

    def version(self, *, wait_s: float | None = None) -> str:
        """What changes with every change of the pins, by whatever process: one row by its key."""
        with self._database.transaction(wait_s=wait_s) as connection:
            return _version(connection)

    def read(self) -> tuple[str, tuple[Pin, ...]]:
        """The version, and the pins that hold, the oldest first."""
        with self._database.transaction() as connection:
            # The version first: of what is pinned in between, the next look finds another.
            return _version(connection), _pins(connection)

    def close(self) -> None:
        """Give the connections back. They open anew when they are used again."""
        self._database.close()

    def _touch(self, connection: Connection) -> None:
        # No count: a copy that is brought back would give the numbers of what came after it a second time.
        insert = self._database.insert(Meta).values(key=_VERSION, value=uuid.uuid4().hex)
        connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"value": insert.excluded.value}))


class LivePins:
    """The pins as a process that answers sees them: read when they changed, and kept while the database is dead."""

    def __init__(self, pins: Pins) -> None:
        self._pins = pins
        self._version: str | None = None
        self._well = True

    def changed(self) -> tuple[ReviewedQuestion, ...] | None:
        """The reviewed questions that hold now; None where they are those of the last look, or cannot be read."""
        try:
            if self._pins.version(wait_s=_LOOK_WAIT_S) == self._version:
                found = None
            else:
                self._version, pins = self._pins.read()
                found = questions_of(pins)
        except FeedbackError as error:
            if self._well:
                log.error("the pins cannot be read, those read last go on: %s", error)
            self._well = False
            return None
        self._well = True
        return found

    def close(self) -> None:
        """Give the connections back."""
        self._pins.close()


def open_pins(settings: Settings) -> LivePins:
    """The pins of these settings' database. Opens nothing yet.

    Raises:
        StoreMisconfigured: `DANCHU_DB` cannot be used.
    """
    return LivePins(Pins(Database(settings.database_url)))


def questions_of(pins: Sequence[Pin]) -> tuple[ReviewedQuestion, ...]:
    """Pins as the answerer takes them."""
    return tuple(
        ReviewedQuestion(pin.id, pin.document_id, pin.path, pin.text_sha256, pin.wordings, pin.place) for pin in pins
    )


_COLUMNS = ("id", "cluster_id", "document_id", "path", "text_sha256", "wordings", "place", "by", "at")


def _pins(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Pin, ...]:
    query = select(*(getattr(PinRecord, name) for name in _COLUMNS)).where(col(PinRecord.undone_at).is_(None))
    rows = connection.execute(query.where(*conditions).order_by(col(PinRecord.at), col(PinRecord.id)))
    return tuple(Pin(**{**row, "wordings": tuple(row["wordings"])}) for row in rows.mappings())


def _version(connection: Connection) -> str:
    return connection.execute(select(col(Meta.value)).where(col(Meta.key) == _VERSION)).scalar() or ""


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
