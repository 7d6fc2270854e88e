"""Which days are settled, and which phones are silent: a phone that has not synced makes a figure unknown."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from workstation.coverage.rules import Thresholds
from workstation.coverage.windows import Window
from workstation.local_time import day_end, day_start, local_day


class Phone(NamedTuple):
    """What a phone that may hold something said last. Lost ones and those silent for long are not among them.

    `heard_at` is its last sync, or its enrolment when it never synced.
    """

    device_id: str
    member_id: str
    heard_at: datetime
    pending: int
    station_id: str | None


def holding_back(phones: Iterable[Phone], *, day: date) -> set[Phone]:
    """Those that may still hold something of that day."""
    ends_at = day_end(day)
    return {phone for phone in phones if phone.pending > 0 or phone.heard_at < ends_at}


def is_waited_out(day: date, *, now: datetime, thresholds: Thresholds) -> bool:
    """Whether nobody waits for phones any more."""
    return day_end(day) + timedelta(hours=thresholds.settle_hours) <= now


def is_settled(day: date, *, phones: Iterable[Phone], now: datetime, thresholds: Thresholds) -> bool:
    """A day is settled once it is over and the phones concerned have spoken since, or after 72 hours."""
    if day_end(day) > now:
        return False
    return is_waited_out(day, now=now, thresholds=thresholds) or not holding_back(phones, day=day)


def open_days(*, now: datetime, thresholds: Thresholds) -> list[date]:
    """The days that may be unsettled, oldest first; the last is today."""
    day, found = local_day(now), list[date]()
    while not is_waited_out(day, now=now, thresholds=thresholds):
        found.insert(0, day)
        day -= timedelta(days=1)
    return found


def heard_of_since(window: Window, *, now: datetime) -> datetime:
    """A phone heard of since then holds nothing of the window's finished days, unless it said so."""
    return day_start(min(window.ends_on, local_day(now)))


def may_hold_entries_of(window: Window, *, phone: Phone, thresholds: Thresholds) -> bool:
    """Whether what the phone still holds can belong to this window: it was recorded in its last weeks."""
    oldest = local_day(phone.heard_at) - timedelta(days=thresholds.silent_days)
    return window.ends_on > oldest and window.starts_on <= local_day(phone.heard_at) + timedelta(
        days=thresholds.silent_days
    )
