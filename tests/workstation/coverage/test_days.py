"""A station's day against a reference that looks at every minute."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from workstation.coverage.days import CHECK_IN, PLAN, RECEPTION, SHIFT, Fact, counted, figure_day
from workstation.coverage.rules import Thresholds
from workstation.local_time import local_day

MORNING = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
RULES = Thresholds()
minutes = st.integers(0, 600)
people = st.sampled_from(["anna", "bo", "chen"])


def at(minute: int) -> datetime:
    return MORNING + timedelta(minutes=minute)


@st.composite
def facts(draw: st.DrawFn, kinds: tuple[str, ...] = (CHECK_IN, SHIFT, RECEPTION)) -> Fact:
    """Anything that one of three people may have done at one station on one day."""
    kind, begins = draw(st.sampled_from(kinds)), draw(minutes)
    ended = kind in (SHIFT, PLAN) and (kind == PLAN or draw(st.booleans()))
    return Fact(
        kind=kind,
        station_id="hall",
        day=local_day(MORNING),
        member_id=draw(people),
        entered_by_id=draw(st.sampled_from([None, None, "liaison"])) if kind != PLAN else None,
        starts_at=at(begins),
        ends_at=at(begins + draw(st.integers(1, 300))) if ended else None,
        closes_at=at(begins + draw(st.integers(1, 720))) if kind == SHIFT else None,
        evidence=draw(st.integers(0, 3)),
        flags=draw(st.sampled_from([(), ("stated",), ("late",), ("outside",)])),
        headcount=draw(st.integers(1, 5)) if kind == RECEPTION else 0,
    )


days = st.lists(facts(), max_size=12)


def on_duty(shifts: list[tuple[str, datetime, datetime]]) -> dict[int, set[str]]:
    """Who is on duty in each minute: the slow and obvious way."""
    found: dict[int, set[str]] = {}
    for minute in range(1400):
        here = {who for who, begins, ends in shifts if begins <= at(minute) < ends}
        if here:
            found[minute] = here
    return found


@given(days)
def test_hours_are_the_minutes_with_somebody_on_duty(some: list[Fact]) -> None:
    figures = figure_day(some, thresholds=RULES)
    kept = [fact for fact in counted(some, within=HALF_HOUR) if fact.kind == SHIFT]
    low = on_duty([(each.member_id, each.starts_at, each.ends_at) for each in kept if each.ends_at])
    high = on_duty(
        [(each.member_id, each.starts_at, each.ends_at or each.closes_at or MORNING) for each in kept]
    )
    assert figures.duty_ms_low == len(low) * 60_000
    assert figures.duty_ms_high == len(high) * 60_000
    for who, (least, most) in figures.people.items():
        assert least == sum(who in here for here in low.values()) * 60_000
        assert most == sum(who in here for here in high.values()) * 60_000


@given(days, minutes)
def test_before_its_rule_has_come_an_open_shift_may_bring_no_hours(some: list[Fact], minute: int) -> None:
    now = at(minute)
    figures = figure_day(some, thresholds=RULES, now=now)
    told = [
        fact._replace(ends_at=fact.starts_at)
        if fact.kind == SHIFT and fact.ends_at is None and fact.closes_at and now < fact.closes_at
        else fact
        for fact in some
    ]
    assert figures.duty_ms_high == figure_day(told, thresholds=RULES).duty_ms_high


@given(days)
def test_counts_add_up(some: list[Fact]) -> None:
    figures = figure_day(some, thresholds=RULES)
    left = counted(some, within=HALF_HOUR)
    assert sum(figures.check_ins) == sum(fact.kind == CHECK_IN for fact in left)
    assert figures.shifts == sum(fact.kind == SHIFT for fact in left)
    assert figures.receptions == sum(fact.kind == RECEPTION for fact in left)
    assert figures.people_received == sum(fact.headcount for fact in left)
    assert figures.people.keys() == {fact.member_id for fact in left}
    assert 0 <= figures.kept_firm <= figures.kept <= figures.kept_high <= figures.shifts
    assert figures.duty_ms_low <= figures.duty_ms_high
    assert figures.is_empty == (not some)


@given(days, st.randoms())
def test_the_order_of_arrival_changes_nothing(some: list[Fact], random: object) -> None:
    shuffled = list(some)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis gives a random.Random
    assert figure_day(shuffled, thresholds=RULES) == figure_day(some, thresholds=RULES)


def most_pairs(own: list[datetime], others: list[datetime]) -> int:
    """The most entries on behalf that can each have an own one near: by trying everything."""
    if not others:
        return 0
    first, *rest = others
    best = most_pairs(own, rest)
    for index, moment in enumerate(own):
        if abs(moment - first) <= HALF_HOUR:
            best = max(best, 1 + most_pairs(own[:index] + own[index + 1 :], rest))
    return best


@given(st.lists(st.integers(0, 120), max_size=5), st.lists(st.integers(0, 120), max_size=5))
def test_as_many_entries_on_behalf_as_can_be_are_one_thing_with_an_own_one(
    own: list[int], others: list[int]
) -> None:
    plain = Fact(CHECK_IN, "hall", local_day(MORNING), "anna", None, MORNING, None, None, 2, (), 0)
    mine = [plain._replace(starts_at=at(minute)) for minute in own]
    theirs = [plain._replace(starts_at=at(minute), entered_by_id="liaison") for minute in others]
    left = counted([*theirs, *mine], within=HALF_HOUR)
    pairs = most_pairs([at(minute) for minute in own], [at(minute) for minute in others])
    assert len(left) == len(own) + len(others) - pairs
    assert all(fact in left for fact in mine)


def test_one_kind_or_one_person_is_not_another() -> None:
    plain = Fact(CHECK_IN, "hall", local_day(MORNING), "anna", None, MORNING, None, None, 2, (), 0)
    different = [plain._replace(kind=RECEPTION, headcount=1), plain._replace(member_id="bo")]
    for one in different:
        assert len(counted([plain, one._replace(entered_by_id="liaison")], within=HALF_HOUR)) == 2


@given(st.lists(facts((PLAN, SHIFT)), max_size=8))
def test_more_facts_never_keep_fewer_plans(some: list[Fact]) -> None:
    figures = figure_day(some, thresholds=RULES)
    assert figures.planned == sum(fact.kind == PLAN for fact in some)
    assert figures.planned_kept_firm <= figures.planned_kept <= figures.planned_kept_high <= figures.planned


def test_a_plan_alone_makes_nobody_active() -> None:
    plan = Fact(PLAN, "hall", local_day(MORNING), "anna", None, MORNING, at(180), None, 1, (), 0)
    figures = figure_day([plan], thresholds=RULES)
    assert (figures.planned, figures.planned_kept, figures.people) == (1, 0, {})
    assert not figures.is_empty


def test_a_silent_plan_may_have_been_worked() -> None:
    plan = Fact(PLAN, "hall", local_day(MORNING), "anna", None, MORNING, at(180), None, 1, (), 0)
    figures = figure_day([plan], thresholds=RULES, silent_plans=[plan])
    assert (figures.planned_kept, figures.planned_kept_high) == (0, 1)
    assert (figures.duty_ms_low, figures.duty_ms_high) == (0, 180 * 60_000)
