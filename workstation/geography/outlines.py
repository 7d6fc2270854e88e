"""Point in outline, and how far outside it. Outlines are WGS-84 (multi)polygons, lon before lat (GeoJSON)."""

import json
import re
from collections.abc import Mapping, Sequence
from math import cos, radians
from random import Random
from typing import Any, NamedTuple, TypeAlias

import shapely
import shapely.ops
from shapely.affinity import translate
from shapely.errors import ShapelyError
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from workstation.geography.datum import Datum, to_wgs84
from workstation.geography.distance import Position, geodesic_m
from workstation.geography.nearest import Box

# Shapely ships no types, so for mypy this is Any.
Outline: TypeAlias = BaseGeometry
# About 20 m: less than a pixel of the page's map, and than what a position of a phone is good for.
SIMPLER_DEGREES = 0.0002
GRID_DEGREES = 0.000001  # 0.1 m
KM_A_DEGREE = 111.2
AT = re.compile(r"\[(-?[\d.e+-]+) (-?[\d.e+-]+)\]")
MALFORMED = "坐标读不懂"


def outline_from_geojson(*, geometry: Mapping[str, Any]) -> Outline:
    """A Polygon or MultiPolygon. Raises ValueError for anything else or for one that crosses itself."""
    outline = shape(geometry)
    if outline.geom_type not in ("Polygon", "MultiPolygon") or outline.is_empty or not outline.is_valid:
        raise ValueError("an outline is a valid Polygon or MultiPolygon")
    return outline


def what_is_wrong(*, geometry: Mapping[str, Any]) -> Position | str | None:
    """Where a (multi)polygon crosses itself, else what else is wrong with it in words; None for a good one.

    The position is in the datum of the geometry.
    """
    try:
        outline = shape(geometry)
    except (ShapelyError, ValueError, TypeError, IndexError, KeyError, AttributeError):
        return MALFORMED
    if outline.is_empty:
        return MALFORMED
    if outline.is_valid:
        return None
    at = AT.search(explain_validity(outline))
    return Position(lat=float(at[2]), lon=float(at[1])) if at else MALFORMED


def count_points(*, outline: Outline) -> int:
    """Corners of all its rings."""
    return int(shapely.get_num_coordinates(outline))


def share_inside(*, inner: Outline, datum: Datum, outer: Outline) -> float:
    """How much of `inner`, drawn in that datum and moved as a whole, lies in `outer`: 0 to 1."""
    middle = middle_of(outline=inner)
    there = to_wgs84(position=middle, datum=datum)
    moved = translate(inner, xoff=there.lon - middle.lon, yoff=there.lat - middle.lat)
    return float(moved.intersection(outer).area / moved.area)


def simplify_together(*, outlines: Sequence[Outline], datum: Datum) -> list[dict[str, Any]]:
    """GeoJSON geometries in WGS-84, as few points as 20 m allow, in the order given.

    What two neighbours share stays shared: no slits and no overlaps come in between.
    """
    flat = [shapely.force_2d(outline) for outline in outlines]
    simpler = shapely.coverage_simplify(flat, SIMPLER_DEGREES)
    return [_in_wgs84(outline, datum) for outline in simpler]


def _in_wgs84(outline: Outline, datum: Datum) -> dict[str, Any]:
    def move(points: Any) -> list[list[float]]:
        moved = (to_wgs84(position=Position(lat, lon), datum=datum) for lon, lat in points)
        return [[lon, lat] for lat, lon in moved]

    # Rounding can lay corners over one another: the grid puts that right.
    rounded = shapely.set_precision(shapely.transform(outline, move), GRID_DEGREES)
    found: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return found


class Extent(NamedTuple):
    """Parts, corners, square kilometres (flat, good to some per mille) and the middle of its box."""

    parts: int
    points: int
    area_km2: float
    middle: Position


def extent_of(*, geometry: Mapping[str, Any]) -> Extent:
    """How large an outline is and where."""
    outline = shape(geometry)
    middle = middle_of(outline=outline)
    area = outline.area * KM_A_DEGREE**2 * cos(radians(middle.lat))
    return Extent(int(shapely.get_num_geometries(outline)), count_points(outline=outline), area, middle)


def middle_of(*, outline: Outline) -> Position:
    """The middle of its box."""
    west, south, east, north = outline.bounds
    return Position((south + north) / 2, (west + east) / 2)


def contains(*, outline: Outline, position: Position) -> bool:
    """Inside or on the edge."""
    return bool(outline.covers(Point(position.lon, position.lat)))


def metres_outside(*, outline: Outline, position: Position) -> float:
    """Geodesic metres from the position to the outline; 0.0 inside."""
    if contains(outline=outline, position=position):
        return 0.0
    # A degree of longitude is shorter than one of latitude: squeeze it first, or the wrong edge is nearest.
    squeeze = cos(radians(position.lat)) or 1e-9
    squeezed = shapely.transform(outline, lambda points: points * [squeeze, 1])
    edge, _ = shapely.ops.nearest_points(squeezed, Point(position.lon * squeeze, position.lat))
    return geodesic_m(origin=position, target=Position(edge.y, edge.x / squeeze))


def bounding_box(*, outline: Outline) -> Box:
    west, south, east, north = outline.bounds
    return Box(south, west, north, east)


def place_inside(*, outline: Outline, random: Random) -> Position:
    """An invented position inside the outline, uniform over it, to six decimals (about 0.1 m)."""
    box = bounding_box(outline=outline)
    while True:
        lat, lon = random.uniform(box.south, box.north), random.uniform(box.west, box.east)
        position = Position(round(lat, 6), round(lon, 6))
        if contains(outline=outline, position=position):
            return position
