"""What trust costs: one check of a password, knowing who calls, and proving the log whole.

Each in one process, without HTTP, in processor time: who else uses the machine changes little of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import thread_time
from typing import NamedTuple

from flask import Flask
from joserfc.jwk import ECKey

from api import auth
from bench.databases import Databases, databases, gather_statistics, opened
from bench.hurry import percentile
from bench.network import Phone, found_network, strew
from bench.proving import bind, proof
from bench.report import Chapter, Mark, table
from bench.sync import KINDS, NAMES
from workstation.audit.operations import Actor, Deed, note
from workstation.chain.operations import seal
from workstation.chain.proofs import verify
from workstation.database import writing
from workstation.people.passwords import hash_password, matches

HOST = "bench.invalid"
MOST_AUTHENTICATION_MS = 1.0
LEAST_PROVEN_A_SECOND = 50_000
AT_ONCE = 5_000  # events of one transaction


@dataclass(frozen=True, kw_only=True)
class Size:
    """So many passwords, calls and events of the audit log."""

    passwords: int = 40
    calls: int = 1_000
    events: int = 100_000


FULL = Size()
QUICK = Size(passwords=3, calls=50, events=6_000)


class Cost(NamedTuple):
    """On one kind of database: p50 of knowing who calls by proof or bare token, and rows proven a second."""

    kind: str
    proof_ms: float
    bearer_ms: float
    proven: float


def chapter(size: Size = FULL, kinds: Sequence[str] = KINDS) -> Chapter:
    """The password once, the rest on every kind of database."""
    password_ms, found = time_passwords(size.passwords), []
    for kind in kinds:
        with databases(kind) as place:
            found.append(measure(place, size))
    rows = [
        [NAMES[each.kind], f"{each.proof_ms:.2f}", f"{each.bearer_ms:.2f}", f"{each.proven:,.0f}"]
        for each in found
    ]
    heads = ["database", "by a proof, p50 ms", "by a bare token, p50 ms", "events proven a second"]
    text = f"""
In one process, in its own processor time; what PostgreSQL's server works is not in it. A password is checked
with Argon2id at OWASP's parameters (19 MiB, two passes, one lane): p50 {password_ms:.0f} ms of
{size.passwords}. Knowing who calls: the token looked up, the proof of its key checked and remembered, the
call counted, p50 of {size.calls:,}. Proving: `flask audit verify` reads and hashes each of {size.events:,}
events and each block.
"""
    return Chapter(title="Trust", text=text, tables=[table(heads, rows)], marks=_marks(password_ms, found))


def _marks(password_ms: float, found: Sequence[Cost]) -> list[Mark]:
    marks = [Mark(what="a password, p50", figure=password_ms, at_most=40, unit="ms", decides=False)]
    for each in found:
        name = NAMES[each.kind]
        marks += [
            Mark(
                what=f"{name}: knowing who calls by a proof, p50",
                figure=each.proof_ms,
                at_most=MOST_AUTHENTICATION_MS,
                unit="ms",
                decides=False,
            ),
            Mark(
                what=f"{name}: events proven a second",
                figure=each.proven,
                at_least=LEAST_PROVEN_A_SECOND,
                decides=False,
            ),
        ]
    return marks


def time_passwords(count: int) -> float:
    """Milliseconds of one check, p50."""
    stored = hash_password("four unrelated words")
    times = []
    for number in range(count):
        began = thread_time()
        fits = matches("four unrelated words" if number % 2 else "another one", stored=stored)
        times.append((thread_time() - began) * 1000)
        if fits != bool(number % 2):
            raise SystemExit("a password was judged wrongly")
    return percentile(times, 50)


def measure(place: Databases, size: Size) -> Cost:
    """On one kind of database."""
    with opened(place.make("trust"), place.folder) as app:
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], calls_a_minute=10_000_000)
        founded = found_network(places=strew(10), phones=2)
        key, (bound, plain) = ECKey.generate_key("P-256"), founded.phones
        bind(founded, [key])  # bound is the first
        gather_statistics()
        by_proof = time_authentication(app, bound, key, size.calls)
        by_token = time_authentication(app, plain, None, size.calls)
        return Cost(place.kind, by_proof, by_token, time_proof(app, founded.network_id, size.events))


def time_authentication(app: Flask, phone: Phone, key: ECKey | None, calls: int) -> float:
    """Milliseconds until the server knows whose call this is, p50."""
    times = []
    for _ in range(calls):
        headers = {"Authorization": f"{'DPoP' if key else 'Bearer'} {phone.token}"}
        if key is not None:
            headers["DPoP"] = proof(phone.token, key, host=HOST)
        with app.test_request_context(
            "/api/v1/sync", method="POST", headers=headers, base_url=f"http://{HOST}"
        ):
            began = thread_time()
            auth._authenticate()
            times.append((thread_time() - began) * 1000)
    return percentile(times, 50)


def time_proof(app: Flask, network_id: int, events: int) -> float:
    """Rows that are read and proven in a second, of a chain over so many events."""
    now, keys = datetime.now(UTC), app.extensions["keys"]
    deed = Deed(
        "station.edited", "station", "a station", before={"address": "一号"}, after={"address": "二号"}
    )
    for _ in range(events // AT_ONCE + 1):
        with writing():
            note(actor=Actor(network_id=network_id, now=now), deeds=[deed] * AT_ONCE, reason="搬家")
    seal(network_id=network_id, keys=keys, now=now)
    began = thread_time()
    found = verify(network_id=network_id, keys=keys)
    took = thread_time() - began
    if found.broken or found.rows < events:
        raise SystemExit(f"not whole: {found}")
    return found.rows / took
