"""Rows of a station file: what each cell means, and whether the place can be right."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workstation.geography.datum import Datum, to_wgs84
from workstation.geography.distance import Position
from workstation.geography.nearest import Box
from workstation.geography.outlines import metres_outside
from workstation.imports import cells
from workstation.imports.columns import Column, Row
from workstation.imports.directory import Directory, Group, Place
from workstation.imports.problems import Wrong

KINDS = {
    "委员工作站": "workstation",
    "委员工作室": "studio",
    "联络站": "liaison_station",
    "协商议事室": "room",
    "社情民意点": "collection_point",
    "工作站": "workstation",
    "工作室": "studio",
    "议事室": "room",
} | {kind: kind for kind in ("workstation", "studio", "liaison_station", "room", "collection_point")}
STATUSES = {
    "筹备": "planned",
    "开放": "open",
    "暂停": "suspended",
    "关闭": "closed",
    "筹建": "planned",
    "在用": "open",
    "启用": "open",
    "已关": "closed",
    "撤销": "closed",
} | {status: status for status in ("planned", "open", "suspended", "closed")}
COLUMNS = (
    Column("code", "编码", required=True),
    Column("name", "名称", required=True),
    Column("kind", "类型", required=True),
    Column("district", "区", required=True),
    Column("street", "街道"),
    Column("community", "社区"),
    Column("area", "片区"),
    Column("sector", "界别"),
    Column("address", "地址"),
    Column("lat", "纬度", required=True),
    Column("lon", "经度", required=True),
    Column("fence_radius_m", "围栏半径"),
    Column("opening_hours", "开放时间"),
    Column("serves_street", "服务街道"),
    Column("status", "状态"),
    Column("opened_on", "开站日期"),
    Column("checker", "核对人"),
    Column("proof", "佐证"),
)
DEFAULT_FENCE_M = 300
DOUBTFUL_M = 100  # the outlines are coarse: nearer than this says nothing
BOUNDS_MARGIN = 0.05  # degrees, about 5 km: for outlines that are coarse, and stations just over the border


@dataclass
class StationRow:
    """`values` are the stations columns that the file speaks of, `items` what it says of the standard."""

    number: int
    code: str
    values: dict[str, Any]
    items: dict[str, bool | date] = field(default_factory=dict)
    checker: str | None = None
    proof: str | None = None


def columns_for(*, standard: list[str]) -> list[Column]:
    """The fixed columns and one for each item of the network's standard."""
    return [*COLUMNS, *(Column(item, item) for item in standard)]


def read_station(*, row: Row, directory: Directory, datum: Datum, today: date) -> StationRow | None:
    """One station as the file gives it, in WGS-84; None when a cell is wrong, which is then reported."""
    code = row.take("code", lambda text: cells.limited(text=cells.narrow(text), limit=40), required=True)
    values: dict[str, Any] = {
        "name": row.take("name", text_up_to(100), required=True),
        "kind": row.take("kind", lambda text: cells.choice(text=text, choices=KINDS), required=True),
    }
    place = _division(row=row, directory=directory)
    values |= _optional(row=row, directory=directory)
    position = _position(row=row, directory=directory, place=place, datum=datum)
    items = _items(row=row, directory=directory, today=today)
    checker, proof = row.take("checker", text_up_to(100)), row.take("proof", text_up_to(200))
    if not (row.ok and code and place and position):
        return None
    values |= {"division_id": place.id, "level": place.level, "lat": position.lat, "lon": position.lon}
    return StationRow(row.number, code, values, items, checker, proof)


def text_up_to(limit: int) -> Callable[[str], str]:
    """A reader of texts of at most that many characters."""
    return lambda text: cells.limited(text=text, limit=limit)


def _division(*, row: Row, directory: Directory) -> Place | None:
    """The deepest division given: community, street, district, or the city."""
    place = row.take("district", directory.district, required=True)
    if place is None:
        return None
    above = place
    street = row.take("street", lambda text: directory.street(text=text, district=above))
    community = row.take("community", lambda text: _community(text=text, street=street, directory=directory))
    if community and community[1]:
        row.warn("import.will_create", "community", value=community[0].name)
    return community[0] if community else street or place


def _community(*, text: str, street: Place | None, directory: Directory) -> tuple[Place, bool]:
    if street is None:
        raise Wrong("import.street_required")
    return directory.community(text=cells.limited(text=text, limit=100), street=street)


