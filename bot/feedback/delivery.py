"""The way of a record into the database, whatever happens to it.

First the database; else the spool folder, and from there into the database later; else, where the disk is full as
well, a bounded queue in memory. A record has its id before it sets out, so that taking it in twice keeps one.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.feedback.persons import ForgetEntry
from bot.feedback.records import Entry, RatingEntry
from bot.feedback.salt import rating_hash
from bot.feedback.spool import BATCH, Spool
from bot.feedback.store import RecordRefused, Store, StoreUnavailable

log = logging.getLogger(__name__)

RETRY_AFTER_S = 5.0
"""How long the database is left alone after a failure; meanwhile records go straight to the spool."""

MEMORY_LIMIT = 1_000
"""The most records kept in memory while neither database nor spool can be written; the oldest go first."""

_PROBE_WAIT_S = 0.25  # who asks first after a failure does not wait a whole busy timeout again
_TAKE_WAIT_S = 2.0
_TURN_WAIT_S = 1.0
_PAUSE_S = 0.02  # between two batches of a purge, so that others get their turn
_ASKED_AT = re.compile(rb'"asked_at":"([^"]{20,40})"')

Item = Entry | RatingEntry | ForgetEntry
_SPOOLED: TypeAdapter[Item] = TypeAdapter(Item)

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


class Delivery:
    """Brings records into a store. Safe to call from several threads; what others left in the spool is taken in.

    Args:
        store: the database.
        spool: where records wait while it is dead.
        salt: the secret for hashing people's ids, by which it is told what is to be forgotten.
        retry_after_s: how long the database is left alone after a failure.
        memory_limit: the most records kept in memory.
    """

    def __init__(self, store: Store, spool: Spool, salt: bytes, *, retry_after_s: float, memory_limit: int) -> None:
        self._store = store
        self._spool = spool
        self._salt = salt
        self._retry_after_s = retry_after_s
        self._memory: deque[Item] = deque()
        self._memory_limit = memory_limit
        self._lost = 0
        self._taken = 0
        self._forgotten: list[ForgetEntry] = []
        self._healthy: bool | None = None
        self._last_error: str | None = None
        self._retry_at = 0.0
        self._spool_failed = False
        self._turn = threading.Lock()  # one write of this process at a time: the rest would only wait in SQLite
        self._spill = threading.Lock()
        self._taking = threading.Lock()
        self._small = threading.Lock()
        self._worker: threading.Thread | None = None
        if self.something_waits():
            self._take_in_soon()

    def keep(self, entry: Entry) -> None:
        """Store a question, or let it wait."""
        try:
            self.write(lambda wait_s: self._store.add([entry], wait_s=wait_s))
        except StoreUnavailable:
            self.set_aside(entry)
        except RecordRefused:
            log.error("the database refuses question %s; it is put aside", entry.id)
            self._spool.put_aside([_SPOOLED.dump_json(entry)])
        else:
            if self.something_waits():
                self._take_in_soon()

    def write(self, write: Callable[[float | None], T], *, force: bool = False) -> T:
        """Run a write, unless the database failed a moment ago.

        Args:
            write: gets how long to wait for a lock, or None for the store's own timeout.
            force: try although it failed a moment ago.

        Raises:
            StoreUnavailable: the database is dead, or was.
        """
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

    def read(self, read: Callable[[], T]) -> T:
        """Run a read, unless the database failed a moment ago. Reads do not wait for each other.

        Raises:
            StoreUnavailable: the database is dead, or was.
        """
        if time.monotonic() < self._retry_at:
            raise StoreUnavailable(self._last_error or "")
        try:
            return read()
        except StoreUnavailable as error:
            self._failed(str(error))
            raise

    def set_aside(self, item: Item) -> None:
        """Let a record wait in the spool, or in memory where that cannot be written."""
        with self._small:
            self._memory.append(item)
            if len(self._memory) > self._memory_limit:
                self._memory.popleft()
                self._lost += 1
                log.error("the memory queue is full: %d records lost so far", self._lost)
        self._spill_memory()

    def something_waits(self) -> bool:
        """Whether records wait in memory or spool."""
        try:
            return bool(self._memory) or not self._spool.is_empty()
        except OSError:
            return False

    def waiting_entry(self, record_id: str) -> Entry | None:
        """A question that waits in memory or spool, as far as they can be read."""
        with self._small:
            items: list[Item] = list(self._memory)
        with suppress(OSError):
            items += _items(line for line in self._spool.lines() if record_id.encode() in line)
        return next((item for item in items if isinstance(item, Entry) and item.id == record_id), None)

    def forget(self, request: ForgetEntry, *, wait_s: float | None = None) -> int:
        """Delete what is kept of a person, but for what still waits; returns how many questions went.

        Raises:
            StoreUnavailable: the database is dead.
        """
        self._spool.drop_aside(lambda line: request.asker_hash.encode() in line)
        return self._store.forget(request, self._salt, wait_s=wait_s)

    def purge(self, before: dt.datetime) -> Iterator[int]:
        """Delete what is older than a moment, batch by batch; gives how many questions each took.

        Raises:
            StoreUnavailable: the database is dead; what was deleted stays deleted.
        """
        self._spool.drop_aside(lambda line: _is_older(line, before))
        while gone := self.write(lambda wait_s: self._store.purge(before, wait_s=wait_s)):
            yield gone
            time.sleep(_PAUSE_S)

    # How it is doing

    def status(self) -> RecorderStatus:
        """How record keeping is doing. After a failure this also makes the next attempt, in the background."""
        if self._healthy is None:
            try:
                self.write(lambda _: self._store.check(wait_s=_PROBE_WAIT_S))
            except StoreUnavailable:
                pass
            except Exception as error:  # noqa: BLE001 - a health page reports, it does not fail
                self._failed(type(error).__name__)
        elif (not self._healthy or self.something_waits()) and time.monotonic() >= self._retry_at:
            self._take_in_soon()
        try:
            spooled = self._spool.count()
        except OSError:
            spooled = 0
        return RecorderStatus(bool(self._healthy), spooled, len(self._memory), self._lost, self._last_error)

    def close(self) -> None:
        """Try once more to bring everything home, then close the database."""
        if self.something_waits():
            self.take_in()
        self._spill_memory()
        worker = self._worker
        if worker is not None and worker is not threading.current_thread():
            worker.join()
        if self._memory:
            log.error("%d records are lost: neither the database nor the spool could be written", len(self._memory))
        self._store.close()

    def _failed(self, reason: str) -> None:
        self._retry_at = time.monotonic() + self._retry_after_s
        if self._healthy is not False or self._last_error != reason:
            log.error("the database is not available, questions go to the spool: %s", reason)
        self._healthy, self._last_error = False, reason

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

    def take_in(self) -> int:
        """Bring what waits in memory and spool into the database.

        Returns:
            How many questions were new to it; 0 while it is still dead. Never raises.
        """
        with self._taking:
            self._taken = 0
            self._forgotten = []
            try:
                self.write(lambda wait_s: self._store.check(wait_s=wait_s), force=True)
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
        unreadable: list[bytes] = []
        items = list(_items(lines, unreadable))
        unreadable += [_SPOOLED.dump_json(item) for item in self._take(items)]
        if unreadable:
            log.error("%d spooled lines cannot be taken in; they are put aside", len(unreadable))
        return unreadable

    def _take(self, items: list[Item]) -> list[Item]:
        """Store items; returns those that the database will never take."""
        requests = [item for item in items if isinstance(item, ForgetEntry)]
        self._forgotten += requests
        refused: list[Item] = []
        entries = [item for item in items if isinstance(item, Entry) and not self._is_forgotten(item)]
        try:
            self._taken += self._store.add(entries, wait_s=_TAKE_WAIT_S)
        except RecordRefused:
            for entry in entries:
                try:
                    self._taken += self._store.add([entry], wait_s=_TAKE_WAIT_S)
                except RecordRefused:
                    refused.append(entry)
        dropped = {item.id for item in items if isinstance(item, Entry)} - {entry.id for entry in entries}
        for item in items:
            if not isinstance(item, RatingEntry) or item.record_id in dropped or self._is_forgotten(item):
                continue
            if not self._store.rate(item, wait_s=_TAKE_WAIT_S):
                refused.append(item)
        for request in requests:
            self.forget(request, wait_s=_TAKE_WAIT_S)
        return refused

    def _is_forgotten(self, item: Entry | RatingEntry) -> bool:
        if isinstance(item, Entry):
            return any(request.covers(item) for request in self._forgotten)
        return any(
            item.at <= request.at and item.asker_hash == rating_hash(self._salt, item.record_id, request.rater)
            for request in self._forgotten
        )


def _items(lines: Iterable[bytes], unreadable: list[bytes] | None = None) -> Iterator[Item]:
    """The records in spooled lines; what cannot be read goes to `unreadable`."""
    for line in lines:
        try:
            yield _SPOOLED.validate_json(line)
        except ValidationError:
            if unreadable is not None:
                unreadable.append(line)


def _is_older(line: bytes, before: dt.datetime) -> bool:
    """Whether a line holds a question from before a moment; also one that cannot be read whole."""
    found = _ASKED_AT.search(line)
    try:
        return found is not None and dt.datetime.fromisoformat(found[1].decode()) < before
    except (ValueError, TypeError):
        return False
