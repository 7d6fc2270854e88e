"""Positions on the WGS-84 ellipsoid and how far apart they are.

`geodesic_m` is the distance the product speaks of. `sphere_m` is its fast stand-in for pre-selection: it is
off by at most 0.57 % (the ellipsoid's flattening), see SPHERE_ERROR.
"""

from math import asin, cos, isfinite, radians, sin, sqrt
from typing import NamedTuple

from geopy.distance import EARTH_RADIUS, geodesic

EARTH_RADIUS_M: float = EARTH_RADIUS * 1000
# No geodesic is longer or shorter than its great circle by more than this share of it.
SPHERE_ERROR = 0.0057
# One for all: a new one each time, as `geodesic(a, b)` makes it, computes the ellipsoid's series anew.
WGS84 = geodesic()


class NotAPosition(ValueError):
    """Latitude or longitude is not a finite number in its range."""


class Position(NamedTuple):
    """Degrees; WGS-84 unless the name says otherwise."""

    lat: float
    lon: float


def checked(*, lat: float, lon: float) -> Position:
    """The position, or NotAPosition. geopy itself would silently wrap longitude 200 to -160."""
    if not (_within(value=lat, limit=90) and _within(value=lon, limit=180)):
        raise NotAPosition(f"lat {lat}, lon {lon}")
    return Position(lat, lon)


def geodesic_m(*, origin: Position, target: Position) -> float:
    """Geodesic metres on WGS-84. Raises NotAPosition."""
    a, b = checked(lat=origin.lat, lon=origin.lon), checked(lat=target.lat, lon=target.lon)
    return float(WGS84.measure(a, b)) * 1000


def sphere_m(*, origin: Position, target: Position) -> float:
    """Great-circle metres by haversine, unchecked: it runs once per candidate, at ten times geopy's speed."""
    lat1, lat2 = radians(origin.lat), radians(target.lat)
    half_lon = radians(target.lon - origin.lon) / 2
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, h)))


def _within(*, value: float, limit: float) -> bool:
    # bool is an int in Python, and True degrees is nobody's latitude.
    return not isinstance(value, bool) and isfinite(value) and abs(value) <= limit
