"""Counts distinct people, in the database."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import CTE, Select, column, func, literal, null, select, union_all, values

from workstation.coverage.months import member_rows
from workstation.coverage.places import Map
from workstation.coverage.queries import seen_in, total
from workstation.coverage.windows import Window
from workstation.database import Id, db
from workstation.network.models import Station


class People(NamedTuple):
    """Distinct people with a record, and their hours."""

    members: int = 0
    person_ms_low: int = 0
    person_ms_high: int = 0


def count_people(
    *, ground: Map, window: Window, by: str, keys: Mapping[str, str]
) -> dict[str | None, People]:
    """Key of a group → its distinct people and their hours; None is everybody in sight.

    `keys` are the keys by division id, for grouping by district or street.
    """
    days = member_rows(window, seen_in(ground)).c
    pairs = (
        select(
            days.station_id,
            days.member_id,
            total(days.person_ms_low).label("low"),
            total(days.person_ms_high).label("high"),
        )
        .group_by(days.station_id, days.member_id)
        .cte("pairs")
    )
    sums = (func.count(pairs.c.member_id.distinct()), total(pairs.c.low), total(pairs.c.high))
    everybody = select(null().label("key"), *sums).select_from(pairs)
    grouped = _grouped(pairs, sums, ground, by, keys)
    rows = db.session.execute(everybody if grouped is None else union_all(grouped, everybody))
    return {None if key is None else str(key): People(*counts) for key, *counts in rows}


def _grouped(
    pairs: CTE, sums: tuple[Any, ...], ground: Map, by: str, keys: Mapping[str, str]
) -> Select[Any] | None:
    if by in ("district", "street"):
        return _by_division(pairs, sums, ground, keys) if keys else None
    columns = {"area": "area_id", "sector": "sector", "kind": "kind", "station": "id"}
    key = ground.column(columns[by]) if by in columns else literal(ground.network.code)
    return (
        _with_stations(pairs, select(key.label("key"), *sums), ground).where(key.is_not(None)).group_by(key)
    )


def _by_division(pairs: CTE, sums: tuple[Any, ...], ground: Map, keys: Mapping[str, str]) -> Select[Any]:
    table = (
        values(column("division_id", Id), column("key", Id), name="keys").data(list(keys.items())).cte("keys")
    )
    joined = _with_stations(pairs, select(table.c.key, *sums), ground)
    return joined.join(table, table.c.division_id == ground.column("division_id")).group_by(table.c.key)


def _with_stations(pairs: CTE, statement: Select[Any], ground: Map) -> Select[Any]:
    same = (Station.network_id == ground.network.id) & (Station.id == pairs.c.station_id)
    return statement.select_from(pairs).join(Station, same)
