"""Random small networks with whatever may happen in them, written as facts; a seed always gives the same.

Moments crowd where rules change their mind: midnights, exactly thirty minutes, 72 hours, windows' edges.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.cast import TEST_HASH
from workstation.check_ins.models import CheckIn
from workstation.coverage.operations import touch_days
from workstation.database import db, insert_rows, writing
from workstation.ids import new_id
from workstation.network.models import Area, ChecklistItem, Division, Network, Sector, Station
from workstation.people.models import Device, Member
from workstation.receptions.models import Reception
from workstation.shifts.models import PlannedShift, Shift

LOCAL = ZoneInfo("Asia/Shanghai")
STANDARD = ["统一标识", "固定阵地", "明确职责"]
DAYS_BACK = (
    0,
    0,
    0,
    1,
    1,
    1,
    2,
    2,
    3,
    4,
    6,
    14,
    28,
    29,
    30,
    31,
    44,
    45,
    46,
    60,
    89,
    90,
    91,
    134,
    136,
    140,
    200,
)
LENGTHS = (-60, 0, 29, 29.99, 30, 30, 31, 45, 60, 90, 180, 300, 700, 1500, 600_000)  # minutes
THRESHOLDS: tuple[dict[str, float], ...] = (
    {},
    {},
    {"kept_minutes": 45, "merge_minutes": 10},
    {"stretch_days": 7, "contacts": 2},
    {"kept_share": 0.5, "settle_hours": 24},
    {"merge_minutes": 0, "settle_hours": 100, "stretch_days": 90},
)


@dataclass
class History:
    """One network as it is made; `now` is when it is asked."""

    random: Random
    now: datetime
    network_id: int = 0
    city: str = ""
    officer: str = ""
    divisions: list[dict[str, Any]] = field(default_factory=list)
    stations: list[dict[str, Any]] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    plans: list[dict[str, Any]] = field(default_factory=list)
    facts: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)

    @property
    def today(self) -> date:
        return day_of(self.now)

    def write(self, facts: Sequence[tuple[Any, dict[str, Any]]]) -> None:
        """As sync does: the facts and the note of the days they touch in one transaction."""
        with writing():
            for model, row in facts:
                insert_rows(model, [row])
            touch_days(network_id=self.network_id, touched={(r["station_id"], r["day"]) for _, r in facts})


def day_of(at: datetime) -> date:
    return at.astimezone(LOCAL).date()


def make_history(*, seed: int, code: str) -> History:
    """A network in the database, all but its facts, which are returned to be written."""
    random = Random(seed)
    now = datetime(2026, 11, 20, tzinfo=LOCAL) + timedelta(
        days=random.randrange(-20, 20),
        hours=random.choice((0, 0, 9, 12, 23)),
        seconds=random.choice((0, random.randrange(3600))),
    )
    made = History(random, now.astimezone(UTC))
    with writing():
        _network(made, code)
        _divisions(made)
        _stations(made)
        _people(made)
        _plans(made)
        insert_rows(PlannedShift, made.plans)
        planned = {(each["station_id"], each["day"]) for each in made.plans}
        touch_days(network_id=made.network_id, touched=planned)
    made.facts = [fact for _ in range(random.choice((0, 5, 30, 60))) for fact in _some_facts(made)]
    return made


def _network(made: History, code: str) -> None:
    begun = made.now - timedelta(days=made.random.choice((900, 900, 100, 40, 5)))
    network = Network(
        code=code,
        name=f"网络 {code}",
        is_demo=True,
        bounds=None,
        standard=STANDARD,
        thresholds=made.random.choice(THRESHOLDS),
        rules_version=made.random.randrange(1, 9),
        created_at=begun,
    )
    db.session.add(network)
    db.session.flush()
    made.network_id = network.id


def _divisions(made: History) -> None:
    """Districts with streets and communities; streets end, begin, and come back under another district."""
    made.city = _division(made, "city", None, None)
    districts = [_division(made, "district", made.city, None) for _ in range(made.random.randrange(1, 4))]
    for district in districts:
        for _ in range(made.random.randrange(0, 3)):
            ends = made.random.choice(
                (None, None, *(made.today - timedelta(days=n) for n in (-5, 0, 1, 20, 60)))
            )
            street = _division(made, "street", district, ends)
            if ends is not None:
                heir = made.random.choice(districts)
                _division(made, "street", heir, None, valid_from=ends)
            if made.random.random() < 0.4:
                _division(made, "community", street, None)


def _division(
    made: History, level: str, parent: str | None, valid_to: date | None, valid_from: date = date(2000, 1, 1)
) -> str:
    paths = {each["id"]: each["path"] for each in made.divisions}
    row: dict[str, Any] = {"network_id": made.network_id, "id": new_id(), "level": level, "parent_id": parent}
    row |= {"code": f"{len(made.divisions):04}", "name": f"{level} {len(made.divisions)}"}
    row |= {"path": [*paths.get(parent or "", []), row["id"]], "valid_from": valid_from, "valid_to": valid_to}
    insert_rows(Division, [row])
    made.divisions.append(row)
    return str(row["id"])


def _stations(made: History) -> None:
    random = made.random
    insert_rows(Sector, [{"network_id": made.network_id, "code": c, "name": f"{c}界"} for c in ("a", "b")])
    made.areas = [new_id(), new_id()]
    insert_rows(
        Area,
        [
            {"network_id": made.network_id, "id": area, "code": f"area {n}", "name": f"片区 {n}"}
            for n, area in enumerate(made.areas)
        ],
    )
    for number in range(random.randrange(1, 6)):
        stands = random.choice(made.divisions)
        status = random.choice(("open",) * 6 + ("closed", "planned", "suspended"))
        far_back = [made.today - timedelta(days=n) for n in (-1, 0, 1, 10, 29, 30, 31, 60, 120, 900)]
        closed = random.choice([made.today - timedelta(days=n) for n in (-9, 0, 1, 40)])
        row: dict[str, Any] = {
            "network_id": made.network_id,
            "id": new_id(),
            "code": f"S{number}",
            "name": random.choice(("粤海站", "=1+1", "科技园 站", "@南山")),
            "initials": "yhz",
            "kind": random.choice(("workstation", "studio", "room")),
            "division_id": stands["id"],
            "level": stands["level"],
            "area_id": random.choice((None, *made.areas)),
            "sector": random.choice((None, "a", "b")),
            "lat": 22.5,
            "lon": 114.0,
            "fence_radius_m": 300,
            "serves_street": random.random() < 0.8,
            "status": status,
            "opened_on": random.choice((None, *far_back, date(2020, 1, 1), date(2020, 1, 1))),
            "closed_on": closed if status == "closed" and random.random() < 0.8 else None,
            "code_epoch": 1,
        }
        insert_rows(Station, [row])
        made.stations.append(row)
        _ticks(made, row["id"])


def _ticks(made: History, station_id: str) -> None:
    random, complete = made.random, made.random.random() < 0.75
    ages = (0, 1, 100, 365, 366, 455) if complete else (0, -3, 455, 456, 500)
    for item in [*STANDARD, "五上墙"] if complete else random.sample(STANDARD, random.randrange(4)):
        row = {"network_id": made.network_id, "station_id": station_id, "item": item}
        said = {"met": complete or random.random() < 0.8, "checker": "区办", "proof": "照片"}
        if not complete and random.random() < 0.3:
            said[random.choice(("checker", "proof"))] = random.choice(("", None))  # type: ignore[assignment]  # None is one of the cases
        insert_rows(
            ChecklistItem, [row | said | {"confirmed_on": made.today - timedelta(random.choice(ages))}]
        )


def _people(made: History) -> None:
    random = made.random
    for number in range(random.randrange(2, 6)):
        role = "city_office" if number == 0 else "member"
        row = {"network_id": made.network_id, "id": new_id(), "code": f"m{number}", "name": f"委员 {number}"}
        row |= {"role": role, "account": f"m{number}@{made.network_id}", "password_hash": TEST_HASH}
        insert_rows(Member, [row | {"shows_name_at_door": False}])
        made.members.append(row["id"])  # type: ignore[arg-type]  # a text id
    made.officer, *made.members = made.members
    for member_id in made.members:
        for _ in range(random.choice((0, 1, 1, 2))):
            _phone(made, member_id)


def _phone(made: History, member_id: str) -> None:
    random = made.random
    silent_for = random.choice((0.01, 0.2, 1, 2, 3, 5, 20, 29.9, 30.1, 60))
    heard = made.now - timedelta(days=silent_for, milliseconds=random.randrange(1, 999))
    enrolled = heard - timedelta(days=random.choice((0, 100)))
    row = {
        "network_id": made.network_id,
        "id": new_id(),
        "member_id": member_id,
        "name": "手机",
        "enrolled_at": enrolled,
        "revoked_at": heard if random.random() < 0.1 else None,
        "last_sync_at": None if random.random() < 0.1 else heard,
        "pending": random.choice((0, 0, 0, 1, 4)),
        "last_station_id": random.choice((None, *(each["id"] for each in made.stations))),
    }
    insert_rows(Device, [row])


def _moment(made: History) -> datetime:
    """Crowded at midnights, whole and half hours; never after now."""
    random = made.random
    day = made.today - timedelta(days=random.choice(DAYS_BACK))
    minute = random.choice((0, 0, 5, 15, 540, 540, 570, 600, 630, 720, 1380, 1410, 1425, 1439))
    at = datetime.combine(day, time(), LOCAL) + timedelta(minutes=minute)
    at += timedelta(milliseconds=random.choice((0, 0, 0, 1, 59_999)))
    return min(at.astimezone(UTC), made.now)


def _plans(made: History) -> None:
    for _ in range(made.random.choice((0, 3, 10, 25))):
        starts_at = _moment(made) + timedelta(days=made.random.choice((0, 0, 0, 1, 9)))
        length = made.random.choice((20, 30, 60, 120, 180, 240))
        made.plans.append(
            {
                "network_id": made.network_id,
                "id": new_id(),
                "station_id": made.random.choice(made.stations)["id"],
                "member_id": made.random.choice(made.members),
                "starts_at": starts_at,
                "ends_at": starts_at + timedelta(minutes=length),
                "day": day_of(starts_at),
            }
        )


def _some_facts(made: History) -> list[tuple[Any, dict[str, Any]]]:
    """One fact, perhaps with one on behalf beside it, perhaps on a plan."""
    random = made.random
    plan = random.choice(made.plans) if made.plans and random.random() < 0.4 else None
    station = plan["station_id"] if plan else random.choice(made.stations)["id"]
    member = plan["member_id"] if plan and random.random() < 0.6 else random.choice(made.members)
    at = min(plan["starts_at"], made.now) if plan else _moment(made)
    kind = random.choice((_shift, _shift, _check_in, _reception)) if plan is None else _shift
    facts = [_fact(made, kind, station, member, at)]
    while random.random() < 0.3:
        near = timedelta(minutes=random.choice((-31, -30, -10, 0, 10, 29, 30, 30.01)))
        facts.append(_fact(made, kind, station, member, min(at + near, made.now)))
    return facts


def _fact(made: History, kind: Any, station: str, member: str, at: datetime) -> tuple[Any, dict[str, Any]]:
    random = made.random
    by = random.choice((None, None, None, made.officer, member))
    flags = random.sample(("late", "stated", "clock_skew", "overlap"), random.choice((0, 0, 0, 1, 2)))
    flags += ["released"] if at.minute % 5 == 0 else []
    row = {
        "network_id": made.network_id,
        "id": new_id(),
        "station_id": station,
        "member_id": member,
        "entered_by_id": by,
        "day": day_of(at),
        "flags": flags,
        "withdrawn": random.random() < 0.08,
    }
    model, own = kind(made, at)
    return model, row | own


def _evidence(made: History) -> dict[str, Any]:
    return {"verdict": None, "evidence": made.random.choice((0, 1, 2, 3))}


def _check_in(made: History, at: datetime) -> tuple[Any, dict[str, Any]]:
    return CheckIn, _evidence(made) | {"purpose": "duty", "occurred_at": at}


def _shift(made: History, at: datetime) -> tuple[Any, dict[str, Any]]:
    midnight = datetime.combine(day_of(at) + timedelta(days=1), time(), LOCAL).astimezone(UTC)
    closes = made.random.choice((min(at + timedelta(hours=12), midnight), at + timedelta(hours=3)))
    ended = None
    if made.random.random() < 0.8:
        ended = at + timedelta(minutes=made.random.choice(LENGTHS))
    return Shift, _evidence(made) | {"started_at": at, "ended_at": ended, "closes_at": closes}


def _reception(made: History, at: datetime) -> tuple[Any, dict[str, Any]]:
    said = {"channel": "walk_in", "party_kind": "person", "topic": "housing", "summary": "加装电梯"}
    said |= {"headcount": made.random.choice((1, 1, 2, 30)), "answered_on_spot": True, "wants_reply": False}  # type: ignore[dict-item]  # any value
    return Reception, said | {"started_at": at}
