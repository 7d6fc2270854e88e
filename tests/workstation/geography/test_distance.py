import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.geography.distance import SPHERE_ERROR, NotAPosition, Position, checked, geodesic_m, sphere_m

anywhere = st.builds(Position, st.floats(-90, 90), st.floats(-180, 180))
NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (90.1, 0),
        (-90.1, 0),
        (0, 180.1),
        (0, -200),
        (NAN, 0),
        (0, NAN),
        (INFINITY, 0),
        (0, -INFINITY),
        (True, 0),
    ],
)
def test_what_is_not_on_earth_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(NotAPosition):
        checked(lat=lat, lon=lon)
    with pytest.raises(NotAPosition):
        geodesic_m(origin=Position(0, 0), target=Position(lat, lon))


def test_zero_zero_is_an_ordinary_place() -> None:
    assert checked(lat=0, lon=0) == Position(0, 0)


def test_a_known_geodesic() -> None:
    # Vincenty's own test line, Flinders Peak to Buninyong, 54,972.271 m (there on another ellipsoid: 2 cm).
    flinders, buninyong = Position(-37.951033417, 144.424867889), Position(-37.652821139, 143.926495528)
    assert geodesic_m(origin=flinders, target=buninyong) == pytest.approx(54_972.271, abs=0.05)


@given(a=anywhere, b=anywhere)
def test_distance_is_the_same_both_ways(a: Position, b: Position) -> None:
    assert geodesic_m(origin=a, target=b) == pytest.approx(geodesic_m(origin=b, target=a), abs=1e-6)


@given(a=anywhere, b=anywhere)
def test_the_sphere_is_off_by_no_more_than_its_stated_error(a: Position, b: Position) -> None:
    exact = geodesic_m(origin=a, target=b)
    assert sphere_m(origin=a, target=b) == pytest.approx(exact, rel=SPHERE_ERROR, abs=1e-6)
