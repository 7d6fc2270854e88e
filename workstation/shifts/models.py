"""Duty: shifts that were worked, and shifts that are planned."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from workstation.check_ins.models import IS_RELEASED, Judged
from workstation.database import Base, Id, Json, UtcDateTime


class Shift(Judged, Base):
    """The current state of one stretch of duty; its id is that of its `shift_start` entry.

    Without `ended_at` it is open until `closes_at` and auto-closed after: nothing has to run for that.
    """

    __tablename__ = "shifts"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "station_id"], ["stations.network_id", "stations.id"]),
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        Index("ix_shifts_station_day", "network_id", "station_id", "day"),
        Index("ix_shifts_member", "network_id", "member_id", "started_at"),
        Index(
            "ix_shifts_released",
            "network_id",
            "day",
            "station_id",
            postgresql_where=IS_RELEASED["postgresql"],
            sqlite_where=IS_RELEASED["sqlite"],
        ),
        # Few have no end, so who is on duty now is found without going through all that ever were.
        Index(
            "ix_shifts_open",
            "network_id",
            "closes_at",
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    station_id: Mapped[str] = mapped_column(Id)
    member_id: Mapped[str] = mapped_column(Id)
    entered_by_id: Mapped[str | None] = mapped_column(Id)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The entry that ended it; null while none did.
    end_id: Mapped[str | None] = mapped_column(Id)
    # The rule's end for a forgotten one: the planned end, else the earlier of 12 h and local midnight.
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The local day on which it began: all its hours belong there.
    day: Mapped[date]
    flags: Mapped[list[str]] = mapped_column(Json)
    note: Mapped[str | None] = mapped_column(String(2000))
    withdrawn: Mapped[bool]


class PlannedShift(Base):
    """Who is planned where and when (half-open)."""

    __tablename__ = "planned_shifts"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "station_id"], ["stations.network_id", "stations.id"]),
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        CheckConstraint("starts_at < ends_at", name="span"),
        Index("ix_planned_shifts_station_day", "network_id", "station_id", "day"),
        Index("ix_planned_shifts_member", "network_id", "member_id", "starts_at"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    station_id: Mapped[str] = mapped_column(Id)
    member_id: Mapped[str] = mapped_column(Id)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The local day on which it starts.
    day: Mapped[date]
