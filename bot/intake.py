"""What people send is kept on disk before a channel acknowledges it, answered in order within a chat, and then dropped.

So a killed process loses nothing that a channel was told had arrived: the next start answers it. A delivery that comes
twice is answered once. Only what is not answered yet is kept, with personal data masked; of the rest a salted digest
remains for some days, by which repeated deliveries are known.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TypeVar

from bot.logs import request, where
from bot.message import Incoming

_A = TypeVar("_A")
_T = TypeVar("_T")

log = logging.getLogger(__name__)

INBOX_FILE = "inbox.sqlite3"

REMEMBERED_S = 3 * 24 * 3600.0
"""How long deliveries are known again. Telegram keeps an update for one day, Zalo tries again for two hours."""

OFFERED_S = 24 * 3600.0
"""How long a number picks from the last list."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pending (digest BLOB PRIMARY KEY, channel TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (digest BLOB PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS offered (chat BLOB PRIMARY KEY, actions TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS arrival (number INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL);
"""


class InboxError(Exception):
    """The inbox cannot be written; the message is one plain line in Vietnamese."""


class Inbox:
    """The deliveries that wait for an answer, in a file of their own: it works while the database is dead.

    Safe in threads, and for several processes, as long as one process alone serves a channel.

    Args:
        home: the folder of all state.
        salt: the secret for digests.
        masked: takes personal data out of what somebody wrote.
        clock: seconds since the epoch.

    Raises:
        InboxError: the file cannot be opened or written.
    """

    def __init__(
        self, home: Path, salt: bytes, masked: Callable[[str], str], clock: Callable[[], float] = time.time
    ) -> None:
        self._salt = salt
        self._masked = masked
        self._clock = clock
        self._lock = threading.Lock()
        try:
            self._file = sqlite3.connect(home / INBOX_FILE, timeout=10, isolation_level=None, check_same_thread=False)
            for setting in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                self._file.execute(f"PRAGMA {setting}")
            self._file.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise _unwritable(error) from error

    def put(self, items: Sequence[Incoming]) -> list[Incoming]:
        """Keep deliveries, all or none; when this returns they are on disk.

        Returns:
            Those that had not come before, in order.

        Raises:
            InboxError: nothing was kept, and nothing may be acknowledged.
        """
        new: list[Incoming] = []
        now = self._clock()
        with self._lock, _transaction(self._file):
            for item in items:
                digest = self._digest(item)
                if not self._file.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (digest, now)).rowcount:
                    continue
                new.append(item)
                kept = replace(item, text=None if item.text is None else self._masked(item.text))
                body = json.dumps(asdict(kept))
                self._file.execute("INSERT INTO pending VALUES (?, ?, ?)", (digest, item.channel, body))
                self._file.execute("INSERT INTO arrival (digest) VALUES (?)", (digest,))
        return new

    def done(self, item: Incoming) -> None:
        """Drop a delivery that was answered.

        Raises:
            InboxError: it could not be dropped and will come again at the next start.
        """
        digest = self._digest(item)
        with self._lock, _transaction(self._file):
            self._file.execute("DELETE FROM pending WHERE digest = ?", (digest,))
            self._file.execute("DELETE FROM arrival WHERE digest = ?", (digest,))

    def pending(self, channel: str) -> list[Incoming]:
        """What a channel's last process left unanswered, in the order in which it came; old digests are dropped.

        Raises:
            InboxError: the file cannot be read.
        """
        with self._lock, _transaction(self._file):
            self._file.execute(
                "DELETE FROM seen WHERE at < ? AND digest NOT IN (SELECT digest FROM pending)",
                (self._clock() - REMEMBERED_S,),
            )
            rows = self._file.execute(
                "SELECT body FROM arrival JOIN pending USING (digest) WHERE channel = ? ORDER BY number", (channel,)
            ).fetchall()
        return [Incoming(**json.loads(body)) for (body,) in rows]

    def offer(self, channel: str, chat: str, actions: Sequence[str]) -> None:
        """Remember what a chat can pick by number; the next offer takes its place.

        Raises:
            InboxError: it could not be kept.
        """
        with self._lock, _transaction(self._file):
            row = (self._sealed(channel, "offered", chat), json.dumps(list(actions)), self._clock())
            self._file.execute("INSERT OR REPLACE INTO offered VALUES (?, ?, ?)", row)

    def offered(self, channel: str, chat: str) -> list[str]:
        """What a chat can pick by number: the actions in order; [] where nothing was offered for a day.

        Raises:
            InboxError: the file cannot be read.
        """
        with self._lock, _transaction(self._file):
            self._file.execute("DELETE FROM offered WHERE at < ?", (self._clock() - OFFERED_S,))
            found = self._file.execute(
                "SELECT actions FROM offered WHERE chat = ?", (self._sealed(channel, "offered", chat),)
            ).fetchone()
        return [str(action) for action in json.loads(found[0])] if found else []

    def close(self) -> None:
        """Close the file; what was answered leaves no trace in its journal."""
        with self._lock, closing(self._file):
            self._file.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _digest(self, item: Incoming) -> bytes:
        return self._sealed(item.channel, "delivery", item.key)

    def _sealed(self, *words: str) -> bytes:
        said = "\0".join(words).encode("utf-8", "surrogatepass")
        return hmac.new(self._salt, said, hashlib.sha256).digest()[:16]


class _transaction:
    """A write transaction; sqlite's errors become ours."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file

    def __enter__(self) -> None:
        try:
            self._file.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise _unwritable(error) from error

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self._file.execute("COMMIT" if error is None else "ROLLBACK")
        except sqlite3.Error as failed:
            if self._file.in_transaction:
                self._file.rollback()
            raise _unwritable(failed) from failed
        if isinstance(error, sqlite3.Error):
            raise _unwritable(error) from error


