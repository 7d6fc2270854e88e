"""Check-ins: one person present at one station at one moment. And the screens at stations' doors."""

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workstation.database import Base, Id, Json, UtcDateTime

# By the database's name: a fact that staff had to release. Few are, so an index of these alone is small.
IS_RELEASED = {
    "sqlite": text("""instr(flags, '"released"') > 0"""),
    "postgresql": text("""flags @> '["released"]'"""),
}


class Judged:
    """What the server made of an entry about presence. Positions are judged, then forgotten."""

    # inside, outside, uncertain or no_fix; null when it could not be judged.
    verdict: Mapped[str | None] = mapped_column(String(10))
    # Metres, rounded to 10.
    distance_m: Mapped[int | None]
    accuracy_m: Mapped[int | None]
    # 0 by hand or on behalf, 1 weak, 2 inside fix or station code, 3 both.
    evidence: Mapped[int]


class CheckIn(Judged, Base):
    """The current state of one check-in; its first wording and its amendments stand in receipts."""

    __tablename__ = "check_ins"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "station_id"], ["stations.network_id", "stations.id"]),
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        Index("ix_check_ins_station_day", "network_id", "station_id", "day"),
        Index("ix_check_ins_member", "network_id", "member_id", "occurred_at"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    station_id: Mapped[str] = mapped_column(Id)
    member_id: Mapped[str] = mapped_column(Id)
    # Who entered it for the member (代录); null when it is the member's own.
    entered_by_id: Mapped[str | None] = mapped_column(Id)
    purpose: Mapped[str] = mapped_column(String(20))
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The station's local day of `occurred_at`.
    day: Mapped[date]
    flags: Mapped[list[str]] = mapped_column(Json)
    note: Mapped[str | None] = mapped_column(String(2000))
    withdrawn: Mapped[bool]


class DoorScreen(Base):
    """A tablet at a station's door that shows the station code. Nobody's device: it has no person."""

    __tablename__ = "door_screens"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "station_id"], ["stations.network_id", "stations.id"]),
        UniqueConstraint("token_hash"),
        Index("ix_door_screens_station", "network_id", "station_id"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    station_id: Mapped[str] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(100))
    installation_id: Mapped[str | None] = mapped_column(Id)
    key_thumbprint: Mapped[str | None] = mapped_column(String(60))
    # SHA-256 of the token. It stands in no table of people, so it can open nothing of theirs.
    token_hash: Mapped[str] = mapped_column(String(64))
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StationOffsets(Base):
    """How many check-ins answered how, when asked whether the station stands where it is said to stand.

    Answers are names out of a fixed list (geography/datum_guard.py): no position, no distance, no person.
    """

    __tablename__ = "station_offsets"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "station_id"], ["stations.network_id", "stations.id"]),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(Id, primary_key=True)
    # Where the station was said to stand when they were counted; moved, it is counted anew.
    place: Mapped[str] = mapped_column(String(60))
    answers: Mapped[dict[str, int]] = mapped_column(Json)
