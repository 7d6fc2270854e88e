"""What staff put right in a held entry, and the news of a settled conflict.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(UUID(as_uuid=False), "postgresql")
SETTLED = sa.text("feed_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("held_entries", sa.Column("amendment", sa.LargeBinary(), nullable=True))
    op.add_column("held_entries", sa.Column("feed_id", ID, nullable=True))
    op.create_index(
        "ix_held_entries_feed",
        "held_entries",
        ["network_id", "feed_id"],
        postgresql_where=SETTLED,
        sqlite_where=SETTLED,
    )


def downgrade() -> None:
    op.drop_index("ix_held_entries_feed", table_name="held_entries")
    op.drop_column("held_entries", "feed_id")
    op.drop_column("held_entries", "amendment")
