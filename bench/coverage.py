"""Coverage through HTTP: 242 stations × 365 days, every station open every day, two people each.

`python -m bench.coverage` measures SQLite and PostgreSQL, each in a temporary folder, and prints a table.
"""

import contextlib
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import flask_migrate
import structlog
from flask.testing import FlaskClient

from api import create_app
from api.auth import token_hash
from api.config import Settings
from tests.postgres import PostgresServer
from workstation.check_ins.models import CheckIn
from workstation.coverage.operations import rebuild
from workstation.database import db, insert_rows, writing
from workstation.ids import new_id
from workstation.local_time import day_start, local_day
from workstation.network.models import ChecklistItem, Division, Network, Station
from workstation.people.models import Device, Member
from workstation.receptions.models import Reception
from workstation.shifts.models import Shift

STATIONS, STREETS, DISTRICTS, DAYS = 242, 74, 9, 365
CALLS = 60
TOKEN = "only for this measurement"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
QUESTIONS = (
    ("by=district&window=365d", "district, 365 days"),
    ("by=street&window=365d", "street, 365 days"),
    ("by=station&window=365d", "station, 365 days"),
    ("by=district&window=90d", "district, 90 days"),
)
MIGRATIONS = Path(__file__).parent.parent / "migrations"

Row = dict[str, Any]


def measure(*, database_url: str, folder: Path, days: int = DAYS) -> list[Row]:
    """One row a question with p50 and p95 in ms, on a fresh network in this empty database."""
    settings = Settings(
        database_url=database_url, data_dir=folder, secret_key=b"only for this measurement" * 2
    )
    app = create_app(settings)
    # A line of log for each call would stand between the lines of the table.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with app.app_context():
        flask_migrate.upgrade(directory=str(MIGRATIONS))
        facts, places, seconds = _fill(datetime.now(UTC), days)
        client = app.test_client()
        kind = db.engine.dialect.name
        rows = [_ask(client, query) | {"question": question} for query, question in QUESTIONS]
        _forget()
    rebuilt = {"question": f"rebuild of {facts:,} facts", "p50_ms": seconds * 1000, "p95_ms": None}
    return [{"database": kind, "station_days": places} | row for row in [*rows, rebuilt]]


def _forget() -> None:
    db.session.remove()
    db.engine.dispose()


def _ask(client: FlaskClient, query: str) -> Row:
    times = []
    for _ in range(CALLS):
        began = time.perf_counter()
        answer = client.get(f"/api/v1/coverage?{query}", headers=HEADERS)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.text
    return {"p50_ms": statistics.median(times), "p95_ms": statistics.quantiles(times, n=20)[-1]}


def _fill(now: datetime, days: int) -> tuple[int, int, float]:
    """Founds a network, writes its facts, and computes the daily figures: facts, station-days, seconds."""
    with writing():
        network_id, stations, members = _found(now)
    today, facts = local_day(now), 0
    for number in range(days):
        with writing():
            facts += _write_day(network_id, stations, members, today - timedelta(days=number))
    if db.engine.dialect.name == "postgresql":
        _analyze()
    began = time.perf_counter()
    places = rebuild(network_id=network_id)
    seconds = time.perf_counter() - began
    if db.engine.dialect.name == "postgresql":
        _analyze()
    return facts, places, seconds


