"""A network that grows: what each thing costs with 242, 2,420 and 24,200 stations, on PostgreSQL.

A year of facts that the database itself wrote (bench/province.py), figures made by `rebuild`, the year's
windows as housekeeping makes them; then two gunicorn workers, one client at a time, beside the same question
asked of the facts by one SQL statement. Processor time is gunicorn's and PostgreSQL's, from the kernel.
Building takes most of an hour: `BENCH_KEEP=FOLDER` keeps the databases there, for later runs of the same day.
"""

import http.client
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import select, text

from bench import province
from bench.bodies import walk, without_end
from bench.databases import Databases, databases, kept, opened
from bench.phones import Line
from bench.processes import cpu_s, find_family
from bench.report import Chapter, Mark, table
from bench.servers import OURS, served
from bench.soak import memory_mb, workers
from workstation.coverage.usual_windows import LENGTHS, keep_window
from workstation.coverage.windows import Window
from workstation.database import db
from workstation.local_time import local_day
from workstation.network.models import Network, Station

BATCH = 25
HEADERS = {"Authorization": f"Bearer {province.OFFICE_TOKEN}", "Accept-Encoding": "gzip"}
YEAR = "window=365d"
QUESTIONS = {
    "by district": f"coverage?by=district&{YEAR}",
    "by street": f"coverage?by=street&{YEAR}",
    "stations, first page": f"coverage?by=station&{YEAR}&limit=50",
    "gaps, first page": f"coverage/gaps?{YEAR}&list=all&limit=50",
    "points of the map": f"coverage/points?{YEAR}",
    "changes of a week": f"coverage/changes?{YEAR}",
    "nearest 20": "stations?near=22.9,114.0&limit=20",
}
# Asked a tenth as often.
SLOW = {
    "all stations": "stations",
    "trend of thirteen weeks": f"coverage/trend?{YEAR}",
    "stations as CSV": f"coverage.csv?by=station&{YEAR}",
}
FACTS = "by one SQL statement of the facts"
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


SMALL, BUSY, PROVINCE = "242", "242, busy", "24,200"
FULL = Plan(
    sizes={
        SMALL: province.Size(stations=242, members=1_210),
        BUSY: province.Size(stations=242, members=1_210, days_of_eight=8, times=8),
        "2,420": province.Size(stations=2_420, members=3_000),
        PROVINCE: province.Size(stations=24_200, members=30_000),
    },
    calls=100,
    batches=200,
)
QUICK = Plan(sizes={"24": province.Size(stations=24, members=60)}, calls=10, batches=4)


class Times(NamedTuple):
    """Milliseconds."""

    p50: float
    p95: float
    processor: float | None


@dataclass(frozen=True, kw_only=True)
class Built:
    """A network in its database."""

    facts: int
    rebuilt_s: float


@dataclass
class Found:
    """What one network cost."""

    built: Built
    times: dict[str, Times] = field(default_factory=dict)
    others: dict[str, float] = field(default_factory=dict)


def chapter(plan: Plan) -> Chapter:
    """What each network costs, one beside the other."""
    with _place(plan) as place:
        built = {name: _build(place, _plain(name), size) for name, size in plan.sizes.items()}
        found = {name: _ask_all(place, _plain(name), one, plan) for name, one in built.items()}
    return Chapter(
        title="Scale",
        text=__doc__ or "",
        tables=[_questions(found), _others(found)],
        marks=_marks(found),
    )


@contextmanager
def _place(plan: Plan) -> Iterator[Databases]:
    folder = os.environ.get("BENCH_KEEP")
    with kept(Path(folder)) if folder and plan is FULL else databases("postgresql") as place:
        yield place


def _plain(name: str) -> str:
    return "scale_" + "".join(letter for letter in name if letter.isalnum())


def _questions(found: dict[str, Found]) -> str:
    rows = [
        [name, what, *map(_whole, one)] for name, each in found.items() for what, one in each.times.items()
    ]
    return table(["stations", "question, 365 days", "p50 ms", "p95 ms", "processor ms"], rows)


def _whole(figure: float | None) -> str:
    return "" if figure is None else f"{figure:,.0f}"


def _others(found: dict[str, Found]) -> str:
    rows: list[list[Any]] = [
        ["facts", *(f"{each.built.facts:,}" for each in found.values())],
        ["figures made, s", *(f"{each.built.rebuilt_s:,.0f}" for each in found.values())],
    ]
    names = next(iter(found.values())).others
    rows += [[name, *(f"{each.others[name]:,.2f}" for each in found.values())] for name in names]
    return table(["", *found], rows)


