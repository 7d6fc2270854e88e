"""Figures that catch up: a note of touched station-days, and fewer indexes on the write path.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(UUID(as_uuid=False), "postgresql")
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
ABOUT = sa.text("target_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "touched_days",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("places", JSON, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_touched_days_network_id_networks"),
        sa.PrimaryKeyConstraint("network_id", "id", name="pk_touched_days"),
    )
    for name, column in (("ix_receipts_root", "root_id"), ("ix_receipts_target", "target_id")):
        op.drop_index(name, table_name="receipts")
        op.create_index(
            name, "receipts", ["network_id", column], postgresql_where=ABOUT, sqlite_where=ABOUT
        )


def downgrade() -> None:
    for name, column in (("ix_receipts_root", "root_id"), ("ix_receipts_target", "target_id")):
        op.drop_index(name, table_name="receipts")
        op.create_index(name, "receipts", ["network_id", column])
    op.drop_table("touched_days")
