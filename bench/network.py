"""A network to measure in: stations strewn over a rectangle as large as Shenzhen, members with phones."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from random import Random
from typing import Any

from api.auth import token_hash
from workstation.database import db, insert_rows, writing
from workstation.ids import new_id
from workstation.network.models import Division, Network, Station
from workstation.people.models import Device, Member

# South, west, north, east.
BOUNDS = (22.45, 113.75, 22.86, 114.62)
AT_ONCE = 5_000


@dataclass(frozen=True)
class Place:
    id: str
    code: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Phone:
    member_id: str
    device_id: str
    token: str

    @property
    def own(self) -> tuple[str, ...]:
        """What stands in the database for this phone alone."""
        return (self.member_id, self.device_id, token_hash(self.token))


@dataclass(frozen=True)
class Founded:
    network_id: int
    places: list[Place]
    phones: list[Phone]


def strew(count: int, *, seed: int = 1) -> list[Place]:
    """Places in the rectangle, the same for the same seed."""
    random, (south, west, north, east) = Random(seed), BOUNDS
    spots = ((random.uniform(south, north), random.uniform(west, east)) for _ in range(count))
    return [Place(new_id(), f"S{number:06}", lat, lon) for number, (lat, lon) in enumerate(spots)]


def found_network(*, places: list[Place], phones: int) -> Founded:
    """Writes the network into the open application's database."""
    now = datetime.now(UTC)
    with writing():
        network_id = _network(now)
        division_id = _city(network_id)
        common = {"network_id": network_id, "division_id": division_id} | STATION
        for start in range(0, len(places), AT_ONCE):
            part = places[start : start + AT_ONCE]
            insert_rows(Station, [common | asdict(place) | {"name": place.code} for place in part])
        people = [_phone(network_id, number, now) for number in range(phones)]
    return Founded(network_id, places, people)


STATION: dict[str, Any] = {
    "initials": "z",
    "kind": "workstation",
    "level": "street",
    "fence_radius_m": 300,
    "serves_street": True,
    "status": "open",
    "code_epoch": 1,
}


def _network(now: datetime) -> int:
    network = Network(
        code="bench",
        name="bench",
        is_demo=True,
        bounds=list(BOUNDS),
        standard=["牌"],
        thresholds={},
        rules_version=1,
        created_at=now,
    )
    db.session.add(network)
    db.session.flush()
    return network.id


def _city(network_id: int) -> str:
    id = new_id()
    city = {"id": id, "code": "4403", "name": "city", "level": "city", "path": [id]}
    insert_rows(Division, [city | {"network_id": network_id, "valid_from": date(2000, 1, 1)}])
    return id


def _phone(network_id: int, number: int, now: datetime) -> Phone:
    phone = Phone(new_id(), new_id(), f"token-{number}-{new_id()}")
    own = {"network_id": network_id, "name": f"member {number}"}
    insert_rows(Member, [own | {"id": phone.member_id, "code": str(number), "role": "member"}])
    device = {"id": phone.device_id, "member_id": phone.member_id, "token_hash": phone.own[-1]}
    insert_rows(Device, [own | device | {"enrolled_at": now, "pending": 0}])
    return phone
