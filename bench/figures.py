"""What the daily figures take from sync: the same batches with their station-days noted and without.

Turn by turn in one process and one database. What counts is processor time, of this process and of
PostgreSQL's: others may use the machine meanwhile.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import orjson
from flask import Flask
from sqlalchemy import func, select, text
from werkzeug.test import EnvironBuilder

from api import figures as behind_answers
from bench.bodies import envelope, walk
from bench.databases import Databases, databases, gather_statistics, opened
from bench.guards import HOST, timed
from bench.network import Founded, Phone, found_network, strew
from bench.report import Chapter, Mark, table
from bench.sync import KINDS, NAMES
from workstation.coverage.models import TouchedDays
from workstation.coverage.operations import NOTES_AT_ONCE, catch_up_a_little
from workstation.database import db
from workstation.sync import keeping

MOST_SHARE = 0.15


@dataclass(frozen=True, kw_only=True)
class Size:
    """So many batches of each kind, a block of each in turn, after one that nobody counts."""

    stations: int = 242
    batch: int = 25
    blocks: int = 100
    in_a_block: int = 5


FULL = Size()
QUICK = Size(stations=30, blocks=2, in_a_block=5)


class Cost(NamedTuple):
    """Processor time in ms: of a batch with notes, without, and of taking a note into the figures later."""

    kind: str
    with_ms: float
    without_ms: float
    taken_in_ms: float

    @property
    def share(self) -> float:
        """How much of the throughput without notes they take from the call."""
        return 1 - self.without_ms / self.with_ms

    @property
    def share_behind(self) -> float:
        """How much of a processor catching up behind answers takes: a worker does it once a minute."""
        return self.taken_in_ms * NOTES_AT_ONCE / 1000 / behind_answers.EVERY_S


def chapter(size: Size = FULL, kinds: Sequence[str] = KINDS) -> Chapter:
    """Both databases."""
    found = []
    for kind in kinds:
        with databases(kind) as place:
            found.append(measure(place, size))
    rows = [
        [NAMES[one.kind], *(f"{each:.2f}" for each in one[1:]), f"{one.share:.1%}", f"{one.share_behind:.1%}"]
        for one in found
    ]
    heads = ["database", "with ms", "without ms", "taken in later, ms", "throughput they take", "of a worker"]
    said = f"""
`POST /api/v1/sync` with {size.batch} check-ins a batch, in one process, called as a WSGI server calls it:
{size.blocks * size.in_a_block} batches with their station-days noted and as many without, in turns of
{size.in_a_block} against one database, whose commits wait for the disk. Processor time a batch, PostgreSQL's
with it; the median of the turns. A note is taken into the figures when somebody looks, or behind an answer,
at most {NOTES_AT_ONCE} a minute and worker: the last column.
"""
    return Chapter(title="Figures", text=said, tables=[table(heads, rows)], marks=_marks(found))


def _marks(found: Sequence[Cost]) -> list[Mark]:
    return [
        Mark(
            what=f"{NAMES[one.kind]}: throughput that the daily figures take from sync",
            figure=one.share + one.share_behind,
            at_most=MOST_SHARE,
        )
        for one in found
    ]


def measure(place: Databases, size: Size) -> Cost:
    """On one kind of database."""
    with opened(place.make("figures"), place.folder) as app:
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], calls_a_minute=1_000_000)
        founded = found_network(places=strew(size.stations), phones=2)
        gather_statistics()
        noting, bare = (Sender(app, phone, _calls(founded, phone, size)) for phone in founded.phones)
        spent: dict[bool, list[float]] = {True: [], False: []}
        for block in range(size.blocks + 1):
            for is_noted in (True, False) if block % 2 else (False, True):
                took = _send_block(noting if is_noted else bare, size, is_noted=is_noted)
                spent[is_noted].append(took * 1000 / size.in_a_block)
        return Cost(place.kind, *(median(each[1:]) for each in spent.values()), _take_in(founded))


def _calls(founded: Founded, phone: Phone, size: Size) -> Iterator[list[dict[str, Any]]]:
    first = founded.phones.index(phone) * len(founded.places) // 2
    return walk(founded.places, days=90, first=first, size=size.batch)


class Sender:
    """A phone that sends batch after batch."""

    def __init__(self, app: Flask, phone: Phone, batches: Iterator[list[dict[str, Any]]]) -> None:
        self.app, self.phone, self.batches = app, phone, batches
        self.cursor: str | None = None

    def send(self, entries: list[dict[str, Any]]) -> None:
        """One call."""
        call = envelope(entries) | {"cursor": self.cursor}
        headers = [("Authorization", f"Bearer {self.phone.token}")]
        builder = EnvironBuilder(
            "/api/v1/sync", method="POST", json=call, headers=headers, base_url=f"http://{HOST}"
        )
        _, answer = timed(self.app, dict(builder.get_environ()))
        self.cursor = orjson.loads(answer)["cursor"]


def _send_block(sender: Sender, size: Size, *, is_noted: bool) -> float:
    """Seconds of processor time for a block of batches."""
    batches = list(islice(sender.batches, size.in_a_block))
    noting = keeping.touch_days
    if not is_noted:
        keeping.touch_days = lambda **_given: None
    began = processor_s()
    try:
        for entries in batches:
            sender.send(entries)
    finally:
        keeping.touch_days = noting
    return processor_s() - began


def _take_in(founded: Founded) -> float:
    """Milliseconds of processor time a note, for as many as are taken in at once behind an answer."""
    notes = db.session.scalar(select(func.count()).select_from(TouchedDays)) or 1
    began = processor_s()
    catch_up_a_little(network_id=founded.network_id)
    return (processor_s() - began) * 1000 / min(notes, NOTES_AT_ONCE)


def processor_s() -> float:
    """Of this process, and of the backends of PostgreSQL that it talks to."""
    own = time.process_time()
    if db.engine.dialect.name != "postgresql":
        return own
    backends = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    return own + sum(_spent_by(pid) for pid in db.session.scalars(text(backends)))


def _spent_by(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
