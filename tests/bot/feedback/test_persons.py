from __future__ import annotations

import datetime as dt
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.feedback.clusters import Clusters
from bot.feedback.database import Database
from bot.feedback.persons import Asked, Person, Waiting
from bot.feedback.queue import tellings_in
from bot.feedback.recorder import Recorder
from bot.feedback.review import QueueFilter, Tellings
from bot.feedback.salt import asker_hash
from bot.feedback.spool import Spool
from bot.feedback.store import Store
from bot.people import Told
from tests.bot.feedback.test_clusters import encode, read

ROOT = Path(__file__).parents[3]
SALT = b"s" * 32
NOBODY = Person(None, False)


@pytest.fixture
def lite(url: str, home: Path) -> Recorder:
    """A recorder on SQLite that leaves a dead database alone for long."""
    return Recorder(Store(url, busy_timeout_s=0.2), Spool(home / "spool"), SALT, retry_after_s=600)


@pytest.fixture
def dead(home: Path) -> Callable[[], None]:
    """A database that is dead from the beginning; calling brings it to life."""
    (home / "danchu.sqlite3").mkdir(parents=True)
    return (home / "danchu.sqlite3").rmdir


# Persons


def test_a_person_is_remembered(recorder: Recorder) -> None:
    assert recorder.person("telegram", "1") == NOBODY
    recorder.noticed("telegram", "1")
    assert recorder.person("telegram", "1") == Person(None, True)
    assert recorder.remember_place("telegram", "1", "Phường Thạch Khôi")
    recorder.noticed("telegram", "1")
    assert recorder.person("telegram", "1") == Person("Phường Thạch Khôi", True)
    assert recorder.person("zalo", "1") == recorder.person("telegram", "2") == NOBODY
    assert recorder.remember_place("telegram", "1", None)
    assert recorder.person("telegram", "1") == Person(None, True)
    assert recorder.remember_place("telegram", "2", "Phường Ngô Quyền")
    assert recorder.person("telegram", "2") == Person("Phường Ngô Quyền", False)


def test_other_processes_see_it(lite: Recorder, url: str, home: Path) -> None:
    other = Recorder(Store(url), Spool(home / "spool"), SALT)
    lite.noticed("telegram", "1")
    assert other.person("telegram", "1") == Person(None, True)
    other.remember_place("telegram", "1", "Phường Lê Chân")
    assert lite.person("telegram", "1") == Person("Phường Lê Chân", True)
    other.close()
    lite.close()


def test_no_raw_id_is_stored(lite: Recorder, home: Path) -> None:
    lite.remember_place("telegram", "raw-asker-77", "Phường Lê Chân")
    lite.close()
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert asker_hash(SALT, "telegram", "raw-asker-77").encode() in kept
    assert b"raw-asker-77" not in kept


def test_a_dead_database_leaves_what_this_process_remembers(
    lite: Recorder, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lite.remember_place("web", "a", "Phường Lê Chân")
    lite.person("web", "a")
    lite._store.close()
    for path in list(home.glob("danchu.sqlite3*")):
        path.unlink()
    (home / "danchu.sqlite3").mkdir()
    assert lite.person("web", "a") == Person("Phường Lê Chân", False)
    assert lite.person("web", "b") == NOBODY
    assert not lite.remember_place("web", "a", "Phường Ngô Quyền")
    assert lite.person("web", "a").place == "Phường Lê Chân", "it was told that it could not be remembered"
    lite.noticed("web", "a")
    assert lite.person("web", "a").noticed
    assert lite.waiting() == []
    assert not lite.tell_me("0" * 32, "web", "a")
    assert not lite.remark("web", "a", "x")
    assert lite.purge(1) == 0
    lite.close()
    assert "Phường" not in caplog.text


def test_a_notice_that_could_not_be_stored_is_stored_later(dead: Callable[[], None], url: str, home: Path) -> None:
    recorder = Recorder(Store(url), Spool(home / "spool"), SALT, retry_after_s=0)
    recorder.noticed("web", "a")
    dead()
    assert recorder.person("web", "a").noticed
    other = Recorder(Store(url), Spool(home / "spool"), SALT)
    assert other.person("web", "a").noticed
    other.close()
    recorder.close()


def test_who_is_seen_again_is_kept(recorder: Recorder) -> None:
    who = asker_hash(SALT, "web", "a")
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=300)
    recorder._store.persons.save(who, long_ago, place="Phường Lê Chân")
    assert recorder.person("web", "a").place == "Phường Lê Chân"
    found = recorder._store.persons.find(who)
    assert found is not None
    assert dt.datetime.now(dt.UTC) - found[1] < dt.timedelta(minutes=5)


