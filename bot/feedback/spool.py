"""A folder where lines wait while the database is dead. Several threads and processes append and take in at once.

Lines are appended to `pending.jsonl` under a file lock and are on the disk before `append` returns. To be taken in, the
file is renamed to `taken-….jsonl` and removed once every line of it is in the database; a process that is killed in
between leaves it there, and the next one takes it in again. Lines that cannot be read (the torn last line of a killed
process) are moved to `unreadable.jsonl` and never looked at again.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bot.durable import append, locked

BATCH = 200
"""How many lines are taken in at a time."""

_LOCK_WAIT_S = 2.0
_PENDING = "pending.jsonl"
_TAKEN = "taken-"
_UNREADABLE = "unreadable.jsonl"


class Spool:
    """Lines that wait, in a folder of their own. Nothing is made before the first line comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def append(self, lines: Sequence[bytes]) -> None:
        """Put lines on the disk, all or none.

        Args:
            lines: without line breaks.

        Raises:
            OSError: the disk is full, the folder not writable, or another process holds the lock for too long.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(self._folder / ".append.lock", _LOCK_WAIT_S):
            append(self._folder / _PENDING, lines)

    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._files()

    def count(self) -> int:
        """How many lines wait."""
        return sum(1 for _ in self.lines())

    def lines(self) -> Iterator[bytes]:
        """The lines that wait, oldest first, as far as they can be read; they go on waiting."""
        for path in self._files():
            try:
                with path.open("rb") as file:
                    yield from file
            except OSError:  # taken in by another process meanwhile
                continue

    def drain(self, take: Callable[[list[bytes]], list[bytes]]) -> None:
        """Hand all waiting lines over, oldest first, `BATCH` at a time.

        Does nothing while another thread or process drains. Lines may be handed over twice: `take` must not mind.

        Args:
            take: gets lines and returns those that it can do nothing with; these are put aside. Where it raises, the
                lines go on waiting and the exception goes on.

        Raises:
            OSError: the folder cannot be read or written.
        """
        if self.is_empty():
            return
        try:
            with locked(self._folder / ".drain.lock", 0.0):
                self._claim()
                for path in self._files():
                    if path.name != _PENDING:
                        self._drain_file(path, take)
        except BlockingIOError:
            return

    def put_aside(self, lines: Sequence[bytes]) -> None:
        """Keep lines that no database takes, for a person to look at.

        Raises:
            OSError: they could not be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(self._folder / ".append.lock", _LOCK_WAIT_S):
            append(self._folder / _UNREADABLE, lines)

    def drop_aside(self, drop: Callable[[bytes], bool]) -> None:
        """Delete lines that were put aside.

        Args:
            drop: whether a line is to go.

        Raises:
            OSError: the folder cannot be read or written.
        """
        path = self._folder / _UNREADABLE
        if not path.exists():
            return
        with locked(self._folder / ".append.lock", _LOCK_WAIT_S):
            lines = path.read_bytes().splitlines(keepends=True)
            kept = [line for line in lines if not drop(line)]
            if len(kept) < len(lines):
                draft = path.with_suffix(".draft")
                draft.unlink(missing_ok=True)
                if kept:
                    append(draft, [line.rstrip(b"\n") for line in kept])
                    draft.replace(path)
                else:
                    path.unlink()

    def _files(self) -> list[Path]:
        try:
            found = sorted(self._folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []
        taken = [path for path in found if path.name.startswith(_TAKEN)]
        return [*taken, *(path for path in found if path.name == _PENDING)]

    def _claim(self) -> None:
        pending = self._folder / _PENDING
        with locked(self._folder / ".append.lock", _LOCK_WAIT_S):
            if pending.exists():
                pending.rename(self._folder / f"{_TAKEN}{time.time_ns():020d}-{uuid.uuid4().hex[:8]}.jsonl")

    def _drain_file(self, path: Path, take: Callable[[list[bytes]], list[bytes]]) -> None:
        unreadable: list[bytes] = []
        batch: list[bytes] = []
        with path.open("rb") as file:
            for line in file:
                if line.strip():
                    batch.append(line.rstrip(b"\n"))
                if len(batch) == BATCH:
                    unreadable += take(batch)
                    batch = []
        if batch:
            unreadable += take(batch)
        if unreadable:
            self.put_aside(unreadable)
        path.unlink()
