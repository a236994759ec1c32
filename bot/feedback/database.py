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

import contextlib
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

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError, StatementError
from sqlmodel import SQLModel, col, select

from bot.feedback import copies, migrations
from bot.feedback.records import SCHEMA_VERSION, Meta

log = logging.getLogger(__name__)

BUSY_TIMEOUT_S = 5.0
"""How long a statement waits for another program's lock."""

_RETRY_S = 0.02
_MAKING = threading.Lock()
"""Nobody in this process connects to a file that is just being made."""
_SETUP_LOCK = 0x64616E63  # any number that is always the same: processes that migrate take turns by it


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
            creates the file and brings the tables to this program's revision (`migrations`). Of a SQLite file that
            holds something a copy is made before: `danchu.sqlite3.before-0003`.
        busy_timeout_s: how long to wait for another program's lock.

    Raises:
        StoreMisconfigured: on a URL that cannot be used.
    """

    def __init__(self, url: str, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        parsed = _parse(url)
        self.file = Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None
        """The file of a SQLite database; None for PostgreSQL."""
        self.wait_s = busy_timeout_s
        self._engine = _engine(parsed, busy_timeout_s)
        self._setup = threading.Lock()
        self._prepared: tuple[int, int] | None = None

    def insert(self, table: type[SQLModel]) -> Any:
        """An INSERT that knows ON CONFLICT, in the database's own dialect."""
        return sqlite_insert(table) if self.file else postgresql_insert(table)

    @contextmanager
    def transaction(
        self, *, write: bool = False, wait_s: float | None = None, as_it_is: bool = False
    ) -> Iterator[Connection]:
        """One transaction: committed at the end of the block, undone where the block raises.

        Args:
            write: whether it writes; a writer takes its lock at once.
            wait_s: how long to wait for a lock instead of the database's own timeout.
            as_it_is: leave the tables as they are found, for who looks at what there is.

        Raises:
            StoreUnavailable: nothing was changed, and it may be tried again.
            RecordRefused: nothing was changed, and trying again is no use.
        """
        wait_s = self.wait_s if wait_s is None else wait_s
        try:
            if not as_it_is:
                self._prepare(wait_s)
            with self._begun(write, wait_s) as connection:
                yield connection
        except (SQLAlchemyError, sqlite3.Error, OSError, UnicodeError, OverflowError) as error:
            raise _translated(error) from None

    @contextmanager
    def translating(self) -> Iterator[None]:
        """Turn the errors of work on this database that goes past `transaction` into this package's.

        Raises:
            StoreUnavailable: in the place of an error of SQLite or of the system.
        """
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise _translated(error) from None

    def truncate_log(self) -> None:
        """Empty SQLite's write-ahead log, where deleted words still stand. Put off while somebody reads the database.

        PostgreSQL keeps a log of its own, and its autovacuum frees what was deleted.

        Raises:
            StoreUnavailable: the database cannot be used.
        """
        if self.file is None:
            return
        with self.translating():
            self._prepare(self.wait_s)
            raw = self._engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                raw.close()

    def drop_old_copies(self) -> None:
        """Delete the copies that were made before a migration or a restore, once they are `copies.KEPT_DAYS` old.

        Raises:
            StoreUnavailable: one cannot be deleted.
        """
        if self.file is not None:
            with self.translating():
                copies.drop_old(self.file)

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
        if self.file is None:
            return (0, 0)
        try:
            state = self.file.stat()
        except FileNotFoundError:
            return None
        return (state.st_dev, state.st_ino)

    def _create(self, wait_s: float) -> None:
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Made by us, not by SQLite: what people asked is for the owner's eyes alone. A file that is there is not
            # opened: to close it again would drop every lock that this process holds on it (POSIX), and another
            # program that takes itself for the last one would then delete the log under our writing.
            with _MAKING, contextlib.suppress(FileExistsError):
                os.close(os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            raw = self._engine.raw_connection()
            try:
                cursor = raw.cursor()
                cursor.execute(f"PRAGMA busy_timeout={int(wait_s * 1000)}")
                if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                    cursor.execute("PRAGMA journal_mode=WAL")
                cursor.close()
            finally:
                raw.close()
        with self._begun(False, wait_s) as connection:
            due = self._due(connection)
        if due:
            with self._begun(True, wait_s) as connection:
                self._migrate(connection)

    def _migrate(self, connection: Connection) -> None:
        if self.file is None:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _SETUP_LOCK})
        if not self._due(connection):  # another process was faster
            return
        if self.file is not None and migrations.holds_rows(connection):
            # This connection has the write lock, and has written nothing: what another one copies is what there was.
            copies.copy(self.file, copies.beside(self.file, "before", migrations.HEAD))
        migrations.upgrade(connection)

    def _due(self, connection: Connection) -> bool:
        """Whether the tables are older than this program.

        Raises:
            StoreUnavailable: they are newer.
        """
        found = migrations.revision(connection)
        if found == migrations.HEAD:
            return False
        version = None
        if self._engine.dialect.has_table(connection, "meta"):
            version = connection.execute(select(Meta.value).where(col(Meta.key) == "schema_version")).scalar()
        newer = version is not None and not (version.isdigit() and int(version) <= SCHEMA_VERSION)
        if newer or (found is not None and found not in migrations.TABLES):
            raise StoreUnavailable("Cơ sở dữ liệu do một phiên bản danchu mới hơn tạo; hãy nâng cấp chương trình.")
        return True

    @contextmanager
    def _begun(self, write: bool, wait_s: float) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            connection.execution_options(danchu_write=write, danchu_wait_ms=int(wait_s * 1000))
            with connection.begin():
                yield connection


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
            json_deserializer=orjson.loads,  # four times as fast, which an export of all questions is made of
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
        cursor.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten, not left in free pages
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
    (("42P07",), (), "Cơ sở dữ liệu có sẵn bảng khác trùng tên; hãy dành riêng một cơ sở dữ liệu cho danchu."),
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
