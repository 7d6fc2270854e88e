"""The phones that hold something, by station: only as long as they do, and without a history."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from workstation.coverage.awaited import heard_at, is_alive
from workstation.coverage.operations import catch_up
from workstation.coverage.phones import list_holding_back
from workstation.coverage.places import Map, get_map
from workstation.database import begin_report, db
from workstation.local_time import local_day
from workstation.people.models import Device, Member, StationMember
from workstation.people.rules import Scope
from workstation.sync.models import Receipt
from workstation.sync.rules import LARGE_SKEW

MOST_SPANS = 20


class Span(NamedTuple):
    """Numbers of a phone that never came, the first and the last of them."""

    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One phone that holds something, as it is awaited at one station.

    `missing` are the gaps in its numbers, the first 20; `missing_count` counts all. What is missing may still
    be on the phone as long as it has `pending` entries. `clock_off_s` is null for a clock that is right.
    """

    device_id: str
    name: str
    member_id: str
    member_name: str
    pending: int
    missing: Sequence[Span]
    missing_count: int
    unsettled: Sequence[date]
    silent_days: int
    app_version: str | None
    clock_off_s: int | None


@dataclass(frozen=True, kw_only=True)
class AtStation:
    """The phones awaited at one station; without a station where nobody knows of one."""

    station_id: str | None
    station_name: str | None
    phones: Sequence[Holding]


def list_fleet(*, scope: Scope, now: datetime) -> list[AtStation]:
    """Phones within the scope with waiting entries, a gap, or a day that is over and not settled."""
    catch_up(network_id=scope.network_id)
    begin_report()
    ground = get_map(scope=scope, day=local_day(now))
    awaited = list_holding_back(ground=ground, now=now)
    mine = or_(_is_in_sight(ground), Device.id.in_(sorted(awaited)))
    gaps = _list_gaps(ground, mine, now)
    holding = or_(Device.pending > 0, Device.id.in_(sorted(gaps.keys() | awaited.keys())))
    devices = _list_devices(ground, and_(mine, holding), now)
    homes = _list_homes(ground, {device.member_id for device, _ in devices})
    found: dict[str | None, list[Holding]] = defaultdict(list)
    for device, member_name in devices:
        days, missing = awaited.get(device.id, {}), gaps.get(device.id, [])
        own = _own_stations(ground, device, homes) if device.pending or missing else set()
        places: list[str | None] = [*sorted(days.keys() | own)]
        for place in places or [None]:
            found[place].append(_holding(device, member_name, missing, days.get(place or "", []), now))
    return _by_station(ground, found)


def _is_in_sight(ground: Map) -> ColumnElement[bool]:
    """Condition on Device: last at a station in sight; where nobody knows, its person belongs to one."""
    if ground.is_whole:
        return Device.network_id == ground.network.id
    members = select(StationMember.member_id).where(
        StationMember.network_id == ground.network.id, StationMember.station_id.in_(ground.stations)
    )
    unplaced = and_(Device.last_station_id.is_(None), Device.member_id.in_(members))
    return or_(Device.last_station_id.in_(ground.stations), unplaced)


def _list_gaps(ground: Map, mine: ColumnElement[bool], now: datetime) -> dict[str, list[Span]]:
    """The numbers that are missing of each phone, in one statement.

    A gap is told for as long as a silent phone would be: what came after it must have come since then.
    """
    devices = select(Device.id).where(is_alive(ground, now), mine)
    before = func.lag(Receipt.seq, 1, 0).over(partition_by=Receipt.device_id, order_by=Receipt.seq)
    numbered = (
        select(Receipt.device_id, Receipt.seq, Receipt.received_at, before.label("before"))
        .where(
            Receipt.network_id == ground.network.id,
            Receipt.device_id.in_(devices),
            Receipt.seq.is_not(None),
        )
        .subquery()
    )
    since = now - timedelta(days=ground.thresholds.silent_days)
    rows = db.session.execute(
        select(numbered.c.device_id, numbered.c.before + 1, numbered.c.seq - 1)
        .where(numbered.c.seq - numbered.c.before > 1, numbered.c.received_at >= since)
        .order_by(numbered.c.seq)
    )
    gaps: dict[str, list[Span]] = defaultdict(list)
    for device_id, first, last in rows:
        gaps[device_id].append(Span(first, last))
    return gaps


def _list_devices(ground: Map, wanted: ColumnElement[bool], now: datetime) -> list[tuple[Device, str]]:
    rows = db.session.execute(
        select(Device, Member.name)
        .join(Member, and_(Member.network_id == Device.network_id, Member.id == Device.member_id))
        .where(is_alive(ground, now), wanted)
        .order_by(Device.pending.desc(), heard_at(), Device.id)
    )
    return [(device, name) for device, name in rows]


def _list_homes(ground: Map, member_ids: set[str]) -> dict[str, set[str]]:
    """The stations in sight to which these people belong."""
    rows = db.session.execute(
        select(StationMember.member_id, StationMember.station_id).where(
            StationMember.network_id == ground.network.id,
            StationMember.member_id.in_(sorted(member_ids)),
            StationMember.station_id.in_(ground.stations),
        )
    )
    homes: dict[str, set[str]] = defaultdict(set)
    for member_id, station_id in rows:
        homes[member_id].add(station_id)
    return homes


def _own_stations(ground: Map, device: Device, homes: Mapping[str, set[str]]) -> set[str]:
    """Where it was last; before its first record, where its person belongs."""
    if device.last_station_id is not None:
        return {device.last_station_id} & {stand.id for stand in ground.stands}
    return set(homes.get(device.member_id, ()))


def _holding(
    device: Device, member_name: str, gaps: Sequence[Span], days: Sequence[date], now: datetime
) -> Holding:
    skew = timedelta(milliseconds=device.skew_ms or 0)
    return Holding(
        device_id=device.id,
        name=device.name,
        member_id=device.member_id,
        member_name=member_name,
        pending=device.pending,
        missing=gaps[:MOST_SPANS],
        missing_count=sum(gap.last - gap.first + 1 for gap in gaps),
        unsettled=days,
        silent_days=(local_day(now) - local_day(device.last_sync_at or device.enrolled_at)).days,
        app_version=device.app_version,
        clock_off_s=round(skew.total_seconds()) if abs(skew) > LARGE_SKEW else None,
    )


def _by_station(ground: Map, found: Mapping[str | None, list[Holding]]) -> list[AtStation]:
    """In the order of the stations' codes; those without a station last."""
    placed = [
        AtStation(station_id=stand.id, station_name=stand.name, phones=found[stand.id])
        for stand in ground.stands
        if stand.id in found
    ]
    if None in found:
        placed.append(AtStation(station_id=None, station_name=None, phones=found[None]))
    return placed
