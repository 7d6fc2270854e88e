from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.geography.distance import Position
from workstation.geography.nearest import Box
from workstation.geography.outlines import (
    bounding_box,
    contains,
    metres_outside,
    outline_from_geojson,
    place_inside,
)

# 0.1 by 0.2 degrees at Shenzhen's latitude.
SQUARE = outline_from_geojson(
    geometry={
        "type": "Polygon",
        "coordinates": [[[114, 22.5], [114.2, 22.5], [114.2, 22.6], [114, 22.6], [114, 22.5]]],
    }
)


def test_inside_edge_and_outside() -> None:
    assert contains(outline=SQUARE, position=Position(22.55, 114.1))
    assert contains(outline=SQUARE, position=Position(22.5, 114.1))
    assert not contains(outline=SQUARE, position=Position(114.1, 22.55))


def test_distance_to_the_outline_is_in_metres_both_ways() -> None:
    assert metres_outside(outline=SQUARE, position=Position(22.55, 114.1)) == 0
    assert metres_outside(outline=SQUARE, position=Position(22.61, 114.1)) == pytest.approx(1_107, abs=2)
    assert metres_outside(outline=SQUARE, position=Position(22.55, 114.21)) == pytest.approx(1_029, abs=2)


def test_the_box_of_an_outline() -> None:
    assert bounding_box(outline=SQUARE) == Box(22.5, 114.0, 22.6, 114.2)


@given(seed=st.integers())
def test_an_invented_place_lies_inside(seed: int) -> None:
    assert contains(outline=SQUARE, position=place_inside(outline=SQUARE, random=Random(seed)))


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [114, 22]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
    ],
)
def test_what_is_no_outline_is_refused(geometry: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="outline"):
        outline_from_geojson(geometry=geometry)
