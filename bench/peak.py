"""The peak of a working day: members at their stations, each with three calls a minute, on one worker.

Open loop: a call has its moment, and what it waits for counts. Calls come over a few kept connections, as
from nginx. Most hold nothing, some one or two entries; each carries its proof of the phone's key (DPoP).
"""

import heapq
import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from joserfc.jwk import ECKey

from bench.bodies import walk, with_cursor, without_end
from bench.databases import Databases, databases, gather_statistics, opened
from bench.hurry import percentile
from bench.network import Founded, Phone, found_network, strew
from bench.phones import ACCEPTED, CURSOR, Line
from bench.processes import cpu_s, find_family
from bench.proving import bind, proof
from bench.report import Chapter, Mark, table
from bench.servers import OURS, served

EVERY_S = 20.0
# Of a hundred calls: so many hold nothing, one entry, two.
ENTRIES, SHARES = (0, 1, 2), (70, 25, 5)
P95_MS, CPU_MS = 300, 20


@dataclass(frozen=True, kw_only=True)
class Size:
    """`members` on one worker; the first `warm_up_s` count for nothing. `lines` are kept connections."""

    members: int = 1_000
    seconds: float = 90
    warm_up_s: float = 30
    lines: int = 16
    stations: int = 242
    workers: int = 1


FULL, QUICK = Size(), Size(members=60, seconds=6, warm_up_s=2, stations=30)


@dataclass(order=True)
class Member:
    """One phone: when its next call is due, its key, its cursor, its entries."""

    due: float
    phone: Phone = field(compare=False)
    key: ECKey = field(compare=False)
    walk: Iterator[list[dict[str, Any]]] = field(compare=False)
    cursor: str | None = field(default=None, compare=False)

    def entries(self, count: int) -> list[dict[str, Any]]:
        return list(itertools.chain.from_iterable(itertools.islice(self.walk, count)))


@dataclass(frozen=True)
class Call:
    """When a call was due, its entries, and how long after its moment it was done."""

    due: float
    entries: int
    took_ms: float


@dataclass(frozen=True)
class Outcome:
    calls: list[Call]
    seconds: float
    server_s: float
    database_s: float

    def ms_a_call(self) -> float:
        return (self.server_s + self.database_s) * 1000 / len(self.calls)


def chapter(size: Size = FULL) -> Chapter:
    """On PostgreSQL."""
    with databases("postgresql") as place:
        outcome = measure(place, size)
    return Chapter(title="The peak", text=_text(size), tables=[_table(outcome)], marks=_marks(outcome, size))


def measure(place: Databases, size: Size) -> Outcome:
    """Founds the network, binds each phone to its key, and lets them call."""
    with opened(place.make("peak"), place.folder):
        founded = found_network(places=strew(size.stations), phones=size.members)
        keys = [ECKey.generate_key("P-256") for _ in founded.phones]
        bind(founded, keys)
        gather_statistics()
    url = place.url("peak")
    with served(OURS, database_url=url, data_dir=place.folder / "data", workers=size.workers) as port:
        return Peak(port, place.folder, founded, keys, size).run()


