"""Judges stations in the database, from windows that are added up already: a row a group instead of one a
station.

The rules are those of gates.py and rules.py said in SQL, for stations of which nothing is in doubt; others
are judged one by one, as in any other window (stations.py). The clerk of the tests holds both to the same.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Double,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy import cast as cast_to
from sqlalchemy.orm import aliased

from workstation.coverage.facts import Place, is_given, parameters
from workstation.coverage.models import StationDay, StationWindow
from workstation.coverage.places import Map
from workstation.coverage.queries import PLANNED, Sums, is_tangible, total
from workstation.coverage.usual_windows import is_of, is_row_of_station, is_stale
from workstation.coverage.windows import Window
from workstation.database import db, id_list, one_of
from workstation.network.models import Division, Station


class Waiting(NamedTuple):
    """Which days are not settled: today and later, and some station-days of those `since`."""

    today: date
    since: date
    places: Sequence[Place]


STATES = ("is_open", "is_new", "is_tangible", "is_effective", "may_be_effective", "is_dormant", "is_failing")
PERSON = ("person_ms_low", "person_ms_high")
RECORDS = ("shifts", "receptions", *(f"check_ins_{evidence}" for evidence in range(4)))


def judge_all(*, ground: Map, window: Window, waiting: Waiting) -> CTE:
    """One row for each station in sight that is added up: where it stands, its states, gates judged, Sums.

    `waiting` says which days are not settled: plans of theirs are not judged yet.
    """
    row, day, rules = StationWindow, window.last_day, ground.thresholds
    tangible = is_tangible(ground=ground, day=day).subquery()
    unjudged = _plans_unjudged(ground, window, waiting).subquery()
    counted = {name: getattr(row, name) for name in (*PERSON, *Sums._fields)}
    counted |= {name: counted[name] - func.coalesce(unjudged.c[name], 0) for name in PLANNED}
    opened, begun = _is_open(day), Station.opened_on > day - timedelta(days=rules.new_station_days)
    new = and_(opened, func.coalesce(begun, false()))
    has_sign = and_(opened, tangible.c.station_id.is_not(None))
    planned, contacts = counted["planned"], row.receptions >= rules.contacts
    low, high = row.stretch <= rules.stretch_days, row.stretch_low <= rules.stretch_days
    kept, maybe_kept = (
        _is_kept(counted[f"planned_{name}"], planned, ground) for name in ("kept", "kept_high")
    )
    nothing = and_(*(getattr(row, name) == 0 for name in RECORDS))
    states = (
        opened,
        new,
        has_sign,
        and_(has_sign, not_(new), contacts, kept, low),
        and_(has_sign, not_(new), contacts, maybe_kept, or_(low, high)),
        and_(opened, nothing),
        and_(opened, not_(new), not_(and_(contacts, kept, low))),
    )
    judged = case((or_(new, not_(opened)), 0), (planned == 0, 2), else_=3)
    places = ("division_id", "area_id", "sector", "kind", "serves_street")
    return (
        ground.stations.with_only_columns(
            *(getattr(Station, name) for name in ("id", "code", "name", "lat", "lon", "status")),
            *(ground.column(name).label(name) for name in places),
            *(cast_to(state, Boolean).label(name) for name, state in zip(STATES, states, strict=True)),
            judged.label("gates"),
            cast_to(is_stale(rules), Boolean).label("is_stale"),
            *(column.label(name) for name, column in counted.items()),
            row.last_kept_on,
        )
        .join(row, is_row_of_station(window))
        .outerjoin(tangible, tangible.c.station_id == Station.id)
        .outerjoin(unjudged, unjudged.c.station_id == Station.id)
        .cte("judged")
    )


def _plans_unjudged(ground: Map, window: Window, waiting: Waiting) -> Select[Any]:
    """By station: the planned shifts of days that are not settled, in the order of PLANNED."""
    day, row = StationDay, StationWindow
    own = (row.network_id == ground.network.id, is_of(row, window), row.planned > 0)
    dialect = db.session.connection().dialect.name
    awaited = is_given(day, dialect)[1] if waiting.places else false()
    return (
        select(day.station_id, *(total(getattr(day, name)).label(name) for name in PLANNED))
        .where(
            day.network_id == ground.network.id,
            day.day >= max(window.starts_on, waiting.since),
            day.day < window.ends_on,
            day.planned > 0,
            day.station_id.in_(select(row.station_id).where(*own)),
            or_(day.day >= waiting.today, awaited),
        )
        .group_by(day.station_id)
    )


def _is_open(day: Any) -> Any:
    """As rules.is_open says."""
    begun = or_(Station.opened_on.is_(None), Station.opened_on <= day)
    not_over = or_(Station.closed_on.is_(None), Station.closed_on > day)
    known = or_(Station.status == "open", and_(Station.status == "closed", Station.closed_on.is_not(None)))
    return and_(begun, not_over, known)


def _is_kept(kept: Any, planned: Any, ground: Map) -> Any:
    """As rules.kept_enough says; where nothing was planned there is nothing to fail."""
    share = literal(ground.thresholds.kept_share, Double)
    return or_(planned == 0, cast_to(kept, Double) >= share * cast_to(planned, Double))


def is_plain(judged: CTE, doubtful: Collection[str]) -> Any:
    """Condition: not one of those that are judged one by one."""
    if not doubtful:
        return true()
    given = one_of(judged.c.id, "doubtful", dialect=db.session.connection().dialect.name)
    return not_(given)


def values_for(doubtful: Collection[str], waiting: Waiting) -> dict[str, Any]:
    """The parameters of a statement over `judged`."""
    places = {"places": parameters(0, waiting.places)["places"]} if waiting.places else {}
    return places | ({"doubtful": id_list(doubtful)} if doubtful else {})


def keys_by_division(ground: Map, level: str) -> CTE:
    """Division id → the one of this level that it is or lies in; there are four levels in all.

    Ask once a statement: threads that come at once are given different objects of one name.
    """
    return _keys_of(ground.network.id, level)


@lru_cache(maxsize=64)  # saying it takes longer than asking it of 242 stations
def _keys_of(network_id: int, level: str) -> CTE:
    own, parent, above = aliased(Division), aliased(Division), aliased(Division)

    def is_parent(upper: Any, lower: Any) -> ColumnElement[bool]:
        return and_(upper.network_id == lower.network_id, upper.id == lower.parent_id)

    key = case(*((each.level == level, each.id) for each in (own, parent, above)))
    return (
        select(own.id, key.label("key"))
        .select_from(own)
        .outerjoin(parent, is_parent(parent, own))
        .outerjoin(above, is_parent(above, parent))
        .where(own.network_id == network_id)
        .cte(f"keys_{level}")
    )


class Added(NamedTuple):
    """Stations added up; the order of `added`'s columns."""

    stations: int
    is_open: int
    is_new: int
    is_tangible: int
    is_effective: int
    may_be_effective: int
    is_dormant: int
    is_failing: int
    gates: int
    stale: int
    person_ms_low: int
    person_ms_high: int
    sums: Sums


def added(judged: CTE) -> list[Any]:
    """The columns that add up stations: those of `Added`, the Sums one by one at the end."""
    states = (total(case((judged.c[name], 1), else_=0)) for name in STATES)
    most = func.coalesce(func.max(judged.c.gates), 0)
    stale = total(case((judged.c.is_stale, 1), else_=0))
    sums = (total(judged.c[name]) for name in (*PERSON, *Sums._fields))
    names = [*Added._fields[:-1], *Sums._fields]
    return [
        column.label(name)
        for name, column in zip(names, (func.count(), *states, most, stale, *sums), strict=True)
    ]


def added_again(groups: CTE) -> list[Any]:
    """The same of groups that hold these columns, under their names."""
    names = [*Added._fields[:-1], *Sums._fields]
    most = func.coalesce(func.max(groups.c.gates), 0)
    return [most if name == "gates" else total(groups.c[name]) for name in names]


def read_added(counts: Sequence[int]) -> Added:
    """A row of these columns."""
    own = len(Added._fields) - 1
    return Added._make([*counts[:own], Sums(*counts[own:])])
