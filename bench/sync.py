"""Sync against its limits, in one run: the same bodies to the product and to Flask with less and less in it,
and the same rows into the same tables without anything in front.

Every round begins with fresh processes on fresh copies of one filled database, so no contender and no round
inherits what others left.
"""

import contextlib
import itertools
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.bodies import walk
from bench.captured import Sender, capture
from bench.databases import Databases, databases, gather_statistics, opened
from bench.hurry import Pace, hurry
from bench.network import Founded, found_network, strew
from bench.peers.one_insert import connect, make_table
from bench.phones import DAYS
from bench.report import Chapter, Mark, table
from bench.servers import BARE, ONE_INSERT, OURS, served

KINDS = ("sqlite", "postgresql")
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
FILL_BATCH, FILL_DAYS = 100, 90
MOST_BATCHES_PER_S = 2_000  # that many bodies are made before the clock starts
LABELS = {
    "bare": "Flask that parses and returns",
    "one_insert": "Flask, marshmallow, one insert",
    "raw": "raw inserts of the same rows",
    "ours": "this product",
}
MARKED_CLIENTS, CROWD = 4, 16


@dataclass(frozen=True, kw_only=True)
class Size:
    """`filled` check-ins stand in the database beforehand; `captured` batches are what raw inserts repeat."""

    stations: int = 242
    filled: int = 5_000
    captured: int = 8
    rounds: int = 3
    seconds: float = 2.0
    clients: tuple[int, ...] = (1, 4, 16)
    batch: int = 25
    workers: int = 2


FULL = Size()
QUICK = Size(filled=500, captured=2, rounds=1, seconds=1.0)


@dataclass(frozen=True)
class Bench:
    """One kind of database with a filled network, ready to be copied."""

    place: Databases
    founded: Founded
    captured: Path
    size: Size


@dataclass(frozen=True)
class Run:
    kind: str
    contender: str
    clients: int
    round: int
    pace: Pace


def chapter(size: Size = FULL, kinds: Sequence[str] = KINDS) -> Chapter:
    """The whole comparison."""
    runs = [run for kind in kinds for run in _measure_on(kind, size)]
    tables = [_table(runs, kind) for kind in kinds] + [_ratio_table(runs, size)]
    return Chapter(title="Sync", text=_text(size), tables=tables, marks=_marks(runs, size))


def _measure_on(kind: str, size: Size) -> list[Run]:
    with databases(kind) as place:
        return list(measure(place, size))


def measure(place: Databases, size: Size, contenders: Sequence[str] = tuple(LABELS)) -> Iterator[Run]:
    """Every contender with every number of clients, round after round."""
    bench = _prepare(place, size)
    for number in range(size.rounds):
        for contender in contenders:
            with CONTENDERS[contender](bench, f"{contender}_{number}") as pace:
                for clients in size.clients:
                    yield Run(place.kind, contender, clients, number, pace(clients))


# -- before the clock ---------------------------------------------------------------------------------


def _prepare(place: Databases, size: Size) -> Bench:
    """Founds a network, fills it through the product, and captures what some batches more write."""
    with opened(place.make("filled"), place.folder) as app:
        founded = found_network(places=strew(size.stations), phones=max(size.clients) + 1)
        filler, first = (Sender(app.test_client(), token=founded.phones[at].token) for at in (-1, 0))
        for batch in itertools.islice(
            walk(founded.places, days=FILL_DAYS, size=FILL_BATCH), size.filled // FILL_BATCH
        ):
            filler.send(batch)
        gather_statistics()
        batches = list(itertools.islice(walk(founded.places, days=DAYS, size=size.batch), size.captured))
        captured = place.folder / "captured"
        captured.write_bytes(pickle.dumps(capture(first, batches)))
    return Bench(place, founded, captured, size)


# -- the contenders -----------------------------------------------------------------------------------

PaceOf = Callable[[int], Pace]


@contextlib.contextmanager
def _ours(bench: Bench, name: str) -> Iterator[PaceOf]:
    url = bench.place.copy(name, of="filled")
    with _phones(bench, OURS, url, name) as pace:
        yield pace


@contextlib.contextmanager
def _one_insert(bench: Bench, name: str) -> Iterator[PaceOf]:
    url = bench.place.copy(name, of="filled")
    engine = connect(url)
    make_table(engine)
    engine.dispose()
    with _phones(bench, ONE_INSERT, url, name) as pace:
        yield pace


@contextlib.contextmanager
def _bare(bench: Bench, name: str) -> Iterator[PaceOf]:
    with _phones(bench, BARE, "sqlite://", name) as pace:
        yield pace


@contextlib.contextmanager
def _phones(bench: Bench, application: str, url: str, name: str) -> Iterator[PaceOf]:
    data_dir, workers = bench.place.folder / f"data_{name}", bench.size.workers
    with served(application, database_url=url, data_dir=data_dir, workers=workers) as port:

        def pace(clients: int, seconds: float = bench.size.seconds) -> Pace:
            tasks = [_phone_task(bench, number, clients) for number in range(clients)]
            return hurry("bench.phones", [task | {"port": port, "seconds": seconds} for task in tasks])

        pace(max(bench.size.clients), seconds=bench.size.seconds / 3)  # imports, connections, plans
        yield pace


