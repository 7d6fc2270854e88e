"""What the sync protocol decides from values alone: clocks, content hashes, limits.

The numbers in brackets are the steps of docs/sync-protocol.md.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

from workstation.keys import Keys

PROTOCOL_MIN = 1
PROTOCOL_MAX = 1
MOST_ENTRIES = 100
MOST_BYTES = 1024 * 1024
MOST_ENTRY_BYTES = 64 * 1024
LIMITS = {"entries": MOST_ENTRIES, "bytes": MOST_BYTES, "entry_bytes": MOST_ENTRY_BYTES}
LARGEST_SEQ = 2**53 - 1

SMALL_SKEW = timedelta(seconds=60)  # below it the phone's clock is taken as it is
LARGE_SKEW = timedelta(minutes=5)
LATE_AFTER = timedelta(hours=72)
# Sleeping phones stop the monotonic clock, so small differences between the two mean nothing.
CLOCK_GRAIN = timedelta(seconds=1)

# What must not be kept of an entry, wherever in it a phone may have put it.
POSITION_FIELDS = frozenset(
    {"fix", "lat", "lon", "lng", "latitude", "longitude", "coords", "coordinates", "position", "location"}
)
UNHASHED = frozenset({"fix", "no_fix_reason"})


class Clocks(NamedTuple):
    """When something happened, how sure that is (± seconds), and what to say about the clocks."""

    occurred_at: datetime
    clock_error_s: int
    flags: list[str]


def read_clocks(
    *,
    recorded_at: datetime,
    sent_at: datetime,
    received_at: datetime,
    elapsed_ms: int | None = None,
    stated_at: datetime | None = None,
) -> Clocks:
    """The server's best judgement of when, from three clocks. Never clamped.

    The wall clock's own account of the time since the tap is believed where it says more than the
    monotonic one (phones sleep); where it says less, it was set back and the monotonic one is believed.
    """
    skew = received_at - sent_at
    corrected = abs(skew) > SMALL_SKEW
    by_wall = sent_at - recorded_at
    by_count = by_wall if elapsed_ms is None else timedelta(milliseconds=elapsed_ms)
    ago = by_count if by_count > by_wall + CLOCK_GRAIN else by_wall
    unknown = abs(by_wall - by_count) if by_count < by_wall else timedelta()
    if not corrected or elapsed_ms is None:
        unknown += abs(skew)  # nothing shows that the clock was wrong already at the tap
    occurred_at = stated_at or sent_at - ago + (skew if corrected else timedelta())
    return Clocks(
        occurred_at=occurred_at,
        clock_error_s=ceil(unknown.total_seconds()),
        flags=_clock_flags(occurred_at, skew, received_at, stated_at is not None),
    )


def _clock_flags(occurred_at: datetime, skew: timedelta, received_at: datetime, stated: bool) -> list[str]:
    said = {
        "clock_skew": abs(skew) > LARGE_SKEW,
        "clock_impossible": occurred_at > received_at + SMALL_SKEW,
        "late": received_at - occurred_at > LATE_AFTER,
        "stated": stated,
    }
    return [flag for flag, holds in said.items() if holds]


def content_hash(
    *, kind: object, version: object, recorded_at: object, body: Mapping[str, Any] | object, keys: Keys
) -> str:
    """Keyed hash of what an entry says, without its position: tells a repeat from a conflict.

    A field that is null says what a missing field says.
    """
    said = body
    if isinstance(body, Mapping):
        said = {name: value for name, value in body.items() if value is not None and name not in UNHASHED}
    text = json.dumps([kind, version, recorded_at, said], sort_keys=True, separators=(",", ":"))
    return keys.digest("content", text.encode())


def without_position(value: Any) -> Any:
    """The same without any position, at any depth."""
    if isinstance(value, dict):
        return {name: without_position(inner) for name, inner in value.items() if name not in POSITION_FIELDS}
    return [without_position(inner) for inner in value] if isinstance(value, list) else value


def without_silent_constituent(value: Any) -> tuple[Any, bool]:
    """The same without a constituent who did not agree, at any depth, and whether there was one."""
    if isinstance(value, list):
        parts = [without_silent_constituent(inner) for inner in value]
        return [part for part, _ in parts], any(dropped for _, dropped in parts)
    if not isinstance(value, dict):
        return value, False
    kept, dropped_any = {}, False
    for name, inner in value.items():
        if name == "constituent" and inner is not None and not _agreed(inner):
            dropped_any = True
            continue
        kept[name], dropped = without_silent_constituent(inner)
        dropped_any = dropped_any or dropped
    return kept, dropped_any


def _agreed(constituent: Any) -> bool:
    return isinstance(constituent, dict) and constituent.get("consent") is True
