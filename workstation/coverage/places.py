"""The stations and divisions that a figure is about: who stands where, and which streets count."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal, NamedTuple, get_args

import orjson
from sqlalchemy import Select, Text, cast, false, select

from workstation.coverage.moves import Moves, as_stood, list_moves
from workstation.coverage.older_rules import find_rules
from workstation.coverage.rules import Thresholds
from workstation.coverage.stands import Stand, Standing, column_of
from workstation.database import db
from workstation.errors import Refusal
from workstation.ids import is_id
from workstation.network.founding import DEFAULT_STANDARD
from workstation.network.models import Area, Division, Network, Sector, Station
from workstation.network.queries import confine_stations
from workstation.people.rules import Scope

By = Literal["network", "district", "street", "area", "sector", "kind", "station"]
GROUPINGS: tuple[str, ...] = get_args(By)
KIND_NAMES = {
    "workstation": "委员工作站",
    "studio": "委员工作室",
    "liaison_station": "联络站",
    "room": "协商议事室",
    "collection_point": "社情民意点",
}


class Place(NamedTuple):
    """A division as far as figures need it; `path` runs from the city down to itself."""

    id: str
    name: str
    level: str
    path: Sequence[str]
    valid_from: date
    valid_to: date | None

    def is_valid(self, day: date) -> bool:
        """Whether it exists on this day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


PATH = Place._fields.index("path")


@dataclass(frozen=True, kw_only=True)
class Map:
    """One network's standing things, narrowed to what the caller may see and asked for.

    `stations` is a select of station ids for other statements, `streets` the streets in sight on the
    window's last day, `near` the divisions in which a station in sight stands. `moves` are the stations that
    were changed after that day; `stands` and `column` have them as they stood on it. The stands are read when
    somebody asks for them: totals of a province do without.
    """

    network: Network
    rules_version: int
    thresholds: Thresholds
    standard: tuple[str, ...]
    divisions: Mapping[str, Place]
    stations: Select[Any]
    standing: Standing
    moves: Moves
    # The divisions below which everything is in sight; None when only single stations are.
    roots: frozenset[str] | None
    day: date

    @property
    def stands(self) -> Sequence[Stand]:
        """The stations in sight by code."""
        return self.standing.stands

    @cached_property
    def near(self) -> frozenset[str]:
        """The divisions in which a station in sight stands, and those above."""
        return frozenset(each for own in self.standing.division_ids for each in self.divisions[own].path)

    def only(self, station_ids: Sequence[str]) -> "Map":
        """The same ground with these stations of it alone in sight."""
        chosen = self.stations.where(Station.id.in_(station_ids))
        return replace(self, stations=chosen, standing=Standing(chosen, self.moves), roots=None)

    @property
    def is_whole(self) -> bool:
        """Whether everything of the network is in sight, also what belongs to no station."""
        return self.roots == frozenset()

    @cached_property
    def streets(self) -> frozenset[str]:
        """The streets in sight: what coverage is counted in."""
        return frozenset(place.id for place in self.list_places("street"))

    @cached_property
    def streets_below(self) -> Mapping[str, frozenset[str]]:
        """Division id → the streets in sight that it holds, itself among them."""
        below: dict[str, set[str]] = defaultdict(set)
        for street in self.streets:
            for each in self.divisions[street].path:
                below[each].add(street)
        return {each: frozenset(streets) for each, streets in below.items()}

    def list_places(self, level: str) -> list[Place]:
        """The divisions of one level that are in sight and valid on the window's last day."""
        seen = (place for place in self.divisions.values() if place.level == level and self.sees(place))
        return [place for place in seen if place.is_valid(self.day)]

    def sees(self, place: Place) -> bool:
        """What lies below the roots, and what has a station in sight."""
        below = self.roots is not None and (not self.roots or self.roots <= set(place.path))
        return below or place.id in self.near

    def column(self, name: str) -> Any:
        """A column of Station for other statements, as it was on the window's last day."""
        return column_of(self.moves, name)

    def ancestor(self, division_id: str, level: str) -> Place | None:
        """The division of that level on the path of this one."""
        places = (self.divisions[each] for each in self.divisions[division_id].path)
        return next((place for place in places if place.level == level), None)


