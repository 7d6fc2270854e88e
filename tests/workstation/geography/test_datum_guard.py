"""A wrong datum is noticed from what fixes answer, against slow reckoning on the ellipsoid."""

from math import cos, radians

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workstation.geography.datum import Datum, from_wgs84, to_wgs84
from workstation.geography.datum_guard import (
    ANSWERS,
    ELSEWHERE,
    HERE,
    LEAST_ANSWERS,
    MISTAKES,
    answer,
    probable_mistake,
    put_right,
)
from workstation.geography.distance import Position, geodesic_m

DOOR = Position(22.5431, 114.0579)
METRE = 1 / 111_000


def beside(place: Position, *, east: float = 0, north: float = 0) -> Position:
    return Position(place.lat + north * METRE, place.lon + east * METRE / cos(radians(place.lat)))


def mistaken(door: Position, *, said: Datum, truly: Datum) -> Position:
    """Where a station is said to stand whose coordinates, of one datum, were read as another's."""
    return to_wgs84(position=from_wgs84(position=door, datum=truly), datum=said)


@pytest.mark.parametrize("name", MISTAKES)
def test_people_at_the_real_door_name_the_mistake_and_it_is_put_right(name: str) -> None:
    said, truly = MISTAKES[name]
    station = mistaken(DOOR, said=said, truly=truly)
    for east, north in ((0, 0), (80, -60), (-90, 90)):
        fix = beside(DOOR, east=east, north=north)
        assert answer(station=station, fix=fix, accuracy_m=30) == name
    right = put_right(position=station, mistake=MISTAKES[name])
    assert geodesic_m(origin=right, target=DOOR) < 0.01


def test_a_station_that_stands_right_is_said_to_be_here() -> None:
    assert answer(station=DOOR, fix=beside(DOOR, east=150), accuracy_m=30) == HERE
    assert answer(station=DOOR, fix=beside(DOOR, north=5_000), accuracy_m=30) == ELSEWHERE


def test_a_fix_that_is_not_sure_says_nothing() -> None:
    assert answer(station=DOOR, fix=DOOR, accuracy_m=100) == HERE
    assert answer(station=DOOR, fix=DOOR, accuracy_m=101) is None


def test_where_a_datum_moves_nothing_no_mistake_is_named() -> None:
    """Outside China GCJ-02 is WGS-84."""
    london = Position(51.5, -0.12)
    assert answer(station=london, fix=london, accuracy_m=10) == HERE


@given(
    lat=st.floats(18.5, 45),
    lon=st.floats(98, 122),
    east=st.floats(-2_000, 2_000),
    north=st.floats(-2_000, 2_000),
)
def test_the_answer_is_the_place_that_is_near_on_the_ellipsoid(
    lat: float, lon: float, east: float, north: float
) -> None:
    station = Position(lat, lon)
    fix = beside(station, east=east, north=north)
    places = {HERE: station} | {
        name: to_wgs84(position=from_wgs84(position=station, datum=said), datum=truly)
        for name, (said, truly) in MISTAKES.items()
    }
    far = {name: geodesic_m(origin=place, target=fix) for name, place in places.items()}
    moved = {name: geodesic_m(origin=place, target=station) for name, place in places.items()}
    assume(all(name == HERE or metres > 405 for name, metres in moved.items()))
    assume(all(abs(metres - 200) > 15 for metres in far.values()))
    near = [name for name, metres in far.items() if metres < 200]
    assume(len(near) <= 1)
    assert answer(station=station, fix=fix, accuracy_m=20) == (near[0] if near else ELSEWHERE)


@given(st.dictionaries(st.sampled_from(ANSWERS), st.integers(0, 40)))
def test_a_correction_needs_eight_that_agree_and_four_in_five(answers: dict[str, int]) -> None:
    votes = [name for name, times in answers.items() for _ in range(times)]
    chosen = [
        name for name in MISTAKES if votes.count(name) >= 8 and 10 * votes.count(name) >= 8 * len(votes)
    ]
    found = probable_mistake(answers)
    assert (found.name if found else None) == (chosen[0] if chosen else None)


def test_seven_are_not_enough() -> None:
    assert probable_mistake({"wgs84_gcj02": LEAST_ANSWERS - 1}) is None
    assert probable_mistake({}) is None
