"""Compares every stored figure with what the facts say: nothing may have drifted."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from workstation.coverage.days import figure_day
from workstation.coverage.facts import list_facts_of_stations
from workstation.coverage.models import (
    COUNTED,
    MemberDay,
    MemberMonth,
    MemberWindow,
    StationDay,
    StationMonth,
    StationWindow,
    TouchedDays,
)
from workstation.coverage.months import KEPT, PERSON, month_of
from workstation.coverage.operations import catch_up, list_parts, member_rows, station_row, thresholds_of
from workstation.coverage.usual_windows import add_up
from workstation.coverage.windows import Window
from workstation.database import begin_report, db
from workstation.network.models import Network

TRIES = 3
MODELS: tuple[Any, ...] = (StationDay, MemberDay, StationMonth, MemberMonth)

Row = dict[str, Any]
Key = tuple[Any, ...]
Tables = dict[Any, dict[Key, Row]]  # by model, the rows by their keys
Progress = Callable[[Sequence[Sequence[str]]], Iterable[Sequence[str]]]


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
    told = Comparison(0, [], [])
    waiting = set[str]()
    for part in progress(list_parts(network_id=network_id)):
        told, noted = _compare_part(network_id, part, told)
        waiting |= noted
    for _ in range(TRIES):
        if waiting:
            told, waiting = _compare_part(network_id, sorted(waiting), told)
    return told._replace(left_out=sorted(waiting))


def _compare_part(network_id: int, part: Sequence[str], told: Comparison) -> tuple[Comparison, set[str]]:
    """Adds what was compared, as of one moment. And the stations whose notes were not taken in yet."""
    catch_up(network_id=network_id)
    begin_report()
    noted = _noted(network_id) & set(part)
    chosen = sorted(set(part) - noted)
    stored, expected = _stored(network_id, chosen), _expected(network_id, chosen)
    wrong = list(_wrong_windows(network_id, chosen))
    db.session.rollback()
    places = len(stored[StationDay].keys() | expected[StationDay].keys())
    found = [*told.differences, *_differences(stored, expected), *wrong]
    return told._replace(places=told.places + places, differences=found), noted


def _wrong_windows(network_id: int, station_ids: Sequence[str]) -> Iterator[Difference]:
    """Windows added up ahead that are not what the days, compared with the facts above, add up to."""
    network = db.session.get_one(Network, network_id)
    rows = dict(_rows(StationWindow, network_id, station_ids))
    people: dict[Key, set[str]] = defaultdict(set)
    for (station_id, days, ends_on, member_id), _ in _rows(MemberWindow, network_id, station_ids):
        people[station_id, days, ends_on].add(member_id)
    for days, ends_on in sorted({(row["days"], row["ends_on"]) for row in rows.values()}):
        window = Window(ends_on - timedelta(days=days), ends_on)
        counted = _people_of(network_id, station_ids, window)
        for expected in add_up(network=network, station_ids=station_ids, window=window):
            key = _key(StationWindow, expected)
            stored = rows.get(key)
            grounds = ("opened_on", "stretch_days")
            if stored is None or any(stored[name] != expected[name] for name in grounds):
                continue  # nobody uses it
            if stored != expected:
                yield Difference(StationWindow.__tablename__, key, stored, expected)
            yield from _wrong_people(key, people[key], counted.get(key[0], set()))


def _wrong_people(key: Key, stored: set[str], expected: set[str]) -> Iterator[Difference]:
    """Who is kept of a window and was not there in it, and the other way round."""
    for member_id in sorted(stored ^ expected):
        row = {"member_id": member_id}
        told = (row, None) if member_id in stored else (None, row)
        yield Difference(MemberWindow.__tablename__, (*key, member_id), *told)


def _people_of(network_id: int, station_ids: Sequence[str], window: Window) -> dict[str, set[str]]:
    """Station id → who has a record there in the window, by day."""
    day, found = MemberDay, dict[str, set[str]]()
    rows = db.session.execute(
        select(day.station_id, day.member_id)
        .distinct()
        .where(
            day.network_id == network_id,
            day.station_id.in_(station_ids),
            day.day >= window.starts_on,
            day.day < window.ends_on,
        )
    )
    for station_id, member_id in rows:
        found.setdefault(station_id, set()).add(member_id)
    return found


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


def _expected(network_id: int, station_ids: Collection[str]) -> Tables:
    """All rows as the facts say they should be, months added up here and not in the database."""
    thresholds = thresholds_of(network_id)
    facts = list_facts_of_stations(network_id=network_id, station_ids=station_ids)
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
