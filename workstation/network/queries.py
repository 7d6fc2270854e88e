"""Asks the database for networks, divisions, topics and stations, always within a scope."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from workstation.database import db, id_list, one_of
from workstation.errors import Refusal
from workstation.geography.distance import Position
from workstation.geography.nearest import Box, Near, nearest
from workstation.ids import is_id
from workstation.network.models import (
    ChecklistItem,
    Division,
    DivisionOutline,
    Network,
    Sector,
    Station,
    Topic,
)
from workstation.network.rules import UNFINISHED
from workstation.people.rules import Scope
from workstation.prepared import Prepared, Question, Rows, ask


def get_network(code: str) -> Network:
    """A network by its code. Refuses with network.not_found."""
    network = db.session.scalar(select(Network).where(Network.code == code))
    if network is None:
        raise Refusal("network.not_found")
    return network


def list_networks() -> list[Network]:
    """Every network of this installation; one that is still being loaded is none yet."""
    whole = select(Network).where(Network.code != UNFINISHED)
    return list(db.session.scalars(whole.order_by(Network.id)))


def in_division(division_id: str) -> Any:
    """Condition on Station: it stands in this division or anywhere below it."""
    own = aliased(Division)
    return exists(
        select(1).where(
            own.network_id == Station.network_id,
            own.id == Station.division_id,
            or_(own.id == division_id, _below(own, division_id)),
        )
    )


def _below(division: Any, ancestor_id: str) -> Any:
    """Condition: the ancestor is the parent, grandparent or great-grandparent (four levels in all)."""
    parent, grandparent = aliased(Division), aliased(Division)
    return or_(
        division.parent_id == ancestor_id,
        exists(
            select(1)
            .select_from(parent)
            .outerjoin(
                grandparent,
                (grandparent.network_id == parent.network_id) & (grandparent.id == parent.parent_id),
            )
            .where(
                parent.network_id == division.network_id,
                parent.id == division.parent_id,
                or_(parent.parent_id == ancestor_id, grandparent.parent_id == ancestor_id),
            )
        ),
    )


def confine_stations(statement: Select[Any], *, scope: Scope) -> Select[Any]:
    """Narrows a select over Station to what a member of staff answers for."""
    statement = statement.where(Station.network_id == scope.network_id)
    if scope.level == "network":
        return statement
    if scope.level == "district":
        return statement.where(in_division(scope.division_id or ""))
    return statement.where(Station.id.in_(sorted(scope.station_ids)))


def list_stations(
    *,
    network_id: int,
    division_id: str = "",
    sector: str = "",
    kind: str = "",
    q: str = "",
    limit: int | None = None,
) -> list[Station]:
    """The stations of a network by code: anybody in it may check in at any of them.

    `q` looks into name, address and the first letters of the name's pinyin; `limit` takes the first.
    """
    statement = select(Station).where(Station.network_id == network_id).order_by(Station.code)
    found = _filtered(statement, division_id=division_id, sector=sector, kind=kind, q=q)
    return list(db.session.scalars(found.limit(limit)))


def _filtered(
    statement: Select[Any], *, division_id: str = "", sector: str = "", kind: str = "", q: str = ""
) -> Select[Any]:
    """Narrows a select over Station by what was asked for."""
    if division_id:
        statement = statement.where(in_division(division_id))
    if sector:
        statement = statement.where(Station.sector == sector)
    if kind:
        statement = statement.where(Station.kind == kind)
    if q:
        found = (
            Station.name.contains(q, autoescape=True),
            Station.address.contains(q, autoescape=True),
            Station.initials.contains(q.lower(), autoescape=True),
        )
        statement = statement.where(or_(*found))
    return statement


def list_nearest_stations(
    *, network_id: int, origin: Position, limit: int, **filters: str
) -> list[Near[Station]]:
    """The nearest stations with geodesic metres, nearest first, ties by code. Two or three look-ups.

    The filters are those of list_stations.
    """

    def candidates_in(box: Box) -> list[Any]:
        columns: tuple[Any, ...] = (Station.id, Station.code, Station.lat, Station.lon)
        inside = Station.lat.between(box.south, box.north) & Station.lon.between(box.west, box.east)
        statement = select(*columns).where(Station.network_id == network_id, inside)
        return list(db.session.execute(_filtered(statement, **filters)))

    near = nearest(origin=origin, limit=limit, candidates_in=candidates_in)
    stations = find_stations(network_id=network_id, ids=[each.place.id for each in near])
    return [Near(stations[each.place.id], each.distance_m) for each in near]


def find_stations(*, network_id: int, ids: Sequence[str]) -> dict[str, Station]:
    """The stations of these ids that exist in the network, by id."""
    if not ids:
        return {}
    rows = db.session.scalars(select(Station).where(Station.network_id == network_id, Station.id.in_(ids)))
    return {station.id: station for station in rows}


class StationPlace(NamedTuple):
    """Where a station stands, as far as entries are judged by it."""

    id: str
    lat: float
    lon: float
    fence_radius_m: int
    code_epoch: int
    division_path: list[str]


def select_places(dialect: str) -> Select[Any]:
    """The fields of StationPlace of the stations in the parameter `ids`."""
    return select(*(getattr(Station, name) for name in StationPlace._fields)).where(
        Station.network_id == bindparam("network_id"), one_of(Station.id, "ids", dialect=dialect)
    )


PLACES = Prepared(select_places)


def places_of(*, network_id: int, ids: Collection[str]) -> Question:
    """Asks for the places of these stations; `by_station` reads the answer."""
    return PLACES.given(network_id=network_id, ids=id_list(ids))


def by_station(rows: Rows) -> dict[str, StationPlace]:
    """The places of those that exist in the network, by station id."""
    return {row[0]: StationPlace(*row) for row in rows}


def find_places(*, network_id: int, ids: Collection[str]) -> dict[str, StationPlace]:
    """The two above in one, for whoever asks nothing else."""
    return by_station(ask(places_of(network_id=network_id, ids=ids))) if ids else {}


def get_station(*, network_id: int, station_id: str) -> Station:
    """One station of the network. Refuses with station.not_found."""
    station = db.session.get(Station, (network_id, station_id)) if is_id(station_id) else None
    if station is None:
        raise Refusal("station.not_found")
    return station


def is_in_scope(*, scope: Scope, station_id: str) -> bool:
    """Whether a member of staff answers for this station."""
    statement = confine_stations(select(Station.id), scope=scope).where(Station.id == station_id)
    return db.session.scalar(statement) is not None


def list_divisions(*, network_id: int) -> list[Division]:
    """Every division that was ever valid in the network."""
    return list(
        db.session.scalars(select(Division).where(Division.network_id == network_id).order_by(Division.code))
    )


def read_divisions(*, network_id: int, fields: Collection[str]) -> list[dict[str, Any]]:
    """The same as plain rows: a province has thousands, and whoever signs in asks for them."""
    columns = [getattr(Division, name) for name in fields]
    rows = db.session.execute(
        select(*columns).where(Division.network_id == network_id).order_by(Division.code)
    )
    return [row._asdict() for row in rows]


def list_outlines(*, network_id: int) -> list[tuple[Division, dict[str, Any]]]:
    """The divisions whose border is known, with the GeoJSON geometry."""
    joined = (DivisionOutline.network_id == Division.network_id) & (
        DivisionOutline.division_id == Division.id
    )
    rows = db.session.execute(
        select(Division, DivisionOutline.geometry)
        .join(DivisionOutline, joined)
        .where(Division.network_id == network_id)
        .order_by(Division.code)
    )
    return [(division, geometry) for division, geometry in rows]


def list_topics(*, network_id: int) -> list[Topic]:
    """What a reception can be about, in the network's order."""
    return list(
        db.session.scalars(
            select(Topic).where(Topic.network_id == network_id).order_by(Topic.position, Topic.code)
        )
    )


def list_topic_codes(*, network_id: int) -> frozenset[str]:
    """What the network's receptions can be about, by code alone."""
    return frozenset(db.session.scalars(select(Topic.code).where(Topic.network_id == network_id)))


def list_sectors(*, network_id: int) -> list[Sector]:
    """The network's sectors by code."""
    return list(
        db.session.scalars(select(Sector).where(Sector.network_id == network_id).order_by(Sector.code))
    )


def find_sector_name(*, network_id: int, code: str | None) -> str | None:
    """What people call a sector."""
    return db.session.scalar(select(Sector.name).where(Sector.network_id == network_id, Sector.code == code))


def list_checklist(*, network_id: int, station_id: str) -> list[ChecklistItem]:
    """The station's checklist of the network's standard."""
    return list(
        db.session.scalars(
            select(ChecklistItem)
            .where(ChecklistItem.network_id == network_id, ChecklistItem.station_id == station_id)
            .order_by(ChecklistItem.item)
        )
    )


def get_station_by_code(*, network_id: int, code: str) -> Station:
    """One station by the network's own code. Refuses with station.not_found."""
    station = db.session.scalar(select(Station).where(Station.network_id == network_id, Station.code == code))
    if station is None:
        raise Refusal("station.not_found")
    return station