def _phone_task(bench: Bench, number: int, clients: int) -> dict[str, Any]:
    places = bench.founded.places
    return {
        "token": bench.founded.phones[number].token,
        "places": [(place.id, place.lat, place.lon) for place in places],
        "first": number * len(places) * DAYS // clients,
        "size": bench.size.batch,
        "most": _most(bench, clients),
    }


def _most(bench: Bench, clients: int) -> int:
    return 1 + int(MOST_BATCHES_PER_S * bench.size.seconds / clients)


@contextlib.contextmanager
def _raw(bench: Bench, name: str) -> Iterator[PaceOf]:
    url = bench.place.copy(name, of="filled")

    turns = itertools.count()  # each turn's writers count on from numbers of their own

    def pace(clients: int) -> Pace:
        turn = next(turns)
        tasks = [_writer_task(bench, url, number, turn, clients) for number in range(clients)]
        return hurry("bench.writers", tasks)

    yield pace


def _writer_task(bench: Bench, url: str, number: int, turn: int, clients: int) -> dict[str, Any]:
    phones = bench.founded.phones
    return {
        "kind": bench.place.kind,
        "url": url,
        "captured": str(bench.captured),
        "own": dict(zip(phones[0].own, phones[number].own, strict=True)),
        "number": turn * max(bench.size.clients) + number,
        "size": bench.size.batch,
        "seconds": bench.size.seconds,
        "most": _most(bench, clients),
    }


CONTENDERS = {"bare": _bare, "one_insert": _one_insert, "raw": _raw, "ours": _ours}


# -- what it says -------------------------------------------------------------------------------------


def _of(runs: Sequence[Run], **wanted: Any) -> list[Run]:
    return [run for run in runs if all(getattr(run, name) == value for name, value in wanted.items())]


def _table(runs: Sequence[Run], kind: str) -> str:
    rows = []
    for contender, label in LABELS.items():
        for clients in sorted({run.clients for run in runs}):
            paces = [run.pace for run in _of(runs, kind=kind, contender=contender, clients=clients)]
            rate = median(pace.entries_per_s for pace in paces)
            p50, p99 = (median(getattr(pace, name) for pace in paces) for name in ("p50_ms", "p99_ms"))
            rows.append([label, clients, f"{rate:,.0f}", f"{p50:,.1f}", f"{p99:,.1f}"])
    return table([NAMES[kind], "clients", "entries/s", "p50 ms", "p99 ms"], rows)


def ratio(runs: Sequence[Run], *, kind: str, to: str, clients: int) -> float:
    """This product's pace as a share of the other's: the median over the rounds."""
    ours = _of(runs, kind=kind, contender="ours", clients=clients)
    other = _of(runs, kind=kind, contender=to, clients=clients)
    pairs = zip(ours, other, strict=True)
    return median(mine.pace.entries_per_s / theirs.pace.entries_per_s for mine, theirs in pairs)


def _ratio_table(runs: Sequence[Run], size: Size) -> str:
    kinds, others = sorted({run.kind for run in runs}), ("bare", "one_insert", "raw")
    rows = [
        [NAMES[kind], clients, *(f"{ratio(runs, kind=kind, to=to, clients=clients):.2f}" for to in others)]
        for kind in kinds
        for clients in size.clients
    ]
    return table(["this product ÷", "clients", *(LABELS[to] for to in others)], rows)


def _marks(runs: Sequence[Run], size: Size) -> list[Mark]:
    marks = []
    if MARKED_CLIENTS in size.clients and _of(runs, kind="postgresql"):
        for to, bound in (("one_insert", 0.63), ("raw", 0.45)):
            share = ratio(runs, kind="postgresql", to=to, clients=MARKED_CLIENTS)
            what = f"PostgreSQL, {MARKED_CLIENTS} clients: this product ÷ {LABELS[to]}"
            marks.append(Mark(what=what, figure=share, at_least=bound))
    for kind in sorted({run.kind for run in runs if CROWD in size.clients}):
        p99 = median(run.pace.p99_ms for run in _of(runs, kind=kind, contender="ours", clients=CROWD))
        what = f"{NAMES[kind]}, {CROWD} clients: p99 of a batch"
        marks.append(Mark(what=what, figure=p99, at_most=250, unit="ms", decides=False))
    return marks


def _text(size: Size) -> str:
    return f"""
Batches of {size.batch} check-ins with fresh ids and a position, each at another station, through
`POST /api/v1/sync` over loopback on kept connections, from one process a client. gunicorn with
`deploy/gunicorn.conf.py`, {size.workers} workers × 4 threads, for everybody. A network of
{size.stations} stations with {size.filled:,} check-ins in it. {size.rounds} rounds of {size.seconds:g} s,
medians. Every commit waits for the disk. The clients take their share of the same cores.

Against, in the same run: a bare Flask that parses the batch and returns; Flask that validates with
marshmallow and writes one table in one statement; and, without any web server, the rows that this product
writes for such a batch (found by comparing all tables before and after it), inserted raw into the same
tables, one transaction a batch, from as many processes. This product authenticates, validates, judges,
numbers, seals, writes the ledger, the facts and the feed, notes the days whose figures must catch up (they do
when somebody reads them, which is not in these times), and answers with what changed.
Tokens are plain bearers.
"""
