"""How an entry about presence is judged: verdict, distance, evidence. Positions stay in here."""

from math import ceil
from typing import NamedTuple, Protocol

from workstation.geography.distance import Position, geodesic_m

FIX_USABLE_FOR_S = 120
DISTANCE_STEP_M = 10


class Fix(NamedTuple):
    """Where a phone says it is: WGS-84 degrees, nominal radius in metres, age in seconds at the tap."""

    lat: float
    lon: float
    accuracy_m: float
    age_s: float


class Fenced(Protocol):
    """A station's place and fence, in WGS-84 degrees and metres."""

    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...
    @property
    def fence_radius_m(self) -> int: ...


class Judgement(NamedTuple):
    """What is kept of a position: `distance_m` rounded to 10 m, `accuracy_m` to whole metres."""

    verdict: str | None
    distance_m: int | None = None
    accuracy_m: int | None = None


UNJUDGED = Judgement(None)


def judge_position(*, fix: Fix | None, station: Fenced) -> Judgement:
    """Inside when surely within the fence, outside when surely not, else uncertain; no_fix without one."""
    if fix is None or not 0 <= fix.age_s <= FIX_USABLE_FOR_S:  # below 0 the clock went back in between
        return Judgement("no_fix")
    distance = geodesic_m(origin=Position(fix.lat, fix.lon), target=Position(station.lat, station.lon))
    rounded = round(distance / DISTANCE_STEP_M) * DISTANCE_STEP_M
    verdict = verdict_of(distance_m=distance, accuracy_m=fix.accuracy_m, radius_m=station.fence_radius_m)
    return Judgement(verdict, rounded, ceil(fix.accuracy_m))


def verdict_of(*, distance_m: float, accuracy_m: float, radius_m: float) -> str:
    """The verdict from metres alone."""
    if distance_m + accuracy_m <= radius_m:
        return "inside"
    return "outside" if distance_m - accuracy_m > radius_m else "uncertain"


def evidence_of(*, verdict: str | None, code_valid: bool, by_word: bool) -> int:
    """0 by hand, stated or on behalf; 1 weak; 2 inside fix or station code; 3 both."""
    if by_word:
        return 0
    return 1 + (verdict == "inside") + code_valid


class Remarks(NamedTuple):
    """What else was noticed about an entry of presence; nothing by default."""

    # The code is right and counted already for another entry of this person and kind.
    code_repeated: bool = False
    too_many_codes: bool = False
    # Too far from another of the person's for the time between.
    too_fast: bool = False
    # The installation serves more people than share one.
    many_people: bool = False


NOTHING_MORE = Remarks()


def flags_of(
    *, verdict: str | None, code_given: bool, code_valid: bool, remarks: Remarks = NOTHING_MORE
) -> list[str]:
    """What staff and the member should read beside the fact. A flag informs; it never accuses."""
    said = {
        verdict or "": verdict in ("outside", "uncertain", "no_fix"),
        "code_unverified": code_given and not code_valid and not remarks.code_repeated,
        "code_repeated": remarks.code_repeated,
        "code_guesses": remarks.too_many_codes,
        "too_fast": remarks.too_fast,
        "many_people": remarks.many_people,
    }
    return [flag for flag, holds in said.items() if holds]
