"""Outlines through HTTP: whose they are, whether they can be, and what the map gets of them."""

import json
from math import cos, pi, sin
from typing import Any

import pytest
from shapely.geometry import shape
from sqlalchemy import func, select

from tests.api.test_imports_api import count
from tests.api.test_imports_api import look as look_at
from tests.cast import Cast, Phone
from workstation.database import db
from workstation.geography.datum import Datum, from_wgs84
from workstation.geography.distance import Position
from workstation.network.models import DivisionOutline

YUEHAI, XILI, NANSHAN = "440303", "440304", "440301"


def square(west: float, south: float, size: float = 0.02) -> dict[str, Any]:
    east, north = west + size, south + size
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}  # fmt: skip  # noqa: E501  # one ring on one line reads best


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def file_of(*features: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}, ensure_ascii=False)


def look(phone: Phone, content: str, **query: Any) -> dict[str, Any]:
    return look_at(phone, "outlines", content, **({"datum": "wgs84"} | query))


def apply(phone: Phone, content: str, **query: Any) -> dict[str, Any]:
    seen = look(phone, content, **query)
    assert seen["digest"], seen["errors"]
    return look(phone, content, apply=seen["digest"], **query)


def outlines(phone: Phone) -> dict[str, Any]:
    features = phone.get("/api/v1/divisions/outlines").json["features"]
    return {each["properties"]["name"]: each["geometry"] for each in features}


TWO = file_of(
    feature(square(113.9, 22.5), code=YUEHAI),
    feature(square(113.92, 22.5), 名称="xili", 区="nanshan"),
)


def test_a_look_says_whose_outlines_come_and_changes_nothing(cast: Cast) -> None:
    found = look(cast.phone("city_officer"), TWO)
    assert (found["rows"], found["new"], found["errors"], found["warnings"]) == (2, 2, [], [])
    assert [(line["number"], line["name"]) for line in found["lines"]] == [
        (1, "nanshan yuehai"),
        (2, "nanshan xili"),
    ]
    assert found["lines"][0]["cells"] == [
        {
            "column": "轮廓",
            "before": None,
            "after": "1 片 · 5 个点 · 约 4.6 平方公里 · 中心 22.5100, 113.9100",
        }
    ]
    assert count(cast, DivisionOutline) == 0


def test_applied_outlines_are_what_everybody_gets_and_again_they_change_nothing(cast: Cast) -> None:
    office = cast.phone("city_officer")
    assert apply(office, TWO)["applied"]
    found = outlines(cast.phone("member"))
    assert set(found) == {"yuehai", "xili"}
    assert shape(found["yuehai"]).equals(shape(square(113.9, 22.5)))
    again = apply(office, TWO)
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 2)
    other = file_of(feature(square(113.9, 22.5, 0.015), code=f"{YUEHAI}000"))
    assert apply(office, other)["changed"] == 1
    assert count(cast, DivisionOutline) == 2


def test_another_outline_of_the_same_size_is_not_what_was_looked_at(cast: Cast) -> None:
    office = cast.phone("city_officer")
    seen = look(office, file_of(feature(square(113.9, 22.5), code=YUEHAI)))
    moved = file_of(feature(square(113.95, 22.5), code=YUEHAI))
    answer = office.client.post(
        "/api/v1/imports/outlines",
        data=moved.encode(),
        query_string={"datum": "wgs84", "apply": seen["digest"]},
        headers=office.headers | {"Content-Type": "application/octet-stream"},
    )
    assert (answer.status_code, answer.json["code"]) == (409, "upload.stale")


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_datum_ends_where_the_place_is(cast: Cast, datum: str) -> None:
    ring = square(113.9, 22.5)["coordinates"][0]
    moved = [from_wgs84(position=Position(lat, lon), datum=Datum(datum)) for lon, lat in ring]
    drawn = {"type": "Polygon", "coordinates": [[[lon, lat] for lat, lon in moved]]}
    office = cast.phone("city_officer")
    apply(office, file_of(feature(drawn, code=YUEHAI)), datum=datum)
    stored, meant = shape(outlines(office)["yuehai"]), shape(square(113.9, 22.5))
    assert stored.symmetric_difference(meant).area / meant.area < 1e-3


def test_neighbours_drawn_with_many_points_stay_small_and_stay_neighbours(cast: Cast) -> None:
    """A border in waves, a point each 2 m: the page needs one each 20 m, the same on both sides."""
    wave = [[113.92 + 0.002 * sin(step / 100), 22.5 + 0.02 * step / 1000] for step in range(1001)]
    west = [[113.9, 22.5], *wave, [113.9, 22.52], [113.9, 22.5]]
    east = [[113.94, 22.5], *wave, [113.94, 22.52], [113.94, 22.5]]
    polygons = [{"type": "Polygon", "coordinates": [ring]} for ring in (west, east)]
    office = cast.phone("city_officer")
    pairs = zip(polygons, (YUEHAI, XILI), strict=True)
    apply(office, file_of(*(feature(each, code=code) for each, code in pairs)))
    one, other = (shape(each) for each in outlines(office).values())
    assert len(one.exterior.coords) < 100
    assert all(each.is_valid for each in (one, other))
    assert one.intersection(other).area < 1e-9
    assert abs(one.union(other).area - 0.04 * 0.02) < 1e-6


def star(points: int) -> dict[str, Any]:
    turns = [2 * pi * step / points for step in range(points)]
    ring = [[113.9 + 0.01 * cos(turn), 22.5 + 0.01 * sin(turn)] for turn in turns]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


