"""What one station did on one local day, from the facts of that day alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from workstation.coverage.rules import Thresholds
from workstation.shifts.rules import Span, Worked, is_kept, kept_plans, union

CHECK_IN, SHIFT, RECEPTION, PLAN = "check_in", "shift", "reception", "plan"
WEAK_FLAGS = frozenset({"late", "stated"})


class Fact(NamedTuple):
    """A check-in, shift, reception or planned shift as far as figures need it. None is withdrawn."""

    kind: str
    station_id: str
    day: date
    member_id: str
    entered_by_id: str | None
    starts_at: datetime
    ends_at: datetime | None
    closes_at: datetime | None
    evidence: int
    flags: Sequence[str]
    headcount: int

    @property
    def is_firm(self) -> bool:
        """Neither by hand nor on behalf, neither late nor stated."""
        return self.evidence > 0 and self.entered_by_id is None and WEAK_FLAGS.isdisjoint(self.flags)


@dataclass
class DayFigures:
    """The columns of a station's day, and each person's milliseconds (low, high)."""

    check_ins: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    shifts: int = 0
    kept: int = 0
    kept_firm: int = 0
    kept_high: int = 0
    planned: int = 0
    planned_kept: int = 0
    planned_kept_firm: int = 0
    planned_kept_high: int = 0
    duty_ms_low: int = 0
    duty_ms_high: int = 0
    receptions: int = 0
    receptions_firm: int = 0
    people_received: int = 0
    people: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Nothing happened and nothing was planned."""
        return not self.people and not self.planned


def counted(facts: Sequence[Fact], *, within: timedelta) -> list[Fact]:
    """The facts of one station and day without entries on behalf (代录) that the person entered as well.

    Such an entry and the person's own of the same kind, at most `within` apart, are one thing: the own one
    counts. One own entry stands for one entry on behalf.
    """
    own: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for fact in sorted(facts, key=_in_order):
        if fact.entered_by_id is None:
            own[fact.kind, fact.member_id].append(fact.starts_at)
    if len(own) == 0 or all(fact.entered_by_id is None for fact in facts):
        return list(facts)
    return [
        fact
        for fact in sorted(facts, key=_in_order)
        if fact.entered_by_id is None
        or not _take_near(own[fact.kind, fact.member_id], fact.starts_at, within)
    ]


def _in_order(fact: Fact) -> tuple[datetime, datetime, int, int]:
    """By time, and what is of one moment always alike: which of them stays must not hang on the database."""
    return fact.starts_at, fact.ends_at or fact.closes_at or fact.starts_at, fact.evidence, fact.headcount


def _take_near(moments: list[datetime], at: datetime, within: timedelta) -> bool:
    """Uses up the earliest moment that is near enough: in order of time this pairs as many as can be."""
    for index, moment in enumerate(moments):
        if abs(moment - at) <= within:
            del moments[index]
            return True
    return False


def figure_day(
    facts: Sequence[Fact],
    *,
    thresholds: Thresholds,
    now: datetime | None = None,
    silent_plans: Sequence[Fact] = (),
) -> DayFigures:
    """The figures of one station on one day.

    Without `now`, every shift without an end counts as closed by rule in *high*; with it, only those whose
    rule has come. `silent_plans` are planned shifts of people whose phones are silent: *high* takes them as
    worked. (`shifts` does not: who asks adds them.)
    """
    facts = counted(facts, within=thresholds.merge)
    shifts = [fact for fact in facts if fact.kind == SHIFT]
    ended = [_worked(fact, fact.ends_at) for fact in shifts if fact.ends_at is not None]
    firm = [_worked(fact, fact.ends_at) for fact in shifts if fact.ends_at is not None and fact.is_firm]
    perhaps = ended + [_worked(fact, fact.closes_at) for fact in shifts if _is_closed_by_rule(fact, now)]
    perhaps += [_worked(plan, plan.ends_at) for plan in silent_plans]
    figures = DayFigures(shifts=len(shifts))
    _add_kept(figures, facts, thresholds.kept, (ended, firm, perhaps))
    _add_people(figures, facts)
    figures.duty_ms_low, figures.duty_ms_high = _milliseconds(ended), _milliseconds(perhaps)
    _add_person_time(figures, facts, ended, perhaps)
    return figures


def _worked(fact: Fact, ends_at: datetime | None) -> Worked:
    return Worked(fact.member_id, Span(fact.starts_at, ends_at or fact.starts_at))


def _is_closed_by_rule(fact: Fact, now: datetime | None) -> bool:
    return fact.ends_at is None and fact.closes_at is not None and (now is None or now >= fact.closes_at)


def _milliseconds(worked: Iterable[Worked]) -> int:
    return int(union(one.span for one in worked) / timedelta(milliseconds=1))


def _add_kept(
    figures: DayFigures, facts: Sequence[Fact], at_least: timedelta, worked: tuple[list[Worked], ...]
) -> None:
    """Kept shifts and kept plans, each for all that ended, the firm ones, and what may have been."""
    plans = [_worked(fact, fact.ends_at) for fact in facts if fact.kind == PLAN]
    figures.planned = len(plans)
    kept = [[one for one in some if is_kept(span=one.span, at_least=at_least)] for some in worked]
    figures.kept, figures.kept_firm, figures.kept_high = (len(some) for some in kept)
    if plans:
        figures.planned_kept, figures.planned_kept_firm, figures.planned_kept_high = (
            kept_plans(plans=plans, worked=some, at_least=at_least) for some in kept
        )


def _add_people(figures: DayFigures, facts: Iterable[Fact]) -> None:
    for fact in facts:
        if fact.kind == CHECK_IN:
            figures.check_ins[fact.evidence] += 1
        elif fact.kind == RECEPTION:
            figures.receptions += 1
            figures.receptions_firm += fact.is_firm
            figures.people_received += fact.headcount


def _add_person_time(
    figures: DayFigures, facts: Iterable[Fact], ended: Sequence[Worked], perhaps: Sequence[Worked]
) -> None:
    """Everybody with a fact has a row, also without hours: that is who was active."""
    low, high = _by_person(ended), _by_person(perhaps)
    active = {fact.member_id for fact in facts if fact.kind != PLAN}
    for member_id in sorted(active | high.keys()):
        figures.people[member_id] = (
            _milliseconds(low.get(member_id, ())),
            _milliseconds(high.get(member_id, ())),
        )


def _by_person(worked: Iterable[Worked]) -> Mapping[str, list[Worked]]:
    found: dict[str, list[Worked]] = defaultdict(list)
    for one in worked:
        found[one.member_id].append(one)
    return found
