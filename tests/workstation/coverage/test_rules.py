"""Gates, stretches, windows and settling against references that walk day by day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.coverage.gates import Evidence, describe, judge
from workstation.coverage.rules import (
    Thresholds,
    is_new,
    is_open,
    item_state,
    kept_enough,
    longest_stretch,
    look_back,
    still_to_keep,
)
from workstation.coverage.settling import Phone, is_settled, open_days
from workstation.coverage.windows import Window, read_window
from workstation.errors import Refusal
from workstation.local_time import day_end, day_start, local_day

RULES = Thresholds()
FIRST = date(2026, 1, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def years(first: int, last: int) -> tuple[datetime, datetime]:
    """Bounds for Hypothesis, which adds the time zone itself."""
    return datetime(first, 1, 1), datetime(last, 1, 1)  # noqa: DTZ001


def walked(kept: set[date], window: Window, opened_on: date | None, known_since: date) -> int:
    """The longest run of days without a kept shift that ends inside the window, day by day."""
    begins = max(look_back(window, thresholds=RULES), opened_on or date.min)
    if kept:
        begins = max(begins, min(known_since, *kept))
    run = longest = 0
    each = look_back(window, thresholds=RULES)
    while each < window.ends_on:
        run = 0 if each in kept or each < begins else run + 1
        if each >= window.starts_on:
            longest = max(longest, run)
        each += timedelta(days=1)
    return longest


@given(
    st.sets(st.integers(0, 200), max_size=30),
    st.integers(60, 150),
    st.integers(1, 60),
    st.none() | st.integers(-100, 200),
    st.integers(-100, 250),
)
def test_the_longest_stretch_is_what_one_counts_day_by_day(
    numbers: set[int], starts: int, length: int, opened: int | None, known: int
) -> None:
    window = Window(day(starts), day(starts + length))
    first = look_back(window, thresholds=RULES)
    kept = sorted(day(number) for number in numbers if first <= day(number) < window.ends_on)
    opened_on = None if opened is None else day(opened)
    expected = walked(set(kept), window, opened_on, day(known))
    found = longest_stretch(
        kept,
        window=window,
        opened_on=opened_on,
        known_since=day(known),
        thresholds=RULES,
    )
    assert found == expected


class TestStretches:
    window = Window(day(100), day(190))

    def stretch(self, *numbers: int, opened: int | None = None, known: int = 0) -> int:
        return longest_stretch(
            [day(number) for number in numbers],
            window=self.window,
            opened_on=None if opened is None else day(opened),
            known_since=day(known),
            thresholds=RULES,
        )

    def test_a_stretch_that_began_before_the_window_is_counted_whole(self) -> None:
        assert self.stretch(80, 130, 150, 189) == 49

    def test_a_stretch_that_ended_before_the_window_is_not(self) -> None:
        assert self.stretch(60, 100, 140, 189) == 48
        assert self.stretch(54, 100, 120, 160) == 39

    def test_nobody_was_missed_before_the_station_opened(self) -> None:
        assert self.stretch(180, opened=170) == 10

    def test_what_was_before_the_network_came_is_not_known(self) -> None:
        assert self.stretch(160, 180, known=150) == 19

    def test_a_station_that_was_never_kept_is_counted_all_the_same(self) -> None:
        assert self.stretch(known=185) > RULES.stretch_days


@given(st.integers(0, 60), st.integers(1, 60))
def test_the_fix_of_kept_plans_is_the_fewest_that_suffice(kept: int, planned: int) -> None:
    kept = min(kept, planned)
    if kept_enough(kept=kept, planned=planned, thresholds=RULES):
        return
    more = still_to_keep(kept=kept, planned=planned, thresholds=RULES)
    assert kept_enough(kept=kept + more, planned=planned + more, thresholds=RULES)
    assert not kept_enough(kept=kept + more - 1, planned=planned + more - 1, thresholds=RULES)


class TestGates:
    good = Evidence(stretch=45, kept=3, planned=4, contacts=1)

    @pytest.mark.parametrize(
        ("found", "states"),
        [
            (good, (True, True, True, None, None)),
            (Evidence(stretch=46, kept=3, planned=4, contacts=1), (False, True, True, None, None)),
            (Evidence(stretch=45, kept=2, planned=4, contacts=1), (True, False, True, None, None)),
            (Evidence(stretch=45, kept=0, planned=0, contacts=1), (True, None, True, None, None)),
            (Evidence(stretch=45, kept=3, planned=4, contacts=0), (True, True, False, None, None)),
            (Evidence(stretch=None, kept=3, planned=4, contacts=1), (None, True, None, None, None)),
        ],
    )
    def test_each_gate_stands_for_itself(self, found: Evidence, states: tuple[bool | None, ...]) -> None:
        assert judge(found, thresholds=RULES) == states

    def test_a_new_station_is_not_judged(self) -> None:
        gates = describe(self.good, firm=self.good, thresholds=RULES, is_new=True)
        assert {gate.state for gate in gates} == {"not_judged"}
        assert all("新站" in (gate.note or "") for gate in gates)

    def test_every_failing_gate_has_a_fix_that_looks_forward(self) -> None:
        bad = Evidence(stretch=90, kept=0, planned=4, contacts=0)
        gates = describe(bad, firm=bad, thresholds=RULES)
        assert [gate.fix for gate in gates] == [
            "再值班 1 次，30 分钟以上", "再按计划值班 12 次", "安排 1 次接待群众", None, None,
        ]  # fmt: skip

    def test_only_what_weak_facts_carry_waits_for_proof(self) -> None:
        firm = Evidence(stretch=90, kept=3, planned=4, contacts=1)
        notes = ["待佐证" in (gate.note or "") for gate in describe(self.good, firm=firm, thresholds=RULES)]
        assert notes == [True, False, False, False, False]

    def test_a_network_sets_its_own_thresholds_and_unknown_names_mean_nothing(self) -> None:
        own = Thresholds.of({"stretch_days": 60, "colour": "red"})
        assert judge(Evidence(stretch=60, kept=0, planned=0, contacts=1), thresholds=own)[0] is True


@pytest.mark.parametrize(
    ("status", "opened", "closed", "expected"),
    [
        ("open", None, None, True),
        ("open", 10, None, True),
        ("open", 11, None, False),
        ("closed", None, 11, True),
        ("closed", None, 10, False),
        ("closed", None, None, False),
        ("planned", None, None, False),
        ("suspended", None, None, False),
    ],
)
def test_a_station_is_open_between_its_days(
    status: str, opened: int | None, closed: int | None, expected: bool
) -> None:
    days = {"opened_on": opened, "closed_on": closed}
    known: dict[str, Any] = {name: None if number is None else day(number) for name, number in days.items()}
    assert is_open(status=status, day=day(10), **known) is expected


def test_a_station_is_new_for_thirty_days() -> None:
    assert is_new(opened_on=day(0), day=day(29), thresholds=RULES)
    assert not is_new(opened_on=day(0), day=day(30), thresholds=RULES)
    assert not is_new(opened_on=None, day=day(0), thresholds=RULES)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({}, "met"),
        ({"confirmed_on": day(-365)}, "met"),
        ({"confirmed_on": day(-366)}, "review"),
        ({"confirmed_on": day(-455)}, "review"),
        ({"confirmed_on": day(-456)}, "missing"),
        ({"confirmed_on": day(1)}, "missing"),
        ({"confirmed_on": None}, "missing"),
        ({"met": False}, "missing"),
        ({"checker": None}, "missing"),
        ({"proof": ""}, "missing"),
    ],
)
def test_an_item_needs_checker_proof_and_a_fresh_date(said: dict[str, Any], state: str) -> None:
    whole = {"met": True, "checker": "区办", "proof": "照片", "confirmed_on": day(0)}
    assert item_state(**(whole | said), day=day(0), rules=RULES) == state


class TestSettling:
    now = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    yesterday = date(2026, 11, 19)

    def phone(self, heard_at: datetime, pending: int = 0) -> Phone:
        return Phone("phone", "anna", heard_at, pending, "hall")

    def settled(self, each: date, *phones: Phone) -> bool:
        return is_settled(each, phones=phones, now=self.now, thresholds=RULES)

    def test_today_never_is(self) -> None:
        assert not self.settled(local_day(self.now))

    def test_a_day_of_which_nobody_knows_anything_is(self) -> None:
        assert self.settled(self.yesterday)

    def test_a_phone_that_spoke_after_the_day_settles_it(self) -> None:
        assert self.settled(self.yesterday, self.phone(day_end(self.yesterday)))
        assert not self.settled(self.yesterday, self.phone(day_end(self.yesterday) - timedelta(seconds=1)))

    def test_a_phone_that_still_holds_something_does_not(self) -> None:
        assert not self.settled(self.yesterday, self.phone(self.now, pending=1))

    @given(st.datetimes(*years(2026, 2027), timezones=st.just(UTC)))
    def test_open_days_are_those_whose_72_hours_have_not_passed(self, now: datetime) -> None:
        waiting = [self.phone(now - timedelta(days=9), pending=1)]
        found = open_days(now=now, thresholds=RULES)
        for each in (local_day(now) - timedelta(days=n) for n in range(8)):
            settled = is_settled(each, phones=waiting, now=now, thresholds=RULES)
            assert (each in found) is not settled


class TestWindows:
    def test_n_days_end_with_today(self) -> None:
        window = read_window(window="30d", starts_on=None, ends_on=None, today=day(100))
        assert (window.starts_on, window.ends_on, window.last_day) == (day(71), day(101), day(100))
        assert len(list(window.days())) == 30

    def test_ninety_days_when_nothing_is_said(self) -> None:
        window = read_window(window=None, starts_on=None, ends_on=None, today=day(100))
        assert (window.ends_on - window.starts_on).days == 90

    @given(st.text(max_size=8))
    def test_any_text_is_a_window_or_refused(self, text: str) -> None:
        window = window_or_none(window=text, starts_on=None, ends_on=None)
        assert window is None or 1 <= (window.ends_on - window.starts_on).days <= 3660

    @given(st.dates(), st.dates())
    def test_any_two_days_are_a_window_or_refused(self, starts_on: date, ends_on: date) -> None:
        window = window_or_none(window=None, starts_on=starts_on, ends_on=ends_on)
        assert window in (None, Window(starts_on, ends_on))


def window_or_none(**said: Any) -> Window | None:
    try:
        return read_window(today=day(100), **said)
    except Refusal as refusal:
        return None if refusal.code == "coverage.window_invalid" else pytest.fail(refusal.code)


@given(st.datetimes(*years(1995, 2199), timezones=st.just(UTC)))
def test_a_local_day_holds_each_of_its_moments(moment: datetime) -> None:
    each = local_day(moment)
    assert day_start(each) <= moment < day_end(each)
