"""A network that grows: what each thing costs with 242, 2,420 and 24,200 stations, on PostgreSQL.

A year of facts that the database itself wrote (bench/province.py), figures made by `rebuild`, two gunicorn
workers, one client at a time. `python -m bench scale` takes an hour; `--quick` tries it with 24 stations.
"""

import http.client
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select, text

from bench import province
from bench.bodies import walk, without_end
from bench.databases import databases, opened
from bench.phones import Line
from bench.report import Chapter, Mark, table
from bench.servers import OURS, served
from bench.soak import memory_mb, workers
from workstation.database import db
from workstation.network.models import Station

BATCH = 25
HEADERS = {"Authorization": f"Bearer {province.OFFICE_TOKEN}", "Accept-Encoding": "gzip"}
YEAR = "window=365d"
QUESTIONS = {
    "coverage by district": f"/api/v1/coverage?by=district&{YEAR}",
    "coverage by street": f"/api/v1/coverage?by=street&{YEAR}",
    "stations, first page": f"/api/v1/coverage?by=station&{YEAR}&limit=50",
    "gaps": f"/api/v1/coverage/gaps?{YEAR}",
    "nearest 20": "/api/v1/stations?near=22.9,114.0&limit=20",
    "all stations": "/api/v1/stations",
    "stations as CSV": f"/api/v1/coverage.csv?by=station&{YEAR}",
}
# The question by district asked of the facts themselves.
DIRECT = """
SELECT divisions.path ->> 1 AS district, count(DISTINCT facts.station_id), count(DISTINCT facts.member_id),
  sum(shifts), sum(ms), sum(receptions), sum(people), sum(check_ins)
FROM (
  SELECT station_id, member_id, 1 AS shifts, extract(epoch FROM ended_at - started_at) * 1000 AS ms,
    0 AS receptions, 0 AS people, 0 AS check_ins FROM shifts
    WHERE network_id = :id AND NOT withdrawn AND day > :since
  UNION ALL SELECT station_id, member_id, 0, 0, 1, headcount, 0 FROM receptions
    WHERE network_id = :id AND NOT withdrawn AND day > :since
  UNION ALL SELECT station_id, member_id, 0, 0, 0, 0, 1 FROM check_ins
    WHERE network_id = :id AND NOT withdrawn AND day > :since
) AS facts
JOIN stations ON stations.network_id = :id AND stations.id = facts.station_id
JOIN divisions ON divisions.network_id = :id AND divisions.id = stations.division_id
GROUP BY 1
"""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is built and how often each thing is asked."""

    sizes: dict[str, province.Size]
    calls: int
    batches: int


FULL = Plan(
    sizes={
        "242": province.Size(stations=242, members=1_210),
        "242, busy": province.Size(stations=242, members=1_210, days_of_eight=8, times=8),
        "2,420": province.Size(stations=2_420, members=3_000),
        "24,200": province.Size(stations=24_200, members=30_000),
    },
    calls=20,
    batches=200,
)
QUICK = Plan(sizes={"24": province.Size(stations=24, members=60)}, calls=3, batches=4)


@dataclass
class Found:
    """What one network cost. Milliseconds unless the name says otherwise."""

    facts: int
    rebuilt_s: float
    figures: dict[str, float] = field(default_factory=dict)


def chapter(plan: Plan) -> Chapter:
    """One column a network, and the marks of the largest and the busiest."""
    found = {name: measure(size, plan) for name, size in plan.sizes.items()}
    names = list(next(iter(found.values())).figures)
    rows: list[list[Any]] = [
        ["facts", *(f"{each.facts:,}" for each in found.values())],
        ["figures made, s", *(f"{each.rebuilt_s:,.0f}" for each in found.values())],
        *([name, *(f"{each.figures[name]:,.1f}" for each in found.values())] for name in names),
    ]
    return Chapter(title="Scale", text=__doc__ or "", tables=[table(["", *found], rows)], marks=_marks(found))


def _marks(found: dict[str, Found]) -> list[Mark]:
    bounds = [
        ("242, busy", "coverage by district, p95", 60),
        ("24,200", "coverage by district, p95", 400),
        ("24,200", "stations, first page, p95", 800),
    ]
    goals = [
        Mark(
            what=f"{size} stations: {name}",
            figure=found[size].figures[name],
            at_most=most,
            unit="ms",
            decides=False,
        )
        for size, name, most in bounds
        if size in found
    ]
    if "24,200" in found:
        per_entry = [found[size].figures["sync, ms an entry"] for size in ("242", "24,200")]
        goals += [
            Mark(
                what="24,200 stations: figures made",
                figure=found["24,200"].rebuilt_s,
                at_most=600,
                unit="s",
                decides=False,
            ),
            Mark(
                what="an entry at 10 million facts ÷ at 100,000",
                figure=per_entry[1] / per_entry[0],
                at_most=1.25,
            ),
        ]
    return goals


def measure(size: province.Size, plan: Plan) -> Found:
    """Builds it in a PostgreSQL of its own, and asks."""
    with databases("postgresql") as place:
        url = place.make("scale")
        with opened(url, place.folder):
            network_id = province.build(size, receipts=True)
            began = time.monotonic()
            province.figures(network_id)
            found = Found(province.count_facts(network_id), time.monotonic() - began)
            found.figures["by one SQL statement of the facts"] = _direct(network_id)
            spots = [SimpleNamespace(id=id, lat=lat, lon=lon) for id, lat, lon in _places(network_id)]
        with served(OURS, database_url=url, data_dir=place.folder / "data", workers=2) as port:
            for what, path in QUESTIONS.items():
                found.figures |= _ask(port, what, path, plan.calls)
            found.figures |= _sync(port, spots, plan.batches)
            found.figures["memory of a worker, MB"] = max(memory_mb(pid)[0] for pid in workers())
    return found


def _places(network_id: int) -> Sequence[Any]:
    wanted = select(Station.id, Station.lat, Station.lon).where(Station.network_id == network_id)
    return db.session.execute(wanted).all()


def _direct(network_id: int) -> float:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        parameters = {"id": network_id, "since": "2000-01-01"}
        return _milliseconds(lambda: connection.execute(text(DIRECT), parameters).all())


def _milliseconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _ask(port: int, what: str, path: str, calls: int) -> dict[str, float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    sizes, times = [], []
    for _ in range(calls + 1):
        began = time.perf_counter()
        connection.request("GET", path, headers=HEADERS)
        answer = connection.getresponse()
        body = answer.read()
        times.append((time.perf_counter() - began) * 1000)
        sizes.append(len(body))
        assert answer.status == 200, body[:500]
    connection.close()
    return {
        f"{what}, first": times[0],
        f"{what}, p50": median(times[1:]),
        f"{what}, p95": quantiles(times[1:], n=20)[-1],
    }


def _sync(port: int, spots: list[Any], batches: int) -> dict[str, float]:
    """A phone's first pull, then batch after batch from one phone."""
    line = Line(port, province.PHONE_TOKEN)
    first = _milliseconds(lambda: line.send(without_end([]), expected=0))
    walked = walk(spots, days=3, size=BATCH)
    times = []
    for _ in range(batches):
        begun = without_end(next(walked))
        times.append(_milliseconds(lambda: line.send(begun, expected=BATCH)))  # noqa: B023  # called at once
    return {
        "first pull": first,
        "sync, ms an entry": median(times) / BATCH,
        "sync of 25, p95": quantiles(times, n=20)[-1],
    }
