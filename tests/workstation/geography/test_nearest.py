"""Nearest k: always what a full sort by geodesic gives, whatever the places."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.geography.distance import NotAPosition, Position, geodesic_m
from workstation.geography.nearest import Box, box_around, nearest

anywhere = st.builds(Position, st.floats(-90, 90), st.floats(-180, 180))


class Place(NamedTuple):
    code: str
    lat: float
    lon: float


def search_of(places: list[Place]) -> Callable[[Box], list[Place]]:
    def candidates_in(box: Box) -> list[Place]:
        return [p for p in places if box.south <= p.lat <= box.north and box.west <= p.lon <= box.east]

    return candidates_in


def sorted_by_hand(*, places: list[Place], origin: Position, limit: int) -> list[str]:
    by_distance = sorted((geodesic_m(origin=origin, target=Position(p.lat, p.lon)), p.code) for p in places)
    return [code for _, code in by_distance[:limit]]


def places_of(positions: list[Position]) -> list[Place]:
    return [Place(f"{number:03}", *position) for number, position in enumerate(positions)]


@given(
    positions=st.lists(anywhere, max_size=30),
    origin=anywhere,
    limit=st.integers(1, 12),
)
def test_same_as_sorting_everything_anywhere_on_earth(
    positions: list[Position], origin: Position, limit: int
) -> None:
    places = places_of(positions)
    found = nearest(origin=origin, limit=limit, candidates_in=search_of(places))
    assert [near.place.code for near in found] == sorted_by_hand(places=places, origin=origin, limit=limit)


@given(seed=st.integers(0, 10_000), spread=st.sampled_from([0.001, 0.05, 0.5, 5.0]))
def test_same_as_sorting_everything_in_a_city(seed: int, spread: float) -> None:
    random = Random(seed)
    places = places_of(
        [Position(22.5 + random.gauss(0, spread), 114 + random.gauss(0, spread)) for _ in range(80)]
    )
    origin = Position(22.5 + random.gauss(0, spread), 114.0)
    found = nearest(origin=origin, limit=20, candidates_in=search_of(places))
    assert [near.place.code for near in found] == sorted_by_hand(places=places, origin=origin, limit=20)


def test_exact_ties_are_ordered_by_code() -> None:
    places = [Place(code, 22.5, 114.0) for code in ("C", "A", "B")]
    found = nearest(origin=Position(22.6, 114.1), limit=2, candidates_in=search_of(places))
    assert [near.place.code for near in found] == ["A", "B"]


def test_across_the_antimeridian_and_at_the_pole() -> None:
    fiji, samoa, pole = Place("fiji", -17, 179.9), Place("samoa", -17, -179.9), Place("pole", 89.9, 10)
    found = nearest(origin=Position(-17, -179.99), limit=3, candidates_in=search_of([pole, fiji, samoa]))
    assert [near.place.code for near in found] == ["samoa", "fiji", "pole"]
    found = nearest(origin=Position(89.95, -170), limit=1, candidates_in=search_of([pole, fiji, samoa]))
    assert found[0].place is pole


def test_nothing_asked_nothing_there() -> None:
    assert nearest(origin=Position(0, 0), limit=0, candidates_in=search_of([Place("a", 0, 0)])) == []
    assert nearest(origin=Position(0, 0), limit=5, candidates_in=search_of([])) == []


def test_an_impossible_origin_is_refused() -> None:
    with pytest.raises(NotAPosition):
        nearest(origin=Position(float("nan"), 0), limit=1, candidates_in=search_of([]))


@given(origin=anywhere, target=anywhere)
def test_a_box_holds_all_within_its_reach(origin: Position, target: Position) -> None:
    box = box_around(origin=origin, reach_m=geodesic_m(origin=origin, target=target) + 1e-3)
    assert box.south <= target.lat <= box.north
    # On a pole every longitude is the same place.
    assert box.west <= target.lon <= box.east or abs(abs(target.lat) - 90) < 1e-6
