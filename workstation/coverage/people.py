"""Counts distinct people, in the database."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import CTE, Date, Select, column, func, literal, null, select, union_all, values
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from workstation.coverage.models import MemberDay
from workstation.coverage.places import Map
from workstation.coverage.queries import in_sight, total
from workstation.coverage.windows import Window
from workstation.database import Id, db
from workstation.network.models import Station


class by_key(FunctionElement[date]):  # noqa: N801  # SQLAlchemy names functions in lower case
    """A day that SQLite shall not look up by an index: along the key, people stand in order."""

    inherit_cache = True

    def __init__(self, day: Any) -> None:
        super().__init__(day)
        self.type = Date()


@compiles(by_key, "sqlite")
def _with_plus(element: Any, compiler: Any, **kwargs: Any) -> str:
    return f"+{compiler.process(element.clauses, **kwargs)}"


@compiles(by_key)
def _as_it_is(element: Any, compiler: Any, **kwargs: Any) -> str:
    return str(compiler.process(element.clauses, **kwargs))


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
    pairs = (
        select(
            MemberDay.station_id,
            MemberDay.member_id,
            total(MemberDay.person_ms_low).label("low"),
            total(MemberDay.person_ms_high).label("high"),
        )
        .where(
            *in_sight(MemberDay, ground),
            by_key(MemberDay.day) >= window.starts_on,
            by_key(MemberDay.day) < window.ends_on,
        )
        .group_by(MemberDay.station_id, MemberDay.member_id)
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
    direct = {"area": Station.area_id, "sector": Station.sector, "kind": Station.kind, "station": Station.id}
    key = direct.get(by, literal(ground.network.code))
    return (
        _with_stations(pairs, select(key.label("key"), *sums), ground).where(key.is_not(None)).group_by(key)
    )


def _by_division(pairs: CTE, sums: tuple[Any, ...], ground: Map, keys: Mapping[str, str]) -> Select[Any]:
    table = (
        values(column("division_id", Id), column("key", Id), name="keys").data(list(keys.items())).cte("keys")
    )
    joined = _with_stations(pairs, select(table.c.key, *sums), ground)
    return joined.join(table, table.c.division_id == Station.division_id).group_by(table.c.key)


def _with_stations(pairs: CTE, statement: Select[Any], ground: Map) -> Select[Any]:
    same = (Station.network_id == ground.network.id) & (Station.id == pairs.c.station_id)
    return statement.select_from(pairs).join(Station, same)
