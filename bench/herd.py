"""The herd: after an outage every phone comes back at the same moment with what it holds.

All phones live in one process and share its cores with the server.
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import func, select

from bench.bodies import walk
from bench.databases import Databases, databases, gather_statistics, opened
from bench.hurry import percentile
from bench.network import Founded, found_network, strew
from bench.report import Chapter, Mark, table
from bench.returning import Returning
from bench.servers import OURS, served
from workstation.check_ins.models import CheckIn
from workstation.database import db
from workstation.sync.models import Receipt

WITHIN_S, P95_MS = 60, 5_000
DAYS = 3
STORED = select(Receipt.entry_id, Receipt.receipt_no)
Found = TypeVar("Found")
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many phones come back, and with how many entries each."""

    phones: int = 500
    entries: int = 20
    stations: int = 242
    workers: int = 2


QUICK = Size(phones=40, entries=5, stations=30)
RUNS = (("postgresql", Size()), ("sqlite", Size()), ("postgresql", Size(phones=5_000)))
QUICK_RUNS = (("postgresql", QUICK), ("sqlite", QUICK))


@dataclass(frozen=True)
class Outcome:
    kind: str
    phones: int
    entries: int
    seconds: float
    p50_ms: float
    p95_ms: float
    failures: int
    lost: int
    doubled: int


def chapter(runs: Sequence[tuple[str, Size]] = RUNS) -> Chapter:
    """One herd after the other, each with a database of its own."""
    outcomes = []
    for kind, size in runs:
        with databases(kind) as place:
            outcomes.append(measure(place, size))
    heads = [
        "database",
        "phones",
        "entries",
        "all received, s",
        "p50 of a call, ms",
        "p95, ms",
        "failed",
        "lost",
        "doubled",
    ]
    return Chapter(
        title="The herd",
        text=_text(runs[0][1]),
        tables=[table(heads, [_row(each) for each in outcomes])],
        marks=_marks(outcomes),
    )


def measure(place: Databases, size: Size) -> Outcome:
    """Founds the network, lets all phones pull once, then lets them all come back at once."""
    with opened(place.make("herd"), place.folder):
        founded = found_network(places=strew(size.stations), phones=size.phones)
        gather_statistics()
    url = place.url("herd")
    with served(OURS, database_url=url, data_dir=place.folder / "data", workers=size.workers) as port:
        phones = _phones(founded, port, size)
        for phone in phones:
            _wait_for(phone.come_back())  # one by one: what they knew before the outage
        _load(phones, founded, size)
        seconds = _wait_for(_all_at_once(phones))
    with opened(url, place.folder):
        return _outcome(place.kind, phones, seconds, size)


def _phones(founded: Founded, port: int, size: Size) -> list[Returning]:
    return [Returning(port, phone.token, []) for phone in founded.phones[: size.phones]]


def _load(phones: Sequence[Returning], founded: Founded, size: Size) -> None:
    """What each recorded while there was no server."""
    for number, phone in enumerate(phones):
        days = walk(founded.places, days=DAYS, first=number * 7, size=size.entries)
        phone.waiting = next(itertools.islice(days, 1))
        phone.times_ms.clear()


def _wait_for(work: Coroutine[Any, Any, Found]) -> Found:
    """Runs it in a thread of its own: in a test run this one may belong to a browser's event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def _all_at_once(phones: Sequence[Returning]) -> float:
    begun = time.perf_counter()
    await asyncio.gather(*(phone.come_back() for phone in phones))
    return time.perf_counter() - begun


def _outcome(kind: str, phones: Sequence[Returning], seconds: float, size: Size) -> Outcome:
    """Compares what the phones hold with what the database holds."""
    times = [time_ms for phone in phones for time_ms in phone.times_ms]
    told = {id: numbers for phone in phones for id, numbers in phone.numbers.items()}
    stored = {row.entry_id: row.receipt_no for row in db.session.execute(STORED)}
    facts = db.session.scalar(select(func.count()).select_from(CheckIn)) or 0
    right = [id for id, numbers in told.items() if numbers == {stored.get(id)}]
    twice = Counter(stored.values()).total() - len(set(stored.values()))
    entries = size.phones * size.entries
    return Outcome(
        kind=kind,
        phones=size.phones,
        entries=entries,
        seconds=seconds,
        p50_ms=percentile(times, 50),
        p95_ms=percentile(times, 95),
        failures=sum(phone.failures for phone in phones),
        lost=entries - len(right),
        doubled=twice + facts - entries,
    )


def _text(size: Size) -> str:
    return (
        f"After an outage all phones come back at the same moment, each with {size.entries} check-ins on a "
        f"connection of its own; {size.workers} gunicorn workers, all on the same machine. "
        "They repeat what fails as phones do, and at the end their receipts are compared with the ledger."
    )


def _row(outcome: Outcome) -> list[object]:
    return [
        NAMES[outcome.kind],
        f"{outcome.phones:,}",
        f"{outcome.entries:,}",
        f"{outcome.seconds:.1f}",
        f"{outcome.p50_ms:,.0f}",
        f"{outcome.p95_ms:,.0f}",
        outcome.failures,
        outcome.lost,
        outcome.doubled,
    ]


def _marks(outcomes: Sequence[Outcome]) -> list[Mark]:
    marks = []
    for each in outcomes:
        name = f"{NAMES[each.kind]}, {each.phones:,} phones"
        marks += [
            Mark(what=f"{name}: entries lost", figure=each.lost, at_most=0),
            Mark(what=f"{name}: entries doubled", figure=each.doubled, at_most=0),
        ]
        # Ten times the herd may take ten times as long; nobody waits for it.
        within = WITHIN_S * max(1, each.phones // Size.phones)
        marks.append(
            Mark(what=f"{name}: all received", figure=each.seconds, at_most=within, unit="s", decides=False)
        )
        if each.phones <= Size.phones:
            marks.append(
                Mark(
                    what=f"{name}: p95 of a call",
                    figure=each.p95_ms,
                    at_most=P95_MS,
                    unit="ms",
                    decides=False,
                )
            )
    return marks
