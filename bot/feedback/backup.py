"""Backup and restore of the whole database, while programs use it.

Two forms, and either database takes both: a SQLite file, as SQLite's backup API writes it (of a SQLite database alone);
and all rows as JSON lines, gzipped (`.jsonl.gz`):

    {"danchu": "rows", "revision": "0003"}
    ["question", {"id": "…", "asked_at": "2026-11-20T08:00:00+00:00", …}]
    …
    {"rows": 1204}

Moments are ISO 8601, bytes are base64. Who is signed in is not restored: everybody signs in anew.

    FeedbackError
     └─ BackupRefused   a file that is no backup, is damaged, or is there already
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Date, LargeBinary, Table, delete, func, insert, select, text
from sqlalchemy.engine import URL
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from bot.feedback import copies, migrations, persons, records, review_records
from bot.feedback.database import Database, FeedbackError

ROWS_SUFFIX = ".jsonl.gz"

_SQLITE, _GZIP = b"SQLite format 3\0", b"\x1f\x8b"
_BATCH = 500
_DAMAGED = "Bản sao lưu bị hỏng hoặc không đủ."
_declared = (persons, records, review_records)  # with them the tables are declared

Row = tuple[str, dict[str, Any]]


class BackupRefused(FeedbackError):
    """A backup that cannot be written or is not taken."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: how many rows are there now, and where what was there before lies."""

    rows: int
    aside: Path | None
    """None where there was nothing."""


def backup(database: Database, target: Path, *, overwrite: bool = False) -> None:
    """Write a backup, for its owner's eyes alone, whole or not at all: rows where the name ends in `ROWS_SUFFIX`.

    Raises:
        BackupRefused: the file is there already, or a SQLite file is wanted of PostgreSQL.
        StoreUnavailable: the database cannot be read, or the file not written.
    """
    if target.exists() and not overwrite:
        raise BackupRefused(f"Tệp {target} đã có; hãy chọn tên khác hoặc thêm --force.")
    with database.transaction() as connection:
        if target.name.endswith(ROWS_SUFFIX):
            if database.file is None:  # all tables as of one moment, which SQLite's transactions are anyway
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            _write(connection, target)
        elif database.file is not None:
            copies.copy(database.file, target)
        else:
            raise BackupRefused(f"Bản sao của PostgreSQL cần tên kết thúc bằng {ROWS_SUFFIX}; hoặc hãy dùng pg_dump.")


def restore(database: Database, source: Path, folder: Path) -> Restored:
    """Put a backup in the place of all that the database holds. What was there is kept as a copy.

    Args:
        database: may be in use; of SQLite it may also be damaged or missing.
        source: a backup of either form, of this revision or an older one.
        folder: where PostgreSQL's former rows are kept (`danchu.replaced-….jsonl.gz`), for its owner's eyes alone;
            those of SQLite lie beside the file (`danchu.sqlite3.replaced-…`).

    Raises:
        BackupRefused: the file is no backup, or is damaged. Nothing was changed.
        StoreUnavailable: it is newer than this program, or one of the two cannot be used. Nothing was changed.
    """
    now = f"{dt.datetime.now():%Y%m%d-%H%M%S}"
    near = folder if database.file is None else database.file.parent
    with database.translating():
        near.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (
            TemporaryDirectory(prefix=".restore-", dir=near) as work,
            closing(_prepared(source, Path(work))) as prepared,
        ):
            with prepared.transaction(write=True) as connection:
                connection.execute(delete(review_records.SessionRecord))
                rows = sum(
                    connection.execute(select(func.count()).select_from(table)).scalar_one() for table in _tables()
                )
            assert prepared.file is not None
            if database.file is None:
                kept = near / f"danchu.replaced-{now}{ROWS_SUFFIX}"
                with prepared.transaction() as reading, database.transaction(write=True) as writing:
                    names = ", ".join(f'"{table.name}"' for table in _tables())
                    writing.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
                    _write(writing, kept)
                    _fill(writing, _rows(reading))
                return Restored(rows, kept)
            aside = _set_aside(database.file, now)
            prepared.truncate_log()
            copies.pour(prepared.file, database.file, database.wait_s)
            return Restored(rows, aside)


