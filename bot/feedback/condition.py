"""How a database stands: its revision, what it holds, and what is wrong with it. Looking changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, select, text
from sqlmodel import SQLModel

from bot.feedback import migrations, persons, records, review_records
from bot.feedback.database import Database

_declared = (persons, records, review_records)  # with them the tables are declared


@dataclass(frozen=True, slots=True)
class Condition:
    """How a database stands."""

    revision: str | None
    """None: it has no tables yet."""
    rows: Mapping[str, int]
    """How many there are, by table; {} unless the revision is this program's."""
    problems: tuple[str, ...]
    """What is wrong, each one plain line in Vietnamese."""


def condition(database: Database) -> Condition:
    """Look a database through.

    Raises:
        StoreUnavailable: it cannot be read.
    """
    with database.transaction(as_it_is=True) as connection:
        problems = [] if database.file is None else _damage(connection)
        revision = migrations.revision(connection)
        rows = {}
        if revision == migrations.HEAD:
            problems += [f"Khác với chương trình: {line}" for line in differences(connection)]
            for table in sorted(SQLModel.metadata.sorted_tables, key=lambda table: table.name):
                if connection.dialect.has_table(connection, table.name):
                    rows[table.name] = connection.execute(select(func.count()).select_from(table)).scalar_one()
        elif revision is not None and revision not in migrations.TABLES:
            problems.append("Cơ sở dữ liệu do một phiên bản danchu mới hơn tạo.")
    return Condition(revision, rows, tuple(problems))


def differences(connection: Connection) -> list[str]:
    """In what the tables of a database differ from those that this program reads and writes; [] where in nothing."""
    context = MigrationContext.configure(
        connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in SQLModel.metadata.tables}
    )
    return [repr(difference) for difference in compare_metadata(context, SQLModel.metadata)]


def _damage(connection: Connection) -> list[str]:
    said = connection.execute(text("PRAGMA integrity_check(20)")).scalars()
    found = [f"Tệp hỏng: {line}" for line in said if line != "ok"]
    orphans = len(connection.execute(text("PRAGMA foreign_key_check")).all())
    return [*found, f"Có {orphans} dòng trỏ tới dòng không còn."] if orphans else found
