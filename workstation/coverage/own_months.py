"""What one person did, month by month, by the very rules of the stations' figures. For that person alone."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, union_all

from workstation.check_ins.models import CheckIn
from workstation.coverage.days import DayFigures, Fact, figure_day
from workstation.coverage.facts import MODELS, STATEMENTS, Place
from workstation.coverage.rules import Thresholds
from workstation.database import db
from workstation.network.models import Network
from workstation.receptions.models import Reception
from workstation.shifts.models import PlannedShift, Shift

DONE = (CheckIn, Shift, Reception)
MS_AN_HOUR = timedelta(hours=1) / timedelta(milliseconds=1)


@dataclass(kw_only=True)
class OwnMonth:
    """One month. Hours are not rounded: *low* what really ended, *high* with what was closed by rule."""

    shifts: int = 0
    hours_low: float = 0.0
    hours_high: float = 0.0
    receptions: int = 0
    people_received: int = 0
    check_ins: int = 0

    def add(self, figures: DayFigures) -> None:
        """Takes in one day at one station, on which only this person is looked at."""
        low, high = next(iter(figures.people.values()), (0, 0))
        self.shifts += figures.shifts
        self.hours_low += low / MS_AN_HOUR
        self.hours_high += high / MS_AN_HOUR
        self.receptions += figures.receptions
        self.people_received += figures.people_received
        self.check_ins += sum(figures.check_ins)


def sum_own_year(*, network_id: int, member_id: str, year: int, now: datetime) -> dict[date, OwnMonth]:
    """First day of the month → what this person did in it, latest first, without empty months.

    A shift that is open at `now` has no hours yet.
    """
    stored = db.session.scalar(select(Network.thresholds).where(Network.id == network_id))
    thresholds = Thresholds.of(stored or {})
    months: dict[date, OwnMonth] = defaultdict(OwnMonth)
    for (_, day), facts in _by_place(_list_facts(network_id, member_id, year)).items():
        months[day.replace(day=1)].add(figure_day(facts, thresholds=thresholds, now=now))
    return dict(sorted(months.items(), reverse=True))


def _list_facts(network_id: int, member_id: str, year: int) -> list[Fact]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    parts = [
        statement.where(
            model.network_id == network_id, model.member_id == member_id, model.day.between(first, last)
        )
        for statement, model in zip(STATEMENTS, MODELS, strict=True)
        if model is not PlannedShift
    ]
    rows = db.session.execute(union_all(*parts))
    return [Fact(*row)._replace(flags=row.flags or ()) for row in rows]


def _by_place(facts: Iterable[Fact]) -> dict[Place, list[Fact]]:
    places: dict[Place, list[Fact]] = defaultdict(list)
    for fact in facts:
        places[fact.station_id, fact.day].append(fact)
    return places


def find_first_year(*, network_id: int, member_id: str) -> int | None:
    """The year of the first thing that this person did; None before there is any."""
    firsts = [
        select(func.min(model.day)).where(
            model.network_id == network_id, model.member_id == member_id, model.withdrawn.is_(False)
        )
        for model in DONE
    ]
    days = [day for day in (db.session.scalar(first) for first in firsts) if day]
    return min(days).year if days else None
