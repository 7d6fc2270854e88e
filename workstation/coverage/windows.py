"""The window of a figure: half-open local days."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from workstation.errors import Refusal

LONGEST_DAYS = 3660
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)
DEFAULT = "90d"
LAST_DAYS = re.compile(r"[0-9]{1,4}d")


@dataclass(frozen=True)
class Window:
    """From one local day up to, and without, another."""

    starts_on: date
    ends_on: date

    @property
    def last_day(self) -> date:
        """The day whose state of stations and divisions counts."""
        return self.ends_on - timedelta(days=1)

    def days(self) -> Iterator[date]:
        """Every day, oldest first."""
        return (self.starts_on + timedelta(days=n) for n in range((self.ends_on - self.starts_on).days))


def read_window(*, window: str | None, starts_on: date | None, ends_on: date | None, today: date) -> Window:
    """`Nd` is N local days ending with today, by default 90; or from–to, both given and nothing else.

    Refuses with coverage.window_invalid outside 1 to 3660 days, or outside the years 2000 to 2199.
    """
    if starts_on is not None and ends_on is not None and window is None:
        return _checked(Window(starts_on, ends_on))
    if starts_on is not None or ends_on is not None or not LAST_DAYS.fullmatch(window or DEFAULT):
        raise Refusal("coverage.window_invalid")
    length = int((window or DEFAULT)[:-1])
    return _checked(Window(today - timedelta(days=length - 1), today + timedelta(days=1)))


def _checked(window: Window) -> Window:
    length = (window.ends_on - window.starts_on).days
    if not 1 <= length <= LONGEST_DAYS or not EARLIEST <= window.starts_on < window.ends_on <= LATEST:
        raise Refusal("coverage.window_invalid")
    return window
