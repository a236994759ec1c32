from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlmodel import SQLModel

from bot.feedback import migrations
from bot.feedback.condition import differences
from bot.feedback.database import Database
from bot.feedback.persons import Asked
from bot.feedback.store import Store, StoreUnavailable

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FIRST = (HERE / "first_schema.sql").read_text("utf-8")
"""The tables of the first program, as it made them, with a question, its quote and a thumb."""
SECOND = FIRST + (HERE / "second_schema.sql").read_text("utf-8")
"""The tables of the last program before there were migrations."""
OLD = pytest.mark.parametrize(("old", "revision"), [(FIRST, "0001"), (SECOND, "0002")], ids=["first", "second"])

Rows = dict[str, list[tuple[Any, ...]]]


def build(url: str, script: str) -> None:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        Path(engine.url.database or "").parent.mkdir(parents=True, exist_ok=True)
    else:
        script = script.replace("DATETIME", "TIMESTAMP WITH TIME ZONE").replace("000000'", "000000Z'")
    with engine.begin() as connection:
        for statement in filter(str.strip, script.split(";\n")):
            connection.exec_driver_sql(statement)
    engine.dispose()


def rows(url: str) -> Rows:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            table: sorted(tuple(map(str, row)) for row in connection.execute(text(f'SELECT * FROM "{table}"')))
            for table in inspect(connection).get_table_names()
        }
    engine.dispose()
    return found


def check(url: str, before: Rows) -> None:
    """The database is at this program's revision, and holds what was in it before."""
    after = rows(url)
    assert after.pop("alembic_version") == [(migrations.HEAD,)]
    new = {"waiting": ("0", "None")}  # columns that an old row has not, and what they begin with
    expected = {table: [old + new.get(table, ()) for old in olds] for table, olds in before.items()}
    assert {table: after.pop(table) for table in before} == expected
    assert not any(after.values()), "tables that are new are empty"


@pytest.fixture
def database(either_url: str) -> Iterator[Database]:
    opened = Database(either_url, busy_timeout_s=10)
    yield opened
    opened.close()


# The steps


def test_the_steps_are_those_that_the_program_knows() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [migrations.HEAD]
    assert sorted(step.revision for step in script.walk_revisions()) == list(migrations.TABLES)
    assert set().union(*migrations.TABLES.values()) == set(SQLModel.metadata.tables)


def test_the_steps_lead_to_the_tables_that_the_program_uses(database: Database) -> None:
    with database.transaction() as connection:
        assert differences(connection) == []
        connection.execute(text("DROP INDEX ix_event_at"))
        assert len(differences(connection)) == 1


# From old to new


@OLD
def test_an_old_database_is_recognised(database: Database, either_url: str, old: str, revision: str) -> None:
    build(either_url, old)
    before = rows(either_url)
    with database.transaction(as_it_is=True) as connection:
        assert migrations.revision(connection) == revision
        assert migrations.holds_rows(connection)
    assert rows(either_url) == before, "looking changes nothing"


@OLD
def test_an_old_database_is_brought_up_and_loses_nothing(
    database: Database, either_url: str, old: str, revision: str
) -> None:
    build(either_url, old)
    before = rows(either_url)
    with database.transaction() as connection:
        assert differences(connection) == []
    check(either_url, before)
    store = Store(either_url)
    (item,) = store.review_queue()
    assert (item.entry.question, item.entry.quotes[0].text, item.unhelpful) == ("câu cũ", "chữ", 1)
    assert store.persons.asked("a" * 32) == Asked("câu cũ", ("trước",), None)
    assert [remark.text for remark in store.persons.remarks(5)] == (["chậm quá"] if revision == "0002" else [])
    assert store.erase(["a" * 32]) == 1
    store.close()


def test_a_new_database_is_made_in_the_same_steps(database: Database, either_url: str, home: Path) -> None:
    with database.transaction():
        pass
    check(either_url, {"meta": [("schema_version", "1")]})
    assert not list(home.glob("*before*"))


# The copy


