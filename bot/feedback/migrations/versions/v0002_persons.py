"""Persons with their places, who waits for an answer, and remarks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "person",
        sa.Column("asker_hash", sa.String(64), nullable=False),
        sa.Column("place", sa.String()),
        sa.Column("noticed_at", sa.DateTime(timezone=True)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("asker_hash", name="pk_person"),
    )
    op.create_index("ix_person_at", "person", ["at"])
    op.create_table(
        "remark",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("asker_hash", sa.String(64), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_remark"),
    )
    op.create_index("ix_remark_at", "remark", ["at"])
    op.create_table(
        "waiting",
        sa.Column("record_id", sa.String(32), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "address", name="pk_waiting"),
    )
    op.create_index("ix_waiting_asked_at", "waiting", ["asked_at"])
