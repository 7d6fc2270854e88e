"""What the office edited: who, when, before, after and why.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(UUID(as_uuid=False), "postgresql")
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "edits",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(length=20), nullable=False),
        sa.Column("thing_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", ID, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("before", JSON, nullable=True),
        sa.Column("after", JSON, nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_edits_network_id_networks"),
        sa.ForeignKeyConstraint(
            ["network_id", "member_id"],
            ["members.network_id", "members.id"],
            name="fk_edits_network_id_member_id_members",
        ),
        sa.PrimaryKeyConstraint("network_id", "noun", "thing_id", "version", name="pk_edits"),
    )
    op.create_index("ix_edits_made_at", "edits", ["network_id", "made_at"])


def downgrade() -> None:
    op.drop_table("edits")
