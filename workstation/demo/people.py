"""Invented people: members, liaisons, officers, and one phone for most of the members."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from workstation.demo.ids import id_at
from workstation.demo.names import SECTORS, invent_names
from workstation.demo.places import Record, Spot

MEMBERS_A_STATION = 300 / 242
STATIONS_A_LIAISON = 6


@dataclass(frozen=True)
class Crowd:
    """Everybody, as rows without their network. `at_station` gives each station's members, by station id."""

    people: list[Record]
    memberships: list[Record]
    devices: list[Record]
    at_station: dict[str, list[Record]]
    liaison_of: dict[str, Record]

    def of_role(self, role: str) -> list[Record]:
        return [person for person in self.people if person["role"] == role]


def gather_crowd(
    *, spots: Sequence[Spot], districts: Sequence[Record], at: datetime, random: Random
) -> Crowd:
    """300 members for 242 stations and in proportion, plus liaisons, officers and an auditor."""
    names = invent_names(random)

    def person(code: str, role: str, **more: Any) -> Record:
        own_id = id_at(moment=at, random=random)
        fixed = {"sector": None, "division_id": None, "account": None, "password_hash": None}
        return {"id": own_id, "code": code, "name": next(names), "role": role, **fixed, **more}

    sectors = list(SECTORS)
    members = [
        person(f"W{number + 1:04}", "member", sector=random.choice(sectors))
        for number in range(round(len(spots) * MEMBERS_A_STATION))
    ]
    liaisons = [
        person(f"L{number + 1:03}", "liaison") for number in range(-(-len(spots) // STATIONS_A_LIAISON))
    ]
    officers = [person(f"Q{one['code']}", "district_office", division_id=one["id"]) for one in districts]
    others = [person("S001", "city_office"), person("J001", "auditor")]
    at_station = _home_stations(spots=spots, members=members, random=random)
    liaison_of = {
        spot.record["id"]: liaisons[number // STATIONS_A_LIAISON]
        for number, spot in enumerate(sorted(spots, key=lambda spot: spot.district_id))
    }
    people = [*members, *liaisons, *officers, *others]
    return Crowd(
        people=people,
        memberships=list(_memberships(at_station=at_station, liaison_of=liaison_of)),
        devices=[_device(owner=one, at=at, random=random) for one in [*members, *liaisons]],
        at_station=at_station,
        liaison_of=liaison_of,
    )


def _home_stations(
    *, spots: Sequence[Spot], members: Sequence[Record], random: Random
) -> dict[str, list[Record]]:
    """Each member at one station, in turn, every third one at a second station too."""
    found: dict[str, list[Record]] = {spot.record["id"]: [] for spot in spots}
    for number, member in enumerate(members):
        found[spots[number % len(spots)].record["id"]].append(member)
        second = found[random.choice(spots).record["id"]]
        if number % 3 == 0 and member not in second:
            second.append(member)
    return found


def _memberships(*, at_station: dict[str, list[Record]], liaison_of: dict[str, Record]) -> Iterator[Record]:
    for station_id, members in at_station.items():
        for person in [*members, liaison_of[station_id]]:
            yield {"station_id": station_id, "member_id": person["id"]}


def _device(*, owner: Record, at: datetime, random: Random) -> Record:
    """A phone whose token nobody has: the hash is of nothing."""
    return {
        "id": id_at(moment=at, random=random),
        "member_id": owner["id"],
        "name": random.choice(("华为手机", "小米手机", "苹果手机", "荣耀手机", "安卓手机")),
        "installation_id": id_at(moment=at, random=random),
        "platform": random.choice(("android", "ios", "harmony")),
        "app_version": "demo",
        "token_hash": f"{random.getrandbits(256):064x}",
        "enrolled_at": at,
        "pending": 0,
    }