class Peak:
    """Hands each due member to the next free line."""

    def __init__(self, port: int, folder: Path, founded: Founded, keys: Sequence[ECKey], size: Size) -> None:
        self.folder, self.port, self.size, self.random = folder, port, size, Random(1)
        self.calls: list[Call] = []
        self.turn = threading.Lock()
        begun, apart = time.monotonic() + 0.5, EVERY_S / size.members
        self.counts_from = begun + size.warm_up_s
        self.ends = self.counts_from + size.seconds
        self.members = [
            Member(
                begun + at * apart,
                phone,
                key,
                walk(founded.places, days=3, first=at, size=1),
            )
            for at, (phone, key) in enumerate(zip(founded.phones, keys, strict=True))
        ]
        heapq.heapify(self.members)

    def run(self) -> Outcome:
        """The calls that were due while it counted, and the processor time of that while."""
        lines = [threading.Thread(target=self._keep_a_line) for _ in range(self.size.lines)]
        for line in lines:
            line.start()
        time.sleep(max(0.0, self.counts_from - time.monotonic()))
        family = find_family(self.folder)
        before, began = {name: cpu_s(pids) for name, pids in family.items()}, time.monotonic()
        time.sleep(max(0.0, self.ends - time.monotonic()))
        spent = {name: cpu_s(pids) - before[name] for name, pids in family.items()}
        seconds = time.monotonic() - began
        for line in lines:
            line.join()
        counted = [call for call in self.calls if call.due >= self.counts_from]
        return Outcome(counted, seconds, spent["server"], spent["database"])

    def _keep_a_line(self) -> None:
        line = Line(self.port, "")
        while (member := self._next()) is not None:
            due, count = member.due, self.random.choices(ENTRIES, SHARES)[0]
            time.sleep(max(0.0, due - time.monotonic()))
            self._call(line, member, count)
            self.calls.append(Call(due, count, (time.monotonic() - due) * 1000))
            member.due = due + EVERY_S
            with self.turn:
                heapq.heappush(self.members, member)

    def _next(self) -> Member | None:
        with self.turn:
            first = self.members[0] if self.members else None
            return heapq.heappop(self.members) if first and first.due < self.ends else None

    def _call(self, line: Line, member: Member, count: int) -> None:
        body = with_cursor(without_end(member.entries(count)), member.cursor)
        answer = line.exchange(head(self.port, member, len(body)) + body)
        if not answer.startswith(b"HTTP/1.1 200") or answer.count(ACCEPTED) < count:
            raise SystemExit(f"not accepted: {answer[:1000].decode(errors='replace')}")
        at = answer.rindex(CURSOR) + len(CURSOR)
        member.cursor = answer[at : answer.index(b'"', at)].decode()


def head(port: int, member: Member, length: int) -> bytes:
    """The head of a call of a phone with a key."""
    signed = proof(member.phone.token, member.key, host=f"127.0.0.1:{port}")
    return (
        f"POST /api/v1/sync HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: DPoP {member.phone.token}\r\nDPoP: {signed}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def _text(size: Size) -> str:
    return f"""
{size.members:,} members at their stations call `POST /api/v1/sync` every {EVERY_S:.0f} s, which is
{size.members / EVERY_S:.0f} calls a second, against {size.workers} gunicorn worker and PostgreSQL, over
{size.lines} kept connections; {SHARES[0]} % hold nothing, {SHARES[1]} % one entry, {SHARES[2]} % two, each
with a proof of its key. A call's time runs from the moment when it was due. Processor time is that of
gunicorn and of PostgreSQL, from the kernel; the phones' own is in neither. Measured for
{size.seconds:.0f} s after {size.warm_up_s:.0f} s of warming up.
"""


def _table(outcome: Outcome) -> str:
    heads = ["calls", "a second", "p50 ms", "p95 ms", "p99 ms", "processor ms a call", "of it PostgreSQL"]
    rows: list[list[object]] = [
        [name, f"{len(calls) / outcome.seconds:.1f}", *(f"{_at(calls, at):.0f}" for at in (50, 95, 99)), *cpu]
        for name, calls, cpu in (
            ("all", outcome.calls, _cpu(outcome)),
            ("with nothing", [call for call in outcome.calls if not call.entries], ["", ""]),
            ("with entries", [call for call in outcome.calls if call.entries], ["", ""]),
        )
    ]
    return table(heads, rows)


def _cpu(outcome: Outcome) -> list[str]:
    database = outcome.database_s * 1000 / len(outcome.calls)
    return [f"{outcome.ms_a_call():.1f}", f"{database:.1f}"]


def _at(calls: Sequence[Call], percent: int) -> float:
    return percentile([call.took_ms for call in calls], percent) if calls else 0.0


def _marks(outcome: Outcome, size: Size) -> list[Mark]:
    pace = len(outcome.calls) / outcome.seconds
    members = 1000 / outcome.ms_a_call() * EVERY_S
    return [
        _goal("calls a second that were answered", pace, at_least=size.members / EVERY_S * 0.98),
        _goal("p95 of a call", _at(outcome.calls, 95), at_most=P95_MS, unit="ms"),
        _goal("processor time of a call", outcome.ms_a_call(), at_most=CPU_MS, unit="ms"),
        _goal("members that one core carries", members, at_least=1000),
    ]


def _goal(what: str, figure: float, **bound: Any) -> Mark:
    return Mark(what=what, figure=figure, decides=False, **bound)