# Questions and their ids


def test_a_message_that_is_delivered_twice_is_one_record(recorder: Recorder, fakes: SimpleNamespace) -> None:
    mine = uuid.uuid4().hex
    ids = {recorder.record(fakes.answer(f"lần {n}"), channel="telegram", asker="1", record_id=mine) for n in range(3)}
    assert ids == {mine}
    assert recorder._store.counts().questions == 1
    assert recorder.asked(mine) == Asked("lần 0", (), "Phường Thạch Khôi")


def test_one_delivery_has_one_id(recorder: Recorder, url: str, home: Path) -> None:
    other = Recorder(Store(url), Spool(home / "spool"), SALT)
    ids = [one.record_id("telegram", "7:1") for one in (recorder, other)]
    ids += [recorder.record_id("zalo", "7:1"), recorder.record_id("telegram", "7:2")]
    assert len(set(ids)) == 3
    assert all(len(one) == 32 for one in ids)
    other.close()


@pytest.mark.parametrize("record_id", ["", "x", "A" * 32, "0" * 31, "../" * 10])
def test_an_id_that_is_none_is_replaced(lite: Recorder, fakes: SimpleNamespace, record_id: str) -> None:
    made = lite.record(fakes.answer(), channel="web", asker=None, record_id=record_id)
    assert made != record_id
    assert lite.asked(made) is not None
    lite.close()


def test_a_message_that_is_delivered_twice_while_the_database_is_dead(
    dead: Callable[[], None], lite: Recorder, fakes: SimpleNamespace
) -> None:
    mine = uuid.uuid4().hex
    for _ in range(3):
        lite.record(fakes.answer(), channel="telegram", asker="1", record_id=mine)
    dead()
    assert lite.take_in() == 1
    lite.close()


def test_a_question_is_found_while_it_waits(
    dead: Callable[[], None], lite: Recorder, home: Path, fakes: SimpleNamespace
) -> None:
    spooled = lite.record(fakes.answer("một"), channel="web", asker="a", previous=("trước",))
    assert lite.asked(spooled) == Asked("một", ("trước",), "Phường Thạch Khôi")
    for path in (home / "spool").iterdir():
        path.unlink()
    (home / "spool").rmdir()
    (home / "spool").write_text("a file where the folder should be", encoding="utf-8")
    in_memory = lite.record(fakes.answer("hai", place=None), channel="web", asker="a")
    assert lite.asked(in_memory) == Asked("hai", (), None)
    assert lite.asked(spooled) is None
    assert lite.asked("0" * 32) is lite.asked("x") is None
    (home / "spool").unlink()
    dead()
    lite.close()


# Who waits


def test_people_wait_until_they_are_told(recorder: Recorder, fakes: SimpleNamespace) -> None:
    first = recorder.record(fakes.answer("một"), channel="telegram", asker="1")
    second = recorder.record(fakes.answer("hai"), channel="telegram", asker="2")
    assert recorder.tell_me(first, "telegram", "chat-1")
    assert recorder.tell_me(second, "telegram", "chat-2")
    assert recorder.tell_me(first, "telegram", "chat-2")
    assert recorder.tell_me(first, "telegram", "chat-1"), "asking twice is asking once"
    place = "Phường Thạch Khôi"
    assert recorder.waiting() == [
        Waiting(first, "telegram", "chat-1", Asked("một", (), place)),
        Waiting(second, "telegram", "chat-2", Asked("hai", (), place)),
        Waiting(first, "telegram", "chat-2", Asked("một", (), place)),
    ]
    assert len(recorder.waiting(2)) == 2
    recorder.told(first, "telegram", "chat-1", Told.SENT)
    recorder.told(first, "telegram", "chat-1", Told.SENT)
    assert [one.address for one in recorder.waiting()] == ["chat-2", "chat-2"]


