"""The stations' own days: Asia/Shanghai. No UTC date may leak into a figure."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")


def local_day(at: datetime) -> date:
    """The local day on which an aware moment falls."""
    return at.astimezone(LOCAL).date()


@lru_cache(maxsize=10_000)
def day_start(day: date) -> datetime:
    """The first moment of a local day, in UTC."""
    return datetime.combine(day, time(), LOCAL).astimezone(UTC)


def day_end(day: date) -> datetime:
    """The first moment after a local day, in UTC."""
    return day_start(day + timedelta(days=1))
