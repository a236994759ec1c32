"""The connection to the database: engine, tables, transactions, and what its errors mean in plain words.

Errors of this package are drawn here; each message is one plain sentence in Vietnamese, and none carries what a
person wrote or a password:

    FeedbackError
     ├─ StoreMisconfigured   the URL cannot be used, or the driver for it is not installed
     ├─ StoreUnavailable     the database cannot be used now: locked, full, gone, wrong password
     ├─ RecordRefused        the database works, but refuses this record
     └─ ExportRefused        an export file exists already or cannot be written
"""

from __future__ import annotations

import errno
import json
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError, StatementError
from sqlmodel import SQLModel, col, select

from bot.feedback.records import SCHEMA_VERSION, Meta

log = logging.getLogger(__name__)

BUSY_TIMEOUT_S = 5.0
"""How long a statement waits for another program's lock."""

_RETRY_S = 0.02
_SETUP_LOCK = 0x64616E63  # any number that is always the same: processes that create the tables take turns by it


class FeedbackError(Exception):
    """Questions cannot be kept or read; the message is one plain sentence in Vietnamese."""


class StoreMisconfigured(FeedbackError):
    """A database URL that cannot be used, or one whose driver is not installed."""


class StoreUnavailable(FeedbackError):
    """The database cannot be used now. What was to be written is not in it."""


class RecordRefused(FeedbackError):
    """The database refuses this record and always will."""


class ExportRefused(FeedbackError):
    """An export file that exists already or cannot be written."""


class Database:
    """One database, with its tables. Safe to use from several threads, and from several processes at once.

    Args:
        url: a SQLAlchemy URL of SQLite (a file) or PostgreSQL. Nothing is opened before the first transaction, which
            creates file and tables.
        busy_timeout_s: how long to wait for another program's lock.

    Raises:
        StoreMisconfigured: on a URL that cannot be used.
    """

    def __init__(self, url: str, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        parsed = _parse(url)
        self._file = Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None
        self._wait_s = busy_timeout_s
        self._engine = _engine(parsed, busy_timeout_s)
        self._setup = threading.Lock()
        self._prepared: tuple[int, int] | None = None

    def insert(self, table: type[SQLModel]) -> Any:
        """An INSERT that knows ON CONFLICT, in the database's own dialect."""
        return sqlite_insert(table) if self._file else postgresql_insert(table)

    @contextmanager
    def transaction(self, *, write: bool = False, wait_s: float | None = None) -> Iterator[Connection]:
        """One transaction: committed at the end of the block, undone where the block raises.

        Args:
            write: whether it writes; a writer takes its lock at once.
            wait_s: how long to wait for a lock instead of the database's own timeout.

        Raises:
            StoreUnavailable: nothing was changed, and it may be tried again.
            RecordRefused: nothing was changed, and trying again is no use.
        """
        wait_s = self._wait_s if wait_s is None else wait_s
        try:
            self._prepare(wait_s)
            with self._engine.connect() as connection:
                connection.execution_options(danchu_write=write, danchu_wait_ms=int(wait_s * 1000))
                with connection.begin():
                    yield connection
        except (SQLAlchemyError, sqlite3.Error, OSError, UnicodeError, OverflowError) as error:
            raise _translated(error) from None

    def close(self) -> None:
        """Give the connections back. They open anew with the next transaction."""
        self._prepared = None
        self._engine.dispose()

    def _prepare(self, wait_s: float) -> None:
        """Create file and tables on the first use, and again where the file was replaced or removed meanwhile."""
        if self._prepared is not None and self._prepared == self._identity():
            return
        with self._setup:
            if self._prepared is not None and self._prepared == self._identity():
                return
            self._engine.dispose()
            deadline = time.monotonic() + wait_s
            while True:
                try:
                    self._create(wait_s)
                    break
                except (SQLAlchemyError, sqlite3.Error) as error:
                    # Turning WAL on does not wait for locks by itself.
                    if _sqlite_code(error) not in ("SQLITE_BUSY", "SQLITE_LOCKED") or time.monotonic() >= deadline:
                        raise
                    time.sleep(_RETRY_S)
            self._prepared = self._identity()

    def _identity(self) -> tuple[int, int] | None:
        if self._file is None:
            return (0, 0)
        try:
            state = self._file.stat()
        except FileNotFoundError:
            return None
        return (state.st_dev, state.st_ino)

    def _create(self, wait_s: float) -> None:
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Made by us, not by SQLite: what people asked is for the owner's eyes alone.
            os.close(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600))
            raw = self._engine.raw_connection()
            try:
                cursor = raw.cursor()
                cursor.execute(f"PRAGMA busy_timeout={int(wait_s * 1000)}")
                if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                    cursor.execute("PRAGMA journal_mode=WAL")
                cursor.close()
            finally:
                raw.close()
        if self._version(wait_s) is None:
            with self._engine.connect() as connection:
                connection.execution_options(danchu_write=True, danchu_wait_ms=int(wait_s * 1000))
                with connection.begin():
                    if self._file is None:
                        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _SETUP_LOCK})
                    SQLModel.metadata.create_all(connection)
                    row = {"key": "schema_version", "value": str(SCHEMA_VERSION)}
                    connection.execute(self.insert(Meta).values(row).on_conflict_do_nothing(index_elements=["key"]))

    def _version(self, wait_s: float) -> int | None:
        """The schema version found, or None in an empty database. StoreUnavailable where it is newer than ours."""
        with self._engine.connect() as connection:
            connection.execution_options(danchu_write=False, danchu_wait_ms=int(wait_s * 1000))
            with connection.begin():
                if not self._engine.dialect.has_table(connection, "meta"):
                    return None
                found = connection.execute(select(Meta.value).where(col(Meta.key) == "schema_version")).scalar()
        if found is None:
            return None
        version = int(found) if found.isdigit() else SCHEMA_VERSION + 1
        if version > SCHEMA_VERSION:
            raise StoreUnavailable("Cơ sở dữ liệu do một phiên bản danchu mới hơn tạo; hãy nâng cấp chương trình.")
        return version


