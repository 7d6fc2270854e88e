"""Rows of figures from windows that are added up already: plain stations by the database, others one by one.

A station is in doubt where a phone, an open shift or a plan may still change what its days say, or where
staff released what it rests on. These are few; where they are many, everything is judged one by one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, func, null, select

from workstation.coverage.facts import list_open_places
from workstation.coverage.judged import (
    Waiting,
    added,
    is_plain,
    judge_all,
    keys_by_division,
    read_added,
    values_for,
)
from workstation.coverage.models import MemberWindow
from workstation.coverage.people import People
from workstation.coverage.phones import Silence, get_silence
from workstation.coverage.places import Map
from workstation.coverage.released import list_released_places
from workstation.coverage.rows import Row, make_rows, name_groups, served_street, station_keys
from workstation.coverage.settling import open_days
from workstation.coverage.stations import Picture, get_picture
from workstation.coverage.tallies import Tally
from workstation.coverage.usual_windows import is_of, is_usual
from workstation.coverage.windows import Window
from workstation.database import db
from workstation.local_time import local_day
from workstation.network.models import Station

MOST_IN_DOUBT = 5_000
MANY = 1_000  # ids in one statement cost more than reading all stations
GROUPED = ("district", "street", "area", "sector", "kind")
Tallies = defaultdict[str | None, Tally]


@dataclass(frozen=True, kw_only=True)
class View:
    """What is added up of a window; `picture` has the stations in doubt alone."""

    ground: Map
    window: Window
    now: datetime
    silence: Silence
    judged: CTE
    waiting: Waiting
    doubtful: Collection[str]
    picture: Picture

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of statements over `judged`."""
        return values_for(self.doubtful, self.waiting)

    @property
    def settled_until(self) -> date:
        """As Picture.settled_until, of all in sight."""
        return self.silence.settled_until(self.now)


def find_view(*, ground: Map, window: Window, now: datetime) -> View | None:
    """The window added up; None where it is not, or where too much is in doubt."""
    if not is_usual(window, now=now) or not ground.standing.count:
        return None
    silence = get_silence(ground=ground, window=window, now=now)
    doubtful = _list_doubtful(ground, window, now, silence)
    waiting = _waiting(ground, now, silence)
    if len(doubtful) > MOST_IN_DOUBT:
        return None
    return View(
        ground=ground,
        window=window,
        now=now,
        silence=silence,
        judged=judge_all(ground=ground, window=window, waiting=waiting),
        waiting=waiting,
        doubtful=doubtful,
        picture=get_picture(ground=ground.only(sorted(doubtful)), window=window, now=now, silence=silence),
    )


def _list_doubtful(ground: Map, window: Window, now: datetime, silence: Silence) -> set[str]:
    places: Iterable[tuple[str, Any]] = [
        *list_open_places(network_id=ground.network.id, window=window, now=now),
        *((plan.station_id, plan.day) for plan in silence.plans),
        *list_released_places(ground=ground, window=window),
    ]
    return {station_id for station_id, _ in places} | {each for each in silence.pending if each is not None}


def _waiting(ground: Map, now: datetime, silence: Silence) -> Waiting:
    today = local_day(now)
    awaited = [(each, day) for each, days in silence.unsettled.items() for day in days if day < today]
    return Waiting(today, open_days(now=now, thresholds=ground.thresholds)[0], sorted(awaited))


def list_added_rows(view: View, *, by: str) -> tuple[Row, list[Row]] | None:
    """What rows.list_rows says, of single stations the totals only; None where not all is added up."""
    ground, tallies, everything = view.ground, defaultdict[str | None, Tally](Tally), Tally()
    hours: dict[str | None, list[int]] = defaultdict(lambda: [0, 0])
    today = view.silence.unsettled_days("")  # of a station that waits for no phone
    found = db.session.execute(_grouped(view, by), view.values).all()
    some = [(key, plain, read_added(counts)) for key, plain, *counts in found]
    if sum(each.stations - each.stale for _, _, each in some) != ground.standing.count:
        return None
    for key, plain, each in some:
        for group in {key, None}:
            hours[group][0] += each.person_ms_low
            hours[group][1] += each.person_ms_high
        if plain:
            tallies[key].add_plain(each, today)
            everything.add_plain(each, today)
    _add_doubtful(view, by, tallies, everything)
    _add_silence(view, by, tallies, everything)
    _add_streets(view, by, tallies, everything)
    members = _count_members(view, by)
    people = {key: People(members.get(key, 0), *ms) for key, ms in hours.items()}
    groups = [] if by == "station" else name_groups(ground, by, {key for key in hours if key is not None})
    return make_rows(ground, by, groups, tallies=tallies, everything=everything, people=people)


def _key(view: View, by: str) -> tuple[ColumnElement[Any], CTE | None]:
    """The key of a station's group, and the table by division that it comes from."""
    if by in ("district", "street"):
        keys = keys_by_division(view.ground, by)
        return keys.c.key, keys
    column = {"area": "area_id", "sector": "sector", "kind": "kind"}.get(by)
    return (view.judged.c[column], None) if column else (null(), None)


