"""A new network: divisions from a list of streets, a standard, topics. Stations and people are imported."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from workstation.database import db, insert_rows
from workstation.feed.models import EVERYBODY
from workstation.feed.operations import FeedChange, publish
from workstation.ids import new_id
from workstation.network.models import Division, Network, Topic
from workstation.network.rule_versions import begin_versions

# Beihai's 四有; others (五个有, 六个一, 五上墙) are data of a network too.
DEFAULT_STANDARD = ("统一标识", "固定阵地", "明确职责", "配套工作机制")
DEFAULT_TOPICS = {
    "transport": "交通出行",
    "education": "教育",
    "health": "医疗卫生",
    "housing": "住房与物业",
    "environment": "环境卫生",
    "work": "就业与社保",
    "business": "营商环境",
    "care": "养老与托幼",
    "culture": "文化体育",
    "renewal": "城市更新",
    "safety": "安全与应急",
    "other": "其他",
}
VALID_FROM = date(2020, 1, 1)


class StreetRow(NamedTuple):
    street_code: str
    street: str
    district_code: str
    district: str


@dataclass(frozen=True, kw_only=True)
class Founding:
    """What a network begins with. `bounds` are south, west, north, east in degrees."""

    code: str
    name: str
    city: tuple[str, str]
    streets: list[StreetRow]
    bounds: tuple[float, ...] | None = None


def found_network(*, founding: Founding, now: datetime) -> Network:
    """Writes the network with its divisions and topics, in the caller's transaction."""
    network = Network(
        code=founding.code,
        name=founding.name,
        is_demo=False,
        bounds=list(founding.bounds) if founding.bounds else None,
        standard=list(DEFAULT_STANDARD),
        thresholds={},
        created_at=now,
    )
    db.session.add(network)
    db.session.flush()
    begin_versions(network)
    divisions = divide(city=founding.city, streets=founding.streets)
    topics = [
        {"code": code, "id": new_id(), "name": name, "position": position}
        for position, (code, name) in enumerate(DEFAULT_TOPICS.items())
    ]
    for model, records in ((Division, divisions), (Topic, topics)):
        insert_rows(model, [{"network_id": network.id} | record for record in records])
    named = [("division", division["id"]) for division in divisions] + [
        ("topic", topic["id"]) for topic in topics
    ]
    publish(
        network_id=network.id, changes=[FeedChange(EVERYBODY, noun, thing_id) for noun, thing_id in named]
    )
    return network


def divide(
    *, city: tuple[str, str], streets: list[StreetRow], make_id: Callable[[], str] = new_id
) -> list[dict[str, Any]]:
    """City, districts and streets as rows without their network, parents first."""
    top = new_division(code=city[0], name=city[1], level="city", parent=None, own_id=make_id())
    districts = {
        code: new_division(code=code, name=name, level="district", parent=top, own_id=make_id())
        for code, name in dict.fromkeys((row.district_code, row.district) for row in streets)
    }
    below = [
        new_division(
            code=row.street_code,
            name=row.street,
            level="street",
            parent=districts[row.district_code],
            own_id=make_id(),
        )
        for row in streets
    ]
    return [top, *districts.values(), *below]


def new_division(
    *, code: str, name: str, level: str, parent: dict[str, Any] | None, own_id: str
) -> dict[str, Any]:
    """The row of a division below its parent, without its network."""
    return {
        "id": own_id,
        "code": code,
        "name": name,
        "level": level,
        "parent_id": parent["id"] if parent else None,
        "path": [*(parent["path"] if parent else []), own_id],
        "valid_from": VALID_FROM,
        "valid_to": None,
    }
