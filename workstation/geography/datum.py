"""WGS-84 (GPS, browsers, this product), GCJ-02 (AMap, Tencent) and BD-09 (Baidu).

The forward formulas are the published ones; outside China GCJ-02 is WGS-84. No library inverts them well, so
the inverse is a fixed point of the forward formula: the offset changes by under 1 ‰ of the way moved, hence
each round gains about three digits, and a handful end below 1e-7 m.
"""

from collections.abc import Callable
from enum import StrEnum
from math import atan2, cos, hypot, pi, sin, sqrt

from workstation.geography.distance import Position

KRASOVSKY_M = 6378245.0
KRASOVSKY_E2 = 0.00669342162296594323
BAIDU_PI = pi * 3000 / 180
CLOSE_ENOUGH_DEGREES = 1e-13
MOST_ROUNDS = 30


class Datum(StrEnum):
    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def to_wgs84(*, position: Position, datum: Datum) -> Position:
    """The same place in WGS-84."""
    if datum is Datum.BD09:
        return _inverse(target=_inverse(target=position, forward=_baidu), forward=_mars)
    return _inverse(target=position, forward=_mars) if datum is Datum.GCJ02 else position


def from_wgs84(*, position: Position, datum: Datum) -> Position:
    """The same place as a map in that datum prints it."""
    if datum is Datum.WGS84:
        return position
    return _baidu(_mars(position)) if datum is Datum.BD09 else _mars(position)


def _mars(position: Position) -> Position:
    """WGS-84 to GCJ-02."""
    lat, lon = position
    if not (0.8293 <= lat <= 55.8271 and 72.004 <= lon <= 137.8347):
        return position
    x, y, phi = lon - 105, lat - 35, lat * pi / 180
    common = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + common
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + common
    north, east = north + _waves(y, 20, 160, 320), east + _waves(x, 20, 150, 300)
    w = 1 - KRASOVSKY_E2 * sin(phi) ** 2
    metres_a_degree_north = KRASOVSKY_M * (1 - KRASOVSKY_E2) / w**1.5 * pi / 180
    metres_a_degree_east = KRASOVSKY_M / sqrt(w) * cos(phi) * pi / 180
    return Position(lat + north / metres_a_degree_north, lon + east / metres_a_degree_east)


def _waves(v: float, short: float, middle: float, long: float) -> float:
    # Both axes share these waves; only the heights differ.
    first = short * sin(v * pi) + 2 * short * sin(v * pi / 3)
    return (first + middle * sin(v * pi / 12) + long * sin(v * pi / 30)) * 2 / 3


def _baidu(position: Position) -> Position:
    """GCJ-02 to BD-09."""
    lat, lon = position
    radius = hypot(lon, lat) + 0.00002 * sin(lat * BAIDU_PI)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * BAIDU_PI)
    return Position(radius * sin(angle) + 0.006, radius * cos(angle) + 0.0065)


def _inverse(*, target: Position, forward: Callable[[Position], Position]) -> Position:
    guess = target
    for _ in range(MOST_ROUNDS):
        there = forward(guess)
        miss = Position(there.lat - target.lat, there.lon - target.lon)
        guess = Position(guess.lat - miss.lat, guess.lon - miss.lon)
        if max(abs(miss.lat), abs(miss.lon)) < CLOSE_ENOUGH_DEGREES:
            break
    return guess