def _from(view: View, statement: Select[Any], keys: CTE | None) -> Select[Any]:
    found = statement.select_from(view.judged)
    return found if keys is None else found.outerjoin(keys, keys.c.id == view.judged.c.division_id)


def _grouped(view: View, by: str) -> Select[Any]:
    """Key, whether plain, and what is added up."""
    key, keys = _key(view, by)
    plain = case((is_plain(view.judged, view.doubtful), 1), else_=0).label("plain")
    grouped = [plain] if by not in GROUPED else [key, plain]
    return _from(view, select(key, plain, *added(view.judged)), keys).group_by(*grouped)


def _add_doubtful(view: View, by: str, tallies: Tallies, everything: Tally) -> None:
    picture = view.picture
    keys = station_keys(picture.ground, by) if picture.stations else {}
    for one in picture.stations:
        street = served_street(view.ground, one)
        for tally in (tallies[keys[one.stand.id]], everything):
            tally.add(one, street)


def _add_silence(view: View, by: str, tallies: Tallies, everything: Tally) -> None:
    """Silent phones, and the days that wait for them."""
    silence = view.silence
    ids = sorted({each for each in (*silence.silent, *silence.unsettled) if each is not None})
    seen = view.ground.only(ids) if len(ids) < MANY else view.ground
    keys = station_keys(seen, by) if ids else {}
    for station_id, key in keys.items():
        if station_id not in silence.silent and station_id not in silence.unsettled:
            continue
        for tally in (tallies[key], everything):
            tally.silent |= silence.silent.get(station_id, set())
            tally.unsettled.update(silence.unsettled_days(station_id))
    if view.ground.is_whole:  # phones of which nobody knows where they are
        everything.pending += silence.pending.get(None, 0)
        everything.silent |= silence.silent.get(None, set())


def _add_streets(view: View, by: str, tallies: Tallies, everything: Tally) -> None:
    """The streets that plain stations serve. A street lies in one district: its group needs no own list."""
    for area_id, street, *reached in db.session.execute(_served(view, by), view.values):
        if street not in view.ground.streets:
            continue
        for served, own, is_reached in zip(everything.served, tallies[area_id].served, reached, strict=True):
            served.update({street} if is_reached else ())
            own.update({street} if is_reached else ())
    if by in ("district", "street"):
        for tally in tallies.values():
            tally.served = everything.served


def find_effective_streets(view: View) -> frozenset[str] | None:
    """The streets in sight that an effective station serves; None where not all is added up."""
    if list_added_rows(view, by="network") is None:
        return None
    everything = Tally()
    _add_doubtful(view, "network", defaultdict(Tally), everything)
    _add_streets(view, "network", defaultdict(Tally), everything)
    return view.ground.streets & everything.served[1]


def _served(view: View, by: str) -> Select[Any]:
    """Area (where groups are areas), street, and whether a plain station serving it is tangible and so on."""
    judged, streets = view.judged, keys_by_division(view.ground, "street")
    areas: list[Any] = [judged.c.area_id] if by == "area" else []
    reached = (
        func.max(case((judged.c[name], 1), else_=0))
        for name in ("is_tangible", "is_effective", "may_be_effective")
    )
    return (
        select(*(areas or [null()]), streets.c.key, *reached)
        .select_from(judged)
        .join(streets, streets.c.id == judged.c.division_id)
        .where(judged.c.serves_street, is_plain(judged, view.doubtful))
        .group_by(*areas, streets.c.key)
    )


def _count_members(view: View, by: str) -> dict[str | None, int]:
    """Key of a group → its distinct people; None is everybody in sight."""
    ground, row = view.ground, MemberWindow
    here = [row.network_id == ground.network.id, is_of(row, view.window)]
    if not ground.is_whole:
        here.append(row.station_id.in_(ground.stations))
    everybody = select(row.member_id).where(*here).distinct().subquery()
    found: dict[str | None, int] = {None: db.session.scalar(select(func.count()).select_from(everybody)) or 0}
    if by not in GROUPED:
        return found
    pairs = _members_by_key(view, by).where(*here).distinct().subquery()
    counts = (
        select(pairs.c.key, func.count().label("people"))
        .where(pairs.c.key.is_not(None))
        .group_by(pairs.c.key)
    )
    return found | {row.key: row.people for row in db.session.execute(counts)}


def _members_by_key(view: View, by: str) -> Select[Any]:
    ground, row = view.ground, MemberWindow
    at = and_(Station.network_id == ground.network.id, Station.id == row.station_id)
    if by not in ("district", "street"):
        key = ground.column({"area": "area_id"}.get(by, by))
        return select(key.label("key"), row.member_id).join(Station, at)
    keys = keys_by_division(ground, by)
    found = select(keys.c.key, row.member_id).join(Station, at)
    return found.join(keys, keys.c.id == ground.column("division_id"))
