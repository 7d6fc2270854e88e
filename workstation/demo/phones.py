"""The phones between the taps and the server: they number entries, hold them while offline, and send."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from workstation.demo.taps import Tap
from workstation.local_time import LOCAL

MOST_ENTRIES = 100
OFFLINE_SPELL = 0.02  # a phone that is about to send turns out to be offline for days


@dataclass
class Phone:
    """One device and what waits on it."""

    device_id: str
    member_id: str
    seq: int = 0
    waiting: list[tuple[int, Tap]] = field(default_factory=list)
    offline_until: datetime | None = None


@dataclass(frozen=True)
class Sending:
    """One call of one phone. The server hears it at `sent_at` too: demo clocks are right."""

    phone: Phone
    sent_at: datetime
    entries: list[dict[str, Any]]
    pending: int


def sendings_of_day(
    *, phones: dict[str, Phone], taps: Sequence[Tap], evening: datetime, now: datetime, random: Random
) -> list[Sending]:
    """The calls that reach the server by that evening, in order of time. `phones` are by member id."""
    for tap in taps:
        phone = phones[tap.author_id]
        if tap.at < now:
            phone.seq += 1
            phone.waiting.append((phone.seq, tap))
    calls = [
        call
        for phone in phones.values()
        if phone.waiting
        for call in _calls(phone=phone, evening=evening, now=now, random=random)
    ]
    return sorted(calls, key=lambda call: (call.sent_at, call.phone.device_id))


def _calls(*, phone: Phone, evening: datetime, now: datetime, random: Random) -> Iterator[Sending]:
    latest = phone.waiting[-1][1].at
    if phone.offline_until is None and random.random() < OFFLINE_SPELL:
        phone.offline_until = latest + timedelta(days=random.randrange(1, 8))
    sent_at = max(latest, phone.offline_until or latest) + timedelta(seconds=random.randrange(12, 90))
    if sent_at > min(evening, now):
        return
    phone.offline_until = None
    while phone.waiting:
        batch, phone.waiting = phone.waiting[:MOST_ENTRIES], phone.waiting[MOST_ENTRIES:]
        entries = [_entry(seq=seq, tap=tap, sent_at=sent_at) for seq, tap in batch]
        yield Sending(phone, sent_at, entries, pending=len(phone.waiting))


def _entry(*, seq: int, tap: Tap, sent_at: datetime) -> dict[str, Any]:
    elapsed = sent_at - tap.at
    return {
        "id": tap.id,
        "seq": seq,
        "kind": tap.kind,
        "v": 1,
        "recorded_at": tap.at.astimezone(LOCAL).isoformat(timespec="milliseconds"),
        # Phones are closed overnight, and their monotonic clock with them.
        "elapsed_ms": elapsed // timedelta(milliseconds=1) if elapsed < timedelta(hours=4) else None,
        "on_behalf_of": tap.on_behalf_of,
        "body": tap.body,
    }
