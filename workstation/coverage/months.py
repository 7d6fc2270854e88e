"""Figures by month, made from those by day; and a window as whole months and the days beside them."""

import json
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    Date,
    Insert,
    Integer,
    Subquery,
    bindparam,
    case,
    cast,
    delete,
    extract,
    func,
    insert,
    literal,
    select,
    text,
    tuple_,
    union_all,
)

from workstation.coverage.models import COUNTED, MemberDay, MemberMonth, StationDay, StationMonth
from workstation.coverage.windows import Window
from workstation.database import Id, Number, db

Place = tuple[str, date]
PERSON = ("person_ms_low", "person_ms_high")
KEPT = {
    "kept_days": StationDay.kept,
    "kept_firm_days": StationDay.kept_firm,
    "kept_high_days": StationDay.kept_high,
}
MONTHS = {
    "sqlite": "SELECT json_extract(value, '$[0]') AS station_id, json_extract(value, '$[1]') AS month"
    " FROM json_each(:months)",
    "postgresql": "SELECT CAST(value ->> 0 AS uuid) AS station_id, CAST(value ->> 1 AS date) AS month"
    " FROM jsonb_array_elements(CAST(:months AS jsonb))",
}


def month_of(day: date) -> date:
    """Its month's first day."""
    return day.replace(day=1)


def month_after(day: date) -> date:
    """The first day of the month after this day's."""
    return month_of(month_of(day) + timedelta(days=31))


class Parts(NamedTuple):
    """A window as whole months and the days before and behind them: half-open spans, none of them empty."""

    months: list[tuple[date, date]]
    days: list[tuple[date, date]]


def parts_of(window: Window) -> Parts:
    """Every day of the window is in one of them."""
    first, end = month_after(window.starts_on - timedelta(days=1)), month_of(window.ends_on)
    if first >= end:
        return Parts([], [(window.starts_on, window.ends_on)])
    beside = [(window.starts_on, first), (end, window.ends_on)]
    return Parts([(first, end)], [span for span in beside if span[0] < span[1]])


def station_rows(window: Window, seen: "Seen") -> Subquery:
    """The COUNTED figures of a window: by month where it can be, else by day."""
    return _rows(window, StationDay, StationMonth, ("station_id", *COUNTED), seen)


def member_rows(window: Window, seen: "Seen") -> Subquery:
    """The same of people's hours."""
    return _rows(window, MemberDay, MemberMonth, ("station_id", "member_id", *PERSON), seen)


class Seen(NamedTuple):
    """Which stations of which network: conditions on a table that has their columns."""

    network_id: int
    stations: Any | None  # a select of ids; None is all

    def of(self, model: Any) -> tuple[Any, ...]:
        own = (model.network_id == self.network_id,)
        return own if self.stations is None else (*own, model.station_id.in_(self.stations))


def _rows(window: Window, days: Any, months: Any, names: Iterable[str], seen: Seen) -> Subquery:
    parts = parts_of(window)
    wanted = [(months, months.month, *span) for span in parts.months]
    wanted += [(days, days.day, *span) for span in parts.days]
    return union_all(
        *(
            select(*(getattr(model, name) for name in names)).where(
                *seen.of(model), day >= since, day < until
            )
            for model, day, since, until in wanted
        )
    ).subquery()


# -- writing ------------------------------------------------------------------------------------------


def add_up_months(*, network_id: int, touched: Collection[Place]) -> None:
    """Makes the months of these (station id, local day) pairs anew, from their days."""
    months = sorted({(station_id, str(month_of(day))) for station_id, day in touched})
    connection = db.session.connection()
    for statement in _statements(connection.dialect.name):
        connection.execute(statement, {"network_id": network_id, "months": json.dumps(months)})


@cache
def _statements(dialect: str) -> tuple[Any, ...]:
    given = text(MONTHS[dialect]).columns(station_id=Id, month=Date).cte("months")
    bits = {name: _sum(case((column > 0, _bit()), else_=0)) for name, column in KEPT.items()}
    counted = {name: _sum(getattr(StationDay, name)) for name in COUNTED}
    person = {name: _sum(getattr(MemberDay, name)) for name in PERSON}
    return (
        delete(StationMonth).where(*_is_given(StationMonth, StationMonth.month, given)),
        delete(MemberMonth).where(*_is_given(MemberMonth, MemberMonth.month, given)),
        _make(StationMonth, StationDay, given, (), counted | bits, dialect),
        _make(MemberMonth, MemberDay, given, ("member_id",), person, dialect),
    )


def _bit() -> Any:
    return literal(1).op("<<")(cast(extract("day", StationDay.day), Integer) - 1)


def _sum(expression: Any) -> Any:
    return cast(func.sum(expression), Number)


def _is_given(model: Any, month: Any, given: CTE) -> tuple[Any, ...]:
    """Conditions; the stations by themselves are what SQLite finds by its key."""
    return (
        model.network_id == bindparam("network_id"),
        model.station_id.in_(select(given.c.station_id)),
        tuple_(model.station_id, month).in_(select(given)),
    )


def _make(
    months: Any, days: Any, given: CTE, more: tuple[str, ...], sums: dict[str, Any], dialect: str
) -> Insert:
    truncated = func.date_trunc("month", days.day)
    month = func.date(days.day, "start of month") if dialect == "sqlite" else cast(truncated, Date)
    key = (days.network_id, days.station_id, month, *(getattr(days, name) for name in more))
    added = select(*key, *sums.values()).where(*_is_given(days, month, given)).group_by(*key)
    return insert(months).from_select(["network_id", "station_id", "month", *more, *sums], added)
