"""Issued reports with their figures, the office's own template, and keys for reloading tables.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(UUID(as_uuid=False), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def _to_member(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["network_id", column],
        ["members.network_id", "members.id"],
        name=f"fk_{table}_network_id_{column}_members",
    )


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("place", sa.String(length=36), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.Column("issued_by_id", ID, nullable=False),
        sa.Column("last_receipt_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("edition >= 1", name="ck_reports_edition"),
        _to_member("reports", "issued_by_id"),
        sa.PrimaryKeyConstraint("network_id", "id", name="pk_reports"),
        sa.UniqueConstraint(
            "network_id", "place", "period", "edition", name="uq_reports_network_id_place_period_edition"
        ),
    )
    op.create_table(
        "report_templates",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("placed_at", MOMENT, nullable=False),
        sa.Column("placed_by_id", ID, nullable=False),
        _to_member("report_templates", "placed_by_id"),
        sa.PrimaryKeyConstraint("network_id", name="pk_report_templates"),
    )
    op.create_table(
        "export_keys",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        _to_member("export_keys", "member_id"),
        sa.PrimaryKeyConstraint("network_id", "id", name="pk_export_keys"),
        sa.UniqueConstraint("key_hash", name="uq_export_keys_key_hash"),
    )
    op.create_index("ix_export_keys_member", "export_keys", ["network_id", "member_id"])


def downgrade() -> None:
    op.drop_table("export_keys")
    op.drop_table("report_templates")
    op.drop_table("reports")