def test_what_a_file_held_is_copied_before(url: str, home: Path) -> None:
    build(url, FIRST)
    before = rows(url)
    database = Database(url)
    with database.transaction():
        pass
    database.close()
    copy = home / "danchu.sqlite3.before-0003"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert rows(f"sqlite:///{copy}") == before
    assert {path.name for path in home.iterdir()} == {"danchu.sqlite3", copy.name}


def test_a_file_that_holds_nothing_is_not_copied(url: str, home: Path) -> None:
    build(url, FIRST.partition("INSERT INTO question")[0])
    database = Database(url)
    with database.transaction():
        pass
    database.close()
    assert [path.name for path in home.iterdir()] == ["danchu.sqlite3"]


# What cannot be


@pytest.mark.parametrize("revision", ["0004", "abc"])
def test_a_newer_database_is_refused_and_left_alone(database: Database, either_url: str, revision: str) -> None:
    newer = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);\n"
    build(either_url, f"{SECOND}{newer}INSERT INTO alembic_version VALUES ('{revision}');\n")
    before = rows(either_url)
    with pytest.raises(StoreUnavailable, match="mới hơn"), database.transaction():
        pass
    assert rows(either_url) == before


def test_a_table_of_somebody_else_is_not_taken(postgresql: str) -> None:
    build(postgresql, "CREATE TABLE session (id VARCHAR(9));\nINSERT INTO session VALUES ('x');\n")
    database = Database(postgresql)
    with pytest.raises(StoreUnavailable, match="trùng tên"), database.transaction():
        pass
    database.close()
    assert rows(postgresql) == {"session": [("x",)]}, "nothing of ours was made"


# Many at once, and kill -9

START = """
import sys
from bot.feedback.condition import differences
from bot.feedback.database import Database
database = Database(sys.argv[1], busy_timeout_s=60)
with database.transaction():
    pass
database.close()
"""
DIE = """
import os, sys
from sqlalchemy import Engine, event
point = sys.argv[2]
def die(*_):
    os.kill(os.getpid(), 9)
if point == "rename":
    sys.addaudithook(lambda name, _: die() if name == "os.rename" else None)
elif point == "commit":
    event.listen(Engine, "commit", lambda c: die() if c.get_execution_options().get("danchu_write") else None)
else:
    event.listen(Engine, "before_cursor_execute", lambda c, d, said, *_: die() if said.strip().startswith(point) else None)
"""


def start(url: str, *arguments: str, before: str = "") -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-W", "error", "-c", before + START, url, *arguments], cwd=ROOT)


@OLD
def test_four_processes_start_at_once_on_an_old_database(either_url: str, old: str, revision: str) -> None:
    build(either_url, old)
    before = rows(either_url)
    processes = [start(either_url) for _ in range(4)]
    assert [process.wait(120) for process in processes] == [0] * 4
    check(either_url, before)


@pytest.mark.parametrize(
    "point",
    [
        "rename",  # the copy is written, and not yet under its name
        "CREATE TABLE alembic_version",
        "INSERT INTO alembic_version",
        "CREATE TABLE person",
        "UPDATE alembic_version SET version_num='0002'",
        "CREATE TABLE session",
        "UPDATE alembic_version SET version_num='0003'",
        "commit",
    ],
)
def test_killed_in_the_middle_of_a_migration_the_file_is_as_before_and_the_next_start_goes_on(
    url: str, home: Path, point: str
) -> None:
    build(url, FIRST)
    before = rows(url)
    assert start(url, point, before=DIE).wait(60) == -9, "it came to that point"
    assert rows(url) == before
    assert start(url).wait(60) == 0
    check(url, before)
    assert rows(f"sqlite:///{home / 'danchu.sqlite3.before-0003'}") == before
    assert {path.name for path in home.iterdir()} <= {"danchu.sqlite3", "danchu.sqlite3.before-0003"}
    with closing(sqlite3.connect(home / "danchu.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_killed_in_the_middle_of_a_migration_postgresql_is_as_before(postgresql: str) -> None:
    build(postgresql, FIRST)
    before = rows(postgresql)
    assert start(postgresql, "CREATE TABLE session", before=DIE).wait(60) == -9
    assert rows(postgresql) == before
    assert start(postgresql).wait(60) == 0
    check(postgresql, before)
