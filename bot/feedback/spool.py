"""A folder where lines wait while the database is dead. Several threads and processes append and take in at once.

Lines are appended to `pending.jsonl` under a file lock and are on the disk before `append` returns. To be taken in, the
file is renamed to `taken-….jsonl` and removed once every line of it is in the database; a process that is killed in
between leaves it there, and the next one takes it in again. Lines that cannot be read (the torn last line of a killed
process) are moved to `unreadable.jsonl` and never looked at again.
"""

from __future__ import annotations

import errno
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

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
        with _locked(self._folder / ".append.lock", _LOCK_WAIT_S):
            _append(self._folder / _PENDING, lines)

    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._files()

    def count(self) -> int:
        """How many lines wait."""
        found = 0
        for path in self._files():
            try:
                with path.open("rb") as file:
                    found += sum(1 for _ in file)
            except FileNotFoundError:  # taken in by another process meanwhile
                continue
        return found

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
            with _locked(self._folder / ".drain.lock", 0.0):
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
        with _locked(self._folder / ".append.lock", _LOCK_WAIT_S):
            _append(self._folder / _UNREADABLE, lines)

    def _files(self) -> list[Path]:
        try:
            found = sorted(self._folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []
        taken = [path for path in found if path.name.startswith(_TAKEN)]
        return [*taken, *(path for path in found if path.name == _PENDING)]

    def _claim(self) -> None:
        pending = self._folder / _PENDING
        with _locked(self._folder / ".append.lock", _LOCK_WAIT_S):
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


def _append(path: Path, lines: Sequence[bytes]) -> None:
    """Append whole lines and wait until they are on the disk; on failure the file is as it was."""
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(file).st_size
        data = b"".join(line + b"\n" for line in lines)
        if size and _last_byte(file, size) != b"\n":  # a process was killed in the middle of a line
            data = b"\n" + data
        try:
            written = 0
            while written < len(data):
                written += os.write(file, data[written:])
            os.fsync(file)
        except OSError:
            os.ftruncate(file, size)
            raise
    finally:
        os.close(file)
    if not size:
        _sync_folder(path.parent)


def _last_byte(file: int, size: int) -> bytes:
    os.lseek(file, size - 1, os.SEEK_SET)
    return os.read(file, 1)


def _sync_folder(folder: Path) -> None:
    """Make a new file's name outlive a power cut, where the platform can."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _locked(path: Path, wait_s: float) -> Iterator[None]:
    """Hold a lock between threads and processes; the system gives it back where a process dies.

    Raises:
        BlockingIOError: another held it for longer than `wait_s` seconds.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + wait_s
        while not _try_lock(file):
            if time.monotonic() >= deadline:
                raise BlockingIOError(errno.EWOULDBLOCK, "locked by another process", str(path))
            time.sleep(0.002)
        yield
    finally:
        os.close(file)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
