"""Finds the few facts that staff released without going through all.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa

from migrations import online

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ("shifts", "receptions")


def upgrade() -> None:
    for table in TABLES:
        online.create_index(
            f"ix_{table}_released",
            table,
            ["network_id", "day", "station_id"],
            sqlite_where=sa.text("""instr(flags, '"released"') > 0"""),
            postgresql_where=sa.text("""flags @> '["released"]'"""),
        )


def downgrade() -> None:
    for table in TABLES:
        online.drop_index(f"ix_{table}_released", table)
