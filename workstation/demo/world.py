"""What of the demo network stands still: invented in memory, then written set-wise."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from workstation.coverage.operations import touch_days
from workstation.database import db, insert_rows
from workstation.demo.checklists import tick_checklists
from workstation.demo.ids import id_at
from workstation.demo.names import SECTORS
from workstation.demo.people import Crowd, gather_crowd
from workstation.demo.places import Ground, Record, lay_ground
from workstation.demo.plans import Duty, plan_duties
from workstation.feed.models import EVERYBODY
from workstation.feed.operations import FeedChange, publish
from workstation.local_time import LOCAL
from workstation.network.founding import DEFAULT_STANDARD, DEFAULT_TOPICS
from workstation.network.models import (
    Area,
    ChecklistItem,
    Division,
    DivisionOutline,
    Network,
    Sector,
    Station,
    Topic,
)
from workstation.network.rule_versions import begin_versions
from workstation.network.rules import UNFINISHED
from workstation.people.models import Device, Member, StationMember
from workstation.shifts.models import PlannedShift

NAME = "深圳市政协"
PLANNED_AHEAD = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What demo to load; the same wish on the same day gives the same network."""

    stations: int = 242
    days: int = 90
    seed: int = 1

    def random(self, purpose: object) -> Random:
        return Random(f"{self.seed} {purpose}")


@dataclass(frozen=True, kw_only=True)
class World:
    """The invented network in memory."""

    network_id: int
    ground: Ground
    crowd: Crowd
    duties: list[Duty]


def settle(*, wish: Wish, now: datetime, first: date, today: date) -> World:
    """Founds the network and writes all that stands still, set-wise."""
    at = datetime.combine(first, time(), LOCAL) - timedelta(days=30)
    ground = lay_ground(stations=wish.stations, opened=first, at=at, random=wish.random("ground"))
    network = Network(
        code=UNFINISHED,
        name=NAME,
        is_demo=True,
        bounds=list(ground.bounds),
        standard=list(DEFAULT_STANDARD),
        thresholds={},
        created_at=now,
    )
    db.session.add(network)
    db.session.flush()
    begin_versions(network)
    districts = [division for division in ground.divisions if division["level"] == "district"]
    crowd = gather_crowd(spots=ground.spots, districts=districts, at=at, random=wish.random("crowd"))
    duties = plan_duties(
        spots=ground.spots,
        crowd=crowd,
        first=first,
        today=today,
        last=today + PLANNED_AHEAD,
        random=wish.random("duties"),
    )
    world = World(network_id=network.id, ground=ground, crowd=crowd, duties=duties)
    _write(world=world, wish=wish, at=at)
    return world


def _write(*, world: World, wish: Wish, at: datetime) -> None:
    random = wish.random("rows")
    stations = [spot.record for spot in world.ground.spots]
    topics: list[Record] = [
        {"code": code, "id": id_at(moment=at, random=random), "name": name, "position": position}
        for position, (code, name) in enumerate(DEFAULT_TOPICS.items())
    ]
    plans = [duty.record(at=at, random=random) for duty in world.duties]
    checklists = tick_checklists(spots=world.ground.spots, random=random)
    sectors = [{"code": code, "name": name} for code, name in SECTORS.items()]
    for model, records in (
        *((Division, level) for level in _by_level(world.ground.divisions)),
        (DivisionOutline, world.ground.outlines),
        (Area, world.ground.areas),
        (Sector, sectors),
        (Topic, topics),
        (Station, stations),
        (ChecklistItem, checklists),
        (Member, world.crowd.people),
        (StationMember, world.crowd.memberships),
        (Device, world.crowd.devices),
        (PlannedShift, plans),
    ):
        insert_rows(model, [{"network_id": world.network_id} | record for record in records])
    # A planned day counts also when nobody came: sync recomputes only the days with entries.
    places = {(plan["station_id"], plan["day"]) for plan in plans}
    touch_days(network_id=world.network_id, touched=places)
    nouns: dict[str, list[Record]] = {
        "division": world.ground.divisions,
        "topic": topics,
        "station": stations,
    }
    changes = [
        FeedChange(EVERYBODY, noun, record["id"]) for noun, records in nouns.items() for record in records
    ]
    changes += [FeedChange(plan["member_id"], "planned_shift", plan["id"]) for plan in plans]
    publish(network_id=world.network_id, changes=changes)


def _by_level(divisions: list[Record]) -> list[list[Record]]:
    """Parents before children: PostgreSQL checks each statement, and a long list takes several."""
    levels = ("city", "district", "street", "community")
    return [[division for division in divisions if division["level"] == level] for level in levels]
