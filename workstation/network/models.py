"""Networks and what stands still in them: divisions, areas, sectors, topics, stations."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from workstation.database import Base, Id, Json, UtcDateTime

OPEN = text("state = 'proposed'")


class Network(Base):
    """One committee's set of stations, people and rules; nothing crosses from one to another."""

    __tablename__ = "networks"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    is_demo: Mapped[bool]
    # South, west, north, east in WGS-84 degrees: catches swapped axes in an import.
    bounds: Mapped[list[float] | None] = mapped_column(Json)
    # The items of the chosen standard, for example 四有, in the order in which they are printed.
    standard: Mapped[list[str]] = mapped_column(Json)
    # Thresholds of the gates by name; what is not named takes the default of coverage/rules.py.
    thresholds: Mapped[dict[str, Any]] = mapped_column(Json)
    rules_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RuleVersion(Base):
    """A standard and thresholds that somebody proposed, and what a second person said to them.

    Those that were agreed to are the versions 1, 2, 3 … that figures print. Only ever added to and decided
    once; taking a version back is proposing the one before again.
    """

    __tablename__ = "rule_versions"
    __table_args__ = (
        ForeignKeyConstraint(["network_id"], ["networks.id"]),
        ForeignKeyConstraint(["network_id", "proposed_by_id"], ["members.network_id", "members.id"]),
        ForeignKeyConstraint(["network_id", "decided_by_id"], ["members.network_id", "members.id"]),
        UniqueConstraint("network_id", "version"),
        CheckConstraint("state IN ('proposed', 'agreed', 'declined', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'agreed') = (version IS NOT NULL)", name="version"),
        # Whoever counts in the code may err; nobody agrees to an own proposal.
        CheckConstraint("state = 'withdrawn' OR decided_by_id <> proposed_by_id", name="second_person"),
        # One proposal waits at a time.
        Index(
            "uq_rule_versions_proposed",
            "network_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    # Its number once it was agreed to.
    version: Mapped[int | None]
    # The version that it changes; null for the first.
    base_version: Mapped[int | None]
    standard: Mapped[list[str]] = mapped_column(Json)
    thresholds: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(20))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Null: what a network began with.
    proposed_by_id: Mapped[str | None] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(String(500))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Null with a moment beside it: somebody at the server's command line.
    decided_by_id: Mapped[str | None] = mapped_column(Id)
    decision_reason: Mapped[str | None] = mapped_column(String(500))
    applies_from: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Division(Base):
    """An administrative place: city, district, street or community, valid from–to (half-open)."""

    __tablename__ = "divisions"
    __table_args__ = (
        ForeignKeyConstraint(["network_id"], ["networks.id"]),
        ForeignKeyConstraint(["network_id", "parent_id"], ["divisions.network_id", "divisions.id"]),
        UniqueConstraint("network_id", "code", "valid_from"),
        CheckConstraint("level IN ('city', 'district', 'street', 'community')", name="level"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[str] = mapped_column(String(20))
    parent_id: Mapped[str | None] = mapped_column(Id)
    # The ids from the city down to this division itself.
    path: Mapped[list[str]] = mapped_column(Json)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class DivisionOutline(Base):
    """The border of a division as GeoJSON geometry in WGS-84. Not an official map."""

    __tablename__ = "division_outlines"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "division_id"], ["divisions.network_id", "divisions.id"]),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    division_id: Mapped[str] = mapped_column(Id, primary_key=True)
    geometry: Mapped[dict[str, Any]] = mapped_column(Json)


class Area(Base):
    """A grouping of stations with a lead and a group head (片区)."""

    __tablename__ = "areas"
    __table_args__ = (
        ForeignKeyConstraint(["network_id"], ["networks.id"]),
        UniqueConstraint("network_id", "code"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(100))


class Sector(Base):
    """The social sector that a member or a station belongs to (界别)."""

    __tablename__ = "sectors"
    __table_args__ = (ForeignKeyConstraint(["network_id"], ["networks.id"]),)

    network_id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))


class Topic(Base):
    """What a reception can be about; a code of the network's list."""

    __tablename__ = "topics"
    __table_args__ = (ForeignKeyConstraint(["network_id"], ["networks.id"]),)

    network_id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    # Phones name things by UUID in the feed, so a topic has one too.
    id: Mapped[str] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(100))
    position: Mapped[int] = mapped_column(default=0)


class Station(Base):
    """A place with a door where members take turns on duty."""

    __tablename__ = "stations"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "division_id"], ["divisions.network_id", "divisions.id"]),
        ForeignKeyConstraint(["network_id", "area_id"], ["areas.network_id", "areas.id"]),
        ForeignKeyConstraint(["network_id", "sector"], ["sectors.network_id", "sectors.code"]),
        UniqueConstraint("network_id", "code"),
        CheckConstraint(
            "kind IN ('workstation', 'studio', 'liaison_station', 'room', 'collection_point')", name="kind"
        ),
        CheckConstraint("status IN ('planned', 'open', 'suspended', 'closed')", name="status"),
        CheckConstraint("fence_radius_m BETWEEN 50 AND 1000", name="fence_radius_m"),
        CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="position"),
        Index("ix_stations_position", "network_id", "lat", "lon"),
        Index("ix_stations_division", "network_id", "division_id"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(100))
    # First letters of the name's pinyin, lower case, for finding it by `q`.
    initials: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))
    # Its own division: community, street, district or city; `level` is that division's level.
    division_id: Mapped[str] = mapped_column(Id)
    level: Mapped[str] = mapped_column(String(20))
    area_id: Mapped[str | None] = mapped_column(Id)
    sector: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(200))
    lat: Mapped[float]
    lon: Mapped[float]
    fence_radius_m: Mapped[int] = mapped_column(default=300)
    serves_street: Mapped[bool]
    status: Mapped[str] = mapped_column(String(20))
    opening_hours: Mapped[str | None] = mapped_column(String(200))
    # Local days, half-open. No opening day means: always open before `closed_on`.
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    # Rotating the station code raises this: the secret is derived from the station and its epoch.
    code_epoch: Mapped[int] = mapped_column(default=1)
    # The ids from the city down to its own division.
    division_path: Mapped[list[str]] = column_property(
        select(Division.path)
        .where(Division.network_id == network_id, Division.id == division_id)
        .correlate_except(Division)
        .scalar_subquery()
    )


class ChecklistItem(Base):
    """One item of the network's standard at one station: met or not, by whom, when, with what proof."""

    __tablename__ = "checklist_items"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "station_id"], ["stations.network_id", "stations.id"]),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(Id, primary_key=True)
    item: Mapped[str] = mapped_column(String(60), primary_key=True)
    met: Mapped[bool]
    checker: Mapped[str | None] = mapped_column(String(100))
    confirmed_on: Mapped[date | None]
    proof: Mapped[str | None] = mapped_column(String(200))


class Edit(Base):
    """One change that the office made to what stands still: who, when, before, after and why.

    Only ever added to; an undo is a further edit. The versions of one thing are 1, 2, 3 … without a gap, so
    two people who edit the same version meet in the key.
    """

    __tablename__ = "edits"
    __table_args__ = (
        ForeignKeyConstraint(["network_id"], ["networks.id"]),
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        Index("ix_edits_made_at", "network_id", "made_at"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    # station, area, topic, planned_shift or member.
    noun: Mapped[str] = mapped_column(String(20), primary_key=True)
    thing_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Null: somebody at the server's command line.
    member_id: Mapped[str | None] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(String(500))
    # The fields that changed, as on the wire. Null before: it was new; null after: it was taken away.
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # The version that this one took back.
    undoes: Mapped[int | None]
