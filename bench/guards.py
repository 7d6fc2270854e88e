"""What the guards of a sync call cost: the same batches with and without them, turn by turn in one process.

Guards are what every call passes and no entry needs: the proof of the phone's key (DPoP, with its memory of
used ones), the counting of calls, the security headers. Without them the same phone is a plain bearer.
"""

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import mean
from time import perf_counter
from typing import Any, NamedTuple

import orjson
from flask import Flask
from joserfc.jwk import ECKey
from werkzeug.test import EnvironBuilder

from api import auth
from bench.bodies import envelope, walk
from bench.databases import Databases, databases, gather_statistics, opened
from bench.hurry import percentile
from bench.network import Founded, Phone, found_network, strew
from bench.proving import bind, proof
from bench.report import Chapter, Mark, table
from bench.sync import KINDS, NAMES

HOST = "bench.invalid"
MOST_SHARE = 0.15
MARKED = 25  # entries a batch: what a phone with something to send sends at once


@dataclass(frozen=True, kw_only=True)
class Size:
    """So many calls of each kind, after so many that nobody counts; `batches` are entries a call."""

    stations: int = 242
    batches: tuple[int, ...] = (1, 25)
    warm_up: int = 40
    calls: int = 300


FULL = Size()
QUICK = Size(stations=30, warm_up=6, calls=20)


class Cost(NamedTuple):
    """Milliseconds of one call: the middle half's mean, with guards and without."""

    kind: str
    batch: int
    with_ms: float
    without_ms: float

    @property
    def share(self) -> float:
        """How much of the throughput without guards they take."""
        return 1 - self.without_ms / self.with_ms


def chapter(size: Size = FULL, kinds: Sequence[str] = KINDS) -> Chapter:
    """Every size of batch on every kind of database."""
    found = []
    for kind in kinds:
        with databases(kind) as place:
            found += measure(place, size)
    rows = [
        [NAMES[each.kind], each.batch, f"{each.with_ms:.2f}", f"{each.without_ms:.2f}", f"{each.share:.1%}"]
        for each in found
    ]
    heads = ["database", "entries a call", "with ms", "without ms", "throughput they take"]
    text = f"""
`POST /api/v1/sync` in one process, called as a WSGI server calls it: {size.calls} calls with the guards
(DPoP proof, used proofs remembered, calls counted by device and person, security headers) and as many
without, turn by turn against one database, whose commits wait for the disk. The mean of the middle half. What
the phone pays for its signature is not in it.
"""
    return Chapter(title="Guards", text=text, tables=[table(heads, rows)], marks=_marks(found))


def _marks(found: Sequence[Cost]) -> list[Mark]:
    return [
        Mark(
            what=f"{NAMES[each.kind]}: throughput that the guards take, {MARKED} entries a call",
            figure=each.share,
            at_most=MOST_SHARE,
        )
        for each in found
        if each.batch == MARKED
    ]


def measure(place: Databases, size: Size) -> list[Cost]:
    """On one kind of database."""
    with opened(place.make("guards"), place.folder) as app:
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], calls_a_minute=1_000_000)
        founded = found_network(places=strew(size.stations), phones=2)
        gather_statistics()
        return [_cost(app, place.kind, founded, batch, size) for batch in size.batches]


def _cost(app: Flask, kind: str, founded: Founded, batch: int, size: Size) -> Cost:
    key, (bound, plain) = ECKey.generate_key("P-256"), founded.phones
    bind(founded, [key])  # bound is the first
    guarded, bare = (
        Sender(app, phone, _calls(founded, phone, batch), own) for phone, own in ((bound, key), (plain, None))
    )
    for turn in range(size.warm_up + size.calls):
        for sender in (guarded, bare) if turn % 2 else (bare, guarded):
            sender.send()
    return Cost(kind, batch, *(_middle(each.times_ms[size.warm_up :]) for each in (guarded, bare)))


def _calls(founded: Founded, phone: Phone, batch: int) -> Iterator[list[dict[str, Any]]]:
    first = founded.phones.index(phone) * len(founded.places) // 2
    return walk(founded.places, days=90, first=first, size=batch)


class Sender:
    """A phone that sends batch after batch: with a key past the guards, without one where there are none."""

    def __init__(
        self, app: Flask, phone: Phone, batches: Iterator[list[dict[str, Any]]], key: ECKey | None
    ) -> None:
        self.app, self.phone, self.batches, self.key = app, phone, batches, key
        self.cursor: str | None = None
        self.times_ms: list[float] = []

    def send(self) -> None:
        """One call; what makes it and reads its answer is in nobody's time."""
        environ = self._environ(next(self.batches))
        with contextlib.nullcontext() if self.key else _without_guards(self.app):
            took, answer = timed(self.app, environ)
        self.times_ms.append(took)
        self.cursor = orjson.loads(answer)["cursor"]

    def _environ(self, entries: list[dict[str, Any]]) -> dict[str, Any]:
        """A call as a WSGI server hands it in."""
        token = self.phone.token
        headers = [("Authorization", f"{'DPoP' if self.key else 'Bearer'} {token}")]
        if self.key is not None:
            headers.append(("DPoP", proof(token, self.key, host=HOST)))
        call = envelope(entries) | {"cursor": self.cursor}
        builder = EnvironBuilder(
            "/api/v1/sync", method="POST", json=call, headers=headers, base_url=f"http://{HOST}"
        )
        return dict(builder.get_environ())


def timed(app: Flask, environ: dict[str, Any]) -> tuple[float, bytes]:
    """Milliseconds until the answer is out, and the answer; the process ends unless the call was taken."""
    statuses: list[str] = []

    def start(status: str, *_more: Any) -> Any:
        statuses.append(status)

    began = perf_counter()
    answer: Any = app.wsgi_app(environ, start)
    content = b"".join(answer)
    took = (perf_counter() - began) * 1000
    answer.close()  # what is done behind the answer is in nobody's time
    if statuses != ["200 OK"]:
        raise SystemExit(f"not accepted: {statuses} {content[:500]!r}")
    return took, content


@contextlib.contextmanager
def _without_guards(app: Flask) -> Iterator[None]:
    """Nothing after an answer is made, and nobody counts. (A plain bearer proves nothing anyway.)"""
    after, counted = app.after_request_funcs, auth._slow_down
    app.after_request_funcs = {}
    auth._slow_down = lambda *_args, **_more: None
    try:
        yield
    finally:
        app.after_request_funcs, auth._slow_down = after, counted


def _middle(times: Sequence[float]) -> float:
    low, high = percentile(times, 25), percentile(times, 75)
    return mean(itertools.filterfalse(lambda each: each < low or each > high, times))
