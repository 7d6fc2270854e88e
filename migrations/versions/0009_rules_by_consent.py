"""Standards and thresholds in versions, each with a second person's consent; the first is what is set now.

Revision ID: 0009
Revises: 0008
"""

import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(UUID(as_uuid=False), "postgresql")
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("state = 'proposed'")
FOUND = "启用规则版本时已有的设置"


def upgrade() -> None:
    table = op.create_table(
        "rule_versions",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("standard", JSON, nullable=False),
        sa.Column("thresholds", JSON, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("proposed_by_id", ID, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", ID, nullable=True),
        sa.Column("decision_reason", sa.String(length=500), nullable=True),
        sa.Column("applies_from", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'agreed', 'declined', 'withdrawn')", name="ck_rule_versions_state"
        ),
        sa.CheckConstraint("(state = 'agreed') = (version IS NOT NULL)", name="ck_rule_versions_version"),
        sa.CheckConstraint(
            "state = 'withdrawn' OR decided_by_id <> proposed_by_id", name="ck_rule_versions_second_person"
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_rule_versions_network_id_networks"),
        sa.ForeignKeyConstraint(
            ["network_id", "proposed_by_id"],
            ["members.network_id", "members.id"],
            name="fk_rule_versions_network_id_proposed_by_id_members",
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "decided_by_id"],
            ["members.network_id", "members.id"],
            name="fk_rule_versions_network_id_decided_by_id_members",
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name="pk_rule_versions"),
        sa.UniqueConstraint("network_id", "version", name="uq_rule_versions_network_id_version"),
    )
    op.create_index(
        "uq_rule_versions_proposed",
        "rule_versions",
        ["network_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    _keep_what_is_set(table)


def _keep_what_is_set(table: sa.Table) -> None:
    networks = sa.table(
        "networks",
        sa.column("id", sa.Integer),
        sa.column("standard", JSON),
        sa.column("thresholds", JSON),
        sa.column("rules_version", sa.Integer),
        sa.column("created_at", MOMENT),
    )
    rows = [
        {
            "network_id": network.id,
            "id": str(uuid.uuid4()),
            "version": network.rules_version,
            "standard": network.standard,
            "thresholds": network.thresholds,
            "state": "agreed",
            "proposed_at": network.created_at,
            "reason": FOUND,
            "decided_at": network.created_at,
            "applies_from": network.created_at,
        }
        for network in op.get_bind().execute(sa.select(networks))
    ]
    if rows:
        op.bulk_insert(table, rows)


def downgrade() -> None:
    op.drop_table("rule_versions")
