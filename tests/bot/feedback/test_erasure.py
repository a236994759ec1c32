from __future__ import annotations

import dataclasses
import datetime as dt
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.feedback import erasure
from bot.feedback.persons import Person, Remark
from bot.feedback.recorder import Recorder
from bot.feedback.records import entry_from
from bot.feedback.salt import asker_hash
from bot.feedback.spool import Spool
from bot.feedback.store import Store

SALT = b"s" * 32
MINE = "chuyện riêng của tôi ở đây"


@pytest.fixture
def lite(url: str, home: Path) -> Iterator[Recorder]:
    opened = Recorder(Store(url, busy_timeout_s=0.2), Spool(home / "spool"), SALT, retry_after_s=0.05)
    yield opened
    opened.close()


def everything_in(home: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())


def aged(fakes: SimpleNamespace, days: float, question: str, asker: str = "a") -> Any:
    entry = entry_from(
        fakes.answer(question, status="related"),
        record_id=(f"{days:.0f}" + asker.encode().hex()).rjust(32, "0"),
        channel="web",
        asker_hash=asker_hash(SALT, "web", asker),
    )
    return dataclasses.replace(entry, asked_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=days))


# Forgetting


def test_all_of_one_person_goes_and_nothing_of_others(recorder: Recorder, fakes: SimpleNamespace) -> None:
    mine = [recorder.record(fakes.answer(status="related"), channel="telegram", asker="1") for _ in range(3)]
    other = recorder.record(fakes.answer(status="related"), channel="telegram", asker="2")
    namesake = recorder.record(fakes.answer(status="related"), channel="zalo", asker="1")
    for record_id in (*mine, other, namesake):
        assert recorder.rate(record_id, asker="1", helpful=True)
        assert recorder.rate(record_id, asker="2", helpful=False)
    for channel, asker in (("telegram", "1"), ("telegram", "2"), ("zalo", "1")):
        recorder.noticed(channel, asker)
        recorder.remark(channel, asker, f"của {channel} {asker}")
    assert recorder.tell_me(other, "telegram", "chat-1")
    assert recorder.tell_me(mine[0], "telegram", "chat-2")
    assert recorder.tell_me(other, "telegram", "chat-2")
    assert recorder.tell_me(namesake, "zalo", "chat-1")

    assert recorder.forget("telegram", "1", "chat-1") == 3

    store = recorder._store
    assert sorted(item.entry.id for item in store.iterate(queue_only=False)) == sorted([other, namesake])
    assert [recorder.asked(record_id) for record_id in mine] == [None] * 3
    assert all(len(item.entry.quotes) == 1 for item in store.iterate(queue_only=False))
    thumbs = {item.entry.id: (item.helpful, item.unhelpful) for item in store.iterate(queue_only=False)}
    assert thumbs == {other: (0, 1), namesake: (1, 1)}
    assert sorted((one.channel, one.address) for one in recorder.waiting()) == [
        ("telegram", "chat-2"),
        ("zalo", "chat-1"),
    ]
    assert {one.text for one in store.persons.remarks(9)} == {"của telegram 2", "của zalo 1"}
    assert recorder.person("telegram", "1") == Person(None, False)
    assert recorder.person("telegram", "2").noticed
    assert recorder.person("zalo", "1").noticed
    assert recorder.forget("telegram", "1", "chat-1") == 0
    assert recorder.forget("telegram", "nobody", None) == 0


def test_more_questions_than_one_batch_go(recorder: Recorder, fakes: SimpleNamespace) -> None:
    recorder._store.add([aged(fakes, n, "cũ") for n in range(2 * erasure.BATCH + 3)])
    assert recorder.forget("web", "a", None) == 2 * erasure.BATCH + 3
    assert recorder._store.counts().questions == 0


