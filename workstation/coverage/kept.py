"""Asks on which days stations had a kept shift."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import select

from workstation.coverage.models import StationMonth
from workstation.coverage.months import month_of
from workstation.coverage.places import Map
from workstation.coverage.queries import seen_in
from workstation.coverage.rules import look_back
from workstation.coverage.windows import Window
from workstation.database import db


def list_kept_days(
    *, ground: Map, window: Window, kept: str = "kept_days", station_ids: Collection[str] | None = None
) -> Mapping[str, list[date]]:
    """Station id → the days whose bit in the column `kept` is set, in order, also some before the window.

    `kept` is kept_days, kept_firm_days or kept_high_days.
    """
    first, bits = look_back(window, thresholds=ground.thresholds), getattr(StationMonth, kept)
    statement = (
        select(StationMonth.station_id, StationMonth.month, bits)
        .where(
            *seen_in(ground).of(StationMonth),
            StationMonth.month >= month_of(first),
            StationMonth.month < window.ends_on,
            bits > 0,
        )
        .order_by(StationMonth.station_id, StationMonth.month)
    )
    if station_ids is not None:
        statement = statement.where(StationMonth.station_id.in_(station_ids))
    days: dict[str, list[date]] = defaultdict(list)
    for station_id, month, some in db.session.execute(statement):
        found = days_of(month, some)
        within = first <= month and found[-1] < window.ends_on
        days[station_id] += found if within else [day for day in found if first <= day < window.ends_on]
    return days


@lru_cache(maxsize=10_000)
def days_of(month: date, bits: int) -> tuple[date, ...]:
    """The days of a month whose bits are set."""
    return tuple(month + timedelta(days=day) for day in range(31) if bits >> day & 1)
