"""A province in PostgreSQL: stations, people, and a year of facts, written by the database itself.

All of it is synthetic. Each time that a person comes there is one shift, one check-in and one reception.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text

from api.auth import token_hash
from workstation.coverage.operations import Progress, rebuild
from workstation.database import db, insert_rows, writing
from workstation.ids import new_id
from workstation.local_time import local_day
from workstation.network.models import Area, ChecklistItem, Division, Network, Station
from workstation.people.models import Device, Member

DAYS = 365
STATIONS_A_STREET, STREETS_A_DISTRICT = 4, 25
OFFICE_TOKEN, PHONE_TOKEN = "only for this measurement", "only for that measurement"
AT_ONCE = 2_000


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a network is; on how many days of eight its stations are open, how often people come then.

    Each time makes three facts.
    """

    stations: int
    members: int
    days_of_eight: int = 3
    times: int = 1

    @property
    def streets(self) -> int:
        return -(-self.stations // STATIONS_A_STREET)

    @property
    def districts(self) -> int:
        return -(-self.streets // STREETS_A_DISTRICT)


def build(size: Size, *, receipts: bool) -> int:
    """Writes the network and its facts into the open application's database: its id. Without figures."""
    with writing():
        network_id = _found(size)
    for statement in [*FACTS, *(RECEIPTS if receipts else [])]:
        with writing():
            db.session.execute(text("SET LOCAL statement_timeout = 0"))
            db.session.execute(text(statement), _span(size, network_id))
    vacuum()
    return network_id


def figures(network_id: int, progress: Progress = iter) -> int:
    """Makes the figures: how many station-days."""
    places = rebuild(network_id=network_id, progress=progress)
    vacuum()
    return places


def count_facts(network_id: int) -> int:
    """Check-ins, shifts and receptions."""
    tables = " UNION ALL ".join(
        f"SELECT count(*) AS n FROM {table} WHERE network_id = :network_id"
        for table in ("check_ins", "shifts", "receptions")
    )
    return int(
        db.session.scalar(text(f"SELECT sum(n) FROM ({tables}) AS counts"), {"network_id": network_id})
    )


def vacuum() -> None:
    """What autovacuum does within some minutes."""
    db.session.remove()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE")


def _span(size: Size, network_id: int) -> dict[str, object]:
    today = local_day(datetime.now(UTC))
    days = {"since": today - timedelta(days=DAYS - 1), "today": today}
    return {"network_id": network_id, **days, "days_of_eight": size.days_of_eight, "times": size.times}


def _found(size: Size) -> int:
    now = datetime.now(UTC)
    network = Network(
        code="province",
        name="一省",
        is_demo=True,
        standard=["牌"],
        thresholds={},
        created_at=now,
        rules_version=1,
    )
    db.session.add(network)
    db.session.flush()
    own = {"network_id": network.id}
    streets = _divide(size, own)
    areas = [new_id() for _ in range(max(1, size.districts // 3))]
    insert_rows(
        Area, [own | {"id": area, "code": f"A{n:04}", "name": f"片区 {n}"} for n, area in enumerate(areas)]
    )
    stations = [
        own | _station(n, streets[n % len(streets)], areas[n % len(areas)]) for n in range(size.stations)
    ]
    ticked = {"item": "牌", "met": True, "checker": "区办", "proof": "照片", "confirmed_on": local_day(now)}
    people = [
        own | {"id": new_id(), "code": str(n), "name": f"委员 {n}", "role": "member"}
        for n in range(size.members)
    ]
    officer = own | {"id": new_id(), "code": "office", "name": "市办", "role": "city_office"}
    phones = [own | _phone(person["id"], now) for person in people]
    phones[0]["token_hash"] = token_hash(PHONE_TOKEN)
    phones.append(
        own | _phone(officer["id"], now) | {"token_hash": token_hash(OFFICE_TOKEN), "enrolled_at": now}
    )
    for model, rows in (
        (Station, stations),
        (ChecklistItem, [own | ticked | {"station_id": station["id"]} for station in stations]),
        (Member, [*people, officer]),
        (Device, phones),
    ):
        for start in range(0, len(rows), AT_ONCE):
            insert_rows(model, rows[start : start + AT_ONCE])
    return network.id


def _divide(size: Size, own: dict[str, int]) -> list[str]:
    city, districts = new_id(), [new_id() for _ in range(size.districts)]
    streets = [(new_id(), districts[n % size.districts]) for n in range(size.streets)]
    tree = [(city, "city", [city])]
    tree += [(each, "district", [city, each]) for each in districts]
    tree += [(street, "street", [city, district, street]) for street, district in streets]
    insert_rows(
        Division,
        [
            own
            | {"id": id_, "code": f"{n:012}", "name": f"{level} {n}", "level": level, "path": path}
            | {"parent_id": ([None, *path])[-2], "valid_from": date(2000, 1, 1)}
            for n, (id_, level, path) in enumerate(tree)
        ],
    )
    return [street for street, _ in streets]


def _station(number: int, street: str, area: str) -> dict[str, object]:
    return {
        "id": new_id(),
        "code": f"S{number:06}",
        "name": f"工作站 {number}",
        "initials": "gzz",
        "kind": "workstation",
        "division_id": street,
        "area_id": area,
        "level": "street",
        "lat": 22.5 + number % 1000 / 1000,
        "lon": 113.5 + number // 1000 / 25,
        "fence_radius_m": 300,
        "serves_street": True,
        "status": "open",
        "code_epoch": 1,
    }


def _phone(member_id: str, now: datetime) -> dict[str, object]:
    heard = {
        "enrolled_at": now - timedelta(days=400),
        "last_sync_at": now - timedelta(minutes=9),
        "pending": 0,
    }
    return {"id": new_id(), "member_id": member_id, "name": "phone", "token_hash": None, **heard}


# Who is at which station on which day, in the order of days, as facts arrive.
TURNS = """
WITH places AS (
  SELECT id AS station_id, row_number() OVER (ORDER BY code) - 1 AS place,
         (SELECT count(*) FROM members WHERE network_id = :network_id AND role = 'member') AS people_count
  FROM stations WHERE network_id = :network_id
), people AS (
  SELECT members.id AS member_id, devices.id AS device_id,
         row_number() OVER (ORDER BY members.code) - 1 AS person
  FROM members JOIN devices ON devices.network_id = members.network_id AND devices.member_id = members.id
  WHERE members.network_id = :network_id AND members.role = 'member'
), days AS (
  SELECT CAST(CAST(:since AS date) + number AS date) AS day, number
  FROM generate_series(0, CAST(:today AS date) - CAST(:since AS date)) AS number
), turns AS (
  SELECT station_id, member_id, device_id, day,
         (day + time '09:00') AT TIME ZONE 'Asia/Shanghai' AS nine
  FROM days CROSS JOIN places JOIN people ON person = (place + number % 5) % people_count
  CROSS JOIN generate_series(1, :times)
  WHERE (place + number) * 3 % 8 < :days_of_eight
)
"""
JUDGED = "'inside', 40, 20, 2"
FACTS = (
    f"""INSERT INTO shifts (network_id, id, station_id, member_id, started_at, ended_at, closes_at, day,
    flags, withdrawn, verdict, distance_m, accuracy_m, evidence)
    {TURNS} SELECT :network_id, uuidv7(), station_id, member_id, nine, nine + interval '3 hours',
    nine + interval '12 hours', day, '[]', false, {JUDGED} FROM turns""",
    f"""INSERT INTO check_ins (network_id, id, station_id, member_id, purpose, occurred_at, day, flags,
    withdrawn, verdict, distance_m, accuracy_m, evidence)
    {TURNS} SELECT :network_id, uuidv7(), station_id, member_id, 'duty', nine, day, '[]', false,
    {JUDGED} FROM turns""",
    f"""INSERT INTO receptions (network_id, id, station_id, member_id, started_at, day, channel, party_kind,
    headcount, topic, summary, answered_on_spot, wants_reply, flags, withdrawn)
    {TURNS} SELECT :network_id, uuidv7(), station_id, member_id, nine + interval '1 hour', day,
    'walk_in', 'person', 2, 'traffic', '合成数据：希望增设路灯', true, false, '[]', false FROM turns""",
)
# One receipt for each fact, and its row in the feed of the person whose fact it is: what a sync call meets.
RECEIPTS = (
    *(
        f"""INSERT INTO receipts (network_id, entry_id, receipt_no, device_id, seq, member_id, kind, state,
    content_hash, body, station_id, recorded_at, received_at, occurred_at, clock_error_s, flags)
    SELECT facts.network_id, facts.id, nextval('receipt_numbers'), devices.id,
    row_number() OVER (PARTITION BY devices.id ORDER BY facts.id), facts.member_id, '{kind}', 'accepted',
    md5(facts.id::text) || md5(facts.id::text), '{{"purpose": "duty"}}', facts.station_id, {at}, {at}, {at},
    1, '[]'
    FROM {table} AS facts JOIN devices ON devices.network_id = facts.network_id
    AND devices.member_id = facts.member_id WHERE facts.network_id = :network_id"""
        for table, kind, at in (
            ("shifts", "shift_start", "started_at"),
            ("check_ins", "check_in", "occurred_at"),
            ("receptions", "reception", "started_at"),
        )
    ),
    """INSERT INTO changes (network_id, audience, noun, id, op)
    SELECT network_id, member_id::text, 'receipt', entry_id, 'put' FROM receipts
    WHERE network_id = :network_id""",
)
