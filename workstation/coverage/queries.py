"""Asks for sums over station-days and member-days: always one row a station or a group, never one a fact."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, cast, func, select

from workstation.coverage.models import StationDay
from workstation.coverage.months import Seen, station_rows
from workstation.coverage.places import Map
from workstation.coverage.windows import Window
from workstation.database import Number, db
from workstation.network.models import ChecklistItem

PLANNED = ("planned", "planned_kept", "planned_kept_firm", "planned_kept_high")


class Sums(NamedTuple):
    """One station's days of a window, added up."""

    check_ins_0: int = 0
    check_ins_1: int = 0
    check_ins_2: int = 0
    check_ins_3: int = 0
    shifts: int = 0
    duty_ms_low: int = 0
    duty_ms_high: int = 0
    receptions: int = 0
    receptions_firm: int = 0
    people_received: int = 0
    planned: int = 0
    planned_kept: int = 0
    planned_kept_firm: int = 0
    planned_kept_high: int = 0

    @property
    def check_ins(self) -> int:
        """Whatever their evidence."""
        return self.check_ins_0 + self.check_ins_1 + self.check_ins_2 + self.check_ins_3

    def without_plans(self, counts: Sequence[int]) -> "Sums":
        """The same less one day's planned shifts, in the order of PLANNED."""
        less = {name: getattr(self, name) - count for name, count in zip(PLANNED, counts, strict=True)}
        return self._replace(**less)

    @property
    def is_silent(self) -> bool:
        """No record at all: the station is dormant in this window."""
        return not (self.check_ins or self.shifts or self.receptions)


def seen_in(ground: Map) -> Seen:
    """The stations in sight.

    SQLite is given them also when all are in sight: it then reads each one's stretch of days in the order of
    the key, instead of jumping about by an index on days (ten times slower).
    """
    every = ground.is_whole and db.session.connection().dialect.name != "sqlite"
    return Seen(ground.network.id, None if every else ground.stations)


def inside(model: Any, ground: Map, starts_on: date, ends_on: date) -> tuple[Any, ...]:
    """Conditions: this network, the stations in sight, these days."""
    return (*seen_in(ground).of(model), model.day >= starts_on, model.day < ends_on)


def total(expression: Any) -> Any:
    """A sum as a whole number, 0 of nothing."""
    return cast(func.coalesce(func.sum(expression), 0), Number)  # PostgreSQL sums bigint to numeric


def sum_days(*, ground: Map, window: Window) -> dict[str, Sums]:
    """Station id → sums over the window."""
    days = station_rows(window, seen_in(ground)).c
    rows = db.session.execute(
        select(days.station_id, *(total(days[name]) for name in Sums._fields)).group_by(days.station_id)
    )
    return {row[0]: Sums(*row[1:]) for row in rows}


def list_plans_kept(
    *, ground: Map, starts_on: date, ends_on: date
) -> list[tuple[str, date, tuple[int, int, int, int]]]:
    """Station, day and its planned, kept, firmly kept, perhaps kept shifts, for some last days."""
    if starts_on >= ends_on:
        return []
    rows = db.session.execute(
        select(StationDay.station_id, StationDay.day, *(getattr(StationDay, name) for name in PLANNED)).where(
            *inside(StationDay, ground, starts_on, ends_on), StationDay.planned > 0
        )
    )
    return [(station_id, day, tuple(counts)) for station_id, day, *counts in rows]


def list_tangible(*, ground: Map, day: date) -> set[str]:
    """The stations that meet every item of the standard on this day, also those 待复核."""
    return set(db.session.scalars(is_tangible(ground=ground, day=day)))


def is_tangible(*, ground: Map, day: date) -> Select[Any]:
    """Selects the ids of these stations."""
    limit = ground.thresholds.confirmed_days + ground.thresholds.review_days
    item = ChecklistItem
    return (
        select(item.station_id)
        .where(
            item.network_id == ground.network.id,
            *(() if ground.is_whole else (item.station_id.in_(ground.stations),)),
            item.item.in_(ground.standard),
            item.met,
            item.checker != "",
            item.proof != "",
            item.confirmed_on <= day,
            item.confirmed_on >= day - timedelta(days=limit),
        )
        .group_by(item.station_id)
        .having(func.count() == len(set(ground.standard)))
    )
