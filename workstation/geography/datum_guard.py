"""Whether a station stands where it is said to stand: asked of each good fix, answered by one name.

Somebody who takes coordinates of one datum for those of another moves a station by some 600 m or 1.2 km, each
time by the same vector. A fix near where such a mistake would have put the real door speaks for that mistake.
Kept of it is only the name of the answer, counted by station: no vector, no distance, no person.
"""

from collections.abc import Mapping
from functools import lru_cache
from itertools import permutations
from math import cos, hypot, radians
from typing import NamedTuple

from workstation.geography.datum import Datum, from_wgs84, to_wgs84
from workstation.geography.distance import EARTH_RADIUS_M, Position

HERE, ELSEWHERE = "here", "elsewhere"
# As near as people stand to the door: a building, and the error of a phone in it.
NEAR_M = 200.0
# A fix that is less sure than that speaks for nothing.
SURE_M = 100.0
# A mistake that moves a station by less cannot be told from none.
LEAST_MOVE_M = 2 * NEAR_M
# A correction is proposed when so many agree, and such a share of all that were asked.
LEAST_ANSWERS = 8
LEAST_SHARE = 0.8


class Mistake(NamedTuple):
    """The coordinates were taken for `said` and were `truly` of another datum."""

    said: Datum
    truly: Datum

    @property
    def name(self) -> str:
        """How it is counted and spoken of."""
        return f"{self.said}_{self.truly}"


MISTAKES = {mistake.name: mistake for mistake in (Mistake(*two) for two in permutations(Datum, 2))}
ANSWERS = (HERE, ELSEWHERE, *MISTAKES)


def put_right(*, position: Position, mistake: Mistake) -> Position:
    """Where a station stands in truth whose coordinates were mistaken so. WGS-84 both times."""
    return to_wgs84(position=from_wgs84(position=position, datum=mistake.said), datum=mistake.truly)


def answer(*, station: Position, fix: Position, accuracy_m: float) -> str | None:
    """What a fix says of the station's place: one of ANSWERS, or None when it is not sure enough."""
    if accuracy_m > SURE_M:
        return None
    east, north = _offset_m(origin=station, target=fix)
    far = {name: hypot(east - x, north - y) for name, x, y in _places(station)}
    nearest = min(far, key=lambda name: far[name])
    return nearest if far[nearest] <= NEAR_M else ELSEWHERE


@lru_cache(maxsize=4096)
def _places(station: Position) -> list[tuple[str, float, float]]:
    """Where the door may be, in metres east and north of where it is said to be."""
    moves = [
        (name, *_offset_m(origin=station, target=put_right(position=station, mistake=mistake)))
        for name, mistake in MISTAKES.items()
    ]
    return [(HERE, 0.0, 0.0), *(move for move in moves if hypot(move[1], move[2]) >= LEAST_MOVE_M)]


def _offset_m(*, origin: Position, target: Position) -> tuple[float, float]:
    """Metres east and north, as flat as the earth is within some kilometres."""
    across = (target.lon - origin.lon + 180) % 360 - 180
    east = radians(across) * EARTH_RADIUS_M * cos(radians(origin.lat))
    return east, radians(target.lat - origin.lat) * EARTH_RADIUS_M


def probable_mistake(answers: Mapping[str, int]) -> Mistake | None:
    """The mistake that enough of the counted answers agree upon, if they do."""
    name = max(MISTAKES, key=lambda each: answers.get(each, 0))
    agreeing, asked = answers.get(name, 0), sum(answers.values())
    return MISTAKES[name] if agreeing >= max(LEAST_ANSWERS, LEAST_SHARE * asked) else None
