"""Verdict, distance and evidence, case by case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.check_ins.rules import Fix, evidence_of, flags_of, judge_position, verdict_of


class Station:
    lat, lon, fence_radius_m = 22.5431, 114.0579, 300


METRES_NORTH = 1 / 110_750  # degrees of latitude a metre, near 22.5° N


def fix(*, metres_north: float, accuracy_m: float = 20, age_s: float = 2) -> Fix:
    return Fix(Station.lat + metres_north * METRES_NORTH, Station.lon, accuracy_m, age_s)


@pytest.mark.parametrize(
    ("distance_m", "accuracy_m", "verdict"),
    [
        (0, 0, "inside"),
        (280, 20, "inside"),
        (280, 21, "uncertain"),
        (300, 0, "inside"),
        (300.1, 0, "outside"),
        (320, 20, "uncertain"),
        (320.1, 20, "outside"),
        (5600, 50, "outside"),
        (5600, 10_000, "uncertain"),
    ],
)
def test_the_verdict_is_sure_only_when_the_circle_is(
    distance_m: float, accuracy_m: float, verdict: str
) -> None:
    assert verdict_of(distance_m=distance_m, accuracy_m=accuracy_m, radius_m=300) == verdict


@pytest.mark.parametrize(
    ("position", "verdict", "distance_m"),
    [
        (fix(metres_north=0), "inside", 0),
        (fix(metres_north=44), "inside", 40),
        (fix(metres_north=296), "uncertain", 300),
        (fix(metres_north=5604), "outside", 5600),
        (fix(metres_north=0, age_s=120), "inside", 0),
        (fix(metres_north=0, age_s=121), "no_fix", None),
        (fix(metres_north=0, age_s=0), "inside", 0),
        (fix(metres_north=0, age_s=-1), "no_fix", None),
        (None, "no_fix", None),
    ],
)
def test_distance_is_kept_to_ten_metres(position: Fix | None, verdict: str, distance_m: int | None) -> None:
    judged = judge_position(fix=position, station=Station())
    assert (judged.verdict, judged.distance_m) == (verdict, distance_m)


def test_latitude_0_longitude_0_are_ordinary_numbers() -> None:
    judged = judge_position(fix=Fix(0, 0, 10, 1), station=Station())
    assert judged.verdict == "outside"
    assert judged.distance_m is not None
    assert judged.distance_m > 10_000_000


@pytest.mark.parametrize(
    ("verdict", "code_valid", "by_word", "evidence"),
    [
        ("inside", False, False, 2),
        ("inside", True, False, 3),
        ("uncertain", False, False, 1),
        ("outside", False, False, 1),
        ("no_fix", False, False, 1),
        ("no_fix", True, False, 2),
        ("outside", True, False, 2),
        ("inside", True, True, 0),
        (None, False, False, 1),
    ],
)
def test_evidence(verdict: str | None, code_valid: bool, by_word: bool, evidence: int) -> None:
    assert evidence_of(verdict=verdict, code_valid=code_valid, by_word=by_word) == evidence


def test_flags_inform_about_what_is_not_plain() -> None:
    assert flags_of(verdict="inside", code_given=False, code_valid=False) == []
    assert flags_of(verdict="outside", code_given=True, code_valid=False) == ["outside", "code_unverified"]


@given(
    distance_m=st.floats(0, 1e6),
    accuracy_m=st.floats(0, 1e5),
    worse_m=st.floats(0, 1e5),
    radius_m=st.integers(50, 1000),
)
def test_a_worse_accuracy_never_makes_a_verdict_surer(
    distance_m: float, accuracy_m: float, worse_m: float, radius_m: int
) -> None:
    better = verdict_of(distance_m=distance_m, accuracy_m=accuracy_m, radius_m=radius_m)
    worse = verdict_of(distance_m=distance_m, accuracy_m=accuracy_m + worse_m, radius_m=radius_m)
    assert worse in (better, "uncertain")