def _marks(found: dict[str, Found]) -> list[Mark]:
    bounds = (
        (BUSY, "by district", 60),
        (PROVINCE, "by district", 400),
        (PROVINCE, "stations, first page", 800),
    )
    goals = [
        _goal(f"{name} stations: {what}, p95", found[name].times[what].p95, most, "ms")
        for name, what, most in bounds if name in found
    ]  # fmt: skip
    if PROVINCE in found:
        cost = [found[name].others["sync, processor ms an entry"] for name in (SMALL, PROVINCE)]
        goals.append(_goal(f"{PROVINCE} stations: figures made", found[PROVINCE].built.rebuilt_s, 600, "s"))
        goals.append(
            Mark(what="an entry at 10 million facts ÷ at 100,000", figure=cost[1] / cost[0], at_most=1.25)
        )
    return goals


def _goal(what: str, figure: float, most: float, unit: str) -> Mark:
    return Mark(what=what, figure=figure, at_most=most, unit=unit, decides=False)


def _build(place: Databases, name: str, size: province.Size) -> Built:
    """Unless it is there from an earlier run."""
    note = place.folder / f"{name}.json"
    if note.exists():
        return Built(**json.loads(note.read_text()))
    with opened(place.make(name), place.folder):
        network_id = province.build(size, receipts=True)
        began = time.monotonic()
        province.figures(network_id)
        built = Built(facts=province.count_facts(network_id), rebuilt_s=time.monotonic() - began)
        _keep_windows(network_id)
    note.write_text(json.dumps(asdict(built)))
    return built


def _keep_windows(network_id: int) -> None:
    """The year's, as housekeeping makes them."""
    now = datetime.now(UTC)
    end = local_day(now) + timedelta(days=1)
    for ends_on in (end, end - timedelta(days=7)):
        window = Window(ends_on - timedelta(days=max(LENGTHS)), ends_on)
        keep_window(network_id=network_id, window=window, now=now)
    province.vacuum()


def _ask_all(place: Databases, name: str, built: Built, plan: Plan) -> Found:
    found = Found(built)
    with opened(place.url(name), place.folder):
        network_id, spots = _where()
        times = [_milliseconds(lambda: _ask_facts(network_id)) for _ in range(max(3, plan.calls // 20))]
        direct = Times(median(times), _p95(times), None)  # its backend's helpers are gone by then
    with served(
        OURS, database_url=place.url(name), data_dir=place.folder / f"{name}_data", workers=2
    ) as port:
        asked = _Asked(port, place.folder)
        for what, path in (QUESTIONS | SLOW).items():
            found.times[what] = asked.time(
                path, plan.calls if what in QUESTIONS else max(2, plan.calls // 10)
            )
        found.times[FACTS] = direct
        found.others |= _sync(port, spots, plan.batches, place.folder)
        found.others["memory of a worker, MB"] = max(memory_mb(pid)[0] for pid in workers())
    return found


def _where() -> tuple[int, Sequence[Any]]:
    """The network, and its stations as phones walk them."""
    wanted = select(Station.id, Station.lat, Station.lon).order_by(Station.code)
    spots = [SimpleNamespace(id=id, lat=lat, lon=lon) for id, lat, lon in db.session.execute(wanted)]
    return db.session.scalars(select(Network.id)).one(), spots


def _ask_facts(network_id: int) -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        since = local_day(datetime.now(UTC)) - timedelta(days=max(LENGTHS))
        connection.execute(text(DIRECT), {"id": network_id, "since": since}).all()


class _Asked:
    """One kept connection to the server."""

    def __init__(self, port: int, folder: Path) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.folder = folder

    def time(self, path: str, count: int) -> Times:
        """Each question after two that nobody counts, one for each worker."""
        for _ in range(2):
            self._ask(path)
        used = _spent_s(self.folder)
        times = [_milliseconds(lambda: self._ask(path)) for _ in range(count)]
        return Times(median(times), _p95(times), (_spent_s(self.folder) - used) * 1000 / count)

    def _ask(self, path: str) -> None:
        self.connection.request("GET", f"/api/v1/{path}", headers=HEADERS)
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body[:500]


def _spent_s(folder: Path) -> float:
    """Processor time of the server and of PostgreSQL since they started."""
    return sum(cpu_s(pids) for pids in find_family(folder).values())


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1]


def _milliseconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _sync(port: int, spots: Sequence[Any], batches: int, folder: Path) -> dict[str, float]:
    """A phone's first pull, then batch after batch from one phone."""
    line = Line(port, province.PHONE_TOKEN)
    first = _milliseconds(lambda: line.send(without_end([]), expected=0))
    walked = walk(spots, days=3, size=BATCH)
    begun = [without_end(next(walked)) for _ in range(batches)]
    used = _spent_s(folder)
    times = [_milliseconds(lambda: line.send(each, expected=BATCH)) for each in begun]  # noqa: B023  # called at once
    return {
        "first pull, ms": first,
        "sync of 25, p50 ms": median(times),
        "sync of 25, p95 ms": _p95(times),
        "sync, processor ms an entry": (_spent_s(folder) - used) * 1000 / batches / BATCH,
    }