def _parse(url: str) -> URL:
    if url.startswith("postgres://"):  # as hosting services write it
        url = "postgresql://" + url.removeprefix("postgres://")
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (SQLAlchemyError, ValueError):
        raise StoreMisconfigured("DANCHU_DB không phải địa chỉ cơ sở dữ liệu đọc được.") from None
    if backend not in ("sqlite", "postgresql"):
        raise StoreMisconfigured("DANCHU_DB chỉ nhận địa chỉ sqlite:// hoặc postgresql://.")
    if backend == "sqlite" and (not parsed.database or parsed.database == ":memory:"):
        raise StoreMisconfigured("DANCHU_DB cần tên tệp SQLite, ví dụ sqlite:////srv/danchu/danchu.sqlite3.")
    return parsed


def _engine(url: URL, wait_s: float) -> Engine:
    postgresql = url.get_backend_name() == "postgresql"
    arguments: dict[str, Any] = {"timeout": wait_s}
    if postgresql:
        arguments = {"connect_timeout": max(1, int(wait_s))} if "pg8000" not in url.drivername else {}
    try:
        engine = create_engine(
            url,
            connect_args=arguments,
            pool_pre_ping=postgresql,
            pool_size=8,
            max_overflow=32,
            pool_timeout=max(1.0, wait_s),
            json_serializer=lambda value: json.dumps(value, ensure_ascii=False),
            hide_parameters=True,
        )
    except (ImportError, NoSuchModuleError):
        advice = ' Hãy chạy: pip install "psycopg[binary]"' if postgresql else ""
        raise StoreMisconfigured(f"Chưa cài trình điều khiển cho cơ sở dữ liệu trong DANCHU_DB.{advice}") from None
    except (SQLAlchemyError, TypeError, ValueError):
        raise StoreMisconfigured("DANCHU_DB có tham số không dùng được.") from None
    if engine.dialect.is_async:
        raise StoreMisconfigured("DANCHU_DB cần trình điều khiển thường, không phải loại bất đồng bộ (async).")

    if postgresql:

        @event.listens_for(engine, "begin")
        def _wait_for_locks(connection: Connection) -> None:
            wait_ms = connection.get_execution_options().get("danchu_wait_ms", int(wait_s * 1000))
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, int(wait_ms))}")

        return engine

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin below, not where the driver guesses
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=FULL")  # a question on record stays there through a power cut
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql(f"PRAGMA busy_timeout={int(options.get('danchu_wait_ms', wait_s * 1000))}")
        # A writer takes its lock at once: a reader that turns writer midway is refused without waiting.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("danchu_write") else "BEGIN")

    return engine