def _unwritable(error: sqlite3.Error) -> InboxError:
    log.error("the inbox cannot be written: %s", error)
    return InboxError("Không ghi được hộp thư đến (inbox.sqlite3): kiểm tra quyền ghi và chỗ trống trên đĩa.")


class Intake:
    """Keeps what comes, and hands it on: chats side by side, one chat's deliveries one after the other.

    Where the inbox cannot be written (a full disk), people are answered all the same: `take` then returns only when
    they are, so that still nothing is acknowledged that is neither on disk nor answered.

    Args:
        inbox: where deliveries wait.
        handle: answers one delivery and sees the answer delivered. If it raises, the delivery is dropped all the same,
            unless the intake is being abandoned.
    """

    def __init__(self, inbox: Inbox, handle: Callable[[Incoming], Awaitable[None]]) -> None:
        self._inbox = inbox
        self._handle = handle
        self._chats: dict[str, deque[Incoming]] = {}
        # A thread of its own: in the common pool an answered delivery would wait behind hundreds that are not, and all
        # that wait so are answered again if the process is killed.
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="inbox")
        self._tasks: set[asyncio.Task[None]] = set()
        self._unkept: dict[str, asyncio.Event] = {}
        self._unkept_seen: deque[str] = deque(maxlen=1_000)

    async def resume(self, channel: str) -> int:
        """Take up, before the first `take`, what the last process left unanswered; how much it was."""
        left = await self._kept(self._inbox.pending, channel)
        self._queue(left)
        return len(left)

    async def take(self, items: Sequence[Incoming]) -> int:
        """Keep deliveries on disk, then answer them in the background. After this they may be acknowledged.

        Returns:
            How many had come before and are left alone.
        """
        if not items:
            return 0
        try:
            new = await self._kept(self._inbox.put, items)
        except InboxError:
            new = [item for item in items if item.key not in self._unkept_seen]
            self._unkept_seen.extend(item.key for item in new)
            answered = [self._unkept.setdefault(item.key, asyncio.Event()) for item in new]
            self._queue(new)
            await asyncio.gather(*(event.wait() for event in answered))
        else:
            self._queue(new)
        return len(items) - len(new)

    async def finish(self, seconds: float) -> int:
        """Wait until all is answered, or so many seconds; what is left then stays for the next start.

        Returns:
            How many deliveries are left.
        """
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        return sum(map(len, self._chats.values()))

    async def _drop(self, item: Incoming) -> None:
        try:
            await self._kept(self._inbox.done, item)
        except InboxError:
            log.error("an answered delivery could not be dropped; it will be answered again at the next start")

    async def _kept(self, work: Callable[[_A], _T], given: _A) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._keeper, work, given)

    def _queue(self, items: Sequence[Incoming]) -> None:
        for item in items:
            waiting = self._chats.get(item.chat)
            if waiting is not None:
                waiting.append(item)
                continue
            self._chats[item.chat] = deque([item])
            task = asyncio.create_task(self._serve(item.chat))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, chat: str) -> None:
        waiting = self._chats[chat]
        while waiting:
            item = waiting[0]
            try:
                with request():
                    await self._handle(item)
            except Exception as error:  # noqa: BLE001 - the next one is to be served
                log.error("a delivery was not handled: %s", where(error))
            if (event := self._unkept.pop(item.key, None)) is not None:
                event.set()
            else:
                await self._drop(item)
            waiting.popleft()
        del self._chats[chat]
