"""The database's schema, step by step: where a database stands, and how it is brought to where the program is.

A step, once released, is never changed: what comes after it is a new file in `versions/` and a new line in `TABLES`.
Alembic is loaded where a step is due alone, for the sake of a fast start.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from sqlalchemy import Connection, text

log = logging.getLogger(__name__)

TABLES = {
    "0001": {"question", "quote", "rating", "meta"},
    "0002": {"person", "waiting", "remark"},
    "0003": {"cluster", "member", "pin", "event", "reviewer", "session"},
}
"""Every revision, the oldest first, with the tables that it brought."""

HEAD = max(TABLES)
"""The revision of this program."""

_one_at_a_time = threading.Lock()  # Alembic's `op` and `context` are one for the whole process


def revision(connection: Connection) -> str | None:
    """Where a database stands: a revision, which may be one that this program does not know; None: nothing is there.

    Until there were revisions, programs made all the tables that they knew at once: what is there tells the revision.
    """
    has_table = connection.dialect.has_table
    if has_table(connection, "alembic_version"):
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    found = None
    for step, tables in TABLES.items():
        if not all(has_table(connection, table) for table in tables):
            break
        found = step
    return found


def holds_rows(connection: Connection) -> bool:
    """Whether anything is kept in a database but what tells of itself."""
    tables = sorted(set().union(*TABLES.values()) - {"meta"})
    return any(
        connection.execute(text(f'SELECT 1 FROM "{table}" LIMIT 1')).first() is not None
        for table in tables
        if connection.dialect.has_table(connection, table)
    )


def upgrade(connection: Connection) -> None:
    """Take the steps that are due, in the caller's transaction, which keeps all of them or none."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    found = revision(connection)
    with _one_at_a_time:
        if found is not None:
            command.stamp(config, found)
        command.upgrade(config, "head")
    log.info("the database's tables were brought from revision %s to %s", found, HEAD)
