"""Copies of a SQLite database, made by SQLite's own backup API: whole and consistent while others read and write.

A copy that the program makes by itself, before a migration or a restore, lies beside the database. It holds what people
asked, so that it does not stay for ever: `drop_old` ends it after `KEPT_DAYS`.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from bot.durable import sync_folder

KEPT_DAYS = 7

_MARKS = ("before", "replaced")
_TAILS = ("-wal", "-shm")


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A file to write, for its owner's eyes alone, that takes the target's name at the end, if all went well.

    Raises:
        OSError: it cannot be written.
    """
    part = target.with_name(f"{target.name}.part")  # always the same: what a kill left behind is written over
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield part
        part.replace(target)
        sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


def copy(source: Path, target: Path) -> None:
    """Write a copy to a file of its own.

    Raises:
        sqlite3.Error: the source is no SQLite file, or cannot be read; or the disk is full.
        OSError: the target cannot be written.
    """
    with whole(target) as part, closing(_reading(source)) as original, closing(sqlite3.connect(part)) as written:
        original.backup(written, progress=_give_up)
        written.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it


def pour(source: Path, target: Path, wait_s: float) -> None:
    """Put a database's whole content in the place of another's, in one transaction of that one.

    Programs that have the target open see the new content with their next transaction.

    Raises:
        sqlite3.Error: the target was locked for longer than `wait_s`, or one of the two cannot be used.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError):  # one that is there is not opened: closing it would drop SQLite's locks on it
        os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_reading(source)) as original, closing(sqlite3.connect(target, timeout=wait_s)) as written:
        original.backup(written, progress=_give_up)
        written.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def move(file: Path, aside: Path) -> None:
    """Move a file that is no database any more, with its log."""
    for tail in ("", *_TAILS):
        part = file.with_name(file.name + tail)
        if part.exists():
            part.replace(aside.with_name(aside.name + tail))


def beside(file: Path, mark: str, word: str) -> Path:
    """The name of a copy that the program makes by itself: "danchu.sqlite3.before-0003"."""
    assert mark in _MARKS
    return file.with_name(f"{file.name}.{mark}-{word}")


def drop_old(file: Path) -> None:
    """Delete the copies that the program made by itself more than `KEPT_DAYS` ago.

    Raises:
        OSError: one cannot be deleted.
    """
    oldest = time.time() - KEPT_DAYS * 86_400
    for mark in _MARKS:
        for found in file.parent.glob(f"{file.name}.{mark}-*"):
            if found.stat().st_mtime < oldest:
                found.unlink(missing_ok=True)


def _reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def _give_up(status: int, _remaining: int, _total: int) -> None:
    """End a backup that meets a lock, for which SQLite has waited already; by itself it would go on for ever."""
    if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorname = "SQLITE_BUSY"  # as SQLite's own errors have it
        raise error
