"""A second factor for accounts, codes that reset them, office pages that expire, and the suggestion box.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(UUID(as_uuid=False), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PURPOSES = "purpose IN ('enrol', 'transfer', 'door')"


def upgrade() -> None:
    op.add_column("devices", sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))
    _say_purposes("purpose IN ('enrol', 'transfer', 'door', 'reset')")
    _create_second_factors()
    _create_recovery_codes()
    _create_suggestions()


def _say_purposes(allowed: str) -> None:
    with op.batch_alter_table("enrolment_codes") as table:
        table.drop_constraint(op.f("ck_enrolment_codes_purpose"), type_="check")
        table.create_check_constraint(op.f("ck_enrolment_codes_purpose"), allowed)


def _create_second_factors() -> None:
    op.create_table(
        "second_factors",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", NUMBER, nullable=False),
        _of_member("second_factors"),
        sa.PrimaryKeyConstraint("network_id", "member_id", name="pk_second_factors"),
    )


def _create_recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _of_member("recovery_codes"),
        sa.PrimaryKeyConstraint("network_id", "id", name="pk_recovery_codes"),
    )
    op.create_index("ix_recovery_codes_member", "recovery_codes", ["network_id", "member_id"])


def _create_suggestions() -> None:
    op.create_table(
        "suggestions",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("app_version", sa.String(length=40), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", ID, nullable=True),
        _of_member("suggestions"),
        sa.ForeignKeyConstraint(
            ["network_id", "answered_by_id"],
            ["members.network_id", "members.id"],
            name="fk_suggestions_network_id_answered_by_id_members",
        ),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="ck_suggestions_answered"),
        sa.PrimaryKeyConstraint("network_id", "id", name="pk_suggestions"),
    )
    op.create_index("ix_suggestions_written", "suggestions", ["network_id", "written_at"])


def _of_member(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["network_id", "member_id"],
        ["members.network_id", "members.id"],
        name=f"fk_{table}_network_id_member_id_members",
    )


def downgrade() -> None:
    for table in ("suggestions", "recovery_codes", "second_factors"):
        op.drop_table(table)
    op.execute("DELETE FROM enrolment_codes WHERE purpose = 'reset'")
    _say_purposes(PURPOSES)
    op.drop_column("devices", "used_at")
