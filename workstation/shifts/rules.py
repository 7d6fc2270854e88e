"""When a forgotten shift closes, what a kept one is, and how long somebody was there: from values alone."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from workstation.local_time import day_end, local_day

LONGEST = timedelta(hours=12)
# Who comes this much early comes for the plan; earlier than that it is other duty.
EARLY = timedelta(hours=1)


class Span(NamedTuple):
    """A half-open stretch of time."""

    starts_at: datetime
    ends_at: datetime

    @property
    def length(self) -> timedelta:
        """Never negative: a clock that went backwards gives nothing, not less than nothing."""
        return max(self.ends_at - self.starts_at, timedelta())


class Worked(NamedTuple):
    """A kept shift as a plan sees it: who, and when."""

    member_id: str
    span: Span


def closes_at(*, started_at: datetime, planned: Iterable[Span] = ()) -> datetime:
    """When a shift without an end closes by rule.

    `planned` are the person's plans at this station. The end of the plan in which the shift began (or that
    it began up to an hour early for), else the earlier of 12 hours and local midnight.
    """
    ends = [plan.ends_at for plan in planned if plan.starts_at - EARLY <= started_at < plan.ends_at]
    return min(ends, default=min(started_at + LONGEST, day_end(local_day(started_at))))


def is_kept(*, span: Span, at_least: timedelta) -> bool:
    """Whether a shift that really ended was long enough."""
    return span.length >= at_least


def overlap(left: Span, right: Span) -> timedelta:
    """How long both ran at once."""
    return Span(max(left.starts_at, right.starts_at), min(left.ends_at, right.ends_at)).length


def union(spans: Iterable[Span]) -> timedelta:
    """How long at least one of them ran: two at once count once."""
    total, reached = timedelta(), None
    for span in sorted(spans):
        begins = span.starts_at if reached is None else max(span.starts_at, reached)
        total += Span(begins, span.ends_at).length
        reached = span.ends_at if reached is None else max(reached, span.ends_at)
    return total


def kept_plans(*, plans: Sequence[Worked], worked: Sequence[Worked], at_least: timedelta) -> int:
    """How many planned shifts were kept, by the planned person or by a stand-in.

    A kept shift keeps each plan of its own person that it overlaps by `at_least` (or by the whole plan, when
    that is shorter). One that keeps no plan of its own may stand in for one plan of somebody else.
    """
    own = [plan for plan in plans if any(_keeps(shift, plan, at_least) for shift in _of(plan, worked))]
    free = [shift for shift in worked if not any(_keeps(shift, plan, at_least) for plan in _of(shift, plans))]
    left = [plan for plan in plans if plan not in own]
    return len(own) + _stand_ins(left, free, at_least)


def _of(one: Worked, many: Sequence[Worked]) -> list[Worked]:
    return [other for other in many if other.member_id == one.member_id]


def _keeps(shift: Worked, plan: Worked, at_least: timedelta) -> bool:
    return overlap(shift.span, plan.span) >= min(at_least, plan.span.length)


def _stand_ins(plans: Sequence[Worked], free: Sequence[Worked], at_least: timedelta) -> int:
    """The most plans that can each have a stand-in of its own: augmenting paths, a day has only a few."""
    stands_for: dict[int, int] = {}

    def find_one(plan: int, tried: set[int]) -> bool:
        for shift in range(len(free)):
            if shift in tried or not _keeps(free[shift], plans[plan], at_least):
                continue
            tried.add(shift)
            if shift not in stands_for or find_one(stands_for[shift], tried):
                stands_for[shift] = plan
                return True
        return False

    return sum(find_one(plan, set()) for plan in range(len(plans)))
