"""Station codes that count once, people of one installation, and what check-ins say of a station's place.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(UUID(as_uuid=False), "postgresql")
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_index("ix_devices_installation", "devices", ["network_id", "installation_id"])
    op.add_column("touched_days", sa.Column("offsets", JSON, nullable=True))
    op.create_table(
        "station_offsets",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("station_id", ID, nullable=False),
        sa.Column("place", sa.String(60), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "station_id"],
            ["stations.network_id", "stations.id"],
            name="fk_station_offsets_network_id_stations",
        ),
        sa.PrimaryKeyConstraint("network_id", "station_id", name="pk_station_offsets"),
    )
    # Last: phones wait behind this lock, so it must not wait for others.
    op.add_column("receipts", sa.Column("code_step", NUMBER, nullable=True))


def downgrade() -> None:
    op.drop_table("station_offsets")
    op.drop_column("touched_days", "offsets")
    op.drop_index("ix_devices_installation", "devices")
    op.drop_column("receipts", "code_step")
