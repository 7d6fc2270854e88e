"""What phones send: batches of check-ins with fresh ids, each at another station or on another day."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from workstation.ids import new_id


class Spot(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...


def walk(places: Sequence[Spot], *, days: int, first: int = 0, size: int) -> Iterator[list[dict[str, Any]]]:
    """Endless batches of `size` check-ins through all stations of today, then of yesterday, … and again.

    `first` is where the walk begins, so that phones do not go hand in hand.
    """
    at, seq = first, 0
    while True:
        now, batch = datetime.now(UTC), []
        for _ in range(size):
            at, seq = at + 1, seq + 1
            ago = timedelta(days=at // len(places) % days, minutes=30)
            batch.append(_check_in(places[at % len(places)], seq, now - ago))
        yield batch


def _check_in(place: Spot, seq: int, recorded_at: datetime) -> dict[str, Any]:
    fix = {"lat": place.lat + 0.0005, "lon": place.lon, "accuracy_m": 24, "age_s": 2}
    return {
        "id": new_id(),
        "seq": seq,
        "kind": "check_in",
        "v": 1,
        "recorded_at": recorded_at.isoformat(timespec="milliseconds"),
        "elapsed_ms": None,
        "body": {"station_id": place.id, "purpose": "duty", "fix": fix},
    }


def envelope(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A call without its cursor, which only the last answer knows."""
    return {"protocol": 1, "sent_at": datetime.now(UTC).isoformat(), "pending": 0, "entries": list(entries)}


def without_end(entries: Sequence[dict[str, Any]]) -> bytes:
    """The call as text up to the cursor; `with_cursor` ends it."""
    text = json.dumps(envelope(entries), separators=(",", ":"))
    return f'{text[:-1]},"cursor":'.encode()


def with_cursor(begun: bytes, cursor: str | None) -> bytes:
    return begun + json.dumps(cursor).encode() + b"}"
