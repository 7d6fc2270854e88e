"""The three cells that say when: a day, a start and an end, local time (Asia/Shanghai)."""

from datetime import date, datetime, time, timedelta

from workstation.imports import cells
from workstation.imports.columns import Row
from workstation.local_time import LOCAL

LONGEST = timedelta(hours=12)


def take_span(*, row: Row, needs_end: bool) -> tuple[datetime | None, datetime | None]:
    """Start and end, None where blank or wrong; an end before the start is on the next day."""
    day = row.take("date", cells.day, required=True)
    starts = row.take("starts_at", cells.minutes_of_day, required=True)
    ends = row.take("ends_at", cells.minutes_of_day, required=needs_end)
    if day is None or starts is None:
        return None, None
    starts_at, ends_at = _moment(day, starts), None if ends is None else _moment(day, ends)
    if ends_at is not None and ends_at < starts_at:  # over midnight
        ends_at += timedelta(days=1)
    if ends_at is not None and not starts_at < ends_at <= starts_at + LONGEST:
        row.refuse("import.span", "ends_at")
    return starts_at, ends_at


def _moment(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(), LOCAL) + timedelta(minutes=minutes)