@pytest.mark.parametrize("way", ["forget", "purge", "erase"])
def test_no_byte_of_what_was_deleted_is_left(lite: Recorder, home: Path, fakes: SimpleNamespace, way: str) -> None:
    lite._store.add([aged(fakes, 400 + n, f"{MINE} {n} " + "x" * 50 * n) for n in range(60)])
    lite._store.add([aged(fakes, n, f"còn lại {n} " + "y" * 50 * n, "b") for n in range(60)])
    (first,) = (item.entry.id for item in lite._store.iterate(queue_only=False) if f"{MINE} 0 " in item.entry.question)
    assert lite.tell_me(first, "web", "chat-of-a")
    lite.rate(first, asker="a", helpful=False)
    assert MINE.encode() in everything_in(home)
    if way == "forget":
        assert lite.forget("web", "a", "chat-of-a") == 60
    elif way == "purge":
        assert lite.purge(365) == 60
    else:
        ids = [item.entry.id for item in lite._store.iterate(queue_only=False) if MINE in item.entry.question]
        assert lite._store.erase(ids) == 60
    kept = everything_in(home)
    assert MINE.encode() not in kept
    assert b"chat-of-a" not in kept
    assert first.encode() not in kept
    assert "còn lại 59".encode() in kept
    with closing(sqlite3.connect(home / "danchu.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for table, left in (("question", 60), ("quote", 60), ("rating", 0), ("waiting", 0)):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (left,)


def test_who_is_forgotten_while_the_database_is_dead_is_forgotten_later(
    dead: Callable[[bool], None], lite: Recorder, home: Path, fakes: SimpleNamespace
) -> None:
    lite.record(fakes.answer(MINE), channel="web", asker="a")
    other = lite.record(fakes.answer("của người khác"), channel="web", asker="b")
    lite.rate(other, asker="a", helpful=True)
    lite.noticed("web", "a")
    assert lite.forget("web", "a", "raw-address-77") is None
    assert lite.person("web", "a") == Person(None, False)
    assert b"raw-address-77" not in everything_in(home)
    later = lite.record(fakes.answer("hỏi sau khi xóa"), channel="web", asker="a")
    dead(False)
    lite.take_in()
    items = {item.entry.id: item for item in lite._store.iterate(queue_only=False)}
    assert set(items) == {other, later}
    assert items[other].helpful == 0
    assert lite.status().spooled == 0
    assert MINE.encode() not in everything_in(home), "no line of it is put aside either"


def test_questions_in_the_spool_of_another_process_are_dropped_too(
    lite: Recorder, url: str, home: Path, fakes: SimpleNamespace
) -> None:
    stored = lite.record(fakes.answer(MINE), channel="web", asker="a")
    spool = Spool(home / "spool")
    blocked = Recorder(Store("sqlite:////dev/null/none"), spool, SALT, retry_after_s=600)
    waiting = blocked.record(fakes.answer(MINE), channel="web", asker="a")
    assert lite.forget("web", "a", None) == 2, "what waits is taken in first"
    assert lite.asked(stored) is lite.asked(waiting) is None
    assert MINE.encode() not in everything_in(home)


def test_a_question_that_comes_out_of_the_spool_after_the_request_is_dropped(
    dead: Callable[[bool], None], lite: Recorder, home: Path, fakes: SimpleNamespace
) -> None:
    lite.record(fakes.answer(MINE), channel="web", asker="a")
    (line,) = Spool(home / "spool").lines()
    lite.forget("web", "a", None)
    Spool(home / "spool").append([line.rstrip(b"\n")])  # another process had it in memory until now
    dead(False)
    assert lite.take_in() == 0
    assert lite._store.counts().questions == 0


def test_lines_put_aside_are_forgotten(dead: Callable[[bool], None], lite: Recorder, home: Path, fakes: Any) -> None:
    lite.record(fakes.answer(MINE), channel="web", asker="a")
    pending = home / "spool" / "pending.jsonl"
    torn = pending.read_bytes()[:400]
    assert MINE.encode() in torn
    pending.write_bytes(torn + b"\n{}\n")
    dead(False)
    lite.take_in()
    assert MINE.encode() in everything_in(home / "spool")
    assert lite.forget("web", "a", None) == 0
    assert (home / "spool" / "unreadable.jsonl").read_bytes() == b"{}\n"


def test_forgetting_never_raises(url: str, home: Path, fakes: Any, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Store):
        def forget(self, *_: Any, **__: Any) -> int:
            raise RuntimeError("secret words")

    recorder = Recorder(Broken(url), Spool(home / "spool"), SALT)
    record_id = recorder.record(fakes.answer(), channel="web", asker="a")
    assert recorder.forget("web", "a", None) is None
    recorder.close()
    assert "secret words" not in caplog.text
    whole = Recorder(Store(url), Spool(home / "spool"), SALT)
    whole.take_in()
    assert whole.asked(record_id) is None, "the request was kept"
    whole.close()


# Retention


def test_what_is_older_goes_with_all_that_belongs_to_it(recorder: Recorder, fakes: SimpleNamespace) -> None:
    old, young = aged(fakes, 31, "cũ"), aged(fakes, 29, "mới")
    recorder._store.add([old, young, *(aged(fakes, 40 + n, "cũ", "b") for n in range(erasure.BATCH + 1))])
    for entry in (old, young):
        recorder.rate(entry.id, asker="c", helpful=False)
        assert recorder.tell_me(entry.id, "web", "chat")
    recorder._store.persons.save("old", dt.datetime.now(dt.UTC) - dt.timedelta(days=31), place="x")
    recorder._store.persons.save("young", dt.datetime.now(dt.UTC), place="x")
    for days, text in ((31, "cũ"), (29, "mới")):
        recorder._store.persons.remark("who", Remark(dt.datetime.now(dt.UTC) - dt.timedelta(days=days), "web", text))
    assert recorder.purge(30) == erasure.BATCH + 2
    assert [one.text for one in recorder._store.persons.remarks(9)] == ["mới"]
    (item,) = recorder._store.iterate(queue_only=False)
    assert (item.entry.question, item.unhelpful, len(item.entry.quotes)) == ("mới", 1, 1)
    assert [one.record_id for one in recorder.waiting()] == [young.id]
    assert recorder._store.persons.find("old") is None
    assert recorder._store.persons.find("young") is not None
    assert recorder.purge(30) == 0


@pytest.mark.parametrize("days", [0, -1])
def test_a_retention_of_no_days_deletes_nothing(recorder: Recorder, fakes: SimpleNamespace, days: int) -> None:
    recorder.record(fakes.answer(), channel="web", asker=None)
    assert recorder.purge(days) == 0
    assert recorder._store.counts().questions == 1


def test_old_lines_put_aside_go_too(lite: Recorder, home: Path) -> None:
    spool = Spool(home / "spool")
    old = b'{"id":"0","asked_at":"2020-01-01T08:00:00.123456Z","question":"half'
    new = b'{"id":"0","asked_at":"2999-01-01T08:00:00Z","question":"half'
    spool.put_aside([old, b"no json", new, b'{"asked_at":"2020-99-99T08:00:00.123456Z"'])
    lite.purge(30)
    kept = (home / "spool" / "unreadable.jsonl").read_bytes().splitlines()
    assert kept == [b"no json", new, b'{"asked_at":"2020-99-99T08:00:00.123456Z"']
    spool.drop_aside(lambda _: True)
    assert not (home / "spool" / "unreadable.jsonl").exists()


def test_people_are_recorded_while_old_questions_go(lite: Recorder, url: str, fakes: SimpleNamespace) -> None:
    lite._store.add([aged(fakes, 100 + n, "cũ") for n in range(10 * erasure.BATCH)])
    other = Store(url, busy_timeout_s=20)
    stop = threading.Event()
    waits: list[float] = []

    def write() -> None:
        number = 0
        while not stop.is_set():
            start = time.perf_counter()
            other.add([aged(fakes, 0, "mới", f"w{number}")])
            waits.append(time.perf_counter() - start)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    gone = lite.purge(30)
    while gone < 10 * erasure.BATCH:  # the other held the lock for longer than this one waits
        gone += lite.purge(30)
    stop.set()
    writer.join()
    assert gone == 10 * erasure.BATCH
    assert waits
    assert lite._store.counts().questions == len(waits)
    other.close()


# Nothing personal, anywhere

TYPED = (
    "Tôi là Trần Thị Bưởi, cccd 001099012345, sđt 0912 345 678, thư buoi.tran@example.vn. Chồng là Đỗ Hùng. "
    "Hỗ trợ 500.000 đồng theo 18/NQ-HĐND ngày 16/6/2025 ở phường Ngô Quyền có đúng không?"
)
SECRETS = ("Bưởi", "001099012345", "0912 345 678", "buoi", "Đỗ Hùng", "đỗ hùng", "raw-77")
KEPT = ("500.000 đồng", "18/NQ-HĐND", "16/6/2025", "phường Ngô Quyền")


@pytest.mark.parametrize("is_dead", [False, True])
def test_what_a_person_types_of_themselves_is_stored_nowhere(
    home: Path, url: str, fakes: SimpleNamespace, caplog: pytest.LogCaptureFixture, is_dead: bool
) -> None:
    caplog.set_level("DEBUG")
    home.mkdir()
    if is_dead:
        (home / "danchu.sqlite3").mkdir()
    recorder = Recorder(Store(url), Spool(home / "spool"), SALT, retry_after_s=600)
    answer = fakes.answer(TYPED, understood=TYPED.lower(), detail="Không thấy: đỗ hùng")
    record_id = recorder.record(answer, channel="telegram", asker="raw-77", previous=(TYPED, "còn Đỗ Hùng thì sao"))
    recorder.noticed("telegram", "raw-77")
    recorder.rate(record_id, asker="raw-77", helpful=False)
    asked = recorder.asked(record_id)
    recorder.close()
    everything = everything_in(home).decode("utf-8", "replace")
    for secret in SECRETS:
        assert secret not in everything
        assert secret not in caplog.text
        assert secret not in str(asked)
    for words in KEPT:
        assert words in everything
