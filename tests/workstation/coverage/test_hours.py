"""Duty cut at full hours: nothing is lost, nothing counts twice, and the hours are the station's own."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from workstation.coverage.hours import add_hours, merged
from workstation.shifts.rules import Span, union

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
minutes = st.integers(min_value=-600, max_value=6000)
spans = st.lists(
    st.builds(
        lambda begins, length: Span(
            MONDAY + timedelta(minutes=begins), MONDAY + timedelta(minutes=begins + length)
        ),
        minutes,
        st.integers(min_value=-60, max_value=900),
    ),
    max_size=12,
)


def cells_of(*some: Span) -> list[list[int]]:
    cells = [[0] * 24 for _ in range(7)]
    for span in some:
        add_hours(cells, span)
    return cells


@given(spans)
def test_merged_spans_stand_apart_and_last_as_long_as_their_union(some: list[Span]) -> None:
    found = merged(some)
    assert sum((span.length for span in found), timedelta()) == union(some)
    assert all(left.ends_at < right.starts_at for left, right in pairwise(found))


@given(spans)
def test_the_hours_of_a_week_add_up_to_the_spans(some: list[Span]) -> None:
    found = merged(some)
    milliseconds = sum(map(sum, cells_of(*found)))
    assert timedelta(milliseconds=milliseconds) == union(some)


def test_hours_are_local_and_pass_midnight() -> None:
    late = Span(MONDAY + timedelta(hours=15, minutes=30), MONDAY + timedelta(hours=17))  # 23:30 to 1:00
    cells = cells_of(late)
    assert cells[0][23] == 30 * 60_000
    assert cells[1][0] == 60 * 60_000
    assert sum(map(sum, cells)) == 90 * 60_000