BOW = {"type": "Polygon", "coordinates": [[[113.9, 22.5], [113.92, 22.52], [113.92, 22.5], [113.9, 22.52], [113.9, 22.5]]]}  # fmt: skip  # noqa: E501  # one ring on one line reads best
BAD = {
    "crosses-itself": (feature(BOW, code=YUEHAI), "轮廓", "import.outline_invalid"),
    "foreign-code": (feature(square(113.9, 22.5), code="110101001"), "编码", "import.outline_unknown"),
    "no-name": (feature(square(113.9, 22.5)), "名称", "import.required"),
    "unknown-name": (feature(square(113.9, 22.5), name="nowhere"), "名称", "import.outline_unknown"),
    "in-another-district": (
        feature(square(113.9, 22.5), name="xili", district="futian"),
        "名称",
        "import.street_unknown",
    ),
    "a-point": (
        feature({"type": "Point", "coordinates": [113.9, 22.5]}, code=YUEHAI),
        "轮廓",
        "import.outline_type",
    ),
    "nothing": (feature(None, code=YUEHAI), "轮廓", "import.outline_type"),
    "words-for-numbers": (
        feature({"type": "Polygon", "coordinates": [[["a", "b"], [1, 2], [3, None]]]}, code=YUEHAI),
        "轮廓",
        "import.outline_invalid",
    ),
    "no-rings": (
        feature({"type": "Polygon", "coordinates": []}, code=YUEHAI),
        "轮廓",
        "import.outline_invalid",
    ),
    "coordinates-missing": (feature({"type": "Polygon"}, code=YUEHAI), "轮廓", "import.outline_invalid"),
    "another-city": (feature(square(116.3, 39.9), code=YUEHAI), "轮廓", "import.position_outside"),
    "axes-swapped": (feature(square(22.5, 113.9), code=YUEHAI), "轮廓", "import.axes_swapped"),
    "too-many-points": (feature(star(100_001), code=YUEHAI), "轮廓", "import.outline_points"),
    "no-feature": (17, "名称", "import.required"),
}


def test_every_bad_outline_is_named_and_nothing_is_applied(cast: Cast) -> None:
    content = file_of(feature(square(113.95, 22.5), code=XILI), *(bad for bad, _, _ in BAD.values()))
    found = look(cast.phone("city_officer"), content, apply="0" * 64)
    named = {(each["row"], each["column"], each["code"]) for each in found["errors"]}
    assert named >= {(number, column, code) for number, (_, column, code) in enumerate(BAD.values(), 2)}
    assert {row for row, _, _ in named} == set(range(2, 2 + len(BAD)))
    assert (found["applied"], count(cast, DivisionOutline)) == (False, 0)


def test_where_an_outline_crosses_itself_is_said(cast: Cast) -> None:
    [error] = look(cast.phone("city_officer"), file_of(feature(BOW, code=YUEHAI)))["errors"]
    assert "经度 113.91000、纬度 22.51000" in error["message"]


def test_the_same_street_twice_is_named(cast: Cast) -> None:
    twice = [feature(square(113.9 + shift, 22.5), code=YUEHAI) for shift in (0, 0.03)]
    [error] = look(cast.phone("city_officer"), file_of(*twice))["errors"]
    assert (error["row"], error["code"]) == (2, "import.code_repeated")


NO_GEOJSON = {
    "no-json": "{",
    "a-list": "[]",
    "no-features": '{"type": "FeatureCollection"}',
    "empty": file_of(),
    "not-a-number": '{"features": [{"geometry": NaN}]}',
    "bottomless": "[" * 100_000,
    "a-spreadsheet": "PK\x03\x04",
}


def test_what_is_no_geojson_is_said_to_be_none(cast: Cast) -> None:
    office = cast.phone("city_officer")
    found = {name: look(office, content)["errors"] for name, content in NO_GEOJSON.items()}
    for errors in found.values():
        assert [(each["row"], each["code"]) for each in errors] == [(None, "import.geojson")]


def test_a_street_mostly_outside_its_district_is_pointed_out(cast: Cast) -> None:
    office = cast.phone("city_officer")
    apply(office, file_of(feature(square(113.8, 22.4, 0.2), code=NANSHAN)))
    found = look(office, file_of(feature(square(113.99, 22.5), code=YUEHAI)))
    [message] = [each["message"] for each in found["warnings"] if each["code"] == "import.outline_outside"]
    assert "只有 50%" in message


def test_a_datum_that_moves_streets_out_of_their_district_is_doubted(cast: Cast) -> None:
    office = cast.phone("city_officer")
    apply(office, file_of(feature(square(113.9, 22.5, 0.04), code=NANSHAN)))
    content = file_of(feature(square(113.9, 22.5), code=YUEHAI), feature(square(113.92, 22.52), code=XILI))
    assert look(office, content)["warnings"] == []
    [warning] = look(office, content, datum="gcj02")["warnings"]
    assert (warning["row"], warning["code"]) == (None, "import.outline_datum")
    assert "wgs84 有 100%" in warning["message"]


def test_outlines_need_their_datum_and_the_city_office(cast: Cast) -> None:
    for who, status in (("city_officer", 422), ("district_officer", 403)):
        phone = cast.phone(who)
        answer = phone.client.post(
            "/api/v1/imports/outlines",
            data=TWO.encode(),
            headers=phone.headers | {"Content-Type": "application/octet-stream"},
        )
        assert answer.status_code == status
    elsewhere = select(func.count()).where(DivisionOutline.network_id == cast.elsewhere.id)
    apply(cast.phone("city_officer"), TWO)
    with cast.app.app_context():
        assert db.session.scalar(elsewhere) == 0
