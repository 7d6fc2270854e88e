"""Compares every stored figure with what the facts say: nothing may have drifted."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import select, union

from workstation.coverage.days import figure_day
from workstation.coverage.facts import Place, list_facts, list_places
from workstation.coverage.models import (
    COUNTED,
    MemberDay,
    MemberMonth,
    StationDay,
    StationMonth,
    TouchedDays,
)
from workstation.coverage.months import KEPT, PERSON, month_of
from workstation.coverage.operations import catch_up, member_rows, station_row, thresholds_of
from workstation.database import begin_report, db

PLACES_AT_ONCE = 400
TRIES = 3
MODELS: tuple[Any, ...] = (StationDay, MemberDay, StationMonth, MemberMonth)

Row = dict[str, Any]
Key = tuple[Any, ...]
Tables = dict[Any, dict[Key, Row]]  # by model, the rows by their keys
Part = dict[str, list[date]]  # whole stations, each with its days
Progress = Callable[[Sequence[Part]], Iterable[Part]]


class Difference(NamedTuple):
    """A row that is not what the facts say; None where there is none."""

    table: str
    key: Key
    stored: Row | None
    expected: Row | None


class Comparison(NamedTuple):
    """How many station-days were compared, what differs, and which stations were written to all the while."""

    places: int
    differences: list[Difference]
    left_out: list[str]


def compare_figures(*, network_id: int, progress: Progress = iter) -> Comparison:
    """Recomputes the figures of a network and compares them with the stored ones. Changes none.

    Sync may go on meanwhile: a station whose figures have notes to take in is looked at again at the end.
    """
    days = _list_days(network_id)
    found, waiting = list[Difference](), set[str]()
    for part in progress(_in_parts(days)):
        waiting |= _compare_part(network_id, part, found)
    for _ in range(TRIES):
        again = {station_id: days[station_id] for station_id in sorted(waiting)}
        waiting = _compare_part(network_id, again, found) if again else set()
    compared = sum(len(some) for station_id, some in days.items() if station_id not in waiting)
    return Comparison(compared, found, sorted(waiting))


def _list_days(network_id: int) -> Part:
    """Every station that has facts, plans or figures, with the days of these."""
    days: Part = defaultdict(list)
    months = (
        select(model.station_id).where(model.network_id == network_id)
        for model in (StationMonth, MemberMonth)
    )
    for station_id in db.session.scalars(union(*months)):
        days[station_id] = []
    for station_id, places in groupby(list_places(network_id=network_id), key=lambda place: place[0]):
        days[station_id] = [day for _, day in places]
    return days


def _in_parts(days: Part) -> list[Part]:
    """Whole stations, so that their months can be compared too."""
    parts: list[Part] = [{}]
    for station_id, some in days.items():
        if sum(map(len, parts[-1].values())) >= PLACES_AT_ONCE:
            parts.append({})
        parts[-1][station_id] = some
    return parts if parts[0] else []


def _compare_part(network_id: int, part: Part, found: list[Difference]) -> set[str]:
    """Adds what differs, as of one moment. Returns the stations that wait for their notes to be taken in."""
    catch_up(network_id=network_id)
    begin_report()
    noted = _noted(network_id) & part.keys()
    chosen = part.keys() - noted
    stored = _stored(network_id, chosen)
    # The rows may have come since the places were listed.
    places = {(station_id, day) for station_id in chosen for day in part[station_id]}
    places |= {
        (key[0], row["day"]) for model in (StationDay, MemberDay) for key, row in stored[model].items()
    }
    found += _differences(stored, _expected(network_id, sorted(places)))
    db.session.rollback()
    return noted


def _noted(network_id: int) -> set[str]:
    notes = db.session.scalars(select(TouchedDays.places).where(TouchedDays.network_id == network_id))
    return {station_id for places in notes for station_id, _ in places}


def _stored(network_id: int, station_ids: Collection[str]) -> Tables:
    return {model: dict(_rows(model, network_id, station_ids)) for model in MODELS}


def _rows(model: Any, network_id: int, station_ids: Collection[str]) -> Iterator[tuple[Key, Row]]:
    columns = model.__table__.columns
    own = (model.network_id == network_id, model.station_id.in_(station_ids))
    for row in db.session.execute(select(*columns).where(*own)).mappings():
        made = dict(row)
        yield _key(model, made), made


def _key(model: Any, row: Row) -> Key:
    """Without the network, which is one."""
    return tuple(row[column.name] for column in model.__table__.primary_key if column.name != "network_id")


def _expected(network_id: int, places: Sequence[Place]) -> Tables:
    """All rows as the facts say they should be, months added up here and not in the database."""
    thresholds, facts = thresholds_of(network_id), list_facts(network_id=network_id, places=places)
    tables: Tables = {model: {} for model in MODELS}
    for place, some in facts.items():
        figures = figure_day(some, thresholds=thresholds)
        rows = [] if figures.is_empty else [station_row(network_id, place, figures)]
        for row in rows:
            _put(tables, StationDay, row)
            _add(tables, StationMonth, row, COUNTED, _bits(row))
        for row in member_rows(network_id, place, figures):
            _put(tables, MemberDay, row)
            _add(tables, MemberMonth, row, PERSON, {})
    return tables


def _put(tables: Tables, model: Any, row: Row) -> None:
    tables[model][_key(model, row)] = row


def _bits(row: Row) -> dict[str, int]:
    """The day's bit in its month, where something was kept."""
    return {name: (row[column.key] > 0) << (row["day"].day - 1) for name, column in KEPT.items()}


def _add(tables: Tables, model: Any, row: Row, names: Sequence[str], bits: dict[str, int]) -> None:
    whole = dict(row) | {"month": month_of(row["day"])}
    key = _key(model, whole)
    named = {column.name: whole[column.name] for column in model.__table__.primary_key}
    before = tables[model].get(key, {})
    counts = {name: row[name] for name in names} | bits
    tables[model][key] = named | {name: before.get(name, 0) + count for name, count in counts.items()}


def _differences(stored: Tables, expected: Tables) -> Iterator[Difference]:
    for model in MODELS:
        there, wanted = stored[model], expected[model]
        for key in sorted(there.keys() | wanted.keys(), key=str):
            if there.get(key) != wanted.get(key):
                yield Difference(model.__tablename__, key, there.get(key), wanted.get(key))
