"""Stations that perhaps stand elsewhere than they are said to: counted from what check-ins answer.

A check-in's answer is one name out of eight (geography/datum_guard.py). It goes with the note of the days
that the check-in touches, and is counted when the figures take that note in: no statement more on a phone's
path. Counting begins when several people have registered at the station with a position, so that no count is
one person's.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple, Protocol

from sqlalchemy import func, select, union

from workstation.check_ins.models import CheckIn, StationOffsets
from workstation.database import db, insert_rows, update_set
from workstation.errors import Refusal
from workstation.geography.datum_guard import MISTAKES, Mistake, probable_mistake, put_right
from workstation.geography.distance import Position, geodesic_m
from workstation.network.history import Editor
from workstation.network.models import Station
from workstation.network.station_edits import get_station_in_scope, move_station
from workstation.people.rules import Scope
from workstation.shifts.models import Shift

LEAST_PEOPLE = 3
DECIMALS = 6  # of a degree: a tenth of a metre

# (station id, where it was said to stand, the answer).
Answered = tuple[str, str, str]


class Standing(Protocol):
    """Where a station is said to stand, WGS-84."""

    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...


class Doubt(NamedTuple):
    """Which mistake the check-ins speak of, how many of how many, and what putting it right would change."""

    mistake: str
    agreeing: int
    asked: int
    before: Position
    after: Position
    moves_m: int


def place_of(station: Standing) -> str:
    """Where a station is said to stand, as the count knows it: moved, it is another place."""
    return f"{station.lat!r} {station.lon!r}"


def count_answers(*, network_id: int, given: Iterable[Answered]) -> None:
    """Adds to what was counted. One at a time for a network; a place that the station left does not count."""
    fresh = _fresh(network_id, given)
    known = _counted(network_id, {station_id for station_id, _ in fresh})
    begun = {key for key in fresh if known.get(key[0], ("", {}))[0] == key[1]}
    few = {station_id for station_id, place in fresh.keys() - begun}
    enough = _with_several_people(network_id, few)
    rows = [
        {
            "network_id": network_id,
            "station_id": station_id,
            "place": place,
            "answers": Counter(known[station_id][1]) + said if (station_id, place) in begun else said,
        }
        for (station_id, place), said in fresh.items()
        if (station_id, place) in begun or station_id in enough
    ]
    insert_rows(
        StationOffsets,
        rows,
        conflict=update_set(("place", "answers"), key=("network_id", "station_id")),
    )


def _fresh(network_id: int, given: Iterable[Answered]) -> dict[tuple[str, str], Counter[str]]:
    """How often which answer was given, by station and place, where it still stands."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for station_id, place, said in given:
        found.setdefault((station_id, place), Counter())[said] += 1
    ids = sorted({station_id for station_id, _ in found})
    own = select(Station.id, Station.lat, Station.lon).where(Station.network_id == network_id)
    rows = db.session.execute(own.where(Station.id.in_(ids))) if ids else ()
    standing = {(row.id, place_of(row)) for row in rows}
    return {key: said for key, said in found.items() if key in standing}


def _counted(network_id: int, station_ids: Collection[str]) -> dict[str, tuple[str, dict[str, int]]]:
    if not station_ids:
        return {}
    own = select(StationOffsets.station_id, StationOffsets.place, StationOffsets.answers).where(
        StationOffsets.network_id == network_id, StationOffsets.station_id.in_(sorted(station_ids))
    )
    return {station_id: (place, answers) for station_id, place, answers in db.session.execute(own)}


def _with_several_people(network_id: int, station_ids: Collection[str]) -> set[str]:
    """Stations at which so many people registered with a position that a count is nobody's."""
    if not station_ids:
        return set()
    seen = union(*(_seen(model, network_id, station_ids) for model in (CheckIn, Shift))).subquery()
    people = select(seen.c.station_id).group_by(seen.c.station_id)
    return set(db.session.scalars(people.having(func.count() >= LEAST_PEOPLE)))


def _seen(model: Any, network_id: int, station_ids: Collection[str]) -> Any:
    return select(model.station_id, model.member_id).where(
        model.network_id == network_id,
        model.station_id.in_(sorted(station_ids)),
        model.distance_m.is_not(None),
        model.withdrawn.is_(False),
    )


def find_doubt(*, station: Station) -> Doubt | None:
    """The mistake that the check-ins agree upon, and where the station would stand without it."""
    counted = db.session.get(StationOffsets, (station.network_id, station.id))
    if counted is None or counted.place != place_of(station):
        return None
    mistake = probable_mistake(counted.answers)
    return None if mistake is None else _doubt(station, mistake, counted.answers)


def _doubt(station: Station, mistake: Mistake, answers: dict[str, int]) -> Doubt:
    before = Position(station.lat, station.lon)
    exact = put_right(position=before, mistake=mistake)
    after = Position(round(exact.lat, DECIMALS), round(exact.lon, DECIMALS))
    return Doubt(
        mistake=mistake.name,
        agreeing=answers[mistake.name],
        asked=sum(answers.values()),
        before=before,
        after=after,
        moves_m=int(round(geodesic_m(origin=before, target=after), -1)),
    )


def put_station_right(*, scope: Scope, station_id: str, version: int, mistake: str, editor: Editor) -> None:
    """Moves a station to where it stands without that mistake: an edit like any other, which can be undone.

    Refuses with station.not_found, edit.conflict, and with station.not_doubted when the check-ins speak of
    that mistake no more.
    """
    station = get_station_in_scope(scope=scope, station_id=station_id)
    doubt = find_doubt(station=station)
    if doubt is None or mistake not in MISTAKES or doubt.mistake != mistake:
        raise Refusal("station.not_doubted")
    move_station(scope=scope, station_id=station_id, version=version, position=doubt.after, editor=editor)
