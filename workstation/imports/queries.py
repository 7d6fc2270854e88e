"""Asks the database for what the rows of a file point at, and for what they would replace."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from workstation.database import db
from workstation.geography.nearest import Box
from workstation.geography.outlines import outline_from_geojson
from workstation.imports.directory import Directory, Group, Index, Place, index_of
from workstation.network.models import Area, ChecklistItem, Division, Network, Sector, Station
from workstation.network.queries import list_divisions, list_outlines
from workstation.people.models import Member, StationMember
from workstation.shifts.models import PlannedShift


def get_directory(*, network: Network, today: date) -> Directory:
    """The network's divisions valid today, areas, sectors and district borders."""
    places = [
        _place(division) for division in list_divisions(network_id=network.id) if _is_valid(division, today)
    ]
    directory = Directory(
        network_id=network.id,
        standard=list(network.standard),
        bounds=Box(*network.bounds) if network.bounds else None,
        outlines={
            division.id: (division.name, outline_from_geojson(geometry=geometry))
            for division, geometry in list_outlines(network_id=network.id)
        },
        cities=index_of(place for place in places if place.level == "city"),
        districts=index_of(place for place in places if place.level == "district"),
        areas=index_of(_groups(select(Area.id, Area.code, Area.name).where(Area.network_id == network.id))),
        sectors=index_of(
            _groups(select(Sector.code, Sector.code, Sector.name).where(Sector.network_id == network.id))
        ),
    )
    for place in places:
        if place.parent_id:
            directory.inside[place.parent_id].add(place)
    return directory


def _place(division: Division) -> Place:
    return Place(
        division.id, division.code, division.name, division.level, division.parent_id, tuple(division.path)
    )


def _is_valid(division: Division, today: date) -> bool:
    return division.valid_from <= today and (division.valid_to is None or today < division.valid_to)


def _groups(statement: Select[str, str, str]) -> Iterable[Group]:
    return (Group(*row) for row in db.session.execute(statement))


def get_station_index(*, network_id: int) -> Index:
    """Stations by code and by name."""
    statement = select(Station.id, Station.code, Station.name).where(Station.network_id == network_id)
    return index_of(db.session.execute(statement).all())


def get_member_index(*, network_id: int) -> Index:
    """People by code and by name."""
    statement = select(Member.id, Member.code, Member.name).where(Member.network_id == network_id)
    return index_of(db.session.execute(statement).all())


def stored_stations(*, network_id: int) -> dict[str, dict[str, Any]]:
    """Every column of every station, by code."""
    rows = db.session.execute(select(Station.__table__).where(Station.network_id == network_id)).mappings()
    return {row["code"]: dict(row) for row in rows}


def stored_checklists(*, network_id: int) -> dict[tuple[str, str], dict[str, Any]]:
    """Every checklist item by station id and item."""
    table = ChecklistItem.__table__
    rows = db.session.execute(select(table).where(ChecklistItem.network_id == network_id)).mappings()
    return {(row["station_id"], row["item"]): dict(row) for row in rows}


def stored_members(*, network_id: int) -> dict[str, dict[str, Any]]:
    """What an import may write about people, by code."""
    columns = (
        Member.network_id,
        Member.id,
        Member.code,
        Member.name,
        Member.role,
        Member.sector,
        Member.division_id,
    )
    rows = db.session.execute(select(*columns).where(Member.network_id == network_id)).mappings()
    return {row["code"]: dict(row) for row in rows}


def stored_memberships(*, network_id: int) -> dict[str, set[str]]:
    """Member id → ids of the stations the person belongs to."""
    found: dict[str, set[str]] = {}
    statement = select(StationMember.member_id, StationMember.station_id).where(
        StationMember.network_id == network_id
    )
    for member_id, station_id in db.session.execute(statement):
        found.setdefault(member_id, set()).add(station_id)
    return found


def stored_plans(*, network_id: int, days: Sequence[date]) -> dict[tuple[str, str, datetime], dict[str, Any]]:
    """Planned shifts from the first to the last of these days, by station, member and start."""
    table = PlannedShift.__table__
    statement = select(table).where(
        PlannedShift.network_id == network_id,
        PlannedShift.day.between(min(days, default=date.max), max(days, default=date.max)),
    )
    rows = (dict(row) for row in db.session.execute(statement).mappings())
    return {(row["station_id"], row["member_id"], row["starts_at"]): row for row in rows}
