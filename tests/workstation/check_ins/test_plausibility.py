"""What is worth a second look, against the plainest reading of the rule."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workstation.check_ins.plausibility import Presence, is_shared_by_many, is_too_fast
from workstation.geography.distance import SPHERE_ERROR, Position, geodesic_m

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def presence(*, metres_north: float = 0, minutes: float = 0, radius_m: int = 300) -> Presence:
    return Presence("id", NOON + timedelta(minutes=minutes), 22.5 + metres_north / 110_750, 114.0, radius_m)


@pytest.mark.parametrize(
    ("metres", "minutes", "clock_error_s", "too_fast"),
    [
        (5_000, 0, 0, True),
        (5_000, 1, 0, True),
        (5_000, 3, 0, False),
        (5_000, -1, 0, True),
        (5_000, 0, 120, False),
        (2_000, 0, 0, False),
        (100_000, 30, 0, True),
        (100_000, 60, 0, False),
    ],
)
def test_nobody_gets_through_a_city_faster_than_120_km_an_hour(
    metres: float, minutes: float, clock_error_s: float, too_fast: bool
) -> None:
    other = presence(metres_north=metres, minutes=minutes)
    assert is_too_fast(presence(), [other], clock_error_s=clock_error_s) is too_fast


def test_one_of_several_is_enough_and_none_is_nothing() -> None:
    near, far = presence(metres_north=300, minutes=1), presence(metres_north=9_000, minutes=1)
    assert is_too_fast(presence(), [near, far], clock_error_s=0)
    assert not is_too_fast(presence(), [near], clock_error_s=0)
    assert not is_too_fast(presence(), [], clock_error_s=0)


PLACES = st.builds(
    Presence,
    st.just("id"),
    st.builds(lambda minutes: NOON + timedelta(minutes=minutes), st.floats(0, 120)),
    st.floats(22.4, 22.9),
    st.floats(113.7, 114.6),
    st.integers(50, 1000),
)


@given(one=PLACES, others=st.lists(PLACES, max_size=6), clock_error_s=st.floats(0, 600))
def test_it_is_the_plain_rule_for_any_places_and_times(
    one: Presence, others: list[Presence], clock_error_s: float
) -> None:
    """On the ellipsoid: metres from fence to fence, and 120 km/h for the time between and what is unsure."""
    said = False
    for other in others:
        whole = geodesic_m(origin=Position(one.lat, one.lon), target=Position(other.lat, other.lon))
        way = whole - one.fence_radius_m - other.fence_radius_m
        later, earlier = max(one.at, other.at), min(one.at, other.at)
        reach = 120_000 / 3_600 * ((later - earlier).total_seconds() + 60 + clock_error_s)
        assume(abs(way - reach) > SPHERE_ERROR * whole)
        said = said or way > reach
    assert is_too_fast(one, others, clock_error_s=clock_error_s) is said


@given(one=PLACES, other=PLACES)
def test_it_says_the_same_of_both(one: Presence, other: Presence) -> None:
    assert is_too_fast(one, [other], clock_error_s=0) is is_too_fast(other, [one], clock_error_s=0)


def test_five_may_share_a_phone_before_it_is_said() -> None:
    assert [is_shared_by_many(people) for people in (1, 5, 6)] == [False, False, True]