def test_how_telling_goes_is_counted_without_an_address(
    recorder: Recorder, either_url: str, fakes: SimpleNamespace
) -> None:
    database = Database(either_url)
    clusters = Clusters(database, encode, read)
    record_id = recorder.record(fakes.answer("một"), channel="telegram", asker="1")
    recorder.rate(record_id, asker="1", helpful=False)
    assert clusters.catch_up() == 1
    (line,) = clusters.queue(QueueFilter()).clusters

    def tellings() -> Tellings:
        view = clusters.view(line.id)
        assert view is not None
        with database.transaction() as connection:
            assert tellings_in(connection) == view.tellings
        return view.tellings

    assert not tellings().any
    for n in range(4):
        assert recorder.tell_me(record_id, "telegram", f"chat-{n}")
    assert tellings() == Tellings(4, 0, 0, 0)
    recorder.told(record_id, "telegram", "chat-0", Told.LATER)
    recorder.told(record_id, "telegram", "chat-1", Told.LATER)
    recorder.told(record_id, "telegram", "chat-1", Told.LATER)
    failing = tellings()
    assert replace(failing, failed_at=None) == Tellings(4, 2, 0, 0)
    assert failing.failed_at is not None
    assert len(recorder.waiting()) == 4
    recorder.told(record_id, "telegram", "chat-0", Told.SENT)
    recorder.told(record_id, "telegram", "chat-0", Told.SENT)
    recorder.told(record_id, "telegram", "chat-1", Told.NEVER)
    assert tellings() == Tellings(2, 0, 1, 1)
    assert [one.address for one in recorder.waiting()] == ["chat-2", "chat-3"]
    other = recorder.record(fakes.answer("hai"), channel="telegram", asker="2")
    recorder.rate(other, asker="2", helpful=False)
    clusters.catch_up()
    assert recorder.tell_me(other, "telegram", "chat-9")
    recorder.told(other, "telegram", "chat-9", Told.SENT)
    second = next(one for one in clusters.queue(QueueFilter()).clusters if one.id != line.id)
    clusters.merge([line.id, second.id], "lan")
    assert tellings() == Tellings(2, 0, 2, 1)
    database.close()


@pytest.mark.parametrize(
    ("record_id", "address"), [("0" * 32, "c"), ("x", "c"), ("", ""), (None, ""), (None, "x" * 201)]
)
def test_who_cannot_wait_is_told_so(
    lite: Recorder, fakes: SimpleNamespace, record_id: str | None, address: str
) -> None:
    made = lite.record(fakes.answer(), channel="web", asker="a")
    assert not lite.tell_me(made if record_id is None else record_id, "web", address)
    assert lite.waiting() == []
    lite.close()


