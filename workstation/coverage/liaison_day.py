"""What a liaison looks after today: the own stations, who is due, who is there, and who waits for a reply.

A planned turn is met by a shift or a check-in of the planned person at that station. Nothing here counts or
compares people: it is a list for the day.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from workstation.check_ins.models import CheckIn
from workstation.database import db
from workstation.local_time import day_start
from workstation.network.models import Station
from workstation.network.queries import confine_stations
from workstation.people.models import Member, StationMember
from workstation.people.rules import Scope
from workstation.receptions.models import Reception
from workstation.shifts.models import PlannedShift, Shift
from workstation.shifts.rules import EARLY

REPLIES_SHOWN = 50


class Planned(NamedTuple):
    """One planned turn of the day."""

    id: str
    station_id: str
    member_id: str
    member_name: str
    starts_at: datetime
    ends_at: datetime


class Present(NamedTuple):
    """Somebody who was or is there; `ended_at` is null for a check-in and for a shift that goes on."""

    kind: str
    id: str
    station_id: str
    member_id: str
    member_name: str
    started_at: datetime
    ended_at: datetime | None
    closes_at: datetime | None


class Waiting(NamedTuple):
    """A reception of which somebody waits for a reply. Without who that is."""

    id: str
    station_id: str
    member_name: str
    started_at: datetime
    headcount: int
    topic: str
    summary: str


class Person(NamedTuple):
    """Somebody for whom a liaison may enter."""

    id: str
    name: str
    station_ids: list[str]


def since_when(turn: Planned, present: Iterable[Present]) -> datetime | None:
    """When the planned person came, at most an hour early; None while there is no record of it."""
    came = [
        each.started_at
        for each in present
        if (each.station_id, each.member_id) == (turn.station_id, turn.member_id)
        and each.started_at < turn.ends_at
        and (each.ended_at or each.started_at) >= turn.starts_at - EARLY
    ]
    return min(came, default=None)


def list_own_stations(*, scope: Scope) -> list[Station]:
    """The stations within the scope, by code."""
    return list(db.session.scalars(confine_stations(select(Station), scope=scope).order_by(Station.code)))


def list_planned(*, scope: Scope, day: date) -> list[Planned]:
    """Who is planned there on a local day, those that began the evening before and go on included."""
    columns = (PlannedShift.id, PlannedShift.station_id, PlannedShift.member_id, Member.name)
    rows = db.session.execute(
        select(*columns, PlannedShift.starts_at, PlannedShift.ends_at)
        .join(Member, _who(PlannedShift))
        .where(
            _within(PlannedShift, scope),
            PlannedShift.day.between(day - timedelta(days=1), day),
            PlannedShift.ends_at > day_start(day),
        )
        .order_by(PlannedShift.starts_at, PlannedShift.ends_at, Member.code)
    )
    return [Planned(*row) for row in rows]


def list_present(*, scope: Scope, day: date, now: datetime) -> list[Present]:
    """Shifts and check-ins of a local day, and shifts from before that go on; latest last."""
    shifts = db.session.execute(
        select(Shift, Member.name)
        .join(Member, _who(Shift))
        .where(
            _within(Shift, scope),
            Shift.withdrawn.is_(False),
            or_(Shift.day == day, and_(Shift.ended_at.is_(None), Shift.closes_at > now)),
        )
    )
    check_ins = db.session.execute(
        select(CheckIn, Member.name)
        .join(Member, _who(CheckIn))
        .where(_within(CheckIn, scope), CheckIn.withdrawn.is_(False), CheckIn.day == day)
    )
    found = [
        Present("shift", *_place(each), name, each.started_at, each.ended_at, each.closes_at)
        for each, name in shifts
    ]
    found += [
        Present("check_in", *_place(each), name, each.occurred_at, None, None) for each, name in check_ins
    ]
    return sorted(found, key=lambda each: (each.started_at, each.id))


def _place(each: Shift | CheckIn) -> tuple[str, str, str]:
    return each.id, each.station_id, each.member_id


def list_awaiting_reply(*, scope: Scope) -> tuple[int, list[Waiting]]:
    """How many receptions wait for a reply, and the oldest of them."""
    waits = and_(_within(Reception, scope), Reception.wants_reply.is_(True), Reception.withdrawn.is_(False))
    total = db.session.scalar(select(func.count(Reception.id)).where(waits))
    columns = (Reception.id, Reception.station_id, Member.name, Reception.started_at)
    rows = db.session.execute(
        select(*columns, Reception.headcount, Reception.topic, Reception.summary)
        .join(Member, _who(Reception))
        .where(waits)
        .order_by(Reception.started_at, Reception.id)
        .limit(REPLIES_SHOWN)
    )
    return total or 0, [Waiting(*row) for row in rows]


def list_own_people(*, scope: Scope, also: Sequence[str] = ()) -> list[Person]:
    """The people of the stations within the scope, and `also` those planned there; not the one who asks."""
    stations = confine_stations(select(Station.id), scope=scope)
    here = and_(
        StationMember.network_id == Member.network_id,
        StationMember.member_id == Member.id,
        StationMember.station_id.in_(stations),
    )
    rows = db.session.execute(
        select(Member.id, Member.name, StationMember.station_id)
        .outerjoin(StationMember, here)
        .where(
            Member.network_id == scope.network_id,
            Member.disabled_at.is_(None),
            Member.id != scope.member_id,
            or_(StationMember.station_id.is_not(None), Member.id.in_(sorted(also))),
        )
        .order_by(Member.name, Member.code, StationMember.station_id)
    )
    people: dict[str, Person] = {}
    for id, name, station_id in rows:
        person = people.setdefault(id, Person(id, name, []))
        person.station_ids.extend([station_id] if station_id else [])
    return list(people.values())


def _who(model: Any) -> ColumnElement[bool]:
    """Joins the person whose it is."""
    return and_(Member.network_id == model.network_id, Member.id == model.member_id)


def _within(model: Any, scope: Scope) -> ColumnElement[bool]:
    """At a station within the scope."""
    stations = confine_stations(select(Station.id), scope=scope)
    return and_(model.network_id == scope.network_id, model.station_id.in_(stations))
