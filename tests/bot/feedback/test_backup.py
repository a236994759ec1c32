from __future__ import annotations

import datetime as dt
import gzip
import os
import shutil
import sqlite3
import stat
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlmodel import SQLModel
from typer.testing import CliRunner

from bot.cli import app
from bot.feedback import copies, migrations
from bot.feedback.backup import BackupRefused, backup, restore
from bot.feedback.database import Database, StoreUnavailable
from bot.feedback.records import RatingEntry, entry_from
from bot.feedback.review import Role, UserSession
from bot.feedback.review_records import ClusterRecord, MemberRecord, PinRecord
from bot.feedback.store import Store
from bot.feedback.users import Users

NOW = dt.datetime(2026, 11, 20, 8, 0, 0, 123456, tzinfo=dt.UTC)
PASSWORD = "con đường nhỏ 12"
FIRST = (Path(__file__).parent / "first_schema.sql").read_text("utf-8")

Rows = dict[str, list[tuple[Any, ...]]]


def rows(database: Database) -> Rows:
    """All that a restore brings back."""
    with database.transaction() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in SQLModel.metadata.sorted_tables
            if table.name != "session"
        }


@pytest.fixture
def ask(fakes: SimpleNamespace) -> Callable[[str], str]:
    """Puts a question on record in a database; its id."""

    def one(url: str) -> str:
        store = Store(url)
        id_ = uuid.uuid4().hex
        made = entry_from(fakes.answer(status="related"), record_id=id_, channel="web", asker_hash=None)
        store.add([made])
        store.rate(RatingEntry(id_, "b", False, NOW))
        store.close()
        return id_

    return one


@pytest.fixture
def full(either_url: str, ask: Callable[[str], str]) -> Iterator[Database]:
    """A database with a row of every kind."""
    id_ = ask(either_url)
    database = Database(either_url, busy_timeout_s=10)
    store = Store(either_url)
    store.persons.save("p", NOW, place="Phường Lê Chân")
    store.persons.wait(id_, "web", "chat", NOW)
    store.close()
    users = Users(database)
    users.add("lan", PASSWORD, Role.ADMIN, "cli:root")
    users.verify("lan", PASSWORD, NOW)
    cluster = {"id": "c", "title": "t", "state": "open", "askers": 1, "asked": 1, "rank": 0.1}
    pin = {"id": "n", "cluster_id": "c", "document_id": "d", "path": "art_1", "text_sha256": "x", "by": "lan"}
    member = {"record_id": id_, "cluster_id": "c", "vector": bytes(range(256)), "words": ["ngõ", "“xóm”"], "at": NOW}
    given = {"text": "ngõ", "folded": "ngo", "channel": "web", "seq": 1, "place_key": ""}
    with database.transaction(write=True) as connection:
        connection.execute(insert(ClusterRecord).values(**cluster, first_at=NOW, last_at=NOW))
        connection.execute(insert(PinRecord).values(**pin, wordings=["a\nb"], at=NOW))
        connection.execute(insert(MemberRecord).values(**member, **given))
    yield database
    database.close()


@pytest.fixture
def lite(url: str, ask: Callable[[str], str]) -> Iterator[Database]:
    ask(url)
    opened = Database(url, busy_timeout_s=5)
    yield opened
    opened.close()


# There and back


