"""Who waits for a reply is found by an index of those alone: the office's page asks for them all day.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa

from migrations import online

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.create_index(
        "ix_receptions_awaiting",
        "receptions",
        ["network_id", "started_at", "id"],
        postgresql_where=sa.text("wants_reply IS TRUE AND withdrawn IS FALSE"),
        sqlite_where=sa.text("wants_reply IS 1 AND withdrawn IS 0"),
    )


def downgrade() -> None:
    online.drop_index("ix_receptions_awaiting", "receptions")
