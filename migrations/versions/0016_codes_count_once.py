"""A station code counts once for a person, station and kind: an index beside those who write receipts.

Revision ID: 0016
Revises: 0014
"""

import sqlalchemy as sa

from migrations import online

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None

COUNTED = sa.text("code_step IS NOT NULL")


def upgrade() -> None:
    online.create_index(
        "uq_receipts_code",
        "receipts",
        ["network_id", "member_id", "station_id", "kind", "code_step"],
        unique=True,
        sqlite_where=COUNTED,
        postgresql_where=COUNTED,
    )


def downgrade() -> None:
    online.drop_index("uq_receipts_code", "receipts")
