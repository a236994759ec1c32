"""The review loop: clusters, pins, what was done, and who may sign in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables, and count how often somebody who waits could not be told."""
    op.add_column("waiting", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("waiting", sa.Column("failed_at", sa.DateTime(timezone=True)))
    op.create_table(
        "cluster",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("merged_into", sa.String(32)),
        sa.Column("parted_from", sa.String(32)),
        sa.Column("taken_by", sa.String(64)),
        sa.Column("place", sa.String()),
        sa.Column("askers", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("wordings", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rank", sa.Float(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("unreachable", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_cluster"),
    )
    op.create_index("ix_cluster_last_at", "cluster", ["last_at"])
    op.create_index("ix_cluster_merged_into", "cluster", ["merged_into"])
    op.create_index("ix_cluster_rank", "cluster", ["rank"])
    op.create_index("ix_cluster_state_rank", "cluster", ["state", "rank"])
    op.create_table(
        "event",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(96), nullable=False),
        sa.Column("why", sa.String()),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_at", "event", ["at"])
    op.create_index("ix_event_subject_at", "event", ["subject", "at"])
    op.create_table(
        "pin",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("cluster_id", sa.String(32), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(64), nullable=False),
        sa.Column("wordings", sa.JSON(), nullable=False),
        sa.Column("place", sa.String()),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_pin"),
    )
    op.create_index("ix_pin_cluster_id", "pin", ["cluster_id"])
    op.create_table(
        "reviewer",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_reviewer"),
    )
    op.create_table(
        "member",
        sa.Column("record_id", sa.String(32), nullable=False),
        sa.Column("cluster_id", sa.String(32), nullable=False),
        sa.Column("asker_hash", sa.String(64)),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(32)),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("place", sa.String()),
        sa.Column("place_key", sa.String(), nullable=False),
        sa.Column("fact", sa.String(16)),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["cluster_id"], ["cluster.id"], name="fk_member_cluster_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["record_id"], ["question.id"], name="fk_member_record_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", name="pk_member"),
    )
    op.create_index("ix_member_at_cluster_id", "member", ["at", "cluster_id"])
    op.create_index("ix_member_channel_cluster_id", "member", ["channel", "cluster_id"])
    op.create_index("ix_member_cluster_id_asker_hash", "member", ["cluster_id", "asker_hash"])
    op.create_index("ix_member_cluster_id_at", "member", ["cluster_id", "at"])
    op.create_index("ix_member_place_key_folded_cluster_id", "member", ["place_key", "folded", "cluster_id"])
    op.create_index("ix_member_reason_cluster_id", "member", ["reason", "cluster_id"])
    op.create_index("ix_member_seq", "member", ["seq"])
    op.create_table(
        "session",
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["name"], ["reviewer.name"], name="fk_session_name", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_session"),
    )
