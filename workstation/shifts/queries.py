"""Asks the database for duty: worked and planned."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, case, func, select

from workstation.database import db
from workstation.local_time import day_start
from workstation.people.models import Member, StationMember
from workstation.shifts.models import PlannedShift, Shift
from workstation.shifts.rules import LONGEST


class Duty(NamedTuple):
    """One stretch of duty; an open one lasts until the rule closes it."""

    id: str
    member_id: str
    starts_at: datetime
    ends_at: datetime


def list_duties(
    *, network_id: int, member_ids: Collection[str], since: datetime, until: datetime
) -> list[Duty]:
    """The shifts of these people that may have been running between the two moments."""
    near = timedelta(days=1) + LONGEST
    rows = db.session.execute(
        select(
            Shift.id, Shift.member_id, Shift.started_at, func.coalesce(Shift.ended_at, Shift.closes_at)
        ).where(
            Shift.network_id == network_id,
            Shift.member_id.in_(member_ids),
            Shift.started_at.between(since - near, until + near),
            Shift.withdrawn.is_(False),
        )
    )
    return [Duty(*row) for row in rows]


def list_plans(
    *, network_id: int, member_ids: Collection[str], since: datetime, until: datetime
) -> list[PlannedShift]:
    """What is planned for these people around the two moments."""
    near = timedelta(days=1)
    return list(
        db.session.scalars(
            select(PlannedShift).where(
                PlannedShift.network_id == network_id,
                PlannedShift.member_id.in_(member_ids),
                PlannedShift.starts_at.between(since - near, until + near),
            )
        )
    )


class DoorDuty(NamedTuple):
    """One planned stretch of duty as the public may see it; `name` only of a member who agreed."""

    starts_at: datetime
    ends_at: datetime
    name: str | None


def list_door_duties(*, network_id: int, station_id: str, since: date, until: date) -> list[DoorDuty]:
    """What is planned at a station on these local days (half-open), earliest first."""
    same = and_(Member.network_id == PlannedShift.network_id, Member.id == PlannedShift.member_id)
    agreed = Member.shows_name_at_door.is_(True) & Member.disabled_at.is_(None)
    rows = db.session.execute(
        select(PlannedShift.starts_at, PlannedShift.ends_at, case((agreed, Member.name)))
        .join(Member, same)
        .where(
            PlannedShift.network_id == network_id,
            PlannedShift.station_id == station_id,
            # One that began the evening before goes on after midnight.
            PlannedShift.day >= since - timedelta(days=1),
            PlannedShift.day < until,
            PlannedShift.ends_at > day_start(since),
        )
        .order_by(PlannedShift.starts_at, PlannedShift.ends_at, Member.code)
    )
    return [DoorDuty(*row) for row in rows]


class Turn(NamedTuple):
    """One planned stretch of duty as colleagues at the station see it."""

    id: str
    station_id: str
    member_name: str
    is_own: bool
    starts_at: datetime
    ends_at: datetime


def list_turns(*, network_id: int, member_id: str, since: date, until: date) -> list[Turn]:
    """Who is planned on these local days (half-open) at the stations of this member, earliest first."""
    same = and_(Member.network_id == PlannedShift.network_id, Member.id == PlannedShift.member_id)
    stations = select(StationMember.station_id).where(
        StationMember.network_id == network_id, StationMember.member_id == member_id
    )
    columns = (PlannedShift.id, PlannedShift.station_id, Member.name, PlannedShift.member_id == member_id)
    rows = db.session.execute(
        select(*columns, PlannedShift.starts_at, PlannedShift.ends_at)
        .join(Member, same)
        .where(
            PlannedShift.network_id == network_id,
            PlannedShift.station_id.in_(stations),
            PlannedShift.day >= since,
            PlannedShift.day < until,
        )
        .order_by(PlannedShift.starts_at, PlannedShift.ends_at, Member.code)
    )
    return [Turn(*row) for row in rows]