_SQLITE_REASONS = {
    "SQLITE_BUSY": "Cơ sở dữ liệu đang bị chương trình khác khóa.",
    "SQLITE_LOCKED": "Cơ sở dữ liệu đang bị chương trình khác khóa.",
    "SQLITE_FULL": "Ổ đĩa đã đầy, không ghi được cơ sở dữ liệu.",
    "SQLITE_CANTOPEN": "Không mở được tệp cơ sở dữ liệu; hãy kiểm tra đường dẫn và quyền ghi.",
    "SQLITE_READONLY": "Tệp cơ sở dữ liệu chỉ cho đọc; hãy kiểm tra quyền ghi.",
    "SQLITE_PERM": "Không có quyền ghi tệp cơ sở dữ liệu.",
    "SQLITE_NOTADB": "Tệp cơ sở dữ liệu hỏng hoặc không phải SQLite.",
    "SQLITE_CORRUPT": "Tệp cơ sở dữ liệu hỏng; hãy khôi phục từ bản sao lưu.",
    "SQLITE_IOERR": "Lỗi đọc ghi ổ đĩa khi dùng cơ sở dữ liệu (có thể ổ đĩa đã đầy).",
}
_POSTGRESQL_REASONS = (
    # SQLSTATE classes and codes, words of the message where the server was not reached, and what is said.
    (("28",), ("password authentication failed", "no password supplied"), "Sai tên hoặc mật khẩu cơ sở dữ liệu."),
    (("3D",), ('database "',), "Không có cơ sở dữ liệu tên như trong DANCHU_DB."),
    ((), ('role "',), "Sai tên hoặc mật khẩu cơ sở dữ liệu."),
    (("53100",), ("No space left",), "Ổ đĩa của máy chủ cơ sở dữ liệu đã đầy."),
    (("53300",), ("too many clients",), "Máy chủ cơ sở dữ liệu đã hết chỗ kết nối."),
    (("55P03", "40P01"), (), "Cơ sở dữ liệu đang bị chương trình khác khóa."),
    (("42501", "25006"), (), "Tài khoản cơ sở dữ liệu không có quyền ghi."),
    (
        ("57P", "08"),
        ("refused", "failed", "timeout", "closed", "resolve"),
        "Không kết nối được máy chủ cơ sở dữ liệu.",
    ),
)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_UNKNOWN = "Không dùng được cơ sở dữ liệu."


def _translated(error: BaseException) -> FeedbackError:
    """The plain sentence for an error from below."""
    if isinstance(error, OSError):
        log.debug("database file: %s", type(error).__name__)
        return StoreUnavailable(_SQLITE_REASONS["SQLITE_FULL" if error.errno in _NO_ROOM else "SQLITE_CANTOPEN"])
    if isinstance(error, IntegrityError | UnicodeError | OverflowError):
        return RecordRefused("Cơ sở dữ liệu không nhận bản ghi này.")
    original = error.orig if isinstance(error, DBAPIError) else error
    state = str(getattr(original, "sqlstate", None) or getattr(original, "pgcode", None) or "")
    if state.startswith(("22", "23")) or (isinstance(error, StatementError) and not isinstance(error, DBAPIError)):
        return RecordRefused("Cơ sở dữ liệu không nhận bản ghi này.")
    code = _sqlite_code(error)
    log.debug("database error: %s %s %s", type(original).__name__, code, state)
    if code:
        return StoreUnavailable(
            next((words for key, words in _SQLITE_REASONS.items() if code.startswith(key)), _UNKNOWN)
        )
    said = str(original)
    for states, signs, words in _POSTGRESQL_REASONS:
        if state.startswith(states) if state else any(sign in said for sign in signs):
            return StoreUnavailable(words)
    return StoreUnavailable(_UNKNOWN)


def _sqlite_code(error: BaseException) -> str:
    original = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(original, "sqlite_errorname", "") or "") if isinstance(original, sqlite3.Error) else ""