@pytest.mark.parametrize("name", ["b.sqlite3", "b.jsonl.gz"])
def test_a_backup_comes_back_whole(
    full: Database, either_url: str, tmp_path: Path, name: str, ask: Callable[[str], str]
) -> None:
    file = tmp_path / name
    if full.file is None and name == "b.sqlite3":
        with pytest.raises(BackupRefused, match="pg_dump"):
            backup(full, file)
        assert not file.exists()
        return
    before = rows(full)
    backup(full, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    ask(either_url)
    later = rows(full)
    assert later != before
    done = restore(full, file, tmp_path / "kept")
    assert rows(full) == before, "the database was open all the while"
    assert done.rows == sum(map(len, before.values()))
    assert done.aside is not None
    assert stat.S_IMODE(done.aside.stat().st_mode) == 0o600
    assert Users(full).session("x") is None
    restore(full, done.aside, tmp_path / "kept")
    assert rows(full) == later, "and what was there before comes back too"


@pytest.mark.parametrize("name", ["b.sqlite3", "b.jsonl.gz"])
def test_a_backup_moves_from_one_kind_of_database_to_the_other(
    full: Database, tmp_path: Path, postgresql: str, name: str
) -> None:
    if full.file is None and name == "b.sqlite3":
        pytest.skip("PostgreSQL writes rows alone")
    other = Database(postgresql if full.file else f"sqlite:///{tmp_path / 'new' / 'o.sqlite3'}")
    backup(full, tmp_path / name)
    restore(other, tmp_path / name, tmp_path)
    assert rows(other) == rows(full)
    other.close()


def test_who_was_signed_in_is_signed_in_no_more(full: Database, tmp_path: Path) -> None:
    users = Users(full)
    session = users.verify("lan", PASSWORD, NOW)
    assert isinstance(session, UserSession)
    backup(full, tmp_path / "b.jsonl.gz")
    restore(full, tmp_path / "b.jsonl.gz", tmp_path)
    assert users.session(session.token, NOW) is None
    assert users.verify("lan", PASSWORD, NOW) is not None


def test_a_backup_of_the_first_schema_is_brought_up(lite: Database, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "old.sqlite3")) as old:
        old.executescript(FIRST)
    restore(lite, tmp_path / "old.sqlite3", tmp_path)
    found = rows(lite)
    assert [row[0] for row in found["question"]] == ["a" * 32]
    with closing(sqlite3.connect(tmp_path / "old.sqlite3")) as old:
        assert old.execute("SELECT count(*) FROM sqlite_master WHERE name = 'pin'").fetchone() == (0,), "left as it was"


def test_a_backup_is_sound_while_others_write(lite: Database, url: str, tmp_path: Path, ask: Any) -> None:
    stop = threading.Event()
    written: list[str] = []

    def write() -> None:
        while not stop.is_set():
            written.append(ask(url))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for name in ("b.sqlite3", "b.jsonl.gz"):
            there = len(written) + 3
            while len(written) < there:
                time.sleep(0.005)
            sure = list(written)
            backup(lite, tmp_path / name)
            other = Database(f"sqlite:///{tmp_path / name}.back")
            restore(other, tmp_path / name, tmp_path)
            found = rows(other)
            other.close()
            ids = {row[0] for row in found["question"]}
            assert set(sure) <= ids
            assert len(found["quote"]) == len(ids), "no question without its quote"
    finally:
        stop.set()
        writer.join()


# What is not taken


def _nothing(file: Path) -> None:
    file.write_bytes(b"")


def _text(file: Path) -> None:
    file.write_text("đây là văn bản thường " * 500, encoding="utf-8")


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-60])


def _other_gzip(file: Path) -> None:
    file.write_bytes(gzip.compress(b"[1, 2]\n"))


