"""Where Alembic enters. The program hands over its own connection, within a transaction that holds the database."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
