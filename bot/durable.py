"""Appending lines to a file so that they outlive a crash, by several threads and processes."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def append(path: Path, lines: Sequence[bytes]) -> None:
    """Append whole lines and wait until they are on the disk; on failure the file is as it was.

    The caller holds a lock. A new file is for its owner alone.

    Args:
        path: in a folder that exists.
        lines: without line breaks.

    Raises:
        OSError: the disk is full, or the file not writable.
    """
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
        sync_folder(path.parent)


def _last_byte(file: int, size: int) -> bytes:
    os.lseek(file, size - 1, os.SEEK_SET)
    return os.read(file, 1)


def sync_folder(folder: Path) -> None:
    """Make a new file's name outlive a power cut, where the platform can."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path, wait_s: float) -> Iterator[None]:
    """Hold a lock between threads and processes; the system gives it back where a process dies.

    Args:
        path: the lock's own file, made if it is missing.
        wait_s: how long another may hold it meanwhile, in seconds.

    Raises:
        BlockingIOError: another held it for longer.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + wait_s
        while not try_lock(file):
            if time.monotonic() >= deadline:
                raise BlockingIOError(errno.EWOULDBLOCK, "locked by another process", str(path))
            time.sleep(0.002)
        yield
    finally:
        os.close(file)


if sys.platform == "win32":
    import msvcrt

    def try_lock(file: int) -> bool:
        """Take the lock of an open file, or say that another has it."""
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(file: int) -> bool:
        """Take the lock of an open file, or say that another has it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
