from __future__ import annotations

import datetime as dt
import importlib.util
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import traceback
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from bot.feedback.records import Entry, RatingEntry, ReviewState, entry_from
from bot.feedback.store import FeedbackError, RecordRefused, Store, StoreMisconfigured, StoreUnavailable

ROOT = Path(__file__).parents[3]
NOW = dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def lite(url: str) -> Iterator[Store]:
    opened = Store(url, busy_timeout_s=0.2)
    yield opened
    opened.close()


@pytest.fixture
def make(fakes: SimpleNamespace) -> Any:
    def entry(status: str = "unanswered", minute: int = 0, **changes: Any) -> Entry:
        import dataclasses

        made = entry_from(
            fakes.answer(status=status),
            record_id=uuid.uuid4().hex,
            channel="web",
            asker_hash="a" * 64,
            previous=["trước"],
        )
        return dataclasses.replace(made, asked_at=NOW + dt.timedelta(minutes=minute), **changes)

    return entry


def thumb(entry: Entry, helpful: bool, asker: str = "b" * 64, minute: int = 0) -> RatingEntry:
    return RatingEntry(entry.id, asker, helpful, NOW + dt.timedelta(minutes=minute))


# What goes in comes out


@pytest.mark.parametrize("status", ["answered", "related", "unanswered", "error"])
def test_an_entry_comes_back_as_it_went_in(store: Store, make: Any, status: str) -> None:
    entry = make(status)
    assert store.add([entry]) == 1
    found = store.get(entry.id)
    assert found is not None
    assert found.entry == entry
    assert found.entry.asked_at.tzinfo is not None
    assert (found.helpful, found.unhelpful) == (0, 0)
    assert (entry.state is ReviewState.NONE) == (status == "answered")


def test_storing_an_entry_again_keeps_one(store: Store, make: Any) -> None:
    first, second = make("answered"), make("related")
    assert store.add([first]) == 1
    assert store.add([first, second, second]) == 1
    assert store.counts().questions == 2
    assert [len(item.entry.quotes) for item in store.iterate(queue_only=False)] == [1, 1]


def test_entries_are_stored_all_or_none(lite: Store, make: Any) -> None:
    good, bad = make(), make(question="lẻ \ud800")
    with pytest.raises(RecordRefused):
        lite.add([good, bad])
    assert lite.get(good.id) is None
    assert lite.add([good]) == 1


def test_a_later_thumb_replaces_an_earlier_one_and_a_late_one_does_not(store: Store, make: Any) -> None:
    entry = make("answered")
    store.add([entry])
    assert store.rate(thumb(entry, helpful=False, minute=1))
    assert store.rate(thumb(entry, helpful=True, minute=3))
    assert store.rate(thumb(entry, helpful=False, minute=2)), "spooled before the newer one, taken in after it"
    assert store.rate(thumb(entry, helpful=False, asker="c" * 64))
    found = store.get(entry.id)
    assert found is not None
    assert (found.helpful, found.unhelpful) == (1, 1)


def test_a_thumb_for_no_question_is_not_kept(store: Store, make: Any) -> None:
    assert not store.rate(thumb(make(), helpful=True))
    assert store.counts().helpful == 0


# What reviewers ask


def test_the_queue_holds_the_unsure_and_the_thumbed_down_newest_first(store: Store, make: Any) -> None:
    sure, liked, disliked = make("answered", 1), make("answered", 2), make("answered", 3)
    near, none, broken = make("related", 4), make("unanswered", 5), make("error", 0)
    store.add([sure, liked, disliked, near, none, broken])
    store.rate(thumb(liked, helpful=True))
    store.rate(thumb(disliked, helpful=False))
    assert [item.entry.id for item in store.review_queue()] == [none.id, near.id, disliked.id, broken.id]
    assert [item.entry.id for item in store.review_queue(2)] == [none.id, near.id]
    assert [item.entry.id for item in store.review_queue(statuses=["related", "error"])] == [near.id, broken.id]
    assert [item.entry.id for item in store.review_queue(reasons=["no_provision"])] == [none.id]
    counts = store.counts()
    assert counts.questions == 6
    assert counts.in_review == 4
    assert counts.by_status == {"answered": 3, "related": 1, "unanswered": 1, "error": 1}
    assert counts.by_reason == {"low_confidence": 1, "no_provision": 1}
    assert (counts.helpful, counts.unhelpful) == (1, 1)


