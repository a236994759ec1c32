"""Questions with their quotes and thumbs, and what is known of the database itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "meta",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("asker_hash", sa.String(64)),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("question_chars", sa.Integer(), nullable=False),
        sa.Column("previous", sa.JSON(), nullable=False),
        sa.Column("understood", sa.String(), nullable=False),
        sa.Column("place", sa.String()),
        sa.Column("province", sa.String()),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32)),
        sa.Column("detail", sa.String()),
        sa.Column("latency_ms", sa.Float(), nullable=False),
        sa.Column("corpus_version", sa.String(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("provisions", sa.Integer(), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
    )
    op.create_index("ix_question_asked_at", "question", ["asked_at"])
    op.create_index("ix_question_state_asked_at", "question", ["state", "asked_at"])
    op.create_index("ix_question_status_asked_at", "question", ["status", "asked_at"])
    op.create_table(
        "quote",
        sa.Column("record_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("citation", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(64), nullable=False),
        sa.Column("source_file", sa.String(), nullable=False),
        sa.Column("source_sha256", sa.String(64), nullable=False),
        sa.Column("source_start", sa.Integer(), nullable=False),
        sa.Column("source_end", sa.Integer(), nullable=False),
        sa.Column("validity", sa.String(16), nullable=False),
        sa.Column("validity_note", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["question.id"], name="fk_quote_record_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", "position", name="pk_quote"),
    )
    op.create_table(
        "rating",
        sa.Column("record_id", sa.String(32), nullable=False),
        sa.Column("asker_hash", sa.String(64), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["question.id"], name="fk_rating_record_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", "asker_hash", name="pk_rating"),
    )
    op.create_index("ix_rating_helpful", "rating", ["helpful"])
    op.execute("INSERT INTO meta VALUES ('schema_version', '1')")
