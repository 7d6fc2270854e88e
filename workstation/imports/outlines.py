"""Outlines of streets and districts from a GeoJSON file: whose outline it is, and whether it can be one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

import orjson

from workstation.geography.datum import Datum
from workstation.geography.distance import Position
from workstation.geography.nearest import Box
from workstation.geography.outlines import (
    Outline,
    count_points,
    outline_from_geojson,
    share_inside,
    what_is_wrong,
)
from workstation.imports import cells
from workstation.imports.columns import Column, Row
from workstation.imports.directory import Directory, Index, Place
from workstation.imports.problems import Unreadable, Wrong, problem
from workstation.imports.stations import is_inside
from workstation.imports.tables import MOST_BYTES, Table, decoded

MOST_FEATURES = 5_000
MOST_POINTS = 100_000  # of one outline; a street of a good map has some thousands
LEAST_INSIDE = 0.7  # outlines are coarse: below this something is wrong, most often the datum
COLUMNS = (
    Column("code", "编码"),
    Column("name", "名称"),
    Column("district", "区"),
    Column("geometry", "轮廓"),
)
# Under which names files give what is wanted; the first that is filled counts.
PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "编码", "代码", "adcode", "street_code"),
    "name": ("name", "名称", "街道"),
    "district": ("district", "区", "district_name"),
}

CLEARLY = 0.02  # of the area: a wrong datum moves every street the same way
# The name of a street's district, and its outline in WGS-84.
Above = tuple[str, Outline]


@dataclass(frozen=True)
class OutlineRow:
    """One outline as the file gives it, in the file's datum, and what it should lie in."""

    number: int
    place: Place
    outline: Outline
    above: Above | None


def read_features(*, content: bytes) -> Table:
    """The features of a FeatureCollection as rows from 1 on, geometries as JSON. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(problem(code="import.too_large", limit="20 MB"))
    features = _features(content)
    if len(features) > MOST_FEATURES:
        raise Unreadable(problem(code="import.too_large", limit=f"{MOST_FEATURES} 个轮廓"))
    return Table(0, [column.head for column in COLUMNS], [*enumerate(map(_cells, features), 1)])


def _features(content: bytes) -> list[Any]:
    try:
        said = orjson.loads(decoded(content))
    except orjson.JSONDecodeError as error:
        raise Unreadable(problem(code="import.geojson")) from error
    features = said.get("features") if isinstance(said, dict) else None
    if not isinstance(features, list) or not features:
        raise Unreadable(problem(code="import.geojson"))
    return features


def _cells(feature: Any) -> list[str]:
    said = feature if isinstance(feature, dict) else {}
    texts = [_first(said.get("properties"), names) for names in PROPERTIES.values()]
    return [*texts, orjson.dumps(said.get("geometry")).decode()]


def _first(properties: Any, names: tuple[str, ...]) -> str:
    values = (properties.get(name) for name in names) if isinstance(properties, dict) else ()
    return next((str(value) for value in values if isinstance(value, str | int) and value != ""), "")


def read_outline(*, row: Row, directory: Directory, streets: Index, datum: Datum) -> OutlineRow | None:
    """One outline; None when something is wrong with it, which is then reported."""
    place = _place(row=row, directory=directory, streets=streets)
    outline = _outline(row)
    if outline is None or not _lies_inside(row=row, outline=outline, bounds=directory.bounds):
        return None
    if place is None:
        return None
    above = directory.outlines.get(place.parent_id or "") if place.level == "street" else None
    _doubt(row=row, outline=outline, above=above, datum=datum)
    return OutlineRow(row.number, place, outline, above)


# -- whose it is --------------------------------------------------------------------------------------


def _place(*, row: Row, directory: Directory, streets: Index) -> Place | None:
    """The district or street by its code; else by its name, and its district's where several bear it."""
    code = row.take("code", lambda text: _by_code(text, directory=directory, streets=streets))
    if code is not None or not row.ok:
        return code
    district = row.take("district", directory.district)
    return row.take(
        "name", lambda text: _by_name(text, district, directory=directory, streets=streets), required=True
    )


def _by_code(text: str, *, directory: Directory, streets: Index) -> Place:
    """Statistics write a street with twelve digits, the register with nine."""
    plain = cells.narrow(text)
    for code in (plain, plain.removesuffix("000")):
        found: Place | None = streets.by_code.get(code) or directory.districts.by_code.get(code)
        if found is not None:
            return found
    raise Wrong("import.outline_unknown", value=text)


def _by_name(text: str, district: Place | None, *, directory: Directory, streets: Index) -> Place:
    if district is not None:
        return directory.street(text=text, district=district)
    found: Place | None = streets.find(text) or directory.districts.find(text)
    if found is None:
        raise Wrong("import.outline_unknown", value=text)
    return found


# -- whether it can be --------------------------------------------------------------------------------


def _outline(row: Row) -> Outline | None:
    geometry = orjson.loads(row.raw("geometry"))
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        row.refuse("import.outline_type", "geometry")
        return None
    wrong = what_is_wrong(geometry=geometry)
    if wrong is not None:
        row.refuse("import.outline_invalid", "geometry", where=_where(wrong))
        return None
    outline = outline_from_geojson(geometry=geometry)
    if count_points(outline=outline) > MOST_POINTS:
        row.refuse("import.outline_points", "geometry", limit=MOST_POINTS)
        return None
    return outline


def _where(at: Position | str) -> str:
    return at if isinstance(at, str) else f"经度 {at.lon:.5f}、纬度 {at.lat:.5f} 附近自相交或重叠"


def _lies_inside(*, row: Row, outline: Outline, bounds: Box | None) -> bool:
    west, south, east, north = outline.bounds
    corners = [Position(south, west), Position(north, east)]
    if all(is_inside(position=corner, bounds=bounds) for corner in corners):
        return True
    swapped = all(is_inside(position=Position(lon, lat), bounds=bounds) for lat, lon in corners)
    code = "import.axes_swapped" if swapped else "import.position_outside"
    row.refuse(code, "geometry", lat=round(south, 5), lon=round(west, 5))
    return False


def _doubt(*, row: Row, outline: Outline, above: Above | None, datum: Datum) -> None:
    """Warns when a street lies mostly outside its district."""
    share = 1.0 if above is None else share_inside(inner=outline, datum=datum, outer=above[1])
    if above is not None and share < LEAST_INSIDE:
        row.warn("import.outline_outside", "geometry", division=above[0], share=f"{share:.0%}")


def better_datum(*, rows: Sequence[OutlineRow], datum: Datum) -> tuple[Datum, float, float] | None:
    """The datum in which clearly more of the streets lies in their districts, and both shares; else None."""
    pairs = [(row.outline, row.above[1]) for row in rows if row.above is not None]
    if not pairs:
        return None
    shares = {
        each: mean(share_inside(inner=inner, datum=each, outer=outer) for inner, outer in pairs)
        for each in Datum
    }
    best = max(shares, key=lambda each: shares[each])
    return (best, shares[best], shares[datum]) if shares[best] > shares[datum] + CLEARLY else None
