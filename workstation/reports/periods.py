"""The calendar periods of a report: a month, a quarter, a year."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from workstation.coverage.windows import EARLIEST, LATEST, Window
from workstation.errors import Refusal

CODE = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})|-Q(?P<quarter>[1-4]))?")


@dataclass(frozen=True)
class Period:
    """Half-open local days from the first of a month; `code` is 2026-11, 2026-Q4 or 2026."""

    code: str
    name: str
    starts_on: date
    ends_on: date

    def window(self, *, today: date) -> Window:
        """What of it can have figures: no further than today, so that no station is judged ahead."""
        return Window(self.starts_on, min(self.ends_on, today + timedelta(days=1)))

    def parts(self, window: Window) -> list[tuple[str, Window]]:
        """Name and days of the months of a quarter or year, or of a month's weeks, inside the window."""
        found, starts_on = list[tuple[str, Window]](), window.starts_on
        while starts_on < window.ends_on:
            ends_on = min(self._next_part(starts_on), window.ends_on)
            found.append((self._part_name(Window(starts_on, ends_on)), Window(starts_on, ends_on)))
            starts_on = ends_on
        return found

    @property
    def _has_months(self) -> bool:
        return (self.ends_on - self.starts_on).days > 31

    def _next_part(self, day: date) -> date:
        return _months_later(day, 1) if self._has_months else day + timedelta(days=7 - day.weekday())

    def _part_name(self, part: Window) -> str:
        if self._has_months:
            return f"{part.starts_on.month}月"
        first, last = part.starts_on, part.last_day
        days = f"{first.month}.{first.day}"
        return days if first == last else f"{days}—{last.month}.{last.day}"


def read_period(code: str, *, today: date) -> Period:
    """A period by its code. Refuses with report.period_invalid what is no period or has not begun."""
    found = CODE.fullmatch(code)
    if found is None:
        raise Refusal("report.period_invalid")
    year, month, quarter = int(found["year"]), found["month"], found["quarter"]
    if not EARLIEST.year <= year < LATEST.year or not 1 <= int(month or 1) <= 12:
        raise Refusal("report.period_invalid")
    period = _period(code, year, int(month or 0), int(quarter or 0))
    if period.starts_on > today:
        raise Refusal("report.period_invalid")
    return period


def _period(code: str, year: int, month: int, quarter: int) -> Period:
    if month:
        first = date(year, month, 1)
        return Period(code, f"{year}年{month}月", first, _months_later(first, 1))
    if quarter:
        first = date(year, 3 * quarter - 2, 1)
        return Period(code, f"{year}年第{'一二三四'[quarter - 1]}季度", first, _months_later(first, 3))
    return Period(code, f"{year}年", date(year, 1, 1), date(year + 1, 1, 1))


def _months_later(first: date, months: int) -> date:
    """The first of the month so many months after the one of this day."""
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def recent_periods(today: date) -> dict[str, Period]:
    """The periods that an office reports on, by the names that it has for them."""
    month, quarter = today.replace(day=1), (today.month + 2) // 3
    before = month - timedelta(days=1)
    last_quarter = (today.year, quarter - 1) if quarter > 1 else (today.year - 1, 4)
    codes = {
        "this_month": f"{today:%Y-%m}",
        "last_month": f"{before:%Y-%m}",
        "this_quarter": f"{today.year}-Q{quarter}",
        "last_quarter": "{}-Q{}".format(*last_quarter),
        "this_year": f"{today.year}",
        "last_year": f"{today.year - 1}",
    }
    return {name: read_period(code, today=today) for name, code in codes.items()}
