"""Figures by month, made from those by day.

Revision ID: 0006
Revises: 0004
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(UUID(as_uuid=False), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTS = (
    *("check_ins_0", "check_ins_1", "check_ins_2", "check_ins_3", "shifts"),
    *("planned", "planned_kept", "planned_kept_firm", "planned_kept_high"),
    *("receptions", "receptions_firm", "people_received"),
)
TIMES = ("duty_ms_low", "duty_ms_high")
KEPT = ("kept", "kept_firm", "kept_high")
PERSON = ("person_ms_low", "person_ms_high")
MONTH = {"sqlite": "date(day, 'start of month')", "postgresql": "CAST(date_trunc('month', day) AS date)"}
DAY = {"sqlite": "CAST(strftime('%d', day) AS integer)", "postgresql": "CAST(extract(day FROM day) AS integer)"}


def upgrade() -> None:
    op.create_table(
        "station_months",
        *_key("station_id"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        *(sa.Column(name, NUMBER, nullable=False) for name in TIMES),
        *(sa.Column(f"{name}_days", sa.Integer(), nullable=False) for name in KEPT),
        _belongs("station_months", "station"),
        sa.PrimaryKeyConstraint("network_id", "station_id", "month", name="pk_station_months"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "member_months",
        *_key("station_id", "member_id"),
        *(sa.Column(name, NUMBER, nullable=False) for name in PERSON),
        _belongs("member_months", "station"),
        _belongs("member_months", "member"),
        sa.PrimaryKeyConstraint("network_id", "station_id", "member_id", "month", name="pk_member_months"),
        sqlite_with_rowid=False,
    )
    _add_up()


def _key(*ids: str) -> list[sa.Column[Any]]:
    return [
        sa.Column("network_id", sa.Integer(), nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in ids),
        sa.Column("month", sa.Date(), nullable=False),
    ]


def _belongs(table: str, noun: str) -> sa.ForeignKeyConstraint:
    own = ["network_id", f"{noun}_id"]
    return sa.ForeignKeyConstraint(
        own, [f"{noun}s.network_id", f"{noun}s.id"], name=f"fk_{table}_network_id_{noun}_id_{noun}s"
    )


def _add_up() -> None:
    dialect = op.get_bind().dialect.name
    bit = f"1 << ({DAY[dialect]} - 1)"
    sums = [f"sum({name})" for name in (*COUNTS, *TIMES)]
    sums += [f"sum(CASE WHEN {name} > 0 THEN {bit} ELSE 0 END)" for name in KEPT]
    names = (*COUNTS, *TIMES, *(f"{name}_days" for name in KEPT))
    for table, key, columns, values in (
        ("station", "network_id, station_id", names, sums),
        ("member", "network_id, station_id, member_id", PERSON, [f"sum({name})" for name in PERSON]),
    ):
        op.execute(
            f"INSERT INTO {table}_months ({key}, month, {', '.join(columns)})"  # noqa: S608  # our own names
            f" SELECT {key}, {MONTH[dialect]}, {', '.join(values)} FROM {table}_days"
            f" GROUP BY {key}, {MONTH[dialect]}"
        )


def downgrade() -> None:
    op.drop_table("member_months")
    op.drop_table("station_months")
