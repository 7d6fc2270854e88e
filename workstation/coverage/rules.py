"""Thresholds and gates: when a station is tangible, when it is effective, and what would help."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from operator import sub
from typing import Any, Literal

from workstation.coverage.windows import Window

State = Literal["passed", "failed", "not_judged"]
GATES = ("G1", "G2", "G3", "G4", "G5")
WEAK_NOTE = "待佐证：只有补录、代录或自述的记录"
LATER_NOTE = "事项功能启用后开始评"


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """What a network may set, by name in `networks.thresholds`; figures print the version of these.

    After a change of `kept_minutes` or `merge_minutes` the daily figures are counted again (rule_changes.py).
    """

    kept_minutes: float = 30
    merge_minutes: float = 30
    stretch_days: int = 45
    kept_share: float = 0.75
    contacts: int = 1
    answered_share: float = 0.8
    outcomes: int = 1
    new_station_days: int = 30
    confirmed_days: int = 365
    review_days: int = 90
    seen_days: int = 30
    silent_days: int = 30
    settle_hours: float = 72

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Thresholds":
        """The network's own where it has any. Names that mean nothing here are left alone."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})

    @property
    def kept(self) -> timedelta:
        """The shortest shift that counts as kept."""
        return timedelta(minutes=self.kept_minutes)

    @property
    def merge(self) -> timedelta:
        """How near an entry on behalf and the person's own are one thing."""
        return timedelta(minutes=self.merge_minutes)


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One gate of one station. `have` and `need` are in the unit that `note` names.

    `released` of the facts it rests on were held first: staff made facts of them.
    """

    gate: str
    state: State
    have: float | None = None
    need: float | None = None
    fix: str | None = None
    note: str | None = None
    released: int = 0


def is_open(*, status: str, opened_on: date | None, closed_on: date | None, day: date) -> bool:
    """Whether a station is open on this day. What closed later was open before."""
    if (opened_on is not None and opened_on > day) or (closed_on is not None and closed_on <= day):
        return False
    return status == "open" or (status == "closed" and closed_on is not None)


def is_new(*, opened_on: date | None, day: date, thresholds: Thresholds) -> bool:
    """新站: open for so short a time that nothing is judged yet."""
    return opened_on is not None and (day - opened_on).days < thresholds.new_station_days


def item_state(
    *,
    met: bool,
    checker: str | None,
    proof: str | None,
    confirmed_on: date | None,
    day: date,
    rules: Thresholds,
) -> Literal["met", "review", "missing"]:
    """One item of the standard on this day: 待复核 (`review`) still counts as met."""
    if not (met and checker and proof and confirmed_on) or confirmed_on > day:
        return "missing"
    age = (day - confirmed_on).days
    if age <= rules.confirmed_days:
        return "met"
    return "review" if age <= rules.confirmed_days + rules.review_days else "missing"


def look_back(window: Window, *, thresholds: Thresholds) -> date:
    """From where kept shifts must be known to tell that a stretch is too long."""
    return window.starts_on - timedelta(days=thresholds.stretch_days + 1)


def longest_stretch(
    kept: Sequence[date],
    *,
    window: Window,
    opened_on: date | None,
    known_since: date,
    thresholds: Thresholds,
) -> int:
    """The most open days in a row without a kept shift that reach into the window, in days.

    `kept` are the days with a kept shift from `look_back` on, in order; `window` ends at the latest with
    today. Counted from the station's opening. Days before `known_since` (when the network came into this
    software) count only for a station without any kept shift: of the others nobody can tell.
    """
    begins = max(look_back(window, thresholds=thresholds), opened_on or date.min)
    if kept:
        begins = max(begins, min(known_since, kept[0]))
    # Of the days up to the window's first only the last one matters.
    first = max(bisect_left(kept, begins), bisect_right(kept, window.starts_on) - 1)
    marks = list(map(date.toordinal, kept[first:]))  # a loop in Python would take five times as long
    if not marks or marks[0] > window.starts_on.toordinal():
        marks.insert(0, begins.toordinal() - 1)
    marks.append(window.ends_on.toordinal())
    widest: int = max(map(sub, marks[1:], marks))
    return max(0, widest - 1)


def kept_enough(*, kept: int, planned: int, thresholds: Thresholds) -> bool | None:
    """Whether enough planned shifts were kept; None when none were planned."""
    return None if planned == 0 else kept >= thresholds.kept_share * planned


def still_to_keep(*, kept: int, planned: int, thresholds: Thresholds) -> int:
    """How many further planned shifts, all kept, bring the share up."""
    lacking = thresholds.kept_share * planned - kept
    share_left = max(1 - thresholds.kept_share, 1e-9)
    return max(1, math.ceil(lacking / share_left - 1e-9))


def state_of(passed: bool | None) -> State:
    """None is not judged."""
    if passed is None:
        return "not_judged"
    return "passed" if passed else "failed"
