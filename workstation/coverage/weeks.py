"""Duty hours of twelve weeks, for the little curve in each row and for the heat map of stations × weeks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, select

from workstation.coverage.models import StationDay
from workstation.coverage.overview import Answer, frame, prepare_to_read
from workstation.coverage.places import GROUPINGS, Map, get_map
from workstation.coverage.queries import inside, total
from workstation.coverage.rows import HOUR_MS, group_stands, page
from workstation.coverage.stations import Unjudged
from workstation.coverage.windows import Window
from workstation.database import db
from workstation.errors import Refusal
from workstation.people.rules import Scope

WEEKS = 12
WEEK = timedelta(days=7)


def get_weeks(
    *,
    scope: Scope,
    window: Window,
    by: str,
    now: datetime,
    within: str | None = None,
    limit: int | None = None,
    after: str | None = None,
) -> Answer:
    """Low duty hours by group in each of the twelve weeks that end with the window, oldest first.

    Refuses with coverage.by_invalid, division.not_found (`within`) or coverage.after_unknown.
    """
    if by not in GROUPINGS:
        raise Refusal("coverage.by_invalid")
    now = prepare_to_read(scope, now=now)
    weeks = weeks_of(window)
    ground = get_map(scope=scope, day=window.last_day, within=within)
    span = Window(weeks[0].starts_on, window.ends_on)
    shown = Unjudged(ground=ground, window=span, now=now)
    groups, keys = group_stands(ground, by=by)
    sums = _sum_weeks(ground, weeks)
    hours = {group.key: [0.0] * WEEKS for group in groups}
    everything = [0.0] * WEEKS
    for stand in ground.stands:
        found = sums.get(stand.id, [0] * WEEKS)
        _add(everything, found)
        if (key := keys[stand.id]) in hours:
            _add(hours[key], found)
    rows = [{"key": each.key, "name": each.name, "duty_hours": _in_hours(hours[each.key])} for each in groups]
    return frame(shown) | {
        "weeks": [
            {
                "from": week.starts_on,
                "to": week.ends_on,
                "provisional": week.ends_on > shown.settled_until,
            }
            for week in weeks
        ],
        "totals": _in_hours(everything),
        "rows": page(rows, limit=limit, after=after),
    }


def weeks_of(window: Window) -> list[Window]:
    """The twelve weeks up to the window's end, oldest first."""
    ends = [window.ends_on - WEEK * weeks for weeks in range(WEEKS - 1, -1, -1)]
    return [Window(end - WEEK, end) for end in ends]


def _sum_weeks(ground: Map, weeks: Sequence[Window]) -> dict[str, list[int]]:
    """Station id → milliseconds of duty by week, in one statement with one row a station."""
    sums = [
        total(
            case(
                (
                    (StationDay.day >= week.starts_on) & (StationDay.day < week.ends_on),
                    StationDay.duty_ms_low,
                ),
                else_=0,
            )
        )
        for week in weeks
    ]
    rows = db.session.execute(
        select(StationDay.station_id, *sums)
        .where(*inside(StationDay, ground, weeks[0].starts_on, weeks[-1].ends_on))
        .group_by(StationDay.station_id)
    )
    return {row[0]: list(row[1:]) for row in rows}


def _add(hours: list[Any], found: Sequence[int]) -> None:
    for week, milliseconds in enumerate(found):
        hours[week] += milliseconds


def _in_hours(milliseconds: Sequence[float]) -> list[float]:
    return [each / HOUR_MS for each in milliseconds]
