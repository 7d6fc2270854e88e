"""The audit log is asked by deed: an index beside those who write to it.

Revision ID: 0018
Revises: 0016
"""

from migrations import online

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.create_index("ix_audit_events_action", "audit_events", ["network_id", "action", "no"])


def downgrade() -> None:
    online.drop_index("ix_audit_events_action", "audit_events")