def _set_aside(file: Path, now: str) -> Path | None:
    if not file.exists() or not file.stat().st_size:
        return None
    aside = copies.beside(file, "replaced", now)
    try:
        copies.copy(file, aside)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname not in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
            raise
        copies.move(file, aside)
    return aside


def _prepared(source: Path, work: Path) -> Database:
    """A SQLite database in `work` that holds a backup, at this program's revision."""
    file = work / "prepared.sqlite3"
    with source.open("rb") as opened:
        start = opened.read(len(_SQLITE))
    database = Database(URL.create("sqlite", database=str(file)).render_as_string())
    if start == _SQLITE:
        copies.copy(source, file)
        with database.transaction(as_it_is=True) as connection:
            if connection.execute(text("PRAGMA quick_check")).scalar() != "ok":
                raise BackupRefused(_DAMAGED)
            if migrations.revision(connection) is None:
                raise BackupRefused(f"Tệp {source} không phải bản sao lưu của danchu.")
    elif start.startswith(_GZIP):
        with database.transaction(write=True) as connection:
            _fill(connection, _read(source))
    else:
        raise BackupRefused(f"Tệp {source} không phải bản sao lưu của danchu.")
    return database


# Rows


def _tables() -> list[Table]:
    """Every table, after those that it refers to."""
    return SQLModel.metadata.sorted_tables


def _rows(connection: Connection) -> Iterator[Row]:
    for table in _tables():
        for row in connection.execute(select(table).execution_options(yield_per=_BATCH)).mappings():
            yield table.name, dict(row)


def _fill(connection: Connection, rows: Iterator[Row]) -> None:
    """Put rows in the place of all that there are."""
    for table in reversed(_tables()):
        connection.execute(delete(table))
    for name, some in groupby(rows, key=lambda row: row[0]):
        while batch := [row for _, row in islice(some, _BATCH)]:
            connection.execute(insert(SQLModel.metadata.tables[name]), batch)


def _write(connection: Connection, target: Path) -> None:
    amount = 0
    with copies.whole(target) as part, part.open("wb") as file:
        with gzip.open(file, "wt", encoding="utf-8", compresslevel=6) as out:
            print(json.dumps({"danchu": "rows", "revision": migrations.HEAD}), file=out)
            for name, row in _rows(connection):
                print(json.dumps([name, row], ensure_ascii=False, default=_plain), file=out)
                amount += 1
            print(json.dumps({"rows": amount}), file=out)
        file.flush()
        os.fsync(file.fileno())


def _read(source: Path) -> Iterator[Row]:
    """The rows of a file.

    Raises:
        BackupRefused: the file is no such backup, is not whole, or of a newer revision.
    """
    amount = 0
    try:
        with gzip.open(source, "rt", encoding="utf-8") as lines:
            head = json.loads(next(lines, "{}"))
            if head.get("danchu") != "rows":
                raise BackupRefused(f"Tệp {source} không phải bản sao lưu của danchu.")
            if head["revision"] not in migrations.TABLES:
                raise BackupRefused("Bản sao lưu do một phiên bản danchu mới hơn tạo; hãy nâng cấp chương trình.")
            for line in lines:
                found = json.loads(line)
                if isinstance(found, dict):
                    if found["rows"] != amount or next(lines, None) is not None:
                        break
                    return
                name, row = found
                columns = SQLModel.metadata.tables[name].columns
                yield name, {key: _value(columns[key].type, value) for key, value in row.items()}
                amount += 1
    except (gzip.BadGzipFile, zlib.error, EOFError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise BackupRefused(_DAMAGED)


def _plain(value: object) -> str:
    if isinstance(value, dt.date):  # and moments, which are dates
        return value.isoformat()
    assert isinstance(value, bytes)
    return base64.b64encode(value).decode()


def _value(kind: TypeEngine[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, records.UtcDateTime):
        return dt.datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return dt.date.fromisoformat(value)
    return base64.b64decode(value, validate=True) if isinstance(kind, LargeBinary) else value
