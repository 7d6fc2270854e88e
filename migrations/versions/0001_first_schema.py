"""first schema"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(UUID(as_uuid=False), "postgresql")
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

FINGERPRINT = sa.text(
    "SELECT s.system_identifier || '/' || d.oid || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)"
    " FROM pg_control_system() AS s, pg_database AS d WHERE d.datname = current_database()"
)


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute("CREATE SEQUENCE receipt_numbers")
        op.execute("CREATE SEQUENCE change_numbers")
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", ID, nullable=False),
        sa.Column("fingerprint", sa.String(length=100), nullable=True),
        sa.Column("last_receipt_no", NUMBER, nullable=False),
        sa.Column("last_change_seq", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "networks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("bounds", JSON, nullable=True),
        sa.Column("standard", JSON, nullable=False),
        sa.Column("thresholds", JSON, nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_networks")),
        sa.UniqueConstraint("code", name=op.f("uq_networks_code")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("id", ID, nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("account_hash", sa.String(length=64), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failures")),
    )
    with op.batch_alter_table("sign_in_failures", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_failures_address", ["address_hash", "failed_at"], unique=False)

    op.create_table(
        "areas",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_areas_network_id_networks")),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_areas")),
        sa.UniqueConstraint("network_id", "code", name=op.f("uq_areas_network_id_code")),
    )
    op.create_table(
        "changes",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=36), nullable=False),
        sa.Column("noun", sa.String(length=20), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("op", sa.String(length=10), nullable=False),
        sa.Column("tx", NUMBER, nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_changes_network_id_networks")),
        sa.PrimaryKeyConstraint("network_id", "audience", "noun", "id", name=op.f("pk_changes")),
    )
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.create_index("ix_changes_order", ["network_id", "audience", "tx", "seq"], unique=False)

    op.create_table(
        "divisions",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("path", JSON, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "level IN ('city', 'district', 'street', 'community')", name=op.f("ck_divisions_level")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "parent_id"],
            ["divisions.network_id", "divisions.id"],
            name=op.f("fk_divisions_network_id_parent_id_divisions"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["networks.id"], name=op.f("fk_divisions_network_id_networks")
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_divisions")),
        sa.UniqueConstraint(
            "network_id", "code", "valid_from", name=op.f("uq_divisions_network_id_code_valid_from")
        ),
    )
    op.create_table(
        "sectors",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_sectors_network_id_networks")),
        sa.PrimaryKeyConstraint("network_id", "code", name=op.f("pk_sectors")),
    )
    op.create_table(
        "topics",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_topics_network_id_networks")),
        sa.PrimaryKeyConstraint("network_id", "code", name=op.f("pk_topics")),
    )
    op.create_table(
        "division_outlines",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("division_id", ID, nullable=False),
        sa.Column("geometry", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "division_id"],
            ["divisions.network_id", "divisions.id"],
            name=op.f("fk_division_outlines_network_id_division_id_divisions"),
        ),
        sa.PrimaryKeyConstraint("network_id", "division_id", name=op.f("pk_division_outlines")),
    )
    op.create_table(
        "members",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=True),
        sa.Column("division_id", ID, nullable=True),
        sa.Column("account", sa.String(length=60), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('member', 'liaison', 'district_office', 'city_office', 'auditor')",
            name=op.f("ck_members_role"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "division_id"],
            ["divisions.network_id", "divisions.id"],
            name=op.f("fk_members_network_id_division_id_divisions"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "sector"],
            ["sectors.network_id", "sectors.code"],
            name=op.f("fk_members_network_id_sector_sectors"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_members_network_id_networks")),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_members")),
        sa.UniqueConstraint("account", name=op.f("uq_members_account")),
        sa.UniqueConstraint("network_id", "code", name=op.f("uq_members_network_id_code")),
    )
    op.create_table(
        "stations",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("initials", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("division_id", ID, nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("area_id", ID, nullable=True),
        sa.Column("sector", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("fence_radius_m", sa.Integer(), nullable=False),
        sa.Column("serves_street", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("opening_hours", sa.String(length=200), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("code_epoch", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('workstation', 'studio', 'liaison_station', 'room', 'collection_point')",
            name=op.f("ck_stations_kind"),
        ),
        sa.CheckConstraint(
            "status IN ('planned', 'open', 'suspended', 'closed')", name=op.f("ck_stations_status")
        ),
        sa.CheckConstraint("fence_radius_m BETWEEN 50 AND 1000", name=op.f("ck_stations_fence_radius_m")),
        sa.CheckConstraint(
            "lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name=op.f("ck_stations_position")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "area_id"],
            ["areas.network_id", "areas.id"],
            name=op.f("fk_stations_network_id_area_id_areas"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "division_id"],
            ["divisions.network_id", "divisions.id"],
            name=op.f("fk_stations_network_id_division_id_divisions"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "sector"],
            ["sectors.network_id", "sectors.code"],
            name=op.f("fk_stations_network_id_sector_sectors"),
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_stations")),
        sa.UniqueConstraint("network_id", "code", name=op.f("uq_stations_network_id_code")),
    )
    with op.batch_alter_table("stations", schema=None) as batch_op:
        batch_op.create_index("ix_stations_division", ["network_id", "division_id"], unique=False)
        batch_op.create_index("ix_stations_position", ["network_id", "lat", "lon"], unique=False)

    op.create_table(
        "check_ins",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("station_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("entered_by_id", ID, nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("flags", JSON, nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=True),
        sa.Column("distance_m", sa.Integer(), nullable=True),
        sa.Column("accuracy_m", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "member_id"],
            ["members.network_id", "members.id"],
            name=op.f("fk_check_ins_network_id_member_id_members"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "station_id"],
            ["stations.network_id", "stations.id"],
            name=op.f("fk_check_ins_network_id_station_id_stations"),
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_check_ins")),
    )
    with op.batch_alter_table("check_ins", schema=None) as batch_op:
        batch_op.create_index("ix_check_ins_member", ["network_id", "member_id", "occurred_at"], unique=False)
        batch_op.create_index("ix_check_ins_station_day", ["network_id", "station_id", "day"], unique=False)

    op.create_table(
        "checklist_items",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("station_id", ID, nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("checker", sa.String(length=100), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("proof", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id", "station_id"],
            ["stations.network_id", "stations.id"],
            name=op.f("fk_checklist_items_network_id_station_id_stations"),
        ),
        sa.PrimaryKeyConstraint("network_id", "station_id", "item", name=op.f("pk_checklist_items")),
    )
    op.create_table(
        "devices",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("installation_id", ID, nullable=True),
        sa.Column("platform", sa.String(length=60), nullable=True),
        sa.Column("app_version", sa.String(length=40), nullable=True),
        sa.Column("key_thumbprint", sa.String(length=60), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sync_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("skew_ms", NUMBER, nullable=True),
        sa.Column("last_station_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id", "member_id"],
            ["members.network_id", "members.id"],
            name=op.f("fk_devices_network_id_member_id_members"),
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_devices")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_devices_token_hash")),
    )
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.create_index("ix_devices_member", ["network_id", "member_id"], unique=False)

    op.create_table(
        "enrolment_codes",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("member_id", ID, nullable=True),
        sa.Column("station_id", ID, nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device_id", ID, nullable=True),
        sa.CheckConstraint(
            "purpose IN ('enrol', 'transfer', 'door')", name=op.f("ck_enrolment_codes_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "member_id"],
            ["members.network_id", "members.id"],
            name=op.f("fk_enrolment_codes_network_id_member_id_members"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "station_id"],
            ["stations.network_id", "stations.id"],
            name=op.f("fk_enrolment_codes_network_id_station_id_stations"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["networks.id"], name=op.f("fk_enrolment_codes_network_id_networks")
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_enrolment_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_enrolment_codes_code_hash")),
    )
    op.create_table(
        "held_entries",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("receipt_no", NUMBER, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("station_id", ID, nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", ID, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'released', 'closed')", name=op.f("ck_held_entries_state")),
        sa.ForeignKeyConstraint(
            ["network_id", "member_id"],
            ["members.network_id", "members.id"],
            name=op.f("fk_held_entries_network_id_member_id_members"),
        ),
        sa.PrimaryKeyConstraint("network_id", "entry_id", "content_hash", name=op.f("pk_held_entries")),
        sa.UniqueConstraint("network_id", "receipt_no", name=op.f("uq_held_entries_network_id_receipt_no")),
    )
    with op.batch_alter_table("held_entries", schema=None) as batch_op:
        batch_op.create_index("ix_held_entries_waiting", ["network_id", "state", "held_at"], unique=False)

    op.create_table(
        "member_days",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("station_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person_ms_low", NUMBER, nullable=False),
        sa.Column("person_ms_high", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "member_id"],
            ["members.network_id", "members.id"],
            name=op.f("fk_member_days_network_id_member_id_members"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "station_id"],
            ["stations.network_id", "stations.id"],
            name=op.f("fk_member_days_network_id_station_id_stations"),
        ),
        sa.PrimaryKeyConstraint("network_id", "station_id", "member_id", "day", name=op.f("pk_member_days")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("member_days", schema=None) as batch_op:
        batch_op.create_index("ix_member_days_day", ["network_id", "day", "station_id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "member_id"],
            ["members.network_id", "members.id"],
            name=op.f("fk_notices_network_id_member_id_members"),
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_notices")),
    )
    op.create_table(
        "planned_shifts",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("station_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_planned_shifts_span")),
        sa.ForeignKeyConstraint(
            ["network_id", "member_id"],
            ["members.network_id", "members.id"],
            name=op.f("fk_planned_shifts_network_id_member_id_members"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "station_id"],
            ["stations.network_id", "stations.id"],
            name=op.f("fk_planned_shifts_network_id_station_id_stations"),
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_planned_shifts")),
    )
    with op.batch_alter_table("planned_shifts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_planned_shifts_member", ["network_id", "member_id", "starts_at"], unique=False
        )
        batch_op.create_index(
            "ix_planned_shifts_station_day", ["network_id", "station_id", "day"], unique=False
        )

    op.create_table(
        "receptions",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("station_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("entered_by_id", ID, nullable=True),
        sa.Column("shift_id", ID, nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("party_kind", sa.String(length=20), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("summary", sa.String(length=2000), nullable=False),
        sa.Column("answered_on_spot", sa.Boolean(), nullable=False),
        sa.Column("wants_reply", sa.Boolean(), nullable=False),
        sa.Column("flags", JSON, nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.CheckConstraint("headcount >= 1", name=op.f("ck_receptions_headcount")),
        sa.ForeignKeyConstraint(
            ["network_id", "member_id"],
            ["members.network_id", "members.id"],
            name=op.f("fk_receptions_network_id_member_id_members"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "station_id"],
            ["stations.network_id", "stations.id"],
            name=op.f("fk_receptions_network_id_station_id_stations"),
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_receptions")),
    )
    with op.batch_alter_table("receptions", schema=None) as batch_op:
        batch_op.create_index("ix_receptions_member", ["network_id", "member_id", "started_at"], unique=False)
        batch_op.create_index("ix_receptions_station_day", ["network_id", "station_id", "day"], unique=False)

    op.create_table(
        "shifts",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("station_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("entered_by_id", ID, nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_id", ID, nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("flags", JSON, nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=True),
        sa.Column("distance_m", sa.Integer(), nullable=True),
        sa.Column("accuracy_m", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "member_id"],
            ["members.network_id", "members.id"],
            name=op.f("fk_shifts_network_id_member_id_members"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "station_id"],
            ["stations.network_id", "stations.id"],
            name=op.f("fk_shifts_network_id_station_id_stations"),
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_shifts")),
    )
    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.create_index("ix_shifts_member", ["network_id", "member_id", "started_at"], unique=False)
        batch_op.create_index(
            "ix_shifts_open",
            ["network_id", "closes_at"],
            unique=False,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index("ix_shifts_station_day", ["network_id", "station_id", "day"], unique=False)

    op.create_table(
        "station_days",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("station_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("check_ins_0", sa.Integer(), nullable=False),
        sa.Column("check_ins_1", sa.Integer(), nullable=False),
        sa.Column("check_ins_2", sa.Integer(), nullable=False),
        sa.Column("check_ins_3", sa.Integer(), nullable=False),
        sa.Column("shifts", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("kept_firm", sa.Integer(), nullable=False),
        sa.Column("kept_high", sa.Integer(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("planned_kept", sa.Integer(), nullable=False),
        sa.Column("planned_kept_firm", sa.Integer(), nullable=False),
        sa.Column("planned_kept_high", sa.Integer(), nullable=False),
        sa.Column("duty_ms_low", NUMBER, nullable=False),
        sa.Column("duty_ms_high", NUMBER, nullable=False),
        sa.Column("receptions", sa.Integer(), nullable=False),
        sa.Column("receptions_firm", sa.Integer(), nullable=False),
        sa.Column("people_received", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "station_id"],
            ["stations.network_id", "stations.id"],
            name=op.f("fk_station_days_network_id_station_id_stations"),
        ),
        sa.PrimaryKeyConstraint("network_id", "station_id", "day", name=op.f("pk_station_days")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("station_days", schema=None) as batch_op:
        batch_op.create_index("ix_station_days_day", ["network_id", "day"], unique=False)

    op.create_table(
        "station_members",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("station_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "member_id"],
            ["members.network_id", "members.id"],
            name=op.f("fk_station_members_network_id_member_id_members"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "station_id"],
            ["stations.network_id", "stations.id"],
            name=op.f("fk_station_members_network_id_station_id_stations"),
        ),
        sa.PrimaryKeyConstraint("network_id", "station_id", "member_id", name=op.f("pk_station_members")),
    )
    with op.batch_alter_table("station_members", schema=None) as batch_op:
        batch_op.create_index("ix_station_members_member", ["network_id", "member_id"], unique=False)

    op.create_table(
        "constituents",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("reception_id", ID, nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=True),
        sa.Column("consent_version", sa.String(length=40), nullable=False),
        sa.Column("redact_after", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "reception_id"],
            ["receptions.network_id", "receptions.id"],
            name=op.f("fk_constituents_network_id_reception_id_receptions"),
        ),
        sa.PrimaryKeyConstraint("network_id", "reception_id", name=op.f("pk_constituents")),
    )
    op.create_table(
        "receipts",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("receipt_no", NUMBER, nullable=False),
        sa.Column("device_id", ID, nullable=True),
        sa.Column("seq", NUMBER, nullable=True),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("entered_by_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("body", JSON, nullable=True),
        sa.Column("station_id", ID, nullable=True),
        sa.Column("target_id", ID, nullable=True),
        sa.Column("root_id", ID, nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_error_s", NUMBER, nullable=True),
        sa.Column("flags", JSON, nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=True),
        sa.Column("distance_m", sa.Integer(), nullable=True),
        sa.Column("accuracy_m", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('accepted', 'held', 'closed')", name=op.f("ck_receipts_state")),
        sa.ForeignKeyConstraint(
            ["network_id", "device_id"],
            ["devices.network_id", "devices.id"],
            name=op.f("fk_receipts_network_id_device_id_devices"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "member_id"],
            ["members.network_id", "members.id"],
            name=op.f("fk_receipts_network_id_member_id_members"),
        ),
        sa.PrimaryKeyConstraint("network_id", "entry_id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("network_id", "receipt_no", name=op.f("uq_receipts_network_id_receipt_no")),
    )
    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.create_index("ix_receipts_device_seq", ["network_id", "device_id", "seq"], unique=False)
        batch_op.create_index("ix_receipts_root", ["network_id", "root_id"], unique=False)
        batch_op.create_index("ix_receipts_target", ["network_id", "target_id"], unique=False)


    if is_postgresql:
        # The writing transaction and a number, by themselves: see workstation/feed/models.py.
        op.execute("ALTER TABLE changes ALTER tx SET DEFAULT pg_current_xact_id()::text::bigint")
        op.execute("ALTER TABLE changes ALTER seq SET DEFAULT nextval('change_numbers')")
        fingerprint = op.get_bind().scalar(FINGERPRINT)
    else:
        fingerprint = None
    id_type = "uuid" if is_postgresql else "varchar(36)"
    op.execute(
        sa.text(
            "INSERT INTO installation (id, epoch, fingerprint, last_receipt_no, last_change_seq)"
            f" VALUES (1, CAST(:epoch AS {id_type}), :fingerprint, 0, 0)"
        ).bindparams(epoch=str(uuid4()), fingerprint=fingerprint)
    )


def downgrade() -> None:
    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.drop_index("ix_receipts_target")
        batch_op.drop_index("ix_receipts_root")
        batch_op.drop_index("ix_receipts_device_seq")

    op.drop_table("receipts")
    op.drop_table("constituents")
    with op.batch_alter_table("station_members", schema=None) as batch_op:
        batch_op.drop_index("ix_station_members_member")

    op.drop_table("station_members")
    with op.batch_alter_table("station_days", schema=None) as batch_op:
        batch_op.drop_index("ix_station_days_day")

    op.drop_table("station_days")
    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.drop_index("ix_shifts_station_day")
        batch_op.drop_index("ix_shifts_open")
        batch_op.drop_index("ix_shifts_member")

    op.drop_table("shifts")
    with op.batch_alter_table("receptions", schema=None) as batch_op:
        batch_op.drop_index("ix_receptions_station_day")
        batch_op.drop_index("ix_receptions_member")

    op.drop_table("receptions")
    with op.batch_alter_table("planned_shifts", schema=None) as batch_op:
        batch_op.drop_index("ix_planned_shifts_station_day")
        batch_op.drop_index("ix_planned_shifts_member")

    op.drop_table("planned_shifts")
    op.drop_table("notices")
    with op.batch_alter_table("member_days", schema=None) as batch_op:
        batch_op.drop_index("ix_member_days_day")

    op.drop_table("member_days")
    with op.batch_alter_table("held_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_held_entries_waiting")

    op.drop_table("held_entries")
    op.drop_table("enrolment_codes")
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.drop_index("ix_devices_member")

    op.drop_table("devices")
    op.drop_table("checklist_items")
    with op.batch_alter_table("check_ins", schema=None) as batch_op:
        batch_op.drop_index("ix_check_ins_station_day")
        batch_op.drop_index("ix_check_ins_member")

    op.drop_table("check_ins")
    with op.batch_alter_table("stations", schema=None) as batch_op:
        batch_op.drop_index("ix_stations_position")
        batch_op.drop_index("ix_stations_division")

    op.drop_table("stations")
    op.drop_table("members")
    op.drop_table("division_outlines")
    op.drop_table("topics")
    op.drop_table("sectors")
    op.drop_table("divisions")
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.drop_index("ix_changes_order")

    op.drop_table("changes")
    op.drop_table("areas")
    with op.batch_alter_table("sign_in_failures", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_failures_address")

    op.drop_table("sign_in_failures")
    op.drop_table("networks")
    op.drop_table("installation")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE receipt_numbers")
        op.execute("DROP SEQUENCE change_numbers")
