from __future__ import annotations

import json
import logging
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.feedback.recorder import Recorder, open_recorder
from bot.feedback.records import Entry
from bot.feedback.salt import asker_hash, load_salt
from bot.feedback.spool import Spool
from bot.feedback.store import Store, StoreUnavailable
from bot.settings import load_settings

ROOT = Path(__file__).parents[3]
SALT = b"s" * 32


class CountingStore(Store):
    """A store that knows how often it was asked to write."""

    attempts = 0

    def add(self, entries: Any, *, wait_s: float | None = None) -> int:
        self.attempts += 1
        return super().add(entries, wait_s=wait_s)


@pytest.fixture
def recorder(url: str, home: Path) -> Iterator[Recorder]:
    opened = Recorder(Store(url, busy_timeout_s=0.2), Spool(home / "spool"), SALT, retry_after_s=600)
    yield opened
    opened.close()


@pytest.fixture
def eager(url: str, home: Path) -> Iterator[Recorder]:
    """A recorder that soon tries a failed database again."""
    opened = Recorder(Store(url, busy_timeout_s=0.2), Spool(home / "spool"), SALT, retry_after_s=0.05)
    yield opened
    opened.close()


def stored(url: str) -> list[Entry]:
    store = Store(url)
    try:
        return [item.entry for item in store.iterate(queue_only=False)]
    finally:
        store.close()


def everything_in(home: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())


# On record


def test_a_question_is_on_record_with_what_was_quoted(recorder: Recorder, url: str, fakes: SimpleNamespace) -> None:
    record_id = recorder.record(
        fakes.answer(status="related"), channel="telegram", asker="12345", previous=("còn ở Kim Bảng?",)
    )
    (entry,) = stored(url)
    assert entry.id == record_id
    assert entry.channel == "telegram"
    assert entry.asker_hash == asker_hash(SALT, "telegram", "12345")
    assert entry.previous == ("còn ở Kim Bảng?",)
    assert (entry.place, entry.province) == ("Phường Thạch Khôi", "Thành phố Hải Phòng")
    assert entry.quotes[0].text == fakes.quote().text
    assert entry.quotes[0].path == "art_1__sec_II__cl_5__pt_b"
    assert len(entry.quotes[0].text_sha256) == 64
    assert entry.candidates[0].signals == {"bm25": 3.5}
    status = recorder.status()
    assert (status.database_ok, status.spooled, status.in_memory, status.last_error) == (True, 0, 0, None)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "\0\x07\x1b",
        "😀😀",
        "lẻ \ud800\udfff",
        "x" * 100_000,
        "'; DROP TABLE question; --",
        "{}\n[]",
        "\u202e\ufeff",
    ],
)
@pytest.mark.parametrize("is_dead", [False, True])
def test_bad_input_is_recorded_safely(
    home: Path, url: str, fakes: SimpleNamespace, question: str, is_dead: bool
) -> None:
    home.mkdir()
    if is_dead:
        (home / "danchu.sqlite3").mkdir()
    recorder = Recorder(Store(url), Spool(home / "spool"), SALT, retry_after_s=0)
    answer = fakes.answer(question, understood=question, detail=question, latency_ms=float("nan"))
    record_id = recorder.record(answer, channel=question, asker=question, previous=(question,) * 9)
    if is_dead:
        (home / "danchu.sqlite3").rmdir()
        assert recorder.take_in() == 1
    recorder.close()
    (entry,) = stored(url)
    assert entry.id == record_id
    assert entry.question_chars == len(question)
    assert len(entry.question) <= 4_000
    assert entry.latency_ms == 0.0


def test_an_answer_that_is_none_of_ours_does_not_raise(recorder: Recorder, caplog: pytest.LogCaptureFixture) -> None:
    answer: Any = SimpleNamespace(question=None)
    assert re.fullmatch(r"[0-9a-f]{32}", recorder.record(answer, channel="web", asker=None))
    assert "could not be recorded" in caplog.text