def _analyze() -> None:
    """What autovacuum does within a minute."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def _found(now: datetime) -> tuple[int, list[str], list[str]]:
    network = Network(
        code="bench",
        name="bench",
        is_demo=True,
        standard=["牌"],
        thresholds={},
        rules_version=1,
        created_at=now,
    )
    db.session.add(network)
    db.session.flush()
    own = {"network_id": network.id}
    streets = _divide(own)
    stations = [_station(number, streets[number % STREETS]) for number in range(STATIONS)]
    insert_rows(Station, [own | station for station in stations])
    ticked = {"item": "牌", "met": True, "checker": "区办", "proof": "照片", "confirmed_on": local_day(now)}
    insert_rows(ChecklistItem, [own | ticked | {"station_id": station["id"]} for station in stations])
    members = [
        {"id": new_id(), "code": str(n), "name": str(n), "role": "member"} for n in range(STATIONS * 5)
    ]
    officer = {"id": new_id(), "code": "office", "name": "office", "role": "city_office"}
    insert_rows(Member, [own | member for member in [*members, officer]])
    phones = [_phone(member["id"], now) for member in members]
    insert_rows(
        Device, [own | phone for phone in [*phones, _phone(officer["id"], now, TOKEN) | {"enrolled_at": now}]]
    )
    return network.id, [station["id"] for station in stations], [member["id"] for member in members]


def _divide(own: Row) -> list[str]:
    city, districts = new_id(), [new_id() for _ in range(DISTRICTS)]
    streets = [(new_id(), districts[number % DISTRICTS]) for number in range(STREETS)]
    tree = [(city, "city", [city])]
    tree += [(each, "district", [city, each]) for each in districts]
    tree += [(street, "street", [city, district, street]) for street, district in streets]
    rows = [
        {
            "id": id_,
            "code": id_[-20:],
            "name": level,
            "level": level,
            "parent_id": ([None, *path])[-2],
            "path": path,
        }
        for id_, level, path in tree
    ]
    insert_rows(Division, [own | row | {"valid_from": date(2000, 1, 1)} for row in rows])
    return [street for street, _ in streets]


def _station(number: int, street: str) -> Row:
    return {
        "id": new_id(),
        "code": f"S{number:04}",
        "name": f"站 {number}",
        "initials": "z",
        "kind": "workstation",
        "division_id": street,
        "level": "street",
        "lat": 22.5,
        "lon": 114.0,
        "fence_radius_m": 300,
        "serves_street": True,
        "status": "open",
        "code_epoch": 1,
    }


def _phone(member_id: str, now: datetime, token: str | None = None) -> Row:
    heard = {
        "enrolled_at": now - timedelta(days=400),
        "last_sync_at": now - timedelta(hours=20),
        "pending": 0,
    }
    hashed = token_hash(token) if token else None
    return {"id": new_id(), "member_id": member_id, "name": "phone", "token_hash": hashed, **heard}


def _write_day(network_id: int, stations: Sequence[str], members: Sequence[str], day: date) -> int:
    """For each station: two overlapping shifts, two check-ins, one reception."""
    nine = day_start(day) + timedelta(hours=9)
    facts: dict[Any, list[Row]] = {Shift: [], CheckIn: [], Reception: []}
    for number, station_id in enumerate(stations):
        for turn in range(2):
            member_id = members[number * 5 + (day.toordinal() + turn) % 5]
            own = {"network_id": network_id, "station_id": station_id, "member_id": member_id, "day": day}
            own |= {"flags": [], "withdrawn": False}
            at = nine + timedelta(hours=turn)
            judged = {"verdict": "inside", "distance_m": 40, "evidence": 2}
            ends = {
                "started_at": at,
                "ended_at": at + timedelta(hours=3),
                "closes_at": at + timedelta(hours=12),
            }
            facts[Shift].append({"id": new_id(), **own, **judged, **ends})
            facts[CheckIn].append({"id": new_id(), **own, **judged, "purpose": "duty", "occurred_at": at})
        met = {"channel": "walk_in", "party_kind": "person", "headcount": 2, "topic": "t", "summary": ""}
        said = {"answered_on_spot": True, "wants_reply": False, "started_at": nine}
        facts[Reception].append({"id": new_id(), **own, **met, **said})
    for model, rows in facts.items():
        insert_rows(model, rows)
    return sum(len(rows) for rows in facts.values())


@contextlib.contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    server = PostgresServer(folder / "postgresql")
    server.start()
    try:
        yield server.url("postgres")
    finally:
        server.stop()


def run(days: int = DAYS) -> list[Row]:
    """Both databases, one after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chmod(folder, 0o711)  # PostgreSQL, as nobody, must pass through
        rows = measure(database_url=f"sqlite:///{folder / 'bench.db'}", folder=folder, days=days)
        with _postgres(folder) as url:
            return rows + measure(database_url=url, folder=folder, days=days)


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| database | station-days | question | p50 ms | p95 ms |", "|---|---|---|---|---|"]
    for row in rows:
        p95 = "" if row["p95_ms"] is None else f"{row['p95_ms']:,.0f}"
        figures = f"{row['p50_ms']:,.0f} | {p95}"
        lines.append(f"| {row['database']} | {row['station_days']:,} | {row['question']} | {figures} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(run()))