def _optional(*, row: Row, directory: Directory) -> dict[str, Any]:
    """What the file says beyond the required columns. A column that is not there leaves what is stored."""
    readers: dict[str, tuple[str, Callable[[], Any]]] = {
        "area": ("area_id", lambda: take_group(row=row, field="area", find=directory.area)),
        "sector": ("sector", lambda: take_group(row=row, field="sector", find=directory.sector)),
        "address": ("address", lambda: row.take("address", text_up_to(200))),
        "opening_hours": ("opening_hours", lambda: row.take("opening_hours", text_up_to(200))),
        "fence_radius_m": ("fence_radius_m", lambda: row.take("fence_radius_m", _fence) or DEFAULT_FENCE_M),
        "status": ("status", lambda: row.take("status", _status) or "open"),
        "opened_on": ("opened_on", lambda: row.take("opened_on", cells.day)),
    }
    values = {column: read() for field, (column, read) in readers.items() if row.has(field)}
    serves = row.take("serves_street", cells.yes_no)
    return values if serves is None else values | {"serves_street": serves}


def _status(text: str) -> str:
    return cells.choice(text=text, choices=STATUSES)


def take_group(*, row: Row, field: str, find: Callable[[str], tuple[Group, bool]]) -> str | None:
    """The id of the area or sector named; one the network lacks is announced and will be created."""
    found = row.take(field, lambda text: find(cells.limited(text=text, limit=40)))
    if found is None:
        return None
    if found[1]:
        row.warn("import.will_create", field, value=found[0].name)
    return found[0].id


def _fence(text: str) -> int:
    return cells.whole_number(text=text.lower().removesuffix("m").removesuffix("米"), low=50, high=1000)


def _items(*, row: Row, directory: Directory, today: date) -> dict[str, bool | date]:
    def past(text: str) -> bool | date:
        said = cells.yes_no_or_day(text)
        if not isinstance(said, bool) and said > today:
            raise Wrong("import.date_future", value=text)
        return said

    said = ((item, row.take(item, past)) for item in directory.standard)
    return {item: value for item, value in said if value is not None}


def _position(*, row: Row, directory: Directory, place: Place | None, datum: Datum) -> Position | None:
    lat = row.take("lat", lambda text: cells.number(text=text, low=-180, high=180), required=True)
    lon = row.take("lon", lambda text: cells.number(text=text, low=-180, high=180), required=True)
    if lat is None or lon is None:
        return None
    given = Position(lat, lon)
    if not is_inside(position=given, bounds=directory.bounds):
        swapped = is_inside(position=Position(lon, lat), bounds=directory.bounds)
        row.refuse("import.axes_swapped" if swapped else "import.position_outside", "lat", lat=lat, lon=lon)
        return None
    position = to_wgs84(position=given, datum=datum)
    if place:
        _doubt_datum(row=row, directory=directory, place=place, given=given, datum=datum)
    # Seven decimals are a centimetre; more would differ from platform to platform.
    return Position(round(position.lat, 7), round(position.lon, 7))


def is_inside(*, position: Position, bounds: Box | None) -> bool:
    """Whether it lies within the network's bounds, or at least on earth."""
    if bounds is None:
        return abs(position.lat) <= 90
    south, west, north, east = bounds
    margin = BOUNDS_MARGIN
    return south - margin <= position.lat <= north + margin and west - margin <= position.lon <= east + margin


def _doubt_datum(*, row: Row, directory: Directory, place: Place, given: Position, datum: Datum) -> None:
    """Warns when the place lies outside its district, and names the datum that would put it inside."""
    outline_id = next((one for one in reversed(place.path) if one in directory.outlines), None)
    if outline_id is None:
        return
    name, outline = directory.outlines[outline_id]
    metres = {
        one: metres_outside(outline=outline, position=to_wgs84(position=given, datum=one)) for one in Datum
    }
    if metres[datum] <= DOUBTFUL_M:
        return
    better = [one.value for one in Datum if metres[one] == 0]
    hint = f"（按 {'、'.join(better)} 换算则在轮廓内）" if better else ""
    row.warn("import.datum_doubtful", "lat", division=name, metres=int(round(metres[datum], -1)), hint=hint)
