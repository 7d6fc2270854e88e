"""Point in outline, and how far outside it. Outlines are WGS-84 (multi)polygons, lon before lat (GeoJSON)."""

from collections.abc import Mapping
from math import cos, radians
from random import Random
from typing import Any, TypeAlias

import shapely
import shapely.ops
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from workstation.geography.distance import Position, geodesic_m
from workstation.geography.nearest import Box

# Shapely ships no types, so for mypy this is Any.
Outline: TypeAlias = BaseGeometry


def outline_from_geojson(*, geometry: Mapping[str, Any]) -> Outline:
    """A Polygon or MultiPolygon. Raises ValueError for anything else or for one that crosses itself."""
    outline = shape(geometry)
    if outline.geom_type not in ("Polygon", "MultiPolygon") or outline.is_empty or not outline.is_valid:
        raise ValueError("an outline is a valid Polygon or MultiPolygon")
    return outline


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
