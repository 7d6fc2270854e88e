"""The windows that pages open by themselves, added up by station.

Revision ID: 0013
Revises: 0012
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(UUID(as_uuid=False), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTS = (
    *("check_ins_0", "check_ins_1", "check_ins_2", "check_ins_3", "shifts"),
    *("planned", "planned_kept", "planned_kept_firm", "planned_kept_high"),
    *("receptions", "receptions_firm", "people_received"),
    *("stretch_days", "stretch", "stretch_low"),
)
TIMES = ("duty_ms_low", "duty_ms_high", "person_ms_low", "person_ms_high")
KEY = ("network_id", "station_id", "days", "ends_on")


def upgrade() -> None:
    op.create_table(
        "station_windows",
        *_window(),
        sa.Column("opened_on", sa.Date(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        *(sa.Column(name, NUMBER, nullable=False) for name in TIMES),
        sa.Column("last_kept_on", sa.Date(), nullable=True),
        _belongs("station_windows", "station"),
        sa.PrimaryKeyConstraint(*KEY, name="pk_station_windows"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "member_windows",
        *_window(),
        sa.Column("member_id", ID, nullable=False),
        _belongs("member_windows", "station"),
        _belongs("member_windows", "member"),
        sa.PrimaryKeyConstraint(*KEY, "member_id", name="pk_member_windows"),
        sqlite_with_rowid=False,
    )
    for table in ("station_windows", "member_windows"):
        op.create_index(f"ix_{table}_window", table, ["network_id", "days", "ends_on"])


def _window() -> list[sa.Column[Any]]:
    return [
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("station_id", ID, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
    ]


def _belongs(table: str, noun: str) -> sa.ForeignKeyConstraint:
    own = ["network_id", f"{noun}_id"]
    return sa.ForeignKeyConstraint(
        own, [f"{noun}s.network_id", f"{noun}s.id"], name=f"fk_{table}_network_id_{noun}_id_{noun}s"
    )


def downgrade() -> None:
    op.drop_table("member_windows")
    op.drop_table("station_windows")
