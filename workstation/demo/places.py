"""Divisions and stations of the demo: districts, streets and outlines are real, stations are invented."""

import csv
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from workstation.demo.ids import id_at
from workstation.demo.names import COMPANIES, SECTORS
from workstation.demo.profiles import DORMANT, MIXTURE, Profile, count_dormant
from workstation.geography.nearest import Box
from workstation.geography.outlines import bounding_box, outline_from_geojson, place_inside
from workstation.network.founding import StreetRow, divide, new_division
from workstation.network.rules import initials_of

DATA = Path(__file__).parent.parent / "network" / "data"
CITY = ("440300", "深圳市")
AREAS = {
    "A1": ("中部片区", {"440303", "440304"}),
    "A2": ("西部片区", {"440305", "440306"}),
    "A3": ("北部片区", {"440309", "440311"}),
    "A4": ("东部片区", {"440307", "440308", "440310"}),
}
SPOT_ADDRESS = "（演示地址，并非真实地点）"

Record = dict[str, Any]


@dataclass(frozen=True)
class Spot:
    """A station with what the generator must remember of it."""

    record: Record
    profile: Profile
    district_id: str


@dataclass(frozen=True)
class Ground:
    """Everything that stands still, as rows without their network."""

    divisions: list[Record]
    outlines: list[Record]
    areas: list[Record]
    spots: list[Spot]
    bounds: Box


def lay_ground(*, stations: int, opened: date, at: datetime, random: Random) -> Ground:
    """Divisions, outlines, areas and `stations` spots, opened within the 20 days before `opened`."""
    divisions = _divisions(at=at, random=random)
    by_code = {division["code"]: division for division in divisions}
    features = json.loads((DATA / "shenzhen_districts.geojson").read_text("utf-8"))["features"]
    outlines = {
        feature["properties"]["code"]: outline_from_geojson(geometry=feature["geometry"])
        for feature in features
    }
    areas = [{"id": id_at(moment=at, random=random), "code": code, "name": AREAS[code][0]} for code in AREAS]
    area_of = {district: area["id"] for area in areas for district in AREAS[area["code"]][1]}
    streets = [division for division in divisions if division["level"] == "street"]
    spots = []
    for number in range(stations):
        street = streets[number % len(streets)]
        record, communities = _station(
            number=number, street=street, streets=len(streets), at=at, random=random
        )
        divisions += communities
        district = street["code"][:6]
        place = place_inside(outline=outlines[district], random=random)
        opened_on = opened - timedelta(days=random.randrange(20))
        record |= {"area_id": area_of[district], "lat": place.lat, "lon": place.lon, "opened_on": opened_on}
        profile = _profile(number=number, stations=stations, random=random)
        spots.append(Spot(record, profile, by_code[district]["id"]))
    return Ground(divisions, _outline_rows(features, by_code), areas, spots, _bounds(outlines))


def _divisions(*, at: datetime, random: Random) -> list[Record]:
    """City, districts, streets, parents first."""
    rows = csv.DictReader((DATA / "shenzhen_streets.csv").open(encoding="utf-8"))
    streets = [StreetRow(**row) for row in rows]
    return divide(city=CITY, streets=streets, make_id=lambda: id_at(moment=at, random=random))


def _station(
    *, number: int, street: Record, streets: int, at: datetime, random: Random
) -> tuple[Record, list[Record]]:
    """One per street first; the rest in turn street, sector, company and community stations."""
    sort = "street" if number < streets else ("street", "sector", "company", "community")[number % 4]
    short = street["name"].removesuffix("街道")
    again = f"{number // streets + 1}" if number >= streets else ""
    sector = random.choice(list(SECTORS)) if sort == "sector" else None
    division, made = street, []
    if sort == "community":
        division = new_division(
            code=f"{street['code']}-{number // streets:03}",
            name=f"{short}示范社区{again}",
            level="community",
            parent=street,
            own_id=id_at(moment=at, random=random),
        )
        made = [division]
    name = {
        "street": f"{street['name']}委员工作站{again}",
        "sector": f"{SECTORS.get(sector or '', '')}委员工作室（{short}{again}）",
        "company": f"{short}{random.choice(COMPANIES)}委员工作站{again}",
        "community": f"{short}示范社区{again}联络站",
    }[sort]
    record = {
        "id": id_at(moment=at, random=random),
        "code": f"SZ{number + 1:04}",
        "name": name,
        "initials": initials_of(name),
        "kind": {"sector": "studio", "community": "liaison_station"}.get(sort, "workstation"),
        "division_id": division["id"],
        "level": division["level"],
        "sector": sector,
        "address": f"{street['name']}{SPOT_ADDRESS}",
        "fence_radius_m": random.choice((200, 300, 300, 300, 500)),
        "serves_street": sort in ("street", "community"),
        "status": "open",
        "opening_hours": random.choice(("工作日 9:00–17:30", "周二、周四 14:30–17:30", "每周三 9:00–11:30")),
        "closed_on": None,
        "code_epoch": 1,
    }
    return record, made


def _profile(*, number: int, stations: int, random: Random) -> Profile:
    """Dormant ones are spread evenly, some of them the first station of their street."""
    step = stations // count_dormant(stations)
    if number % step == step // 2 and number // step < count_dormant(stations):
        return DORMANT
    return random.choice(MIXTURE)


def _outline_rows(features: list[Any], by_code: dict[str, Record]) -> list[Record]:
    return [
        {"division_id": by_code[feature["properties"]["code"]]["id"], "geometry": feature["geometry"]}
        for feature in features
    ]


def _bounds(outlines: dict[str, Any]) -> Box:
    boxes = [bounding_box(outline=outline) for outline in outlines.values()]
    return Box(
        min(box.south for box in boxes),
        min(box.west for box in boxes),
        max(box.north for box in boxes),
        max(box.east for box in boxes),
    )
