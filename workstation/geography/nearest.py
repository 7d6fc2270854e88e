"""The k nearest places, exactly, without a spatial index or a database extension.

Ask for candidates in a box (an index on lat, lon serves that), grow the box until the k-th candidate surely
lies inside it, shortlist by the cheap sphere distance, and order only the shortlist by the geodesic. The
shortlist reaches 1.012 times as far as the k-th sphere distance: (1 + 0.0057) / (1 - 0.0057) = 1.0115 is the
most by which sphere and ellipsoid can disagree about who is nearer.
"""

from collections.abc import Callable, Sequence
from math import asin, cos, degrees, radians, sin
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from workstation.geography.distance import (
    EARTH_RADIUS_M,
    SPHERE_ERROR,
    Position,
    checked,
    geodesic_m,
    sphere_m,
)

SHORTLIST_REACH = 1.012
FIRST_REACH_M = 2_000.0
GROWTH = 4
HALF_WAY_ROUND_M = 20_100_000.0


class Placed(Protocol):
    """Anything with a code and a WGS-84 position: a model, a row, a tuple with names."""

    # Any, since mypy does not look through SQLAlchemy's mapped columns here.
    @property
    def code(self) -> Any: ...
    @property
    def lat(self) -> Any: ...
    @property
    def lon(self) -> Any: ...


P = TypeVar("P", bound=Placed)


class Box(NamedTuple):
    """Degrees, edges included."""

    south: float
    west: float
    north: float
    east: float


class Near(NamedTuple, Generic[P]):
    place: P
    distance_m: float


def box_around(*, origin: Position, reach_m: float) -> Box:
    """A box that holds every place whose geodesic distance from origin is at most reach_m."""
    angle = min(180.0, degrees(reach_m * (1 + SPHERE_ERROR) / EARTH_RADIUS_M))
    south, north = origin.lat - angle, origin.lat + angle
    if south <= -90 or north >= 90:  # a pole is inside: every meridian passes
        return Box(max(south, -90.0), -180.0, min(north, 90.0), 180.0)
    # Meridians converge, so the circle touches them north or south of its centre.
    width = degrees(asin(min(1.0, sin(radians(angle)) / cos(radians(origin.lat)))))
    west, east = origin.lon - width, origin.lon + width
    if west < -180 or east > 180:  # over the antimeridian: all longitudes, rather than two boxes
        west, east = -180.0, 180.0
    return Box(south, west, north, east)


def nearest(*, origin: Position, limit: int, candidates_in: Callable[[Box], Sequence[P]]) -> list[Near[P]]:
    """The `limit` places nearest to origin with geodesic metres, nearest first, exact ties by code.

    `candidates_in` returns every place in a box and is called two or three times. Raises NotAPosition.
    """
    origin = checked(lat=origin.lat, lon=origin.lon)
    if limit < 1:
        return []
    return _ordered(
        origin=origin, limit=limit, shortlist=_shortlist(origin=origin, limit=limit, ask=candidates_in)
    )


def _shortlist(*, origin: Position, limit: int, ask: Callable[[Box], Sequence[P]]) -> list[P]:
    reach_m = FIRST_REACH_M
    while True:
        by_sphere = _by_sphere(origin=origin, places=ask(box_around(origin=origin, reach_m=reach_m)))
        if len(by_sphere) >= limit:
            enough_m = by_sphere[limit - 1][0] * SHORTLIST_REACH
            if enough_m <= reach_m:
                return [place for metres, place in by_sphere if metres <= enough_m]
        if reach_m >= HALF_WAY_ROUND_M:
            return [place for _, place in by_sphere]
        reach_m = min(HALF_WAY_ROUND_M, enough_m if len(by_sphere) >= limit else reach_m * GROWTH)


def _by_sphere(*, origin: Position, places: Sequence[P]) -> list[tuple[float, P]]:
    measured = [(sphere_m(origin=origin, target=Position(place.lat, place.lon)), place) for place in places]
    return sorted(measured, key=lambda pair: pair[0])


def _ordered(*, origin: Position, limit: int, shortlist: list[P]) -> list[Near[P]]:
    measured = [
        Near(place, geodesic_m(origin=origin, target=Position(place.lat, place.lon))) for place in shortlist
    ]
    return sorted(measured, key=lambda near: (near.distance_m, near.place.code))[:limit]
