"""The PostgreSQL of the test machine: each test has a schema of its own there."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

URL = "postgresql://postgres@127.0.0.1:5432/test"


@contextmanager
def own_schema(url: str = URL) -> Iterator[str]:
    """The address of a new schema, which goes at the end with all that is in it."""
    import psycopg

    schema = f"danchu_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"{url}?options=-csearch_path%3D{schema}"
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")
