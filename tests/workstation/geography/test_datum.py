"""Datums: against the published figures, against another implementation, and against themselves."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.geography.datum import Datum, from_wgs84, to_wgs84
from workstation.geography.distance import Position, geodesic_m

# Computed once with PyPI geocoordinates-rs 0.14.2 (MIT or Apache-2.0), an independent implementation.
CASES = list(csv.DictReader((Path(__file__).parent / "datum_cases.csv").open()))
SHENZHEN = Position(22.54, 114.06)
in_china = st.builds(Position, st.floats(18, 50), st.floats(76, 132))


@pytest.mark.parametrize(
    ("datum", "expected", "offset_m"),
    [
        (Datum.WGS84, SHENZHEN, 0),
        (Datum.GCJ02, Position(22.537286, 114.065116), 606),
        (Datum.BD09, Position(22.542953, 114.071663), 1243),
    ],
)
def test_shenzhen_moves_as_published(datum: Datum, expected: Position, offset_m: int) -> None:
    moved = from_wgs84(position=SHENZHEN, datum=datum)
    assert moved == pytest.approx(expected, abs=1e-6)
    assert round(geodesic_m(origin=SHENZHEN, target=moved)) == offset_m


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['lat']},{case['lon']}")
def test_agrees_with_another_implementation(case: dict[str, str]) -> None:
    place = Position(float(case["lat"]), float(case["lon"]))
    for datum in (Datum.GCJ02, Datum.BD09):
        theirs = Position(float(case[f"{datum}_lat"]), float(case[f"{datum}_lon"]))
        assert geodesic_m(origin=from_wgs84(position=place, datum=datum), target=theirs) < 1e-3
    theirs = Position(float(case["wgs84_of_it_lat"]), float(case["wgs84_of_it_lon"]))
    assert geodesic_m(origin=to_wgs84(position=place, datum=Datum.GCJ02), target=theirs) < 1e-3


@given(place=in_china, datum=st.sampled_from(Datum))
def test_there_and_back_is_home_within_a_ten_millionth_of_a_metre(place: Position, datum: Datum) -> None:
    home = to_wgs84(position=from_wgs84(position=place, datum=datum), datum=datum)
    assert geodesic_m(origin=place, target=home) < 1e-7


def test_gcj02_is_wgs84_outside_china() -> None:
    london = Position(51.5, -0.12)
    assert from_wgs84(position=london, datum=Datum.GCJ02) == london
    assert to_wgs84(position=london, datum=Datum.GCJ02) == london
