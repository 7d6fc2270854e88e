"""Spans, closing rules and kept plans against slow references."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from workstation.shifts.rules import Span, Worked, closes_at, is_kept, kept_plans, overlap, union

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # 9:00 in Shenzhen
HALF_HOUR = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)


def at(minute: int) -> datetime:
    return START + minute * MINUTE


def span(begins: int, length: int) -> Span:
    return Span(at(begins), at(begins + length))


# Also backwards ones: a clock may jump.
spans = st.builds(span, st.integers(0, 300), st.integers(-60, 200))
worked = st.builds(Worked, st.sampled_from("abc"), st.builds(span, st.integers(0, 200), st.integers(1, 150)))


@given(st.lists(spans, max_size=8))
def test_a_union_is_the_minutes_in_at_least_one_span(some: list[Span]) -> None:
    inside = sum(any(each.starts_at <= at(minute) < each.ends_at for each in some) for minute in range(600))
    assert union(some) == inside * MINUTE


@given(spans, spans)
def test_an_overlap_is_the_minutes_in_both(left: Span, right: Span) -> None:
    both = sum(
        all(each.starts_at <= at(minute) < each.ends_at for each in (left, right)) for minute in range(600)
    )
    assert overlap(left, right) == overlap(right, left) == both * MINUTE


def test_a_kept_shift_lasts_as_long_as_the_setting_says() -> None:
    assert is_kept(span=span(0, 30), at_least=HALF_HOUR)
    assert not is_kept(span=span(0, 29), at_least=HALF_HOUR)
    assert not is_kept(span=span(0, -90), at_least=HALF_HOUR)


class TestClosing:
    def test_a_forgotten_shift_closes_with_its_plan(self) -> None:
        assert closes_at(started_at=at(5), planned=[span(0, 180)]) == at(180)

    def test_who_comes_early_comes_for_the_plan(self) -> None:
        assert closes_at(started_at=at(-60), planned=[span(0, 180)]) == at(180)

    def test_another_time_of_the_day_is_no_plan_for_it(self) -> None:
        later = [span(300, 60)]
        assert closes_at(started_at=at(0), planned=later) == at(12 * 60)

    def test_without_a_plan_it_is_twelve_hours_or_local_midnight(self) -> None:
        assert closes_at(started_at=at(0)) == at(12 * 60)
        assert closes_at(started_at=at(10 * 60)) == datetime(2026, 11, 20, 16, 0, tzinfo=UTC)

    def test_a_plan_over_midnight_goes_on_to_its_end(self) -> None:
        assert closes_at(started_at=at(14 * 60), planned=[span(14 * 60, 180)]) == at(17 * 60)

    @given(st.integers(0, 14 * 60), st.lists(st.builds(span, st.integers(0, 900), st.integers(1, 300))))
    def test_it_never_closes_before_it_began(self, minute: int, plans: list[Span]) -> None:
        assert closes_at(started_at=at(minute), planned=plans) > at(minute)


def keeps(shift: Worked, plan: Worked) -> bool:
    return overlap(shift.span, plan.span) >= min(HALF_HOUR, plan.span.length)


def most_kept(plans: list[Worked], shifts: list[Worked]) -> int:
    """By trying every stand-in for every plan that its own person did not keep."""
    mine = [any(s.member_id == p.member_id and keeps(s, p) for s in shifts) for p in plans]
    left = [plan for plan, own in zip(plans, mine, strict=True) if not own]
    free = [s for s in shifts if not any(s.member_id == p.member_id and keeps(s, p) for p in plans)]

    def best(rest: list[Worked], spare: list[Worked]) -> int:
        if not rest:
            return 0
        without = best(rest[1:], spare)
        tries = [
            1 + best(rest[1:], spare[:index] + spare[index + 1 :])
            for index, shift in enumerate(spare)
            if keeps(shift, rest[0])
        ]
        return max([without, *tries])

    return sum(mine) + best(left, free)


class TestKeptPlans:
    @given(st.lists(worked, max_size=4), st.lists(worked, max_size=4))
    def test_as_many_plans_are_kept_as_can_be(self, plans: list[Worked], shifts: list[Worked]) -> None:
        assert kept_plans(plans=plans, worked=shifts, at_least=HALF_HOUR) == most_kept(plans, shifts)

    def test_one_long_shift_keeps_two_plans_of_its_person(self) -> None:
        plans = [Worked("a", span(0, 120)), Worked("a", span(150, 120))]
        assert kept_plans(plans=plans, worked=[Worked("a", span(0, 270))], at_least=HALF_HOUR) == 2

    def test_a_stand_in_keeps_one_plan(self) -> None:
        plans = [Worked("a", span(0, 120)), Worked("b", span(0, 120))]
        assert kept_plans(plans=plans, worked=[Worked("c", span(0, 120))], at_least=HALF_HOUR) == 1

    def test_who_keeps_an_own_plan_stands_in_for_nobody(self) -> None:
        plans = [Worked("a", span(0, 120)), Worked("b", span(0, 120))]
        assert kept_plans(plans=plans, worked=[Worked("a", span(0, 120))], at_least=HALF_HOUR) == 1
