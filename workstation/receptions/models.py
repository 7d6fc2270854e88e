"""Receptions of the public, and the constituents who agreed to be named."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from workstation.check_ins.models import IS_RELEASED
from workstation.database import Base, Id, Json, UtcDateTime


class Reception(Base):
    """The current state of one encounter with a person, group or enterprise. An encounter, not a case."""

    __tablename__ = "receptions"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "station_id"], ["stations.network_id", "stations.id"]),
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        CheckConstraint("headcount >= 1", name="headcount"),
        Index("ix_receptions_station_day", "network_id", "station_id", "day"),
        Index("ix_receptions_member", "network_id", "member_id", "started_at"),
        Index(
            "ix_receptions_released",
            "network_id",
            "day",
            "station_id",
            postgresql_where=IS_RELEASED["postgresql"],
            sqlite_where=IS_RELEASED["sqlite"],
        ),
        Index(
            "ix_receptions_awaiting",
            "network_id",
            "started_at",
            "id",
            postgresql_where=text("wants_reply IS TRUE AND withdrawn IS FALSE"),
            sqlite_where=text("wants_reply IS 1 AND withdrawn IS 0"),
        ),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    station_id: Mapped[str] = mapped_column(Id)
    member_id: Mapped[str] = mapped_column(Id)
    entered_by_id: Mapped[str | None] = mapped_column(Id)
    # As the phone named it; the shift may arrive later or never.
    shift_id: Mapped[str | None] = mapped_column(Id)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    day: Mapped[date]
    channel: Mapped[str] = mapped_column(String(20))
    party_kind: Mapped[str] = mapped_column(String(20))
    headcount: Mapped[int]
    topic: Mapped[str] = mapped_column(String(40))
    summary: Mapped[str] = mapped_column(String(2000))
    answered_on_spot: Mapped[bool]
    wants_reply: Mapped[bool]
    flags: Mapped[list[str]] = mapped_column(Json)
    withdrawn: Mapped[bool]


class Constituent(Base):
    """Name and contact of somebody who agreed to be named, encrypted; redacted in time."""

    __tablename__ = "constituents"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "reception_id"], ["receptions.network_id", "receptions.id"]),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    reception_id: Mapped[str] = mapped_column(Id, primary_key=True)
    # Encrypted JSON {name, contact}; null once redacted.
    identity: Mapped[bytes | None] = mapped_column(LargeBinary)
    consent_version: Mapped[str] = mapped_column(String(40))
    redact_after: Mapped[date]
