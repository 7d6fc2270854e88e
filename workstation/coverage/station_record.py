"""What stands behind one station's figures: shifts, receptions by topic, people, what staff released."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, select

from workstation.coverage.days import RECEPTION, SHIFT, Fact, counted
from workstation.coverage.rules import Thresholds
from workstation.coverage.windows import Window
from workstation.database import db
from workstation.network.models import Network
from workstation.network.queries import list_topics
from workstation.network.station_edits import get_station_in_scope
from workstation.people.models import Device, Member, StationMember
from workstation.people.queries import MANAGED_ROLES
from workstation.people.rules import Scope
from workstation.receptions.models import Reception
from workstation.shifts.models import Shift

LATEST_SHIFTS = 20
RELEASED = "released"
Described = dict[str, Any]


class Counted(NamedTuple):
    """A shift or reception that figures count, with what the page says of it."""

    fact: Fact
    row: Any


def get_station_record(*, scope: Scope, station_id: str, window: Window) -> Described:
    """Shifts latest first, receptions by topic, the station's people with their phones.

    `released` counts what gates rest on though staff had to make it a fact. Refuses with station.not_found.
    """
    get_station_in_scope(scope=scope, station_id=station_id)
    shifts = _list_counted(scope, station_id, window, kind=SHIFT)
    receptions = _list_counted(scope, station_id, window, kind=RECEPTION)
    return {
        "shifts": [_shift(one) for one in reversed(shifts[-LATEST_SHIFTS:])],
        "shifts_count": len(shifts),
        "receptions_by_topic": _by_topic(scope, receptions),
        "released": {"shifts": _released(shifts), "receptions": _released(receptions)},
        "people": _list_people(scope, station_id),
    }


def _list_counted(scope: Scope, station_id: str, window: Window, *, kind: str) -> list[Counted]:
    """Those that the figures count, by their start: an entry on behalf gives way to the person's own."""
    model: Any = Shift if kind == SHIFT else Reception
    same = and_(Member.network_id == model.network_id, Member.id == model.member_id)
    rows = db.session.execute(
        select(model, Member.name)
        .join(Member, same)
        .where(
            model.network_id == scope.network_id,
            model.station_id == station_id,
            model.day >= window.starts_on,
            model.day < window.ends_on,
            model.withdrawn.is_(False),
        )
    ).all()
    by_day: dict[Any, list[Counted]] = defaultdict(list)
    for row in rows:
        by_day[row[0].day].append(Counted(_fact(kind, row[0]), row))
    thresholds = _thresholds(scope)
    kept = [one for day in by_day.values() for one in _without_repeats(day, thresholds)]
    return sorted(kept, key=lambda one: one.fact.starts_at)


def _without_repeats(day: Sequence[Counted], thresholds: Thresholds) -> list[Counted]:
    by_identity = {id(one.fact): one for one in day}
    facts = counted([one.fact for one in day], within=thresholds.merge)
    return [by_identity[id(fact)] for fact in facts]


def _fact(kind: str, thing: Any) -> Fact:
    by_others = thing.entered_by_id if thing.entered_by_id != thing.member_id else None
    return Fact(
        kind=kind,
        station_id=thing.station_id,
        day=thing.day,
        member_id=thing.member_id,
        entered_by_id=by_others,
        starts_at=thing.started_at,
        ends_at=thing.ended_at,
        closes_at=getattr(thing, "closes_at", None),
        evidence=getattr(thing, "evidence", 1),
        flags=thing.flags,
        headcount=getattr(thing, "headcount", 0),
    )


def _thresholds(scope: Scope) -> Thresholds:
    return Thresholds.of(db.session.get_one(Network, scope.network_id).thresholds)


def _shift(one: Counted) -> Described:
    shift, name = one.row
    return {
        "id": shift.id,
        "member_name": name,
        "started_at": shift.started_at,
        "ended_at": shift.ended_at,
        "closes_at": shift.closes_at,
        "evidence": shift.evidence,
        "flags": shift.flags,
        "on_behalf": one.fact.entered_by_id is not None,
    }


def _by_topic(scope: Scope, receptions: Sequence[Counted]) -> list[Described]:
    """Most frequent first; topics that the network no longer has keep their code."""
    times, people = Counter[str](), Counter[str]()
    for one in receptions:
        times[one.row[0].topic] += 1
        people[one.row[0].topic] += one.fact.headcount
    names = {topic.code: topic.name for topic in list_topics(network_id=scope.network_id)}
    order = sorted(times, key=lambda code: (-times[code], code))
    return [
        {
            "topic": code,
            "name": names.get(code, code),
            "receptions": times[code],
            "people_received": people[code],
        }
        for code in order
    ]


def _released(facts: Sequence[Counted]) -> int:
    return sum(RELEASED in one.fact.flags for one in facts)


def _list_people(scope: Scope, station_id: str) -> list[Described]:
    """Who belongs to the station, by code; phones only of those whom this person of staff manages."""
    same = and_(StationMember.network_id == Member.network_id, StationMember.member_id == Member.id)
    statement = (
        select(Member)
        .join(StationMember, same)
        .where(Member.network_id == scope.network_id, StationMember.station_id == station_id)
        .where(Member.disabled_at.is_(None))
        .order_by(Member.code)
    )
    people = list(db.session.scalars(statement))
    managed = [person.id for person in people if person.role in MANAGED_ROLES.get(scope.level, ())]
    devices = _list_devices(scope, managed)
    return [
        {name: getattr(person, name) for name in ("id", "code", "name", "role")}
        | {"devices": devices.get(person.id, [])}
        for person in people
    ]


def _list_devices(scope: Scope, member_ids: Sequence[str]) -> dict[str, list[Described]]:
    rows = db.session.scalars(
        select(Device)
        .where(
            Device.network_id == scope.network_id,
            Device.member_id.in_(member_ids),
            Device.token_hash.is_not(None),
        )
        .order_by(Device.enrolled_at)
    )
    found: dict[str, list[Described]] = defaultdict(list)
    for device in rows:
        found[device.member_id].append(
            {"id": device.id, "name": device.name, "revoked_at": device.revoked_at}
        )
    return found
