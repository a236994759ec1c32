"""Pins on both databases: kept, replaced, undone, told apart by a version, all in the audit log."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlmodel import col

from bot.feedback.audit import Audit
from bot.feedback.database import Database, RecordRefused, StoreUnavailable
from bot.feedback.pins import LivePins, Pins
from bot.feedback.review import ClusterState, Pin
from bot.feedback.review_records import ClusterRecord

NOW = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
WORDINGS = ("Thợ điện ở Kim Bảng được nghỉ mấy ngày?", "kim bảng cho thợ điện nghỉ mấy hôm")


@pytest.fixture
def database(either_url: str) -> Iterator[Database]:
    opened = Database(either_url, busy_timeout_s=5)
    yield opened
    opened.close()


def add_cluster(database: Database, id: str) -> None:
    row = {
        "id": id, "title": WORDINGS[0], "state": "open", "askers": 2, "asked": 2, "first_at": NOW, "last_at": NOW, "rank": 1.0,
    }  # fmt: skip
    with database.transaction(write=True) as connection:
        connection.execute(insert(ClusterRecord).values(row))


def state(database: Database, id: str) -> str:
    with database.transaction() as connection:
        return str(connection.execute(select(col(ClusterRecord.state)).where(col(ClusterRecord.id) == id)).scalar())


@pytest.fixture
def pin(database: Database) -> Callable[..., Pin]:
    add_cluster(database, "c1")
    pins = Pins(database)
    return lambda cluster="c1", path="art_2": pins.pin(
        cluster, "nghi-quyet-kim-bang-2024", path, "a" * 64, WORDINGS, None, "lan", "đã hỏi phòng Nội vụ"
    )


def test_a_pin_is_kept_and_its_cluster_is_answered(database: Database, pin: Callable[..., Pin]) -> None:
    made = pin()
    pins = Pins(database)
    assert pins.active() == (made,)
    assert pins.of("c1") == made
    assert pins.of("c2") is None
    assert made.wordings == WORDINGS
    assert made.at.tzinfo is not None
    assert state(database, "c1") == ClusterState.ANSWERED.value
    (event,) = Audit(database).of("cluster:c1")
    assert (event.who, event.what, event.why) == ("lan", "pin", "đã hỏi phòng Nội vụ")
    assert event.detail["path"] == "art_2"


def test_undone_it_holds_no_longer_and_only_once(database: Database, pin: Callable[..., Pin]) -> None:
    made, pins = pin(), Pins(database)
    assert pins.undo(made.id, "minh", "nhầm điều")
    assert pins.active() == ()
    assert state(database, "c1") == ClusterState.OPEN.value
    assert not pins.undo(made.id, "minh")
    assert not pins.undo("f" * 32, "minh")
    assert [event.what for event in Audit(database).of("cluster:c1")] == ["pin", "pin.undo"]


def test_another_pin_takes_its_place(database: Database, pin: Callable[..., Pin]) -> None:
    first, second = pin(), pin(path="art_3__cl_1")
    pins = Pins(database)
    assert pins.active() == (second,)
    assert [event.what for event in Audit(database).of(f"pin:{first.id}")] == ["pin.replace"]
    assert not pins.undo(first.id, "lan")
    assert state(database, "c1") == ClusterState.ANSWERED.value


def test_every_change_gives_another_version(database: Database, either_url: str, pin: Callable[..., Pin]) -> None:
    pins = Pins(database)
    seen = [pins.version()]
    made = pin()
    seen.append(pins.version())
    pins.undo(made.id, "lan")
    seen.append(pins.version())
    pin()
    seen.append(pins.version())
    assert len(set(seen)) == 4
    assert pins.version() == seen[-1]
    with closing(Database(either_url)) as other:
        assert Pins(other).version() == seen[-1]


@pytest.mark.parametrize(("cluster", "wordings"), [("c9", WORDINGS), ("c1", ())])
def test_a_pin_on_nothing_is_refused(
    database: Database, pin: Callable[..., Pin], cluster: str, wordings: tuple[str, ...]
) -> None:
    pins = Pins(database)
    before = pins.version()
    with pytest.raises(RecordRefused):
        pins.pin(cluster, "nghi-quyet-kim-bang-2024", "art_2", "a" * 64, wordings, None, "lan")
    assert pins.active() == ()
    assert pins.version() == before


def test_many_who_pin_at_once_lose_and_double_nothing(database: Database, pin: Callable[..., Pin]) -> None:
    for n in range(2, 6):
        add_cluster(database, f"c{n}")
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: pin(f"c{n % 5 + 1}"), range(40)))
    active = Pins(database).active()
    assert sorted(one.cluster_id for one in active) == ["c1", "c2", "c3", "c4", "c5"]
    assert {one.id for one in active} <= {one.id for one in made}


def test_pins_are_read_when_they_changed_and_go_on_while_the_database_is_dead(home: Path) -> None:
    database = Database(f"sqlite:///{home / 'danchu.sqlite3'}", busy_timeout_s=1)
    add_cluster(database, "c1")
    pins, live = Pins(database), LivePins(Pins(database))
    assert live.changed() == ()
    assert live.changed() is None
    made = pins.pin("c1", "nghi-quyet-kim-bang-2024", "art_2", "a" * 64, WORDINGS, "Kim Bảng", "lan")
    found = live.changed()
    assert found is not None
    assert [(one.id, one.wordings, one.place) for one in found] == [(made.id, WORDINGS, "Kim Bảng")]
    assert live.changed() is None
    database.close()
    whole = (home / "danchu.sqlite3").read_bytes()
    for beside in home.glob("danchu.sqlite3-*"):
        beside.unlink()
    (home / "danchu.sqlite3").unlink()
    (home / "danchu.sqlite3").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreUnavailable):
        pins.version()
    assert live.changed() is None
    (home / "danchu.sqlite3").unlink()
    (home / "danchu.sqlite3").write_bytes(whole)
    assert live.changed() is None  # nothing changed meanwhile
    pins.undo(made.id, "lan")
    assert live.changed() == ()
    database.close()


def test_two_connections_of_one_process_and_another_program_lose_no_write(home: Path) -> None:
    file = home / "danchu.sqlite3"
    count = f"import sqlite3; c = sqlite3.connect({str(file)!r}); print(*c.execute('select count(*) from cluster').fetchone()); c.close()"

    def counted() -> int:
        return int(subprocess.run([sys.executable, "-c", count], check=True, capture_output=True, text=True).stdout)

    with closing(Database(f"sqlite:///{file}")) as first, closing(Database(f"sqlite:///{file}")) as second:
        add_cluster(first, "c1")
        assert Pins(second).version() == ""
        assert counted() == 1
        add_cluster(first, "c2")
        assert counted() == 2
