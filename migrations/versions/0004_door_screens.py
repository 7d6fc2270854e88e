"""Screens at stations' doors, and whether a member's name may stand there.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    op.add_column(
        "members",
        sa.Column("shows_name_at_door", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "door_screens",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("station_id", ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("installation_id", ID, nullable=True),
        sa.Column("key_thumbprint", sa.String(length=60), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id", "station_id"],
            ["stations.network_id", "stations.id"],
            name="fk_door_screens_network_id_stations",
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name="pk_door_screens"),
        sa.UniqueConstraint("token_hash", name="uq_door_screens_token_hash"),
    )
    op.create_index("ix_door_screens_station", "door_screens", ["network_id", "station_id"])


def downgrade() -> None:
    op.drop_table("door_screens")
    op.drop_column("members", "shows_name_at_door")
