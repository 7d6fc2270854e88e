"""What a thing is now, told from every accepted entry about it, in whatever order they arrived.

A root (check-in, shift start, reception) and what was said about it later (ends, corrections,
withdrawals, also of those ends) are folded into the one row that the figures read. The order is that of
`occurred_at`, ties by id: the same entries always tell the same story.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from workstation.check_ins.models import CheckIn
from workstation.database import Base
from workstation.local_time import local_day
from workstation.receptions.models import Reception
from workstation.shifts.models import Shift
from workstation.shifts.rules import Span, closes_at
from workstation.sync.entries import Kept

Row = dict[str, Any]


class Told(NamedTuple):
    """What a teller goes by: the root, its body after corrections, what was said about it, its plans."""

    root: Kept
    body: Row
    about: Sequence[Kept]
    plans: Iterable[Span]


def in_order(family: Iterable[Kept]) -> list[Kept]:
    """The order in which a story is told."""
    return sorted(family, key=lambda kept: (kept.occurred_at or kept.received_at, kept.entry_id))


def tell(root: Kept, family: Sequence[Kept], *, plans: Iterable[Span] = ()) -> Row:
    """The current row for this root, in the table of its kind."""
    about = in_order(family)
    body, flags = corrected(root, about)
    end = first_end(root, about)
    if end is not None and "released" in end.flags and "released" not in flags:
        flags.append("released")  # without its end the shift would not count as kept
    row = {
        "network_id": root.network_id,
        "id": root.entry_id,
        "station_id": body["station_id"],
        "member_id": root.member_id,
        "entered_by_id": root.entered_by_id,
        "flags": flags,
        "withdrawn": is_withdrawn(root, about),
    }
    assert root.kind is not None  # what has no kind is held, and tells nothing
    return row | ROOTS[root.kind].teller(Told(root, body, about, plans))


def corrected(kept: Kept, about: Iterable[Kept]) -> tuple[Row, list[str]]:
    """The body after its living corrections, and its flags."""
    body, flags = dict(kept.body or {}), list(kept.flags)
    for correction in about:
        if correction.kind == "correction" and correction.target_id == kept.entry_id and correction.body:
            body |= correction.body["changes"]
            flags += [
                flag for flag in ("corrected", "stated") if flag not in flags and _says(correction, flag)
            ]
    return body, flags


def _says(correction: Kept, flag: str) -> bool:
    return flag == "corrected" or "stated_at" in (correction.body or {}).get("changes", {})


def is_withdrawn(kept: Kept, about: Iterable[Kept]) -> bool:
    """Whether some accepted withdrawal names this entry."""
    return any(each.kind == "withdrawal" and each.target_id == kept.entry_id for each in about)


def moment_of(kept: Kept, body: Row) -> datetime:
    """When it happened: the person's own word if there is one, else the server's judgement."""
    stated = body.get("stated_at")
    if stated:
        return datetime.fromisoformat(stated)
    assert kept.occurred_at is not None  # accepted entries always have one
    return kept.occurred_at


def judged(root: Kept, body: Row) -> Row:
    """The judgement of presence; moved to another station nothing is known, since positions are forgotten."""
    if body["station_id"] != root.station_id:
        return {"verdict": None, "distance_m": None, "accuracy_m": None, "evidence": 0}
    return {
        "verdict": root.verdict,
        "distance_m": root.distance_m,
        "accuracy_m": root.accuracy_m,
        "evidence": 0 if body.get("stated_at") else root.evidence,
    }


def _check_in(told: Told) -> Row:
    body, at = told.body, moment_of(told.root, told.body)
    return judged(told.root, body) | {
        "purpose": body["purpose"],
        "occurred_at": at,
        "day": local_day(at),
        "note": body.get("note"),
    }


def _reception(told: Told) -> Row:
    body = told.body
    started_at = datetime.fromisoformat(body["started_at"])
    ended_at = body.get("ended_at")
    plain = ("shift_id", "channel", "party_kind", "headcount", "topic", "summary")
    return {name: body.get(name) for name in plain} | {
        "answered_on_spot": body["answered_on_spot"],
        "wants_reply": body["wants_reply"],
        "started_at": started_at,
        "ended_at": datetime.fromisoformat(ended_at) if ended_at else None,
        "day": local_day(started_at),
    }


def _shift(told: Told) -> Row:
    root, body, about, plans = told
    started_at = moment_of(root, body)
    end = first_end(root, about)
    return judged(root, body) | {
        "started_at": started_at,
        "ended_at": moment_of(end, corrected(end, about)[0]) if end else None,
        "end_id": end.entry_id if end else None,
        "closes_at": closes_at(started_at=started_at, planned=plans),
        "day": local_day(started_at),
        "note": body.get("note"),
    }


def names_anybody(kept: Kept) -> bool:
    """Whether it is a correction that says who was received, or takes that out."""
    return "constituent" in ((kept.body or {}).get("changes") or {})


def first_end(root: Kept, about: Sequence[Kept]) -> Kept | None:
    """The end that stands: the first one that nobody withdrew."""
    ends = (each for each in about if each.kind == "shift_end" and each.target_id == root.entry_id)
    return next((end for end in ends if not is_withdrawn(end, about)), None)


class Root(NamedTuple):
    """A kind that is a thing of its own: its name, its table, what the row holds beyond what `tell` gives."""

    name: str
    table: type[Base]
    teller: Callable[[Told], Row]


# What a new kind adds here gives it a table, a name and its place in privacy and reports. What else it needs
# (the schema of its body, what figures and plans make of it) stands in CONTRIBUTING.md.
ROOTS = {
    "check_in": Root("到站登记", CheckIn, _check_in),
    "reception": Root("接待", Reception, _reception),
    "shift_start": Root("开始值班", Shift, _shift),
}
