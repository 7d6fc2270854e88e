"""Asks the database for what the rows of a file point at, and for what they would replace."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from workstation.database import db, id_list, one_of
from workstation.geography.nearest import Box
from workstation.geography.outlines import outline_from_geojson
from workstation.imports.directory import Directory, Group, Index, Place, index_of
from workstation.network.models import Area, ChecklistItem, Division, Network, Sector, Station
from workstation.network.queries import confine_stations, list_divisions, list_outlines, list_topics
from workstation.people.models import Member, StationMember
from workstation.people.rules import Scope
from workstation.receptions.models import Reception
from workstation.shifts.models import PlannedShift, Shift
from workstation.shifts.rules import Span
from workstation.sync.models import Receipt


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


def get_own_station_index(*, scope: Scope) -> Index:
    """The same, only those that a member of staff answers for."""
    columns: tuple[Any, ...] = (Station.id, Station.code, Station.name)
    return index_of(db.session.execute(confine_stations(select(*columns), scope=scope)).all())


def get_topic_index(*, network_id: int) -> Index:
    """What a reception can be about, by code and by name."""
    return index_of(list_topics(network_id=network_id))


def get_member_index(*, network_id: int) -> Index:
    """People by code and by name."""
    statement = select(Member.id, Member.code, Member.name).where(Member.network_id == network_id)
    return index_of(db.session.execute(statement).all())


def list_officers(*, network_id: int) -> list[Member]:
    """Who may enter a whole ledger on behalf of others: the city office's people, then the districts'."""
    statement = select(Member).where(
        Member.network_id == network_id,
        Member.role.in_(("city_office", "district_office")),
        Member.disabled_at.is_(None),
    )
    return list(db.session.scalars(statement.order_by(Member.role, Member.code)))


def loses_officers(*, network_id: int, codes: Collection[str]) -> bool:
    """Whether everybody of the city's office is among the people with these codes."""
    statement = select(Member.code).where(
        Member.network_id == network_id, Member.role == "city_office", Member.disabled_at.is_(None)
    )
    officers = set(db.session.scalars(statement))
    return bool(officers) and officers <= set(codes)


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


def known_entries(*, network_id: int, ids: Collection[str]) -> set[str]:
    """Those of these ids under which an entry came before, whatever became of it."""
    statement = select(Receipt.entry_id).where(
        Receipt.network_id == network_id, one_of(Receipt.entry_id, "ids", dialect=db.engine.dialect.name)
    )
    return set(db.session.scalars(statement, {"ids": id_list(ids)}))


class Fact(NamedTuple):
    """A shift or reception that stands in the database already."""

    id: str
    station_id: str
    member_id: str
    starts_at: datetime
    ends_at: datetime


def stored_facts(
    *, network_id: int, model: type[Shift] | type[Reception], member_ids: Collection[str], span: Span
) -> list[Fact]:
    """What these people did from a day before the span to a day after it, and did not take back."""
    ends_at = model.ended_at if model is Reception else func.coalesce(model.ended_at, Shift.closes_at)
    near = timedelta(days=1)
    statement = select(
        model.id,
        model.station_id,
        model.member_id,
        model.started_at,
        func.coalesce(ends_at, model.started_at),
    ).where(
        model.network_id == network_id,
        one_of(model.member_id, "members", dialect=db.engine.dialect.name),
        model.started_at.between(span.starts_at - near, span.ends_at + near),
        model.withdrawn.is_(False),
    )
    return [Fact(*row) for row in db.session.execute(statement, {"members": id_list(member_ids)})]
