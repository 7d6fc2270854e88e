"""Rows of figures from windows that are added up already: plain stations by the database, others one by one.

A station is in doubt where a phone, an open shift or a plan may still change what its days say, or where
staff released what it rests on. These are few; where they are many, everything is judged one by one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    CompoundSelect,
    Select,
    String,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from workstation.coverage.facts import list_open_places
from workstation.coverage.judged import (
    Added,
    Waiting,
    added,
    added_again,
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
from workstation.coverage.stations import Picture, empty_picture, get_picture
from workstation.coverage.tallies import Tally
from workstation.coverage.usual_windows import is_of, is_usual
from workstation.coverage.windows import Window
from workstation.database import db
from workstation.local_time import local_day
from workstation.network.models import Station

MOST_IN_DOUBT = 5_000
MANY = 1_000  # ids in one statement cost more than reading all stations
COLUMNS = {"area": "area_id", "sector": "sector", "kind": "kind"}
GROUPED = ("district", "street", *COLUMNS)
REACHED = ("is_tangible", "is_effective", "may_be_effective")
SERVED = 2  # marks the rows that tell streets, beside 0 and 1: whether stations are plain
Tallies = defaultdict[str | None, Tally]
Served = tuple[str | None, list[set[str]]]  # an area, and the streets served as REACHED


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
    doubtful = list_doubtful(ground, window, now, silence)
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
        picture=_picture_doubtful(ground, doubtful, window=window, now=now, silence=silence),
    )


def _picture_doubtful(
    ground: Map, doubtful: Collection[str], *, window: Window, now: datetime, silence: Silence
) -> Picture:
    """The stations in doubt alone; without a question where there are none."""
    chosen = ground.only(sorted(doubtful))
    take = get_picture if doubtful else empty_picture
    return take(ground=chosen, window=window, now=now, silence=silence)


def list_doubtful(ground: Map, window: Window, now: datetime, silence: Silence) -> set[str]:
    """The stations whose judgement phones, open shifts, plans or released facts may change."""
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
    some, served = _read(view, by)
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
    _add_streets(view, by, served, tallies, everything)
    members = _count_members(view, by)
    people = {key: People(members.get(key, 0), *ms) for key, ms in hours.items()}
    groups = [] if by == "station" else name_groups(ground, by, {key for key in hours if key is not None})
    return make_rows(ground, by, groups, tallies=tallies, everything=everything, people=people)


def _read(view: View, by: str) -> tuple[list[tuple[Any, int, Added]], list[Served]]:
    """By group: whether plain, and what is added up. By area, where groups are areas: the streets served."""
    some, served = list[tuple[Any, int, Added]](), list[Served]()
    for key, part, *counts, has_sign, effective, perhaps in db.session.execute(
        _statement(view, by), view.values
    ):
        if part == SERVED:
            served.append((key, [set((text or "").split(",")) for text in (has_sign, effective, perhaps)]))
        else:
            some.append((key, part, read_added(counts)))
    return some, served


def _statement(view: View, by: str) -> CompoundSelect[Any]:
    """Key, whether plain, what is added up; and rows marked SERVED with streets.

    Stations of one place are added up first: a province has a quarter as many places as stations.
    """
    judged, column = view.judged, COLUMNS.get(by)
    own = [judged.c.division_id] if column is None else [judged.c.division_id, judged.c[column]]
    plain = case((is_plain(judged, view.doubtful), 1), else_=0).label("plain")
    serves = (
        func.max(case((judged.c.serves_street & judged.c[name], 1), else_=0)).label(f"serves_{name}")
        for name in REACHED
    )
    places = select(*own, plain, *added(judged), *serves).group_by(*own, plain).cte("by_place")
    # One object for both halves: two of one name do not compile.
    streets = keys_by_division(view.ground, "street")
    return union_all(_grouped(view, by, places, streets), _served(view, by, places, streets))


def _grouped(view: View, by: str, places: CTE, streets: CTE) -> Select[Any]:
    """With room for what `_served` says."""
    rest = [places.c.plain, *added_again(places), *(null() for _ in REACHED)]
    if by in ("district", "street"):
        keys = streets if by == "street" else keys_by_division(view.ground, by)
        joined = select(keys.c.key, *rest).select_from(places)
        return joined.outerjoin(keys, keys.c.id == places.c.division_id).group_by(keys.c.key, places.c.plain)
    if by in COLUMNS:
        key = places.c[COLUMNS[by]]
        return select(key, *rest).group_by(key, places.c.plain)
    return select(null(), *rest).group_by(places.c.plain)


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


def _add_streets(view: View, by: str, served: list[Served], tallies: Tallies, everything: Tally) -> None:
    """The streets that plain stations serve. A street lies in one district: its group needs no own list."""
    for area_id, reached in served:
        for whole, own, streets in zip(everything.served, tallies[area_id].served, reached, strict=True):
            seen = streets & view.ground.streets
            whole |= seen
            own |= seen
    if by in ("district", "street"):
        for tally in tallies.values():
            tally.served = everything.served


def find_effective_streets(view: View) -> frozenset[str] | None:
    """The streets in sight that an effective station serves; None where not all is added up."""
    some, served = _read(view, "network")
    if sum(each.stations - each.stale for _, _, each in some) != view.ground.standing.count:
        return None
    everything = Tally()
    _add_doubtful(view, "network", defaultdict(Tally), everything)
    _add_streets(view, "network", served, defaultdict(Tally), everything)
    return view.ground.streets & everything.served[1]


def _served(view: View, by: str, places: CTE, streets: CTE) -> Select[Any]:
    """Area (where groups are areas) and the streets, as three texts, that a plain station serves which is
    tangible, effective, perhaps effective. One row a street would cost more than the rest.
    """
    areas: list[Any] = [places.c.area_id] if by == "area" else []
    street = cast(streets.c.key, String).label("street")
    reached = (func.max(places.c[f"serves_{name}"]).label(name) for name in REACHED)
    of_streets = (
        select(*areas, street, *reached)
        .join_from(places, streets, streets.c.id == places.c.division_id)
        .where(places.c.plain == 1, streets.c.key.is_not(None))
        .group_by(*areas, streets.c.key)
        .subquery()
    )
    nothing = (literal(0) for _ in added(view.judged))
    texts = (
        func.aggregate_strings(case((of_streets.c[name] == 1, of_streets.c.street)), ",") for name in REACHED
    )
    keys: list[Any] = [of_streets.c.area_id] if areas else []
    return select(*(keys or [null()]), literal(SERVED), *nothing, *texts).group_by(*keys)


def _count_members(view: View, by: str) -> dict[str | None, int]:
    """Key of a group → its distinct people; None is everybody in sight."""
    ground, row = view.ground, MemberWindow
    here = [row.network_id == ground.network.id, is_of(row, view.window)]
    if not ground.is_whole:
        here.append(row.station_id.in_(ground.stations))
    if by not in GROUPED:
        everybody = select(row.member_id).where(*here).distinct().subquery()
        return {None: db.session.scalar(select(func.count()).select_from(everybody)) or 0}
    pairs = _members_by_key(view, by).where(*here).distinct().cte("pairs")
    counts = select(pairs.c.key, func.count()).where(pairs.c.key.is_not(None)).group_by(pairs.c.key)
    everybody = select(pairs.c.member_id).distinct().subquery()
    whole = select(null(), func.count()).select_from(everybody)
    return dict(db.session.execute(union_all(counts, whole)).all())


def _members_by_key(view: View, by: str) -> Select[Any]:
    """Each station's key is found before its people are: there are five times as many."""
    ground, row = view.ground, MemberWindow
    own = Station.network_id == ground.network.id
    if by in ("district", "street"):
        keys = keys_by_division(ground, by)
        found = select(Station.id, keys.c.key).join(keys, keys.c.id == ground.column("division_id"))
    else:
        found = select(Station.id, ground.column(COLUMNS[by]).label("key"))
    stations = found.where(own).cte("stations_by_key").prefix_with("MATERIALIZED", dialect="postgresql")
    return select(stations.c.key, row.member_id).join(stations, stations.c.id == row.station_id)
