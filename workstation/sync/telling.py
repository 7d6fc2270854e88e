"""What a call's accepted entries make of the facts, and who learns of it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple

from workstation.database import Row
from workstation.feed.operations import FeedChange
from workstation.people.operations import tell_people
from workstation.shifts.queries import list_plans
from workstation.shifts.rules import Span
from workstation.sync.entries import Kept
from workstation.sync.ledger import Ledger
from workstation.sync.stories import moment_of, tell


def _accepted(ledger: Ledger) -> list[Kept]:
    return [kept for kept in (ledger.new | ledger.changed).values() if kept.state == "accepted"]


class Facts(NamedTuple):
    """The rows that hold what is so now, by kind, and the station-days that they touch."""

    rows: dict[str, list[Row]]
    touched: set[tuple[str, date]]


def tell_all(ledger: Ledger) -> Facts:
    """The stories of all roots that something was said about, told anew."""
    accepted = _accepted(ledger)
    families = {kept.root_id: list(ledger.roots_before.get(kept.root_id or "", [])) for kept in accepted}
    before = {root_id: list(family) for root_id, family in families.items() if family}
    for kept in accepted:
        families[kept.root_id].append(kept)
    plans = _plans_of(ledger, families.values())
    told = list(_tell(families, plans))
    rows: dict[str, list[Row]] = {}
    for kind, row in told:
        rows.setdefault(kind, []).append(row)
    touched = {(row["station_id"], row["day"]) for _, row in [*told, *_tell(before, plans)]}
    return Facts(rows, touched)


def _tell(families: dict[str | None, list[Kept]], plans: "PlansOf") -> Iterator[tuple[str, Row]]:
    for root_id, family in families.items():
        root = next((kept for kept in family if kept.entry_id == root_id), None)
        if root is not None and root.kind:
            yield root.kind, tell(root, family, plans=plans(root))


PlansOf = Callable[[Kept], list[Span]]


def _plans_of(ledger: Ledger, families: Iterable[list[Kept]]) -> PlansOf:
    """A look-up of the planned spans of a shift's person at its station; one statement for all."""
    starts = [kept for family in families for kept in family if kept.kind == "shift_start" and kept.body]
    if not starts:
        return lambda _: []
    moments = [moment_of(kept, kept.body or {}) for kept in starts]
    found = list_plans(
        network_id=ledger.network_id,
        member_ids=sorted({kept.member_id for kept in starts}),
        since=min(moments),
        until=max(moments),
    )

    def plans(root: Kept) -> list[Span]:
        return [
            Span(plan.starts_at, plan.ends_at)
            for plan in found
            if plan.member_id == root.member_id and plan.station_id == root.station_id
        ]

    return plans


def tell_concerned(ledger: Ledger) -> None:
    """Tells people what others entered in their name, and what others changed of theirs."""
    told = []
    for kept in _accepted(ledger):
        root = ledger.find(kept.root_id)
        if kept.entered_by_id:
            told.append((kept.member_id, "entry.on_behalf", kept))
        elif root and root.member_id != kept.member_id:
            told.append((root.member_id, f"entry.{kept.kind}", kept))
    tell_people(
        network_id=ledger.network_id,
        notices=[
            (member_id, code, {"entry_id": kept.entry_id, "target_id": kept.target_id})
            for member_id, code, kept in told
        ],
        now=ledger.received_at,
    )


def changes_of(ledger: Ledger) -> list[FeedChange]:
    """Receipts for the person and for who entered it; shifts for the person."""
    changes = []
    for kept in (ledger.new | ledger.changed).values():
        audiences = {kept.member_id, kept.entered_by_id} - {None}
        changes += [FeedChange(str(audience), "receipt", kept.entry_id) for audience in audiences]
        root = kept.root_id and ledger.find(kept.root_id)
        if root and root.kind == "shift_start":
            changes.append(FeedChange(root.member_id, "shift", root.entry_id))
    return changes
