"""Writes the daily figures, always from the facts and never by adding and subtracting."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from zlib import crc32

from sqlalchemy import delete, select

from workstation.coverage.days import DayFigures, figure_day
from workstation.coverage.facts import Place, is_given, list_facts, list_places, parameters
from workstation.coverage.models import MemberDay, StationDay
from workstation.coverage.rules import Thresholds
from workstation.database import db, insert_rows, lock_names, writing
from workstation.network.models import Network

PLACES_AT_ONCE = 1000
LOCKS = 2048
DAY_COLUMNS = tuple(
    column.name
    for column in StationDay.__table__.columns
    if column.name not in ("network_id", "station_id", "day") and not column.name.startswith("check_ins_")
)
Progress = Callable[[Sequence[Sequence[Place]]], Iterable[Sequence[Place]]]


def refresh_station_days(*, network_id: int, touched: Collection[tuple[str, date]]) -> None:
    """Recomputes these (station id, local day) pairs from the facts, inside the caller's write transaction.

    Facts that the caller wrote before are included. A constant number of statements for each 1000 pairs,
    which is more than one sync call can touch.
    """
    places = sorted(set(touched))
    if not places:
        return
    lock_names(db.session.connection(), _lock_names(network_id, places))
    db.session.flush()
    thresholds = _thresholds(network_id)
    for part in _in_parts(places):
        facts = list_facts(network_id=network_id, places=part)
        figures = {place: figure_day(facts[place], thresholds=thresholds) for place in part if place in facts}
        _replace(network_id, part, figures)


def rebuild(*, network_id: int, progress: Progress = iter) -> int:
    """Recomputes all daily figures of a network from its facts, piece by piece, each in its own transaction.

    Sync may go on meanwhile. Returns how many station-days were gone through.
    """
    places = list_places(network_id=network_id)
    for part in progress(_in_parts(places)):
        with writing():
            refresh_station_days(network_id=network_id, touched=part)
    return len(places)


def _lock_names(network_id: int, places: Sequence[Place]) -> list[str]:
    """Names that two writers of one station-day have in common, or each would count without the other's fact.

    A transaction of PostgreSQL can hold some thousand locks, an import touches more station-days than that:
    so they share a bounded number of names.
    """
    numbers = {crc32(f"{station_id}:{day}".encode()) % LOCKS for station_id, day in places}
    return [f"station_day:{network_id}:{number}" for number in sorted(numbers)]


def _in_parts(places: Sequence[Place]) -> list[Sequence[Place]]:
    return [places[start : start + PLACES_AT_ONCE] for start in range(0, len(places), PLACES_AT_ONCE)]


def _thresholds(network_id: int) -> Thresholds:
    stored = db.session.scalar(select(Network.thresholds).where(Network.id == network_id))
    return Thresholds.of(stored or {})


def _replace(network_id: int, places: Sequence[Place], figures: Mapping[Place, DayFigures]) -> None:
    connection = db.session.connection()
    for model in (StationDay, MemberDay):
        statement = delete(model).where(*is_given(model, connection.dialect.name))
        connection.execute(statement, parameters(network_id, places))
    rows = [_station_row(network_id, place, day) for place, day in figures.items() if not day.is_empty]
    people = [row for place, day in figures.items() for row in _member_rows(network_id, place, day)]
    insert_rows(StationDay, rows)
    insert_rows(MemberDay, people)


def _station_row(network_id: int, place: Place, figures: DayFigures) -> dict[str, Any]:
    by_evidence = {f"check_ins_{evidence}": count for evidence, count in enumerate(figures.check_ins)}
    counts = {name: getattr(figures, name) for name in DAY_COLUMNS}
    return {"network_id": network_id, "station_id": place[0], "day": place[1], **by_evidence, **counts}


def _member_rows(network_id: int, place: Place, figures: DayFigures) -> list[dict[str, Any]]:
    return [
        {
            "network_id": network_id,
            "station_id": place[0],
            "day": place[1],
            "member_id": member_id,
            "person_ms_low": low,
            "person_ms_high": high,
        }
        for member_id, (low, high) in figures.people.items()
    ]