def test_who_was_told_while_the_database_was_locked_is_not_told_again(
    lite: Recorder, home: Path, fakes: SimpleNamespace
) -> None:
    record_id = lite.record(fakes.answer(), channel="telegram", asker="1")
    assert lite.tell_me(record_id, "telegram", "chat-1")
    with closing(sqlite3.connect(home / "danchu.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        lite.told(record_id, "telegram", "chat-1", Told.SENT)
        assert lite.waiting() == []
        other.execute("ROLLBACK")
    lite.status()
    assert lite.take_in() == 0  # tries the database again
    assert lite.waiting() == []
    with closing(sqlite3.connect(home / "danchu.sqlite3")) as other:
        assert other.execute("SELECT count(*) FROM waiting").fetchone() == (0,)
    lite.close()


def test_addresses_stand_in_one_table_alone(lite: Recorder, home: Path, fakes: SimpleNamespace) -> None:
    record_id = lite.record(fakes.answer(), channel="telegram", asker="chat-77")
    lite.tell_me(record_id, "telegram", "chat-77")
    lite.close()
    with closing(sqlite3.connect(home / "danchu.sqlite3")) as database:
        holding = {
            table
            for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            if any("chat-77" in map(str, row) for row in database.execute(f'SELECT * FROM "{table}"'))
        }
    assert holding == {"waiting"}


# Remarks


def test_remarks_are_kept_without_personal_data(recorder: Recorder) -> None:
    assert recorder.remark("telegram", "1", "chậm quá")
    assert recorder.remark("zalo", "2", "Tôi là Trần Thị Bưởi, 0912345678")
    remarks = recorder._store.persons.remarks(10)
    assert [(one.channel, one.text) for one in remarks] == [
        ("zalo", "Tôi là [tên người], [số điện thoại]"),
        ("telegram", "chậm quá"),
    ]
    assert recorder._store.persons.remarks(1) == remarks[:1]


# A database of before these tables

OLD_TABLES = (Path(__file__).parent / "first_schema.sql").read_text("utf-8")


def test_a_database_of_before_gets_the_tables_and_loses_nothing(lite: Recorder, home: Path) -> None:
    home.mkdir()
    with closing(sqlite3.connect(home / "danchu.sqlite3")) as database:
        database.executescript(OLD_TABLES)
    assert lite.asked("a" * 32) == Asked("câu cũ", ("trước",), None)
    assert lite.remember_place("web", "a", "Phường Lê Chân")
    assert lite.tell_me("a" * 32, "web", "chat")
    (item,) = lite._store.review_queue()
    assert (item.entry.question, item.entry.quotes[0].text, item.unhelpful) == ("câu cũ", "chữ", 1)
    lite.close()
    with closing(sqlite3.connect(home / "danchu.sqlite3")) as database:
        # A program of before looks at this alone: it goes on working with the file.
        assert database.execute("SELECT * FROM meta").fetchall() == [("schema_version", "1")]


# Many at once

BUSY = """
import os, sys, threading
from pathlib import Path
from bot.feedback.recorder import Recorder
from bot.feedback.spool import Spool
from bot.feedback.store import Store
from bot.people import Told
url, spool, record_id = sys.argv[1:]
recorder = Recorder(Store(url, busy_timeout_s=60), Spool(Path(spool)), b"s" * 32)
def until_done(write):
    while not write():  # a busy database says no, and is asked again
        pass
def live(me):
    for n in range(20):
        recorder.noticed("web", "shared")
        until_done(lambda: recorder.remember_place("web", me, f"Nơi {n}"))
        until_done(lambda: recorder.tell_me(record_id, "web", f"{me}-{n}"))
        recorder.told(record_id, "web", f"{me}-{n}", Told.SENT)
threads = [threading.Thread(target=live, args=(f"{os.getpid()}-{n}",)) for n in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
left = recorder.waiting()
recorder.close()
print(*(one.address for one in left if one.address.startswith(f"{os.getpid()}-")))
"""


def test_4_processes_at_once(recorder: Recorder, either_url: str, home: Path, fakes: SimpleNamespace) -> None:
    record_id = recorder.record(fakes.answer(), channel="web", asker="a")
    workers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", BUSY, either_url, str(home / "spool"), record_id],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    outputs = [worker.communicate(timeout=240)[0].strip() for worker in workers]
    assert outputs == [""] * 4
    assert [worker.returncode for worker in workers] == [0] * 4
    assert recorder.person("web", "shared") == Person(None, True)
    assert recorder.waiting() == []


def test_a_store_that_fails_in_a_way_never_seen_does_not_reach_the_person(
    url: str, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError("secret words")

    store = Store(url)
    store.persons = Broken()  # type: ignore[assignment]
    recorder = Recorder(store, Spool(home / "spool"), SALT)
    assert recorder.person("web", "a") == NOBODY
    assert not recorder.remember_place("web", "a", "x")
    recorder.noticed("web", "a")
    assert recorder.asked("0" * 32) is None
    assert recorder.waiting() == []
    recorder.told("0" * 32, "web", "c", Told.SENT)
    recorder.close()
    assert "secret words" not in caplog.text