def get_map(
    *,
    scope: Scope,
    day: date,
    within: str | None = None,
    station_id: str | None = None,
    rules_version: int | None = None,
) -> Map:
    """Everything that stands still, in four statements; the state of stations and divisions is that of `day`.

    It is judged by the rules of `rules_version`, by default by those in force.

    `within` is the id of a division or an area, `sector:` with a sector's code, or `kind:` with a kind.
    Refuses with division.not_found or station.not_found when the scope sees no such thing, whether or not
    it exists elsewhere, with rules.version_not_found and rules.version_gone.
    """
    network = db.session.get_one(Network, scope.network_id)
    divisions = list_divisions(network_id=scope.network_id)
    moves = list_moves(network_id=scope.network_id, day=day)
    chosen = confine_stations(select(Station.id), scope=scope)
    if within is not None:
        chosen = chosen.where(_is_within(within, divisions, scope, moves))
    if station_id is not None:
        chosen = chosen.where(Station.id == station_id if is_id(station_id) else false())
    standing = Standing(chosen, moves)
    if station_id is not None and not standing.count:
        raise Refusal("station.not_found")
    if within is not None and not standing.count:
        _refuse_unseen(within, divisions, scope)
    version = rules_version or network.rules_version
    standard, thresholds = find_rules(network, version=version)
    return Map(
        network=network,
        rules_version=version,
        thresholds=thresholds,
        standard=standard or DEFAULT_STANDARD,
        divisions=divisions,
        stations=chosen,
        standing=standing,
        moves=moves,
        roots=None if station_id is not None else _roots(scope, within, divisions),
        day=day,
    )


def _roots(scope: Scope, within: str | None, divisions: Mapping[str, Place]) -> frozenset[str] | None:
    """What the caller sees everything below; None where only single stations are seen."""
    if scope.level not in ("network", "district") or (scope.level == "district" and not scope.division_id):
        return None
    roots = frozenset(each for each in (scope.division_id, within) if each is not None)
    return roots if roots <= divisions.keys() else None


def list_divisions(*, network_id: int) -> dict[str, Place]:
    """Every division of the network by its id, in the order of codes."""
    columns = [getattr(Division, name) for name in Place._fields]
    columns[PATH] = cast(Division.path, Text)  # thousands: SQLAlchemy would read each with the slower json
    rows = db.session.execute(
        select(*columns).where(Division.network_id == network_id).order_by(Division.code)
    )
    return {row.id: Place._make([*row[:PATH], orjson.loads(row[PATH]), *row[PATH + 1 :]]) for row in rows}


def list_groups(*, network_id: int, by: str) -> list[tuple[str, str]]:
    """Key and name of every area or sector of the network."""
    model, key = (Area, Area.id) if by == "area" else (Sector, Sector.code)
    statement = select(key, model.name).where(model.network_id == network_id).order_by(model.code)
    return [(group, name) for group, name in db.session.execute(statement)]


def _is_within(within: str, divisions: Mapping[str, Place], scope: Scope, moves: Moves) -> Any:
    """Condition on Station as it stood. Refuses what is no division, area, sector or kind of this network."""
    noun, _, code = within.partition(":")
    if noun == "kind" and code in KIND_NAMES:
        return as_stood(moves, "kind") == code
    if noun == "sector" and code in {key for key, _ in list_groups(network_id=scope.network_id, by="sector")}:
        return as_stood(moves, "sector") == code
    if within in divisions:
        below = [place.id for place in divisions.values() if within in place.path]
        return as_stood(moves, "division_id").in_(below)
    if within in {key for key, _ in list_groups(network_id=scope.network_id, by="area")}:
        return as_stood(moves, "area_id") == within
    raise Refusal("division.not_found")


def _refuse_unseen(within: str, divisions: Mapping[str, Place], scope: Scope) -> None:
    """Without a station in it: officers see what is above or below the own district, liaisons none."""
    if scope.level == "network":
        return
    own, place = divisions.get(scope.division_id or ""), divisions.get(within)
    if own is None or place is None or not (own.id in place.path or within in own.path):
        raise Refusal("division.not_found")
