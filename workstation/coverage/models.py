"""Figures of stations by day and month, and the notes of what they still have to take in.

The figures follow from the facts and can be rebuilt from them at any time. On SQLite they are stored in the
order of their keys (no rowid), so that a window of a station is one stretch of the file.
"""

from datetime import date

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from workstation.database import Base, Id, Json, Number


class Counted:
    """What adds up over days, of one station.

    *low* counts every accepted fact that is not withdrawn; *high* adds every shift without an end, closed by
    rule. A shift that is still open at the moment of reading is taken out of *high* again when reading.
    """

    # Check-ins by evidence 0 to 3.
    check_ins_0: Mapped[int]
    check_ins_1: Mapped[int]
    check_ins_2: Mapped[int]
    check_ins_3: Mapped[int]
    shifts: Mapped[int]
    # Planned shifts, and how many of them were kept; `_firm` leaves out evidence 0, late and stated.
    planned: Mapped[int]
    planned_kept: Mapped[int]
    planned_kept_firm: Mapped[int]
    planned_kept_high: Mapped[int]
    # Milliseconds with at least one person on duty.
    duty_ms_low: Mapped[int] = mapped_column(Number)
    duty_ms_high: Mapped[int] = mapped_column(Number)
    receptions: Mapped[int]
    receptions_firm: Mapped[int]
    people_received: Mapped[int]


COUNTED = tuple(Counted.__annotations__)


class StationDay(Counted, Base):
    """What one station did on one local day."""

    __tablename__ = "station_days"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "station_id"], ["stations.network_id", "stations.id"]),
        Index("ix_station_days_day", "network_id", "day"),
        {"sqlite_with_rowid": False},
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(Id, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    # Shifts of at least the kept length that really ended.
    kept: Mapped[int]
    kept_firm: Mapped[int]
    kept_high: Mapped[int]


class StationMonth(Counted, Base):
    """The days of one station and calendar month added up, so that a year is twelve rows and not 365.

    The days on which something was kept stand in the bits of a number: 1 is the month's first day, 2 its
    second, 4 its third.
    """

    __tablename__ = "station_months"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "station_id"], ["stations.network_id", "stations.id"]),
        {"sqlite_with_rowid": False},
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(Id, primary_key=True)
    # The month's first day.
    month: Mapped[date] = mapped_column(primary_key=True)
    kept_days: Mapped[int]
    kept_firm_days: Mapped[int]
    kept_high_days: Mapped[int]


class MemberDay(Base):
    """What one person did at one station on one local day: for person hours and active members.

    The person stands before the day in the key: distinct people of a window are then read in order.
    """

    __tablename__ = "member_days"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "station_id"], ["stations.network_id", "stations.id"]),
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        Index("ix_member_days_day", "network_id", "day", "station_id"),
        {"sqlite_with_rowid": False},
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(Id, primary_key=True)
    member_id: Mapped[str] = mapped_column(Id, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    person_ms_low: Mapped[int] = mapped_column(Number)
    person_ms_high: Mapped[int] = mapped_column(Number)


class MemberMonth(Base):
    """The days of one person at one station and calendar month added up."""

    __tablename__ = "member_months"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "station_id"], ["stations.network_id", "stations.id"]),
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        {"sqlite_with_rowid": False},
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(Id, primary_key=True)
    member_id: Mapped[str] = mapped_column(Id, primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    person_ms_low: Mapped[int] = mapped_column(Number)
    person_ms_high: Mapped[int] = mapped_column(Number)


class StationWindow(Counted, Base):
    """One of the windows that pages open by themselves, added up for one station: so that a page of many
    thousand stations adds up one row each.

    It names what it rests on beside the days: where `opened_on` or `stretch_days` is another by now, or the
    row is not there, nobody uses it. With a day of the station its rows go, in the same transaction.
    """

    __tablename__ = "station_windows"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "station_id"], ["stations.network_id", "stations.id"]),
        Index("ix_station_windows_window", "network_id", "days", "ends_on"),
        {"sqlite_with_rowid": False},
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(Id, primary_key=True)
    # The window: so many days, up to and without `ends_on`.
    days: Mapped[int] = mapped_column(primary_key=True)
    ends_on: Mapped[date] = mapped_column(primary_key=True)
    # When the station opened, and the threshold that says how far back stretches are counted.
    opened_on: Mapped[date | None]
    stretch_days: Mapped[int]
    # The longest stretch without a kept shift, in days; the shortest that it may turn out to have been.
    stretch: Mapped[int]
    stretch_low: Mapped[int]
    person_ms_low: Mapped[int] = mapped_column(Number)
    person_ms_high: Mapped[int] = mapped_column(Number)
    # The last day with a kept shift before the window's end, however long ago.
    last_kept_on: Mapped[date | None]


class MemberWindow(Base):
    """Who has a record at a station in such a window: distinct people of a group are counted from these."""

    __tablename__ = "member_windows"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "station_id"], ["stations.network_id", "stations.id"]),
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        Index("ix_member_windows_window", "network_id", "days", "ends_on"),
        {"sqlite_with_rowid": False},
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(Id, primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    ends_on: Mapped[date] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(Id, primary_key=True)


class TouchedDays(Base):
    """The station-days that one transaction changed and whose figures do not say so yet.

    Written with the facts, deleted with the figures. Never updated and never shared, so that a writer waits
    for nobody and no note can vanish under another's.
    """

    __tablename__ = "touched_days"
    __table_args__ = (ForeignKeyConstraint(["network_id"], ["networks.id"]),)

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    # Pairs of station id and local day.
    places: Mapped[list[tuple[str, str]]] = mapped_column(Json)
    # What check-ins said of where stations stand (check_ins/doubted_places.py); null when they said nothing.
    offsets: Mapped[list[tuple[str, str, str]] | None] = mapped_column(Json)
