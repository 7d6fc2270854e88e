"""Who saw or changed what, only ever added to, and blocks that make tampering show.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(UUID(as_uuid=False), "postgresql")
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

# A row of the log goes only with a block that retention took out before.
IN_PRUNED_BLOCK = (
    "SELECT 1 FROM chain_blocks AS b WHERE b.network_id = OLD.network_id AND b.source = 'audit'"
    " AND b.pruned_at IS NOT NULL AND OLD.no BETWEEN b.first_no AND b.last_no"
)
# Of a block only the mark of retention may change, and only from nothing.
KEPT = (
    "network_id",
    "no",
    "source",
    "first_no",
    "last_no",
    "rows_count",
    "leaves",
    "latest_at",
    "epoch",
    "sealed_at",
    "previous",
    "digest",
)


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("no", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("member_id", ID, nullable=True),
        sa.Column("device_id", ID, nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("noun", sa.String(length=40), nullable=False),
        sa.Column("thing_id", sa.String(length=200), nullable=False),
        sa.Column("about_id", ID, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("before", JSON, nullable=True),
        sa.Column("after", JSON, nullable=True),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_audit_events_network_id_networks"),
        sa.ForeignKeyConstraint(
            ["network_id", "member_id"],
            ["members.network_id", "members.id"],
            name="fk_audit_events_network_id_member_id_members",
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "about_id"],
            ["members.network_id", "members.id"],
            name="fk_audit_events_network_id_about_id_members",
        ),
        sa.PrimaryKeyConstraint("network_id", "no", name="pk_audit_events"),
    )
    op.create_index("ix_audit_events_at", "audit_events", ["network_id", "at"])
    op.create_index("ix_audit_events_thing", "audit_events", ["network_id", "thing_id"])
    op.create_table(
        "chain_blocks",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("first_no", NUMBER, nullable=False),
        sa.Column("last_no", NUMBER, nullable=False),
        sa.Column("rows_count", sa.Integer(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("latest_at", MOMENT, nullable=False),
        sa.Column("epoch", ID, nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("pruned_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "source IN ('receipt', 'held', 'settled', 'audit')", name="ck_chain_blocks_source"
        ),
        sa.CheckConstraint("pruned_at IS NULL OR source = 'audit'", name="ck_chain_blocks_pruned"),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_chain_blocks_network_id_networks"),
        sa.PrimaryKeyConstraint("network_id", "no", name="pk_chain_blocks"),
    )
    op.create_index("ix_chain_blocks_range", "chain_blocks", ["network_id", "source", "last_no"])
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
    altered = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in KEPT)
    for name, what in (
        ("audit_events_stay", "BEFORE UPDATE ON audit_events"),
        ("audit_events_kept", f"BEFORE DELETE ON audit_events WHEN NOT EXISTS ({IN_PRUNED_BLOCK})"),
        (
            "chain_blocks_stay",
            f"BEFORE UPDATE ON chain_blocks WHEN OLD.pruned_at IS NOT NULL OR {altered}",
        ),
        ("chain_blocks_kept", "BEFORE DELETE ON chain_blocks"),
    ):
        op.execute(f"CREATE TRIGGER {name} {what} {refuse.format(table=name.rpartition('_')[0])}")


def _guard_postgresql() -> None:
    op.execute("CREATE SEQUENCE audit_numbers")
    op.execute("ALTER TABLE audit_events ALTER no SET DEFAULT nextval('audit_numbers')")
    op.execute(
        "CREATE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE FUNCTION gone_with_its_block() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NOT EXISTS ({IN_PRUNED_BLOCK}) THEN"
        " RAISE EXCEPTION 'audit_events is only ever added to'; END IF; RETURN OLD; END $$"
    )
    altered = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in KEPT)
    for name, what, calls in (
        ("audit_events_stay", "BEFORE UPDATE ON audit_events FOR EACH ROW", "only_added_to"),
        ("audit_events_kept", "BEFORE DELETE ON audit_events FOR EACH ROW", "gone_with_its_block"),
        ("audit_events_whole", "BEFORE TRUNCATE ON audit_events", "only_added_to"),
        (
            "chain_blocks_stay",
            f"BEFORE UPDATE ON chain_blocks FOR EACH ROW WHEN (OLD.pruned_at IS NOT NULL OR {altered})",
            "only_added_to",
        ),
        ("chain_blocks_kept", "BEFORE DELETE ON chain_blocks FOR EACH ROW", "only_added_to"),
        ("chain_blocks_whole", "BEFORE TRUNCATE ON chain_blocks", "only_added_to"),
    ):
        op.execute(f"CREATE TRIGGER {name} {what} EXECUTE FUNCTION {calls}()")


def downgrade() -> None:
    op.drop_table("audit_events")
    op.drop_table("chain_blocks")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION only_added_to()")
        op.execute("DROP FUNCTION gone_with_its_block()")
        op.execute("DROP SEQUENCE audit_numbers")
