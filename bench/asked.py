"""What the office's page asks of a year: 242 busy stations, and a province of 24,200, on PostgreSQL.

One process called as a WSGI server calls it, one question at a time, beside the same question asked of the
facts by one SQL statement. Processor time is that of this process and of its backend in PostgreSQL.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import text

from bench import province
from bench.databases import databases, opened
from bench.figures import processor_s
from bench.report import Chapter, Mark, table
from bench.scale import DIRECT, HEADERS, YEAR
from workstation.coverage.usual_windows import LENGTHS, keep_window
from workstation.coverage.windows import Window
from workstation.database import db
from workstation.local_time import local_day

QUESTIONS = {
    "by district": f"coverage?by=district&{YEAR}",
    "by street": f"coverage?by=street&{YEAR}",
    "stations, first page": f"coverage?by=station&{YEAR}&limit=50",
    "gaps, first page": f"coverage/gaps?{YEAR}&list=all&limit=50",
    "points of the map": f"coverage/points?{YEAR}",
    "changes of a week": f"coverage/changes?{YEAR}",
}
SLOW = {
    "trend of thirteen weeks": f"coverage/trend?{YEAR}",
    "stations as CSV": f"coverage.csv?by=station&{YEAR}",
}
FACTS = "by one SQL statement of the facts"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is built, and how often each question is asked; the slow ones a tenth as often."""

    sizes: dict[str, province.Size]
    calls: int


BUSY, PROVINCE = "242 stations", "24,200 stations"
FULL = Plan(
    sizes={
        BUSY: province.Size(stations=242, members=1_210, days_of_eight=8, times=8),
        PROVINCE: province.Size(stations=24_200, members=30_000),
    },
    calls=60,
)
QUICK = Plan(sizes={"24 stations": province.Size(stations=24, members=60)}, calls=10)


class Times(NamedTuple):
    """Milliseconds."""

    p50: float
    p95: float
    processor: float | None


@dataclass
class Found:
    """How one network answers."""

    facts: int
    rebuilt_s: float
    times: dict[str, Times] = field(default_factory=dict)


def chapter(plan: Plan) -> Chapter:
    """One row for each network and question."""
    found = {name: measure(size, plan) for name, size in plan.sizes.items()}
    rows: list[list[Any]] = []
    for name, one in found.items():
        rows += [[name, what, *map(_whole, times)] for what, times in one.times.items()]
        rows.append([name, f"rebuild of {one.facts:,} facts", f"{one.rebuilt_s * 1000:,.0f}", "", ""])
    heads = ["network", "question, 365 days", "p50 ms", "p95 ms", "processor ms"]
    return Chapter(title="Coverage of a province", text=__doc__ or "", tables=[table(heads, rows)],
                   marks=_goals(found))  # fmt: skip


def _whole(figure: float | None) -> str:
    return "" if figure is None else f"{figure:,.0f}"


def _goals(found: dict[str, Found]) -> list[Mark]:
    bounds = (
        (BUSY, "by district", 60),
        (PROVINCE, "by district", 400),
        (PROVINCE, "stations, first page", 800),
    )
    goals = [
        Mark(what=f"{name}: {what}, p95", figure=found[name].times[what].p95, at_most=most, unit="ms",
             decides=False)
        for name, what, most in bounds if name in found
    ]  # fmt: skip
    if PROVINCE in found:
        rebuilt = found[PROVINCE].rebuilt_s
        goals.append(Mark(what=f"{PROVINCE}: rebuild", figure=rebuilt, at_most=600, unit="s", decides=False))
    return goals


def measure(size: province.Size, plan: Plan) -> Found:
    """Builds it in a PostgreSQL of its own, and asks."""
    with databases("postgresql") as place, opened(place.make("asked"), place.folder) as app:
        network_id = province.build(size, receipts=False)
        began = time.monotonic()
        province.figures(network_id)
        found = Found(province.count_facts(network_id), time.monotonic() - began)
        _keep(network_id)
        ask_all(app, found, plan.calls)
        facts = _time(lambda: _ask_facts(network_id), max(2, plan.calls // 20))
        found.times[FACTS] = facts._replace(
            processor=None
        )  # its backend, and those that help it, are gone by then
        return found


def _keep(network_id: int) -> None:
    """The year's windows, as housekeeping makes them."""
    now = datetime.now(UTC)
    end = local_day(now) + timedelta(days=1)
    for ends_on in (end, end - timedelta(days=7)):
        window = Window(ends_on - timedelta(days=max(LENGTHS)), ends_on)
        keep_window(network_id=network_id, window=window, now=now)
    province.vacuum()


def ask_all(app: Flask, found: Found, calls: int) -> None:
    """Every question, each after one that nobody counts."""
    client = app.test_client()

    def ask(path: str) -> None:
        answer = client.get(f"/api/v1/{path}", headers=HEADERS)
        assert answer.status_code == 200, answer.text
        assert answer.data  # a file is made as it is read

    for what, path in (QUESTIONS | SLOW).items():
        count = calls if what in QUESTIONS else max(2, calls // 10)
        found.times[what] = _time(lambda: ask(path), count)  # noqa: B023  # called at once


def _time(act: Callable[[], None], count: int) -> Times:
    act()
    times, spent = list[float](), list[float]()
    for _ in range(count):
        used, began = processor_s(), time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
        spent.append((processor_s() - used) * 1000)
    return Times(median(times), quantiles(times, n=20, method="inclusive")[-1], median(spent))


def _ask_facts(network_id: int) -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        since = local_day(datetime.now(UTC)) - timedelta(days=max(LENGTHS))
        connection.execute(text(DIRECT), {"id": network_id, "since": since}).all()