def test_a_thumb_down_that_is_taken_back_leaves_the_queue(store: Store, make: Any) -> None:
    sure, near = make("answered"), make("related")
    store.add([sure, near])
    for entry in (sure, near):
        store.rate(thumb(entry, helpful=False, asker="b", minute=1))
        store.rate(thumb(entry, helpful=False, asker="c", minute=1))
    assert store.counts().in_review == 2
    for entry in (sure, near):
        store.rate(thumb(entry, helpful=True, asker="b", minute=2))
    assert store.counts().in_review == 2, "one thumb down is left"
    for entry in (sure, near):
        store.rate(thumb(entry, helpful=True, asker="c", minute=2))
    assert [item.entry.id for item in store.review_queue()] == [near.id]


def test_reading_in_pages_gives_each_question_once(store: Store, make: Any) -> None:
    entries = [make(minute=n // 7) for n in range(1_203)]  # many at the same moment
    assert store.add(entries) == len(entries)
    read = [item.entry for item in store.iterate()]
    assert sorted(entry.id for entry in read) == sorted(entry.id for entry in entries)
    assert [entry.asked_at for entry in read] == sorted((entry.asked_at for entry in read), reverse=True)


def test_an_id_is_found_by_its_first_letters(store: Store, make: Any) -> None:
    one, other = make(id="ab" * 16), make(id="ac" * 16)
    store.add([one, other])
    assert store.find("ABAB ") == [one.id]
    assert sorted(store.find("a")) == [one.id, other.id]
    for nothing in ("", "b", "zz", "%", "a_", "' OR 1=1"):
        assert store.find(nothing) == []
    assert store.get("ab") is None


# The file


def test_the_file_is_in_wal_mode_and_for_its_owner_alone(lite: Store, home: Path, make: Any) -> None:
    lite.add([make()])
    for path in home.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    with closing(sqlite3.connect(home / "danchu.sqlite3")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone() == ("1",)
        used = " ".join(
            row[-1]
            for row in connection.execute(
                "EXPLAIN QUERY PLAN SELECT * FROM question WHERE status = 'related' ORDER BY asked_at DESC"
            )
        )
        assert "ix_question_status_asked_at" in used


def test_deleting_a_question_takes_quotes_and_thumbs_along(lite: Store, home: Path, make: Any) -> None:
    entry = make("related")
    lite.add([entry])
    lite.rate(thumb(entry, helpful=True))
    with lite._database.transaction(write=True) as connection:
        connection.execute(text("DELETE FROM question"))
        left = connection.execute(text("SELECT (SELECT count(*) FROM quote) + (SELECT count(*) FROM rating)"))
        assert left.scalar() == 0


def test_a_file_that_is_removed_or_replaced_meanwhile_is_opened_anew(lite: Store, home: Path, make: Any) -> None:
    lite.add([make()])
    shutil.rmtree(home)
    entry = make()
    assert lite.add([entry]) == 1
    with closing(sqlite3.connect(home / "danchu.sqlite3")) as connection:
        assert connection.execute("SELECT id FROM question").fetchall() == [(entry.id,)]


# Dead databases


@pytest.mark.parametrize(
    "url",
    [
        "danchu.sqlite3",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://root:bimat@localhost/x",
        "oracle://bimat@x",
        "postgresql://u:bimat@h:port/x",
        "sqlite+aiosqlite:////x.db",
    ],
)
def test_a_url_that_cannot_be_used_is_one_plain_line(url: str) -> None:
    with pytest.raises(StoreMisconfigured, match="DANCHU_DB") as caught:
        Store(url)
    assert "bimat" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_driver_that_is_not_installed_is_named() -> None:
    if importlib.util.find_spec("pg8000"):
        pytest.skip("pg8000 is installed")
    with pytest.raises(StoreMisconfigured, match="pip install"):
        Store("postgresql+pg8000://u:bimat@h/x")


def _directory(path: Path) -> None:
    path.mkdir(parents=True)


def _not_sqlite(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("đây là văn bản thường, không phải cơ sở dữ liệu\n" * 50, encoding="utf-8")


def _below_a_file(path: Path) -> None:
    path.parent.write_text("x", encoding="utf-8")


def _from_the_future(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
        connection.execute("INSERT INTO meta VALUES ('schema_version', '999')")
        connection.commit()


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (_directory, "Không mở được"),
        (_below_a_file, "Không mở được"),
        (_not_sqlite, "không phải SQLite"),
        (_from_the_future, "mới hơn"),
    ],
)
def test_a_dead_database_is_one_plain_line_at_every_door(
    lite: Store, home: Path, make: Any, prepare: Any, reason: str
) -> None:
    prepare(home / "danchu.sqlite3")
    entry = make()
    doors: list[Any] = [
        lite.check,
        lite.counts,
        lite.review_queue,
        lambda: lite.add([entry]),
        lambda: lite.rate(thumb(entry, helpful=True)),
        lambda: lite.get(entry.id),
        lambda: lite.find("a"),
        lambda: list(lite.iterate()),
    ]
    for door in doors:
        with pytest.raises(StoreUnavailable, match=reason) as caught:
            door()
        assert "sqlalchemy" not in "".join(traceback.format_exception(caught.value)).lower()
        assert "\n" not in str(caught.value)


def test_a_locked_database_is_waited_for_then_named(lite: Store, home: Path, make: Any) -> None:
    lite.check()
    with closing(sqlite3.connect(home / "danchu.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailable, match="khóa"):
            lite.add([make()])
        assert lite.review_queue() == [], "readers do not wait for a writer"
        other.execute("ROLLBACK")
    assert lite.add([make()]) == 1


def test_a_lock_that_is_given_back_in_time_is_no_error(url: str, home: Path, make: Any) -> None:
    store = Store(url, busy_timeout_s=10)
    store.check()
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(home / "danchu.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            held.set()
            done.wait(0.3)
            other.execute("ROLLBACK")

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    assert store.add([make()]) == 1
    done.set()
    holder.join()
    store.close()


def test_a_database_that_is_locked_at_the_first_use_is_named(lite: Store, home: Path) -> None:
    home.mkdir()
    with closing(sqlite3.connect(home / "danchu.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailable, match="khóa"):
            lite.check()
        other.execute("ROLLBACK")
    lite.check()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_file_is_named(lite: Store, home: Path, make: Any) -> None:
    lite.check()
    lite.close()
    (home / "danchu.sqlite3").chmod(0o400)
    with pytest.raises(StoreUnavailable):
        lite.add([make()])


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://postgres@127.0.0.1:5432/no_such_database_here", "Không có cơ sở dữ liệu"),
        ("postgresql://nobody_here:bimat@127.0.0.1:5432/test", "mật khẩu"),
        ("postgresql://postgres:bimat@127.0.0.1:1/test", "Không kết nối được"),
    ],
)
def test_postgresql_that_cannot_be_reached_is_named(postgresql: str, url: str, reason: str) -> None:
    store = Store(url, busy_timeout_s=1)
    with pytest.raises(StoreUnavailable, match=reason) as caught:
        store.check()
    assert "bimat" not in str(caught.value)
    store.close()


def test_a_locked_row_of_postgresql_is_named(store: Store, make: Any) -> None:
    entry = make()
    store.add([entry])
    with store._database.transaction(write=True) as other:
        if other.dialect.name == "postgresql":
            other.execute(text("LOCK TABLE question IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(StoreUnavailable, match="khóa"):
            store.add([make()], wait_s=0.1)


def test_every_error_is_of_one_tree() -> None:
    for error in (StoreMisconfigured, StoreUnavailable, RecordRefused):
        assert issubclass(error, FeedbackError)


# Many at once

WRITER = """
import runpy, sys, threading, uuid
from bot.feedback.records import entry_from
from bot.feedback.store import Store
fakes = runpy.run_path("tests/bot/feedback/conftest.py")
store = Store(sys.argv[1], busy_timeout_s=60)
entries = [entry_from(fakes["answer"](status="related"), record_id=uuid.uuid4().hex, channel="w", asker_hash=None)
           for _ in range(160)]
def write(mine):
    for entry in mine:
        store.add([entry])
        store.add([entry])
threads = [threading.Thread(target=write, args=(entries[n::8],)) for n in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("\\n".join(entry.id for entry in entries))
store.close()
"""


def test_8_threads_in_each_of_4_processes_lose_nothing_and_double_nothing(lite: Store, url: str, home: Path) -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", WRITER, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    written = [id_ for worker in workers for id_ in worker.communicate(timeout=240)[0].split()]
    assert [worker.returncode for worker in workers] == [0] * 4
    assert len(written) == 640
    stored = list(lite.iterate(queue_only=False))
    assert sorted(item.entry.id for item in stored) == sorted(written)
    assert all(len(item.entry.quotes) == 1 for item in stored)
    with closing(sqlite3.connect(home / "danchu.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