@pytest.mark.parametrize("is_dead", [False, True])
def test_nothing_personal_is_written_anywhere(
    home: Path, url: str, fakes: SimpleNamespace, caplog: pytest.LogCaptureFixture, is_dead: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    home.mkdir()
    if is_dead:
        (home / "danchu.sqlite3").mkdir()
    recorder = Recorder(Store(url), Spool(home / "spool"), SALT)
    question = "tôi 001099012345, 0912345678, a@b.vn"
    answer = fakes.answer(question, understood=question, detail=question)
    record_id = recorder.record(answer, channel="telegram", asker="raw-asker-77", previous=(question,))
    recorder.rate(record_id, asker="raw-asker-77", helpful=False)
    recorder.close()
    kept = everything_in(home)
    assert record_id.encode() in kept
    for secret in ("raw-asker-77", "001099012345", "0912345678", "a@b.vn"):
        assert secret.encode() not in kept
        assert secret not in caplog.text


# Thumbs


def test_thumbs_are_kept_one_for_each_person(recorder: Recorder, url: str, fakes: SimpleNamespace) -> None:
    record_id = recorder.record(fakes.answer(status="answered"), channel="web", asker="a")
    for asker, helpful in (("a", True), ("a", False), ("b", True), (None, True), (None, True)):
        assert recorder.rate(record_id, asker=asker, helpful=helpful)
    store = Store(url)
    found = store.get(record_id)
    store.close()
    assert found is not None
    assert (found.helpful, found.unhelpful) == (2, 1)


@pytest.mark.parametrize("record_id", ["", "0" * 32, "zz", "../../etc/passwd", "\ud800", "A" * 32])
def test_a_thumb_for_no_record_is_false(recorder: Recorder, record_id: str) -> None:
    assert not recorder.rate(record_id, asker="a", helpful=True)


def test_question_and_thumb_wait_together_while_the_database_is_dead(
    dead: Callable[[bool], None], recorder: Recorder, url: str, fakes: SimpleNamespace
) -> None:
    record_id = recorder.record(fakes.answer(status="answered"), channel="web", asker="a")
    assert recorder.rate(record_id, asker="a", helpful=False)
    assert recorder.status().spooled == 2
    dead(False)
    assert recorder.take_in() == 1
    store = Store(url)
    (item,) = store.review_queue()
    store.close()
    assert (item.entry.id, item.unhelpful) == (record_id, 1)
    assert recorder.status().spooled == 0


def test_a_thumb_finds_a_question_that_still_waits(
    dead: Callable[[bool], None], eager: Recorder, fakes: SimpleNamespace
) -> None:
    record_id = eager.record(fakes.answer(), channel="web", asker="a")
    dead(False)
    time.sleep(0.1)  # the database is tried again after retry_after_s
    assert eager.rate(record_id, asker="a", helpful=False)
    assert eager.rate(record_id, asker="a", helpful=True)
    assert eager.status().spooled == 0
    assert not eager.rate("0" * 32, asker="a", helpful=True)


# Dead, locked, full


def test_a_dead_database_fills_the_spool_and_says_so(
    dead: Callable[[bool], None],
    eager: Recorder,
    url: str,
    home: Path,
    fakes: SimpleNamespace,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ids = [eager.record(fakes.answer(f"câu {n}"), channel="web", asker="a") for n in range(5)]
    status = eager.status()
    assert (status.database_ok, status.spooled, status.in_memory) == (False, 5, 0)
    assert status.last_error is not None
    assert status.last_error.startswith("Không mở được")
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1, "one plain line"
    for path in (home / "spool").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    dead(False)
    time.sleep(0.1)
    ids.append(eager.record(fakes.answer("câu 5"), channel="web", asker="a"))  # takes the others in, beside it
    eager.close()
    assert sorted(entry.id for entry in stored(url)) == sorted(ids)
    assert eager.status() == eager.status()
    assert eager.status().database_ok


def test_a_locked_database_makes_one_person_wait_and_not_the_next(url: str, home: Path, fakes: SimpleNamespace) -> None:
    store = CountingStore(url, busy_timeout_s=0.3)
    recorder = Recorder(store, Spool(home / "spool"), SALT, retry_after_s=60)
    ids = [recorder.record(fakes.answer(), channel="web", asker="a")]
    assert store.attempts == 1
    with closing(sqlite3.connect(home / "danchu.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        ids += [recorder.record(fakes.answer(), channel="web", asker="a") for _ in range(20)]
        assert store.attempts == 2, "only the first of them tried"
        assert recorder.status().last_error == "Cơ sở dữ liệu đang bị chương trình khác khóa."
        assert recorder.take_in() == 0
        assert recorder.status().spooled == 20
        other.execute("ROLLBACK")
    assert recorder.take_in() == 20
    assert recorder.status().database_ok
    recorder.close()
    assert sorted(entry.id for entry in stored(url)) == sorted(ids)


def test_status_brings_a_database_back_that_nobody_writes_to(
    dead: Callable[[bool], None], eager: Recorder, url: str, fakes: SimpleNamespace
) -> None:
    assert not eager.status().database_ok
    record_id = eager.record(fakes.answer(), channel="web", asker="a")
    dead(False)
    deadline = time.monotonic() + 30
    while not eager.status().database_ok or eager.status().spooled:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert [entry.id for entry in stored(url)] == [record_id]


def test_what_waited_is_taken_in_at_the_next_start(
    dead: Callable[[bool], None], url: str, home: Path, fakes: SimpleNamespace
) -> None:
    first = open_recorder(load_settings())
    record_id = first.record(fakes.answer(), channel="cli", asker=None)
    first.close()
    dead(False)
    second = open_recorder(load_settings())
    second.close()
    assert [entry.id for entry in stored(url)] == [record_id]
    assert stored(url)[0].asker_hash is None


def test_without_database_and_spool_the_memory_keeps_the_newest(
    dead: Callable[[bool], None], url: str, home: Path, fakes: SimpleNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    (home / "spool").write_text("a file where the folder should be", encoding="utf-8")
    recorder = Recorder(Store(url), Spool(home / "spool"), SALT, retry_after_s=60, memory_limit=10)
    ids = [recorder.record(fakes.answer(), channel="web", asker="a") for _ in range(12)]
    status = recorder.status()
    assert (status.database_ok, status.spooled, status.in_memory, status.lost) == (False, 0, 10, 2)
    assert sum("wait in memory" in record.message for record in caplog.records) == 1
    dead(False)
    assert recorder.take_in() == 10
    assert recorder.status().in_memory == 0
    recorder.close()
    assert sorted(entry.id for entry in stored(url)) == sorted(ids[2:])


FULL_DISK = """
import resource, runpy, signal, sys
from pathlib import Path
from bot.feedback.recorder import Recorder
from bot.feedback.salt import asker_hash, load_salt
from bot.feedback.spool import Spool
from bot.feedback.store import Store
fakes = runpy.run_path("tests/bot/feedback/conftest.py")
url, spool = sys.argv[1:]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
recorder = Recorder(Store(url), Spool(Path(spool)), b"s" * 32, retry_after_s=60)
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
ids = [recorder.record(fakes["answer"](status="related"), channel="web", asker="a")]
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
seen = set()
for _ in range(250):
    ids.append(recorder.record(fakes["answer"](status="related"), channel="web", asker="a"))
    status = recorder.status()
    seen.add((status.database_ok, status.spooled > 0, status.in_memory > 0))
worst = recorder.status()
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
recorder.take_in()
recorder.close()
well = recorder.status()
print(*ids)
print((True, False, False) in seen, (False, True, False) in seen, (False, True, True) in seen, worst.last_error)
print(well.database_ok, well.spooled, well.in_memory, well.lost)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of file sizes on Windows")
def test_a_full_disk_loses_nothing(url: str, home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FULL_DISK, url, str(home / "spool")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ids, seen, well = done.stdout.splitlines()
    assert seen.startswith("True True True "), seen
    assert "đĩa" in seen
    assert well == "True 0 0 0"
    entries = stored(url)
    assert sorted(entry.id for entry in entries) == sorted(ids.split())
    assert all(len(entry.quotes) == 1 for entry in entries)
    assert "Traceback" not in done.stderr


# Killed processes

SPOOLING = """
import runpy, sys
from pathlib import Path
from bot.feedback.recorder import Recorder
from bot.feedback.salt import asker_hash, load_salt
from bot.feedback.spool import Spool
from bot.feedback.store import Store
fakes = runpy.run_path("tests/bot/feedback/conftest.py")
url, spool = sys.argv[1:]
recorder = Recorder(Store(url), Spool(Path(spool)), b"s" * 32, retry_after_s=0.01)
while True:
    print(recorder.record(fakes["answer"](status="related"), channel="web", asker="a"), flush=True)
"""


def _kill_after(script: str, lines: int, *arguments: str) -> list[str]:
    """Run a script, kill it with no warning after so many lines, and return the whole lines that it printed."""
    worker = subprocess.Popen([sys.executable, "-c", script, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    read = [worker.stdout.readline() for _ in range(lines)]
    worker.send_signal(signal.SIGKILL)
    read += worker.stdout.readlines()
    worker.stdout.close()
    worker.wait()
    return [line.strip() for line in read if line.endswith("\n")]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
def test_every_acknowledged_question_survives_kill_9(
    dead: Callable[[bool], None], recorder: Recorder, url: str, home: Path
) -> None:
    acknowledged = []
    for lines in (3, 17, 40):
        acknowledged += _kill_after(SPOOLING, lines, url, str(home / "spool"))
    dead(False)
    recorder.take_in()
    ids = [entry.id for entry in stored(url)]
    assert len(ids) == len(set(ids))
    assert set(acknowledged) <= set(ids)
    assert len(ids) <= len(acknowledged) + 3, "at most one unacknowledged question of each killed process"


TAKING = """
import sys
from pathlib import Path
from bot.feedback.recorder import Recorder
from bot.feedback.salt import asker_hash, load_salt
from bot.feedback.spool import Spool
from bot.feedback.store import Store
print("start", flush=True)
Recorder(Store(sys.argv[1]), Spool(Path(sys.argv[2])), b"s" * 32).close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
def test_taking_in_may_be_killed_and_begun_again(
    dead: Callable[[bool], None], recorder: Recorder, url: str, home: Path, fakes: SimpleNamespace
) -> None:
    ids = [recorder.record(fakes.answer(status="related"), channel="web", asker="a") for _ in range(600)]
    dead(False)
    for delay in (0.0, 0.02, 0.04, 0.06):
        worker = subprocess.Popen(
            [sys.executable, "-c", TAKING, url, str(home / "spool")], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(delay)
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
    recorder.take_in()
    assert sorted(entry.id for entry in stored(url)) == sorted(ids)
    assert recorder.status().spooled == 0


def test_a_torn_line_is_kept_aside_and_the_rest_is_taken_in(
    dead: Callable[[bool], None], recorder: Recorder, url: str, home: Path, fakes: SimpleNamespace
) -> None:
    pending = home / "spool" / "pending.jsonl"
    ids = [recorder.record(fakes.answer("trước"), channel="web", asker="a")]
    torn = pending.read_bytes()[:100]
    with pending.open("ab") as file:
        file.write(torn)
    ids.append(recorder.record(fakes.answer("sau"), channel="web", asker="a"))
    with pending.open("ab") as file:
        file.write(b"\xff\x00 not JSON\n\n[1, 2]\n" + torn)
    dead(False)
    assert recorder.take_in() == 2
    assert sorted(entry.id for entry in stored(url)) == sorted(ids)
    aside = (home / "spool" / "unreadable.jsonl").read_bytes()
    assert aside == torn + b"\n\xff\x00 not JSON\n[1, 2]\n" + torn + b"\n"
    assert recorder.status().spooled == 0


def test_a_spooled_thumb_without_its_question_is_kept_aside(
    dead: Callable[[bool], None], recorder: Recorder, home: Path
) -> None:
    assert recorder.rate("0" * 32, asker="a", helpful=True), "cannot be known while the database is dead"
    dead(False)
    assert recorder.take_in() == 0
    assert json.loads((home / "spool" / "unreadable.jsonl").read_text(encoding="utf-8"))["record_id"] == "0" * 32


# Many at once

BUSY = """
import runpy, sys, threading
from pathlib import Path
from bot.feedback.recorder import Recorder
from bot.feedback.salt import asker_hash, load_salt
from bot.feedback.spool import Spool
from bot.feedback.store import Store
fakes = runpy.run_path("tests/bot/feedback/conftest.py")
url, spool = sys.argv[1:]
recorder = Recorder(Store(url, busy_timeout_s=0.05), Spool(Path(spool)), b"s" * 32, retry_after_s=0.1)
ids = []
def ask():
    for n in range(25):
        record_id = recorder.record(fakes["answer"](status="related"), channel="web", asker="a")
        ids.append(record_id)
        assert recorder.rate(record_id, asker="a", helpful=n % 2 == 0)
threads = [threading.Thread(target=ask) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
recorder.close()
print(*ids)
"""


def test_4_processes_of_8_threads_with_a_database_that_comes_and_goes(recorder: Recorder, url: str, home: Path) -> None:
    recorder.status()  # makes the file
    workers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", BUSY, url, str(home / "spool")],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    stop = threading.Event()

    def disturb() -> None:
        with closing(sqlite3.connect(home / "danchu.sqlite3", isolation_level=None, timeout=20)) as other:
            while not stop.wait(0.2):
                other.execute("BEGIN EXCLUSIVE")
                stop.wait(0.2)
                other.execute("ROLLBACK")

    disturber = threading.Thread(target=disturb)
    disturber.start()
    outputs = [worker.communicate(timeout=240) for worker in workers]
    stop.set()
    disturber.join()
    assert [worker.returncode for worker in workers] == [0] * 4, outputs
    assert not any("Traceback" in err for _, err in outputs), outputs
    ids = [id_ for out, _ in outputs for id_ in out.split()]
    assert len(ids) == 800
    assert (home / "spool").exists(), "the disturbance was one"
    recorder.take_in()
    assert sorted(entry.id for entry in stored(url)) == sorted(ids)
    store = Store(url)
    counts = store.counts()
    store.close()
    assert counts.helpful + counts.unhelpful == 800
    assert not (home / "spool" / "unreadable.jsonl").exists()


# People's hashes


def test_the_salt_is_made_once_and_for_its_owner_alone(home: Path) -> None:
    salts: list[bytes] = []
    threads = [threading.Thread(target=lambda: salts.append(load_salt(home))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(salts)) == 1
    assert len(salts[0]) == 32
    assert stat.S_IMODE((home / "salt").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["salt"]


@pytest.mark.parametrize("content", [b"", b"ab", b"\xff\xfe", b"no hex at all"])
def test_a_salt_that_cannot_be_used_is_left_alone(home: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    home.mkdir()
    (home / "salt").write_bytes(content)
    assert len(load_salt(home)) == 32
    assert (home / "salt").read_bytes() == content
    assert "salt" in caplog.text


def test_without_a_home_there_is_a_salt_for_this_process(home: Path) -> None:
    home.write_text("a file", encoding="utf-8")
    assert len(load_salt(home)) == 32


def test_one_person_is_another_in_each_channel_and_with_each_salt() -> None:
    hashes = {asker_hash(salt, channel, "12345") for salt in (b"a" * 32, b"b" * 32) for channel in ("web", "telegram")}
    assert len(hashes) == 4
    assert asker_hash(SALT, "web", "x") == asker_hash(SALT, "web", "x")


def test_a_store_that_fails_in_a_way_never_seen_does_not_reach_the_person(
    url: str, home: Path, fakes: SimpleNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Store):
        def add(self, entries: Any, *, wait_s: float | None = None) -> int:
            raise RuntimeError("secret words")

    recorder = Recorder(Broken(url), Spool(home / "spool"), SALT)
    assert recorder.record(fakes.answer(), channel="web", asker="a")
    assert "secret words" not in caplog.text
    recorder.close()


def test_taking_in_never_raises(url: str, home: Path) -> None:
    class Dead(Store):
        def check(self, *, wait_s: float | None = None) -> None:
            raise StoreUnavailable("Hỏng.")

    recorder = Recorder(Dead(url), Spool(home / "spool"), SALT)
    assert recorder.take_in() == 0
    assert recorder.status().last_error == "Hỏng."
    recorder.close()
