"""Asks on which days stations had a kept shift."""

from bisect import bisect_left
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import String, cast, func, select

from workstation.coverage.models import StationMonth
from workstation.coverage.months import Seen, month_of
from workstation.coverage.places import Map
from workstation.coverage.queries import seen_in
from workstation.coverage.rules import Thresholds, look_back
from workstation.coverage.windows import Window
from workstation.database import db


def list_kept_days(
    *, ground: Map, window: Window, kept: str = "kept_days", station_ids: Collection[str] | None = None
) -> Mapping[str, list[date]]:
    """Station id → the days whose bit in the column `kept` is set, in order, also some before the window.

    `kept` is kept_days, kept_firm_days or kept_high_days.
    """
    return read_kept_days(
        seen=seen_in(ground), window=window, thresholds=ground.thresholds, kept=kept, station_ids=station_ids
    )


def read_kept_days(
    *,
    seen: Seen,
    window: Window,
    thresholds: Thresholds,
    kept: str,
    station_ids: Collection[str] | None = None,
) -> Mapping[str, list[date]]:
    """The same of the stations in `seen`."""
    first, bits = look_back(window, thresholds=thresholds), getattr(StationMonth, kept)
    month = cast(StationMonth.month, String) + ":" + cast(bits, String)
    statement = (
        # One row a station: a province has a third of a million months in a year.
        select(StationMonth.station_id, func.aggregate_strings(month, ","))
        .where(
            *seen.of(StationMonth),
            StationMonth.month >= month_of(first),
            StationMonth.month < window.ends_on,
            bits > 0,
        )
        .group_by(StationMonth.station_id)
    )
    if station_ids is not None:
        statement = statement.where(StationMonth.station_id.in_(station_ids))
    rows = db.session.execute(statement)
    return {station_id: _days_of_months(text, first, window.ends_on) for station_id, text in rows}


def _days_of_months(text: str, first: date, end: date) -> list[date]:
    """`2026-11-01:5,2026-12-01:1` → the days from `first` to before `end`, in order."""
    found = [day for month in sorted(text.split(",")) for day in days_of(month)]
    return found[bisect_left(found, first) : bisect_left(found, end)]


@lru_cache(maxsize=10_000)
def days_of(text: str) -> tuple[date, ...]:
    """The days of a month whose bits are set."""
    month, bits = date.fromisoformat(text[:10]), int(text[11:])
    return tuple(month + timedelta(days=day) for day in range(31) if bits >> day & 1)
