"""Puts each question on record and never keeps a person waiting for it, whatever happens to the database.

The way of a record: the database; else the spool folder, and from there into the database later; else, where the disk
is full as well, a bounded queue in memory. Its id is made first, so that taking it in twice keeps one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
import os
import re
import secrets
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.feedback.records import Entry, RatingEntry, entry_from
from bot.feedback.spool import BATCH, Spool
from bot.feedback.store import RecordRefused, Store, StoreUnavailable
from bot.settings import Settings
from retrieval.answer import Answer

log = logging.getLogger(__name__)

RETRY_AFTER_S = 5.0
"""How long the database is left alone after a failure; meanwhile records go straight to the spool."""

MEMORY_LIMIT = 1_000
"""The most records kept in memory while neither database nor spool can be written; the oldest go first."""

_PROBE_WAIT_S = 0.25  # who asks first after a failure does not wait a whole busy timeout again
_TAKE_WAIT_S = 2.0
_TURN_WAIT_S = 1.0
_RECORD_ID = re.compile(r"[0-9a-f]{32}")
_SPOOLED: TypeAdapter[Entry | RatingEntry] = TypeAdapter(Entry | RatingEntry)

T = TypeVar("T")


class _Busy(StoreUnavailable):
    """Others of this process are writing and it takes long. That says nothing about the database."""


@dataclass(frozen=True, slots=True)
class RecorderStatus:
    """How record keeping is doing, for `/readyz`."""

    database_ok: bool
    spooled: int
    """Records in the spool folder, of all processes."""
    in_memory: int
    """Records of this process that are nowhere else: lost if it ends now."""
    lost: int
    """Records of this process that the memory queue had no room for."""
    last_error: str | None
    """Why the database is not written to, one plain sentence in Vietnamese; None where all is well."""


def load_salt(home: Path) -> bytes:
    """The secret with which people's ids are hashed: a random file in `home`, made at the first call.

    Several processes may call this at once and get the same salt. Where the file can be neither read nor made, a
    salt for this process alone is returned and one line is logged: answering people goes before linking records.
    """
    path = home / "salt"
    try:
        if not path.exists():
            _make_salt(path)
        salt = bytes.fromhex(path.read_text(encoding="ascii").strip())
        if len(salt) >= 16:
            return salt
        log.error("the salt file is too short; using a salt for this process alone")
    except (OSError, ValueError) as error:
        log.error("the salt file cannot be used (%s); using a salt for this process alone", type(error).__name__)
    return secrets.token_bytes(32)


def _make_salt(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".salt-{uuid.uuid4().hex}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(32))
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, path)  # whole or not at all, and the first one wins
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)


def asker_hash(salt: bytes, *scope: str) -> str:
    """HMAC-SHA256 in hex of what names a person and where ("telegram", "12345"). Not reversible without the salt."""
    return hmac.new(salt, "\0".join(scope).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def open_recorder(settings: Settings) -> Recorder:
    """A recorder for these settings. Opens nothing yet: a dead database shows in `status`, not here.

    Raises:
        StoreMisconfigured: `DANCHU_DB` cannot be used.
    """
    return Recorder(Store(settings.database_url), Spool(settings.spool), load_salt(settings.home))


class Recorder:
    """Keeps questions and thumbs. Safe to call from several threads; what others left in the spool is taken in.

    Args:
        store: the database.
        spool: where records wait while it is dead.
        salt: the secret for hashing people's ids (`load_salt`).
        retry_after_s: how long the database is left alone after a failure.
        memory_limit: the most records kept in memory.
    """

    def __init__(
        self,
        store: Store,
        spool: Spool,
        salt: bytes,
        *,
        retry_after_s: float = RETRY_AFTER_S,
        memory_limit: int = MEMORY_LIMIT,
    ) -> None:
        self._store = store
        self._spool = spool
        self._salt = salt
        self._retry_after_s = retry_after_s
        self._memory: deque[Entry | RatingEntry] = deque()
        self._memory_limit = memory_limit
        self._lost = 0
        self._taken = 0
        self._healthy: bool | None = None
        self._last_error: str | None = None
        self._retry_at = 0.0
        self._spool_failed = False
        self._turn = threading.Lock()  # one write of this process at a time: the rest would only wait in SQLite
        self._spill = threading.Lock()
        self._taking = threading.Lock()
        self._small = threading.Lock()
        self._worker: threading.Thread | None = None
        if self._something_waits():
            self._take_in_soon()

    def record(self, answer: Answer, *, channel: str, asker: str | None, previous: Sequence[str] = ()) -> str:
        """Keep an answer and return the record's id, whatever happens. Never raises.

        Args:
            answer: what the person got.
            channel: "web", "telegram", "cli", …
            asker: the channel's raw id of the person, or None; only its salted hash goes further.
            previous: earlier questions of the same conversation, oldest first.
        """
        record_id = uuid.uuid4().hex
        try:
            who = None if asker is None else asker_hash(self._salt, channel, asker)
            self._keep(entry_from(answer, record_id=record_id, channel=channel, asker_hash=who, previous=previous))
        except Exception as error:  # noqa: BLE001 - the person's answer goes before the record of it
            log.error("question %s could not be recorded: %s", record_id, type(error).__name__)
        return record_id

    def rate(self, record_id: str, *, asker: str | None, helpful: bool) -> bool:
        """Keep a thumb; a later one of the same person replaces it. Never raises.

        Returns:
            False where there is no such record. While the database is dead or records wait for it, that cannot be
            known: True.
        """
        if not _RECORD_ID.fullmatch(record_id):
            return False
        # Hashed with the record alone: it tells one person's thumbs apart, and links no two records.
        who = asker_hash(self._salt, "rating", record_id, asker) if asker is not None else ""
        rating = RatingEntry(record_id, who, helpful, dt.datetime.now(dt.UTC))
        try:
            found = self._in_turn(lambda wait_s: self._store.rate(rating, wait_s=wait_s))
            if found:
                return True
            # Its question may wait in the spool, or have left it for the database a moment ago.
            if waits := self._something_waits():
                self.take_in()
            found = self._in_turn(lambda wait_s: self._store.rate(rating, wait_s=wait_s))
            if waits and not found:
                self._set_aside(rating)  # another process may be taking the question in just now
            return found or waits
        except StoreUnavailable:
            self._set_aside(rating)
            return True
        except Exception as error:  # noqa: BLE001 - a thumb must not fail a channel
            log.error("thumb for %s could not be recorded: %s", record_id, type(error).__name__)
            return False

    def take_in(self) -> int:
        """Bring what waits in memory and spool into the database.

        Returns:
            How many questions were new to it; 0 while it is still dead. Never raises.
        """
        with self._taking:
            self._taken = 0
            try:
                self._in_turn(lambda wait_s: self._store.check(wait_s=wait_s), force=True)
                self._take_memory()
                self._spool.drain(self._take_lines)
            except StoreUnavailable as error:
                if not isinstance(error, _Busy):
                    self._failed(str(error))
                self._spill_memory()
            except Exception as error:  # noqa: BLE001 - runs in a thread of its own; what waits goes on waiting
                log.error("the spool could not be taken in: %s", type(error).__name__)
            if self._taken:
                log.info("taken in %d waiting questions", self._taken)
            return self._taken

    def status(self) -> RecorderStatus:
        """How record keeping is doing. After a failure this also makes the next attempt, in the background."""
        if self._healthy is None:
            try:
                self._in_turn(lambda _: self._store.check(wait_s=_PROBE_WAIT_S))
            except StoreUnavailable:
                pass
            except Exception as error:  # noqa: BLE001 - a health page reports, it does not fail
                self._failed(type(error).__name__)
        elif (not self._healthy or self._something_waits()) and time.monotonic() >= self._retry_at:
            self._take_in_soon()
        try:
            spooled = self._spool.count()
        except OSError:
            spooled = 0
        return RecorderStatus(bool(self._healthy), spooled, len(self._memory), self._lost, self._last_error)

    def close(self) -> None:
        """Try once more to bring everything home, then close the database."""
        if self._something_waits():
            self.take_in()
        self._spill_memory()
        worker = self._worker
        if worker is not None and worker is not threading.current_thread():
            worker.join()
        if self._memory:
            log.error("%d records are lost: neither the database nor the spool could be written", len(self._memory))
        self._store.close()

    # The way of a record

    def _keep(self, entry: Entry) -> None:
        try:
            self._in_turn(lambda wait_s: self._store.add([entry], wait_s=wait_s))
        except StoreUnavailable:
            self._set_aside(entry)
        except RecordRefused:
            log.error("the database refuses question %s; it is put aside", entry.id)
            self._spool.put_aside([_SPOOLED.dump_json(entry)])
        else:
            if self._something_waits():
                self._take_in_soon()

    def _in_turn(self, write: Callable[[float | None], T], *, force: bool = False) -> T:
        """Run a write, unless the database failed a moment ago. StoreUnavailable where it is dead or was."""
        if not self._turn.acquire(timeout=_TURN_WAIT_S):
            raise _Busy(self._last_error or "Cơ sở dữ liệu đang bận.")
        try:
            if not force and time.monotonic() < self._retry_at:
                raise StoreUnavailable(self._last_error or "")
            try:
                done = write(_PROBE_WAIT_S if self._healthy is False else None)
            except StoreUnavailable as error:
                self._failed(str(error))
                raise
            if self._healthy is False:
                log.info("the database works again")
            self._healthy, self._last_error, self._retry_at = True, None, 0.0
            return done
        finally:
            self._turn.release()

    def _failed(self, reason: str) -> None:
        self._retry_at = time.monotonic() + self._retry_after_s
        if self._healthy is not False or self._last_error != reason:
            log.error("the database is not available, questions go to the spool: %s", reason)
        self._healthy, self._last_error = False, reason

    def _set_aside(self, item: Entry | RatingEntry) -> None:
        with self._small:
            self._memory.append(item)
            if len(self._memory) > self._memory_limit:
                self._memory.popleft()
                self._lost += 1
                log.error("the memory queue is full: %d records lost so far", self._lost)
        self._spill_memory()

    def _spill_memory(self) -> None:
        """Move what is in memory to the spool, as far as it can be written."""
        if not self._spill.acquire(timeout=_TURN_WAIT_S):
            return  # another thread is at it, and takes ours along
        try:
            while self._memory:
                with self._small:
                    items = [self._memory.popleft() for _ in range(min(BATCH, len(self._memory)))]
                try:
                    self._spool.append([_SPOOLED.dump_json(item) for item in items])
                except OSError as error:
                    with self._small:
                        self._memory.extendleft(reversed(items))
                    if not self._spool_failed:
                        log.error("the spool cannot be written, questions wait in memory: %s", error.strerror)
                    self._spool_failed = True
                    return
                self._spool_failed = False
        finally:
            self._spill.release()

    # Taking in

    def _something_waits(self) -> bool:
        try:
            return bool(self._memory) or not self._spool.is_empty()
        except OSError:
            return False

    def _take_in_soon(self) -> None:
        with self._small:
            if self._worker is None or not self._worker.is_alive():
                self._worker = threading.Thread(target=self.take_in, name="danchu-take-in")
                self._worker.start()

    def _take_memory(self) -> None:
        with self._spill:
            while self._memory:
                items = list(self._memory)[:BATCH]
                refused = self._take(items)
                if refused:
                    log.error("the database refuses %d records; they are put aside", len(refused))
                    self._spool.put_aside([_SPOOLED.dump_json(item) for item in refused])
                with self._small:  # by identity: meanwhile the oldest may have been dropped for want of room
                    done = {id(item) for item in items}
                    self._memory = deque(item for item in self._memory if id(item) not in done)

    def _take_lines(self, lines: list[bytes]) -> list[bytes]:
        """Take spooled lines in; returns those that cannot be read or that the database refuses."""
        items: list[Entry | RatingEntry] = []
        unreadable: list[bytes] = []
        for line in lines:
            try:
                items.append(_SPOOLED.validate_json(line))
            except ValidationError:
                unreadable.append(line)
        unreadable += [_SPOOLED.dump_json(item) for item in self._take(items)]
        if unreadable:
            log.error("%d spooled lines cannot be taken in; they are put aside", len(unreadable))
        return unreadable

    def _take(self, items: list[Entry | RatingEntry]) -> list[Entry | RatingEntry]:
        """Store items; returns those that the database will never take."""
        refused: list[Entry | RatingEntry] = []
        entries = [item for item in items if isinstance(item, Entry)]
        try:
            self._taken += self._store.add(entries, wait_s=_TAKE_WAIT_S)
        except RecordRefused:
            for entry in entries:
                try:
                    self._taken += self._store.add([entry], wait_s=_TAKE_WAIT_S)
                except RecordRefused:
                    refused.append(entry)
        ratings = [item for item in items if isinstance(item, RatingEntry)]
        refused += [rating for rating in ratings if not self._store.rate(rating, wait_s=_TAKE_WAIT_S)]
        return refused
