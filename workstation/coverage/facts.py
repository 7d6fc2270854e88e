"""Reads the facts of station-days or of whole stations in one statement, whatever their kind."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    CompoundSelect,
    Date,
    Select,
    bindparam,
    case,
    cast,
    literal,
    null,
    select,
    text,
    tuple_,
    union_all,
)

from workstation.check_ins.models import CheckIn
from workstation.coverage.days import CHECK_IN, PLAN, RECEPTION, SHIFT, Fact
from workstation.coverage.windows import Window
from workstation.database import Id, Json, UtcDateTime, db
from workstation.receptions.models import Reception
from workstation.shifts.models import PlannedShift, Shift

Place = tuple[str, date]  # a station's id and a local day
MODELS: tuple[Any, ...] = (CheckIn, Shift, Reception, PlannedShift)


def _columns(
    kind: str, model: Any, *, starts_at: Any, ends_at: Any = None, closes_at: Any = None, **other: Any
) -> Select[Any]:
    """One kind of fact in the columns of `Fact`."""
    is_plan = model is PlannedShift
    return select(
        literal(kind).label("kind"),
        model.station_id,
        model.day,
        model.member_id,
        cast(null(), Id).label("entered_by_id") if is_plan else _by_others(model),
        starts_at.label("starts_at"),
        _moment(ends_at).label("ends_at"),
        _moment(closes_at).label("closes_at"),
        other.get("evidence", literal(1)).label("evidence"),
        (cast(null(), Json) if is_plan else model.flags).label("flags"),
        other.get("headcount", literal(0)).label("headcount"),
    ).where(*(() if is_plan else (model.withdrawn.is_(False),)))


def _by_others(model: Any) -> Any:
    """Who entered it, unless that is the person."""
    return case((model.entered_by_id != model.member_id, model.entered_by_id)).label("entered_by_id")


def _moment(column: Any) -> Any:
    return cast(null(), UtcDateTime) if column is None else column


STATEMENTS = (
    _columns(CHECK_IN, CheckIn, starts_at=CheckIn.occurred_at, evidence=CheckIn.evidence),
    _columns(
        SHIFT,
        Shift,
        starts_at=Shift.started_at,
        ends_at=Shift.ended_at,
        closes_at=Shift.closes_at,
        evidence=Shift.evidence,
    ),
    _columns(RECEPTION, Reception, starts_at=Reception.started_at, headcount=Reception.headcount),
    _columns(PLAN, PlannedShift, starts_at=PlannedShift.starts_at, ends_at=PlannedShift.ends_at),
)


# The places come as one JSON text: the statement has one shape and is compiled once, and PostgreSQL goes by
# the index, where a list of a thousand pairs would be a thousand conditions on each row.
PLACES = {
    "sqlite": "SELECT json_extract(value, '$[0]') AS station_id, json_extract(value, '$[1]') AS day"
    " FROM json_each(:places)",
    "postgresql": "SELECT CAST(value ->> 0 AS uuid) AS station_id, CAST(value ->> 1 AS date) AS day"
    " FROM jsonb_array_elements(CAST(:places AS jsonb))",
}


@cache
def places_given(dialect: str) -> CTE:
    """The table of (station_id, day) that the parameter `places` holds."""
    return text(PLACES[dialect]).columns(station_id=Id, day=Date).cte("places")


def is_given(model: Any, dialect: str) -> tuple[Any, ...]:
    """Conditions: a row of this network and of one of the places given."""
    given = select(places_given(dialect))
    return (model.network_id == bindparam("network_id"), tuple_(model.station_id, model.day).in_(given))


@cache
def _facts_of_places(dialect: str) -> CompoundSelect[Any]:
    pairs = zip(STATEMENTS, MODELS, strict=True)
    return union_all(*(statement.where(*is_given(model, dialect)) for statement, model in pairs))


def _is_of_stations(model: Any) -> tuple[Any, ...]:
    chosen = model.station_id.in_(bindparam("station_ids", expanding=True))
    return (model.network_id == bindparam("network_id"), chosen)


FACTS_OF_STATIONS = union_all(
    *(statement.where(*_is_of_stations(model)) for statement, model in zip(STATEMENTS, MODELS, strict=True))
)


def parameters(network_id: int, places: Collection[Place]) -> dict[str, Any]:
    """What a statement with `places_given` is executed with."""
    return {"network_id": network_id, "places": json.dumps([[each, str(day)] for each, day in places])}


def list_facts(*, network_id: int, places: Collection[Place]) -> Mapping[Place, list[Fact]]:
    """Every fact and plan of these station-days that is not withdrawn, in one statement."""
    if not places:
        return {}
    statement = _facts_of_places(db.session.connection().dialect.name)
    return _by_place(statement, parameters(network_id, places))


def list_facts_of_stations(*, network_id: int, station_ids: Collection[str]) -> Mapping[Place, list[Fact]]:
    """The same of every day that these stations ever had, in the order of stations and days."""
    found = _by_place(FACTS_OF_STATIONS, {"network_id": network_id, "station_ids": list(station_ids)})
    return dict(sorted(found.items()))


def _by_place(statement: CompoundSelect[Any], values: Mapping[str, Any]) -> Mapping[Place, list[Fact]]:
    found: dict[Place, list[Fact]] = defaultdict(list)
    for row in db.session.execute(statement, values):
        found[row.station_id, row.day].append(Fact(*row)._replace(flags=row.flags or ()))
    return found


def list_open_places(*, network_id: int, window: Window, now: datetime) -> list[Place]:
    """The station-days of the window on which a shift is open now."""
    rows = db.session.execute(
        select(Shift.station_id, Shift.day)
        .distinct()
        .where(
            Shift.network_id == network_id,
            Shift.ended_at.is_(None),
            Shift.closes_at > now,
            Shift.day >= window.starts_on,
            Shift.day < window.ends_on,
            Shift.withdrawn.is_(False),
        )
    )
    return [(station_id, day) for station_id, day in rows]
