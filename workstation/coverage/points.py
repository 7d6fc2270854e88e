"""Every station in sight with its state and place, as short as it can be said: for a map of thousands."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import compress
from operator import itemgetter
from typing import Any

from sqlalchemy import select

from workstation.coverage.added import View, find_view
from workstation.coverage.judged import STATES, is_plain
from workstation.coverage.overview import Answer, frame, prepare_to_read
from workstation.coverage.places import Map, get_map
from workstation.coverage.stations import Picture, get_picture
from workstation.coverage.windows import Window
from workstation.database import db
from workstation.network.models import Station
from workstation.people.rules import Scope

# What a point is asked for by, beside its state: the bits of one number.
COUNTED = ("is_open", "is_tangible", "is_effective", "is_dormant")
BITS = (1, 2, 4, 8)
Point = list[Any]
Standing = dict[str, Any]


def get_points(
    *,
    scope: Scope,
    window: Window,
    now: datetime,
    within: str | None = None,
    rules_version: int | None = None,
) -> Answer:
    """By division: id, code, name, latitude, longitude, state, and which figures count it, of each station.

    Refuses with division.not_found.
    """
    now = prepare_to_read(scope, now=now, window=window)
    ground = get_map(scope=scope, day=window.last_day, within=within, rules_version=rules_version)
    view = find_view(ground=ground, window=window, now=now)
    points = _plain(view) if view else None
    if view is None or points is None:
        picture = get_picture(ground=ground, window=window, now=now)
        return frame(picture) | {"divisions": _by_division(_one_by_one(picture))}
    return frame(view) | {"divisions": _by_division([*points, *_one_by_one(view.picture)])}


def _plain(view: View) -> list[Standing] | None:
    """The stations that the database judges; None where not all is added up."""
    judged = view.judged
    names = ("division_id", "id", "code", "name", "lat", "lon", "status", "is_stale", *STATES)
    plain = is_plain(judged, view.doubtful)
    rows = db.session.execute(select(*(judged.c[name] for name in names), plain), view.values)
    found = [dict(zip((*names, "is_plain"), row, strict=True)) for row in rows]
    if len(found) != view.ground.standing.count or any(row["is_stale"] for row in found):
        return None
    return [row for row in found if row["is_plain"]]


def _one_by_one(picture: Picture) -> Iterator[Standing]:
    places = _read_places(picture.ground)
    for one in picture.stations:
        states = {name: getattr(one, name) for name in ("is_open", "is_new", *COUNTED[1:])}
        yield one.stand._asdict() | places[one.stand.id] | states


def _read_places(ground: Map) -> dict[str, Standing]:
    columns = (Station.id, Station.lat, Station.lon)
    rows = db.session.execute(ground.stations.with_only_columns(*columns))
    return {row.id: {"lat": row.lat, "lon": row.lon} for row in rows}


def _by_division(found: Iterable[Standing]) -> list[Answer]:
    divisions: dict[str, list[Point]] = defaultdict(list)
    place, counted = itemgetter("id", "code", "name", "lat", "lon"), itemgetter(*COUNTED)
    for one in sorted(found, key=itemgetter("code", "id")):
        point = [*place(one), state_of(one), sum(compress(BITS, counted(one)))]
        divisions[one["division_id"]].append(point)
    return [{"division_id": each, "stations": points} for each, points in divisions.items()]


def state_of(one: Standing) -> str:
    """What a station lacks most, as the page's states.ts says of a row."""
    if one["status"] == "closed":
        return "closed"
    if one["is_effective"]:
        return "effective"
    if one["is_new"]:
        return "new"
    if one["is_dormant"]:
        return "dormant"
    if one["is_tangible"]:
        return "tangible_only"
    return "failing" if one["is_open"] else "not_judged"
