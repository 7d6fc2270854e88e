"""How a report writes figures: the same rounding as the pages, low first and high beside it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from workstation.local_time import LOCAL

NOTHING = "—"
TENTH = Decimal("0.1")

Row = Mapping[str, Any]


def whole(value: float) -> str:
    """A count."""
    return str(int(value))


def tenth(value: float) -> str:
    """One decimal, halves away from zero: of 1.15 as CSV and pages write it, and not of its bits."""
    return str(Decimal(str(value)).quantize(TENTH, ROUND_HALF_UP))


def percent(rate: float | None) -> str:
    """A rate of 0 to 1 in percent; a dash where nothing could be divided by."""
    return NOTHING if rate is None else f"{tenth(rate * 100)}%"


def optional(value: float | None) -> str:
    """A count, or a dash where it means nothing."""
    return NOTHING if value is None else whole(value)


def span(value: Row, write: Callable[[float], str] = whole) -> str:
    """`12`, or `12–15` where more may still come."""
    low, high = write(value["low"]), write(value["high"])
    return low if low == high else f"{low}–{high}"


def told(value: Row, unit: str, write: Callable[[float], str] = whole) -> str:
    """`12次`, or `12次（另可能补到3次）`, in a sentence."""
    low, high = Decimal(write(value["low"])), Decimal(write(value["high"]))
    more = f"（另可能补到{high - low}{unit}）" if high > low else ""
    return f"{low}{unit}{more}"


def among(names: Sequence[str], *, total: int, most: int = 5) -> str:
    """`甲、乙`, or `甲、乙等` where there are more."""
    return "、".join(names[:most]) + ("等" if total > most else "")


def day(value: str | date) -> str:
    """`2026年11月21日`."""
    found = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{found.year}年{found.month}月{found.day}日"


def moment(value: str) -> str:
    """`2026年11月21日14时30分` in the network's own time zone."""
    at = datetime.fromisoformat(value).astimezone(LOCAL)
    return f"{day(at.date())}{at.hour}时{at.minute:02}分"
