"""The clerk's judgement of one station in one window: its gates, its standard, its hours."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.workstation.coverage.reference import (
    ONE_DAY,
    Clerk,
    Span,
    day_of,
    days_between,
    hours_of_union,
    once,
)
from tests.workstation.coverage.world import Fact, Plan, Station

KINDS = ("check_in", "shift", "reception")
PASSED, FAILED, NOT_JUDGED = "passed", "failed", "not_judged"
Gate = tuple[str, float | None, float | None]  # state, have, need
Worked = tuple[str, Span]  # who, and from when to when


@dataclass(frozen=True)
class Judged:
    """One station in one window. `gates` stand in the order G1 to G5."""

    gates: list[Gate]
    firm: list[Gate]
    is_new: bool
    is_tangible: bool
    is_effective: bool
    may_be_effective: bool

    @property
    def gates_judged(self) -> int:
        return len([state for state, *_ in self.gates if state != NOT_JUDGED])

    @property
    def needs_support(self) -> list[bool]:
        """ "A gate that rests only on evidence 0, late, stated or auto-closed facts is … 待佐证." """
        pairs = zip(self.gates, self.firm, strict=True)
        return [gate[0] == PASSED and firm[0] == FAILED for gate, firm in pairs]


@dataclass(frozen=True)
class Basis:
    """What a judgement rests on: what is certain, only what is firm, or all that may still come."""

    worked: list[tuple[date, Worked]]  # shifts long enough, with the day on which each began
    contacts: int


class Judge:
    """Judges one window of local days, half-open."""

    def __init__(self, clerk: Clerk, starts_on: date, ends_on: date) -> None:
        self.clerk, self.world = clerk, clerk.world
        self.memory: dict[Any, Any] = {}
        self.days = days_between(starts_on, ends_on)
        self.last = ends_on - ONE_DAY

    # ---- what it is ----

    def is_open(self, station: Station) -> bool:
        """ "The state of stations … is that of W's last day": what closed later was open before."""
        if station.opened_on is not None and station.opened_on > self.last:
            return False
        if station.closed_on is not None and station.closed_on <= self.last:
            return False
        return station.status == "open" or (station.status == "closed" and station.closed_on is not None)

    def is_tangible(self, station: Station) -> bool:
        """ "Every item of the network's standard is met, with checker and proof, and confirmed within 365
        days (for 90 more days it stays tangible as 待复核)." """
        oldest = self.last - timedelta(days=365 + 90)
        good = {
            tick.item
            for tick in station.ticks
            if tick.met
            and tick.checker
            and tick.proof
            and tick.confirmed_on
            and oldest <= tick.confirmed_on <= self.last
        }
        return self.is_open(station) and set(self.world.standard) <= good

    def is_new(self, station: Station) -> bool:
        """ "A station open for under 30 days is 新站, not judged." """
        return station.opened_on is not None and self.last - station.opened_on < timedelta(days=30)

    @once
    def records(self, station: Station) -> list[Fact]:
        return [fact for kind in KINDS for fact in self.clerk.facts(kind, station, self.days)]

    # ---- G1 open ----

    def longest_shut(self, station: Station, kept_days: set[date]) -> int:
        """ "No stretch of more than 45 open days without a kept shift, looking back before W where needed":
        46 days before W are enough to know. Days before the network came into the software count only for a
        station that was not kept in all these days."""
        most = int(self.clerk.setting("stretch_days", 45))
        first = self.days[0] - timedelta(days=most + 1)
        first = max(first, station.opened_on or first)
        looked_at = days_between(
            self.days[0] - timedelta(days=most + 1), min(self.last, self.clerk.today) + ONE_DAY
        )
        kept = sorted(kept_days & {*looked_at})
        if kept:
            first = max(first, min(day_of(self.world.begun_at), kept[0]))
        stretch = longest = 0
        for day in looked_at:
            stretch = 0 if day in kept or day < first else stretch + 1
            if day >= self.days[0]:
                longest = max(longest, stretch)
        return longest

    # ---- G2 kept ----

    def answers(self, plan: Plan, worked: Worked) -> bool:
        """A kept shift answers a plan by 30 minutes, or by all of it when it is shorter."""
        least = timedelta(minutes=self.clerk.setting("kept_minutes", 30))
        (begin, end), length = worked[1], plan.ends_at - plan.starts_at
        return min(plan.ends_at, end) - max(plan.starts_at, begin) >= min(least, length)

    def kept_of(self, plans: list[Plan], worked: list[Worked]) -> int:
        """ "Worked by the planned person or a stand-in": somebody who keeps no own plan by that shift."""
        own = {plan.id: [n for n, (who, _) in enumerate(worked) if who == plan.member_id] for plan in plans}
        own = {plan.id: [n for n in own[plan.id] if self.answers(plan, worked[n])] for plan in plans}
        busy = {n for found in own.values() for n in found}
        left = [plan for plan in plans if not own[plan.id]]
        free = [n for n in range(len(worked)) if n not in busy]
        choices = [[n for n in free if self.answers(plan, worked[n])] for plan in left]
        return len(plans) - len(left) + most_pairs(choices, frozenset())

    def kept_plans(self, plans: list[Plan], shifts: list[Fact]) -> int:
        kept = [each for each in shifts if self.clerk.is_kept(each)]
        return self.kept_of(plans, [(each.member_id, (each.at, each.ended_at)) for each in kept])  # type: ignore[misc]  # each has an end

    @once
    def settled_plans(self, station: Station) -> dict[date, list[Plan]]:
        """ "Plans freeze when they start and are judged once settled", day by day."""
        ends_on = self.last + ONE_DAY
        days = {day_of(plan.starts_at) for plan in self.clerk.plans_at(station, self.days)}
        return {
            day: self.clerk.plans_at(station, [day])
            for day in days
            if self.clerk.is_settled(station, day, ends_on)
        }

    # ---- all gates ----

    def basis(self, station: Station, *, how: str) -> Basis:
        """`how` is certain, firm or hoped."""
        clerk = self.clerk
        shifts = [shift for _, shift in clerk.all_facts("shift", station)]
        receptions = clerk.facts("reception", station, self.days)
        if how == "firm":
            shifts = [each for each in shifts if not clerk.is_weak(each)]
            receptions = [each for each in receptions if not clerk.is_weak(each)]
        spans = [
            (day_of(each.at), (each.member_id, span))
            for each in shifts
            for span in clerk.spans([each], high=how == "hoped")
        ]
        contacts = len(receptions)
        if how == "hoped":
            silent = self.unanswered(station)
            spans += [(day_of(p.starts_at), (p.member_id, (p.starts_at, p.ends_at))) for p in silent]
            contacts += self.pending_at(station)
        least = timedelta(minutes=clerk.setting("kept_minutes", 30))
        return Basis(
            [(day, (who, span)) for day, (who, span) in spans if span[1] - span[0] >= least], contacts
        )

    def gates(self, station: Station, basis: Basis) -> list[Gate]:
        shut = self.longest_shut(station, {day for day, _ in basis.worked})
        most = self.clerk.setting("stretch_days", 45)
        plans = self.settled_plans(station)
        planned = sum(len(some) for some in plans.values())
        kept = sum(
            self.kept_of(some, [worked for begun, worked in basis.worked if begun == day])
            for day, some in plans.items()
        )
        needed = next(n for n in range(planned + 1) if Fraction(n) >= self.share * planned)
        contacts = int(self.clerk.setting("contacts", 1))
        has_begun = self.days[0] <= self.clerk.today
        return [
            (PASSED if shut <= most else FAILED, shut, most) if has_begun else (NOT_JUDGED, None, most),
            (PASSED if kept >= needed else FAILED, kept, needed) if planned else (NOT_JUDGED, None, None),
            (
                (PASSED if basis.contacts >= contacts else FAILED) if has_begun else NOT_JUDGED,
                basis.contacts,
                contacts,
            ),
            (NOT_JUDGED, None, 0.8),
            (NOT_JUDGED, None, 1),
        ]

    @property
    def share(self) -> Fraction:
        """ "≥ 75 % of planned shifts kept." """
        return Fraction(str(self.clerk.setting("kept_share", 0.75)))

    @once
    def judge(self, station: Station) -> Judged:
        certain, firm, hoped = (
            self.gates(station, self.basis(station, how=how)) for how in ("certain", "firm", "hoped")
        )
        # What may still come makes nothing worse: also not a first shift that lies before all known ones.
        hoped = [low if low[0] == PASSED else high for low, high in zip(certain, hoped, strict=True)]
        tangible, new = self.is_tangible(station), self.is_new(station)
        if new or not self.is_open(station):
            certain = [(NOT_JUDGED, have, need) for _, have, need in certain]

        def is_clear(gates: list[Gate]) -> bool:
            return tangible and not new and all(state != FAILED for state, *_ in gates)

        return Judged(certain, firm, new, tangible, is_clear(certain), is_clear(hoped))

    # ---- hours, and what may still come ----

    def duty_hours(self, shifts: list[Fact], silent: list[Plan] | None = None) -> Fraction:
        """ "The union of all shifts begun on that day." High, where plans of silent phones are given."""
        total = Fraction(0)
        for day in {day_of(each.at) for each in shifts} | {day_of(each.starts_at) for each in silent or []}:
            begun = [each for each in shifts if day_of(each.at) == day]
            spans = self.clerk.spans(begun, high=silent is not None)
            spans += [(p.starts_at, p.ends_at) for p in silent or [] if day_of(p.starts_at) == day]
            total += hours_of_union(spans)
        return total

    def person_hours(self, shifts: list[Fact], silent: list[Plan] | None = None) -> Fraction:
        """ "Hours per person and station, added (one person's overlapping shifts at one station count once)",
        by the day on which they began, as duty hours are."""
        everybody = {each.member_id for each in [*shifts, *(silent or [])]}
        total = Fraction(0)
        for who in everybody:
            plans = None if silent is None else [each for each in silent if each.member_id == who]
            total += self.duty_hours([each for each in shifts if each.member_id == who], plans)
        return total

    def pending_at(self, station: Station) -> int:
        """ "Added to check-ins, shifts and receptions alike at the phone's last station, 0 hours." """
        holding = self.clerk.holding(self.days)
        return sum(phone.pending for phone in holding if phone.last_station_id == station.id)

    @once
    def unanswered(self, station: Station) -> list[Plan]:
        """The silent plans "unless a known shift answers them": the own one, at whatever length, or, by their
        number, those of stand-ins. The earliest plans of a day stay."""
        found: list[Plan] = []
        for day in sorted({day_of(plan.starts_at) for plan in self.clerk.plans_at(station, self.days)}):
            plans = self.clerk.plans_at(station, [day])
            shifts = self.clerk.facts("shift", station, [day])
            still_open = len(plans) - self.kept_plans(plans, shifts)
            silent = [
                plan
                for plan in plans
                if self.clerk.may_be_kept(plan) and not any(is_known(plan, each) for each in shifts)
            ]
            found += sorted(silent, key=lambda plan: (plan.starts_at, plan.ends_at, plan.id))[:still_open]
        return found


def is_known(plan: Plan, shift: Fact) -> bool:
    """Whether this shift of the planned person, closed by rule or not, ran while it was planned."""
    end = shift.ended_at or shift.closes_at
    assert end is not None
    return shift.member_id == plan.member_id and max(shift.at, plan.starts_at) < min(end, plan.ends_at)


def most_pairs(choices: list[list[int]], taken: frozenset[int]) -> int:
    """How many plans can each have a stand-in of their own, at best: all ways are tried."""
    if not choices:
        return 0
    ways = [1 + most_pairs(choices[1:], taken | {shift}) for shift in choices[0] if shift not in taken]
    return max([most_pairs(choices[1:], taken), *ways])