def _changed(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    def edit(file: Path) -> None:
        lines = change(gzip.decompress(file.read_bytes()).splitlines(keepends=True))
        file.write_bytes(gzip.compress(b"".join(lines)))

    return edit


def _sqlite(script: str) -> Callable[[Path], None]:
    def make(file: Path) -> None:
        file.unlink()
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript(script)

    return make


NEWER = f"{FIRST} CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('0999');"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (Path.unlink, "Không mở được"),
        (_nothing, "không phải bản sao lưu"),
        (_text, "không phải bản sao lưu"),
        (_cut, "hỏng"),
        (_other_gzip, "hỏng"),
        (_changed(lambda lines: [b'{"danchu": "other"}\n', *lines[1:]]), "không phải bản sao lưu"),
        (_changed(lambda lines: [lines[0].replace(b"0003", b"0999"), *lines[1:]]), "mới hơn"),
        (_changed(lambda lines: lines[:-1]), "hỏng"),
        (_changed(lambda lines: [*lines[:2], *lines[3:]]), "hỏng"),
        (_changed(lambda lines: [*lines, lines[-2]]), "hỏng"),
        (_changed(lambda lines: [lines[0], b'["users", {}]\n', *lines[1:]]), "hỏng"),
        (_changed(lambda lines: [lines[0], b"{\n", *lines[1:]]), "hỏng"),
        (_changed(lambda lines: [*lines[:1], b"\xff\n", *lines[1:]]), "hỏng"),
        (_sqlite("CREATE TABLE t (x)"), "không phải bản sao lưu"),
        (_sqlite(NEWER), "mới hơn"),
    ],
)
def test_a_file_that_is_no_backup_changes_nothing(
    full: Database, tmp_path: Path, home: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    file = tmp_path / "b.jsonl.gz"
    backup(full, file)
    spoil(file)
    before = rows(full)
    with pytest.raises((BackupRefused, StoreUnavailable), match=reason):
        restore(full, file, tmp_path / "kept")
    assert rows(full) == before
    assert not list(home.glob("*.replaced-*"))
    assert not list(home.glob(".restore-*"))


def test_a_damaged_sqlite_backup_is_refused(lite: Database, tmp_path: Path) -> None:
    file = tmp_path / "b.sqlite3"
    backup(lite, file)
    data = bytearray(file.read_bytes())
    data[4096 * 3 : 4096 * 6] = b"x" * 4096 * 3
    file.write_bytes(data)
    before = rows(lite)
    with pytest.raises((BackupRefused, StoreUnavailable), match="hỏng"):
        restore(lite, file, tmp_path)
    assert rows(lite) == before


def test_a_file_that_is_there_is_not_written_over_unasked(lite: Database, tmp_path: Path) -> None:
    file = tmp_path / "b.sqlite3"
    file.write_text("của người khác", encoding="utf-8")
    with pytest.raises(BackupRefused, match="đã có"):
        backup(lite, file)
    assert file.read_text("utf-8") == "của người khác"
    backup(lite, file, overwrite=True)
    assert restore(lite, file, tmp_path).rows > 0


def test_a_backup_that_cannot_be_written_leaves_no_part(lite: Database, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="Không mở được"):
        backup(lite, tmp_path / "no" / "b.sqlite3")
    (tmp_path / "dir.jsonl.gz").mkdir()
    with pytest.raises(StoreUnavailable):
        backup(lite, tmp_path / "dir.jsonl.gz", overwrite=True)
    assert not list(tmp_path.rglob("*.part"))


# The present one


@pytest.mark.parametrize("damage", [b"no database at all " * 999, b""])
def test_a_database_that_is_lost_or_no_more_one_is_restored(
    lite: Database, home: Path, tmp_path: Path, damage: bytes
) -> None:
    file = home / "danchu.sqlite3"
    backup(lite, tmp_path / "b.sqlite3")
    before = rows(lite)
    lite.close()
    file.write_bytes(damage)
    done = restore(lite, tmp_path / "b.sqlite3", tmp_path)
    assert rows(lite) == before
    if damage:
        assert done.aside is not None
        assert done.aside.read_bytes() == damage
    else:
        assert done.aside is None
    lite.close()
    shutil.rmtree(home)
    restore(lite, tmp_path / "b.sqlite3", tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert rows(lite) == before


def test_a_database_of_a_newer_program_can_be_gone_back_from(lite: Database, home: Path, tmp_path: Path) -> None:
    backup(lite, tmp_path / "b.sqlite3")
    before = rows(lite)
    lite.close()
    with closing(sqlite3.connect(home / "danchu.sqlite3")) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '0999'")
        newer.commit()
    with pytest.raises(StoreUnavailable, match="mới hơn"):
        rows(lite)
    restore(lite, tmp_path / "b.sqlite3", tmp_path)
    assert rows(lite) == before


def test_a_database_that_stays_locked_is_left_alone(lite: Database, url: str, home: Path, tmp_path: Path) -> None:
    backup(lite, tmp_path / "b.sqlite3")
    hasty = Database(url, busy_timeout_s=0.2)
    with closing(sqlite3.connect(home / "danchu.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="khóa"):
            restore(hasty, tmp_path / "b.sqlite3", tmp_path)
        other.execute("ROLLBACK")
    hasty.close()
    assert len(rows(lite)["question"]) == 1


def test_copies_that_the_program_made_end_after_a_week(lite: Database, url: str, home: Path) -> None:
    file = home / "danchu.sqlite3"
    names = [copies.beside(file, "before", "0003"), copies.beside(file, "replaced", "x"), home / "mine.sqlite3"]
    store = Store(url)
    for path in names:
        path.write_text("x")
    store.purge(NOW)
    assert all(path.exists() for path in names)
    for path in names:
        os.utime(path, (0, time.time() - copies.KEPT_DAYS * 86_400 - 60))
    store.purge(NOW)
    assert [path.exists() for path in names] == [False, False, True], "what the operator made is the operator's"
    store.close()


# The commands

Run = Callable[..., Any]


@pytest.fixture
def run(home: Path) -> Run:
    def command(*arguments: str, typed: str | None = None) -> Any:
        return CliRunner(env={"COLUMNS": "200"}).invoke(app, list(arguments), input=typed)

    return command


def test_backup_and_restore_in_the_terminal(run: Run, lite: Database, home: Path) -> None:
    done = run("db", "backup")
    assert done.exit_code == 0
    (file,) = (home / "backups").iterdir()
    assert str(file) in done.stdout.replace("\n", "")
    before = rows(lite)
    Users(lite).add("lan", PASSWORD, Role.ADMIN, "cli:root")
    refused = run("db", "restore", str(file), typed="n\n")
    assert (refused.exit_code, "Không thay gì" in refused.stdout) == (0, True)
    assert rows(lite) != before
    assert run("db", "restore", str(file), typed="y\n").exit_code == 0
    assert rows(lite) == before
    wrong = run("db", "restore", str(home / "salt-that-is-not"), "--yes")
    assert wrong.exit_code == 1
    assert wrong.stderr.startswith("Lỗi: ")


def test_migrate_says_what_it_did(run: Run, home: Path) -> None:
    home.mkdir()
    with closing(sqlite3.connect(home / "danchu.sqlite3")) as old:
        old.executescript(FIRST)
    assert "Phiên bản: 0001" in run("db", "check").stdout
    done = run("db", "migrate").stdout
    assert "từ phiên bản 0001 lên 0003" in done
    assert "danchu.sqlite3.before-0003" in done
    assert "không cần nâng cấp" in run("db", "migrate").stdout


def test_check_tells_a_sound_database_from_a_damaged_one(run: Run, home: Path, url: str, lite: Database) -> None:
    sound = run("db", "check")
    assert sound.exit_code == 0
    assert "question: 1 dòng" in sound.stdout
    with lite.transaction(write=True) as connection:
        connection.exec_driver_sql("DROP INDEX ix_event_at")
    assert "ix_event_at" in run("db", "check").stderr
    with lite.transaction(write=True) as connection:
        connection.exec_driver_sql("DROP TABLE pin")
    assert "pin" in run("db", "check").stderr
    lite.truncate_log()
    lite.close()
    data = bytearray((home / "danchu.sqlite3").read_bytes())
    data[4096 * 3 : 4096 * 6] = b"x" * 4096 * 3
    (home / "danchu.sqlite3").write_bytes(data)
    damaged = run("db", "check")
    assert damaged.exit_code == 1
    assert "hỏng" in damaged.stderr


def test_check_makes_no_database(run: Run, home: Path) -> None:
    assert run("db", "check").exit_code == 0
    assert not (home / "danchu.sqlite3").exists()
    assert "Đã tạo" in run("db", "migrate").stdout
    assert migrations.HEAD in run("db", "check").stdout


def test_the_first_administrator_is_added_in_the_terminal(run: Run, url: str, home: Path) -> None:
    assert "Chưa có ai" in run("user", "list").stdout
    assert run("user", "add", "Lan", "--role", "admin", typed=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 0
    assert run("user", "add", "minh", "--password-stdin", typed=f"{PASSWORD}\n").exit_code == 0
    listed = run("user", "list").stdout.splitlines()
    assert [line.split(" · ")[:2] for line in listed] == [["lan", "quản trị"], ["minh", "chỉ xem"]]
    assert run("user", "role", "minh", "reviewer").exit_code == 0
    assert run("user", "disable", "minh").exit_code == 0
    assert "minh · duyệt" in run("user", "list").stdout
    assert "đã ngừng" in run("user", "list").stdout
    assert run("user", "enable", "minh").exit_code == 0
    assert run("user", "password", "minh", "--password-stdin", typed="mật khẩu khác hẳn\n").exit_code == 0
    database = Database(url)
    users = Users(database)
    assert users.verify("minh", "mật khẩu khác hẳn", NOW) is not None
    assert users.verify("lan", PASSWORD, NOW) is not None
    whats = [event.what for event in users._audit.newest(9)]
    assert whats == ["user.password", "user.enable", "user.disable", "user.role", "user.add", "user.add"]
    assert {event.who[:4] for event in users._audit.newest(9)} == {"cli:"}
    database.close()


@pytest.mark.parametrize(
    ("arguments", "typed", "reason"),
    [
        (("add", "lan", "--password-stdin"), "ngắn\n", "ít nhất 12"),
        (("add", "lan lan", "--password-stdin"), PASSWORD, "Tên đăng nhập"),
        (("role", "nobody", "admin"), None, "Không có người dùng"),
        (("password", "nobody", "--password-stdin"), PASSWORD, "Không có người dùng"),
    ],
)
def test_what_is_refused_is_one_plain_line(
    run: Run, arguments: tuple[str, ...], typed: str | None, reason: str
) -> None:
    done = run("user", *arguments, typed=typed)
    assert done.exit_code == 1
    assert done.stderr.startswith("Lỗi: ")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1
