"""Takes a batch: judged in memory, written set-wise, in one transaction [4.9, 4.10].

The statements of a call do not grow with its entries. When the set cannot be written as a whole the
entries are written one by one, each in a savepoint, so that a poisonous one costs only itself.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text, update
from sqlalchemy.exc import DataError, IntegrityError

from workstation.check_ins.models import CheckIn
from workstation.coverage.operations import refresh_station_days
from workstation.database import Base, Row, db, insert_rows, lock_names, update_set, writing
from workstation.feed.operations import FeedChange, publish, take_numbers
from workstation.keys import Keys
from workstation.people.models import Device
from workstation.people.operations import tell_people
from workstation.receptions.models import Reception
from workstation.receptions.operations import keep_constituents
from workstation.shifts.models import Shift
from workstation.shifts.queries import list_plans
from workstation.shifts.rules import Span
from workstation.sync.entries import Entry, HeldContent, Kept, Result, Seal, Sender
from workstation.sync.held import lock_away
from workstation.sync.ledger import Grammar, Incoming, Ledger
from workstation.sync.models import HeldEntry, Receipt
from workstation.sync.stories import moment_of, tell

TABLE_OF_KIND: dict[str, type[Base]] = {"check_in": CheckIn, "shift_start": Shift, "reception": Reception}
MOST_TRIES = 3


class Overtaken(Exception):
    """A receipt stood there after all: the call is tried again from the start."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One sync call: who, when by which clock, and with what keys and schemas to read it."""

    sender: Sender
    sent_at: datetime
    received_at: datetime
    pending: int
    keys: Keys
    grammar: Grammar


def receive_batch(*, call: Call, incoming: Sequence[Incoming]) -> list[Result]:
    """Commits what these entries say and gives one result each, in the order sent.

    Returns only after the commit is durable. Anything it raises means that nothing was kept.
    """
    for _ in range(MOST_TRIES):
        try:
            with writing():
                return apply_entries(call=call, incoming=incoming)
        except Overtaken:
            continue
        except (IntegrityError, DataError):
            break
    with writing():
        return [_apply_alone(call=call, given=given) for given in incoming]


def _apply_alone(*, call: Call, given: Incoming) -> Result:
    """One entry in a savepoint of its own; what the database refuses is held for staff instead."""
    try:
        with db.session.begin_nested():
            return apply_entries(call=call, incoming=[given])[0]
    except (IntegrityError, DataError):
        if not isinstance(given, Entry):
            return Result(id=given.id, status="rejected", code="entry.seal_invalid")
        given.problem = "entry.invalid"
        with db.session.begin_nested():
            return apply_entries(call=call, incoming=[given])[0]


def apply_entries(*, call: Call, incoming: Sequence[Incoming]) -> list[Result]:
    """Reads, judges and writes inside the caller's transaction. An empty call is only a sign of life."""
    if not incoming:
        note_call(call=call, new={})
        return []
    lock_names(db.session.connection(), _names(call.sender.network_id, incoming))
    ledger = Ledger(
        sender=call.sender,
        sent_at=call.sent_at,
        received_at=call.received_at,
        keys=call.keys,
        grammar=call.grammar,
    )
    ledger.read(incoming)
    results = [ledger.take(given) for given in incoming]
    ledger.settle_waiting()
    write(ledger)
    note_call(call=call, new=ledger.new)
    for result in results:
        if result.kept and result.source:
            result.kept.receipt_no = result.source.receipt_no
    return results


def _names(network_id: int, incoming: Iterable[Incoming]) -> list[str]:
    """The names to lock: whatever two calls at the same moment could both touch."""
    ids = {str(each.id) for each in incoming if isinstance(each, Entry | Seal)}
    targets = {each.target_id for each in incoming if isinstance(each, Entry) and each.target_id}
    return sorted(f"entry {network_id} {id}" for id in ids | targets)


def write(ledger: Ledger) -> None:
    """Writes what a ledger decided: receipts, held entries, facts, day figures, feed."""
    _number(ledger)
    _write_receipts(ledger)
    _write_held(ledger)
    touched = _write_stories(ledger)
    keep_constituents(network_id=ledger.network_id, given=ledger.constituents, keys=ledger.keys)
    refresh_station_days(network_id=ledger.network_id, touched=touched)
    _tell_concerned(ledger)
    publish(network_id=ledger.network_id, changes=_changes(ledger))


# -- receipts and held entries ----------------------------------------------------------------------


def _number(ledger: Ledger) -> None:
    """Gives each receipt and each second wording its number; a held receipt shares its own."""
    unnumbered: list[Kept | HeldContent] = [kept for kept in ledger.new.values() if not kept.receipt_no]
    unnumbered += [
        held for held in ledger.new_held.values() if held.code == "entry.conflict" and not held.receipt_no
    ]
    for each, number in zip(unnumbered, take_receipt_numbers(len(unnumbered)), strict=True):
        each.receipt_no = number
    for held in ledger.new_held.values():
        if not held.receipt_no:
            held.receipt_no = ledger.new[held.entry_id].receipt_no


def take_receipt_numbers(count: int) -> list[int]:
    """Fresh receipt numbers in rising order; gaps are possible, repeats are not."""
    if not count:
        return []
    if db.session.connection().dialect.name == "postgresql":
        sql = text("SELECT nextval('receipt_numbers') FROM generate_series(1, :count)")
        return sorted(db.session.scalars(sql, {"count": count}))
    first = take_numbers("last_receipt_no", count)
    return list(range(first, first + count))


def _write_receipts(ledger: Ledger) -> None:
    rows = [_receipt_row(kept) for kept in ledger.new.values()]
    inserted = insert_rows(Receipt, rows, conflict="DO NOTHING", returning=("entry_id",))
    if len(inserted) != len(rows):
        raise Overtaken
    changed = [_receipt_row(kept) for kept in ledger.changed.values()]
    if changed:
        key = ("network_id", "entry_id")
        insert_rows(
            Receipt, changed, conflict=update_set([name for name in changed[0] if name not in key], key=key)
        )
        _release(ledger)


def _receipt_row(kept: Kept) -> Row:
    row = vars(kept)
    return row if kept.state == "accepted" else row | {"body": None}


def _release(ledger: Ledger) -> None:
    """What waited and is a fact now need not be kept a second time."""
    ids = [kept.entry_id for kept in ledger.changed.values() if kept.state == "accepted"]
    db.session.execute(
        update(HeldEntry)
        .where(
            HeldEntry.network_id == ledger.network_id,
            HeldEntry.entry_id.in_(ids),
            HeldEntry.state == "waiting",
            HeldEntry.code != "entry.conflict",
        )
        .values(state="released", settled_at=ledger.received_at, content=None)
    )
    for kept in ledger.changed.values():
        if kept.state == "held":  # its target came, and now something else is in the way
            this = (HeldEntry.network_id == ledger.network_id) & (HeldEntry.entry_id == kept.entry_id)
            db.session.execute(update(HeldEntry).where(this).values(code=kept.code))


def _write_held(ledger: Ledger) -> None:
    rows = [
        vars(held)
        | {
            "network_id": ledger.network_id,
            "content": lock_away(
                held.content, network_id=ledger.network_id, entry_id=held.entry_id, keys=ledger.keys
            ),
            "state": "waiting",
        }
        for held in ledger.new_held.values()
    ]
    insert_rows(HeldEntry, rows)


# -- facts ------------------------------------------------------------------------------------------


def _accepted(ledger: Ledger) -> list[Kept]:
    return [kept for kept in (ledger.new | ledger.changed).values() if kept.state == "accepted"]


def _write_stories(ledger: Ledger) -> set[tuple[str, date]]:
    """Rewrites the rows of all roots that something was said about; the station days they touch."""
    accepted = _accepted(ledger)
    families = {kept.root_id: list(ledger.roots_before.get(kept.root_id or "", [])) for kept in accepted}
    before = {root_id: list(family) for root_id, family in families.items()}
    for kept in accepted:
        families[kept.root_id].append(kept)
    plans = _plans_of(ledger, families.values())
    rows = _tell_all(families, plans)
    by_kind: dict[str, list[Row]] = {}
    for kind, row in rows:
        by_kind.setdefault(kind, []).append(row)
    for kind, kind_rows in by_kind.items():
        _upsert(TABLE_OF_KIND[kind], kind_rows)
    return {(row["station_id"], row["day"]) for _, row in [*rows, *_tell_all(before, plans)]}


def _tell_all(families: dict[str | None, list[Kept]], plans: "PlansOf") -> list[tuple[str, Row]]:
    rows: list[tuple[str, Row]] = []
    for root_id, family in families.items():
        root = next((kept for kept in family if kept.entry_id == root_id), None)
        if root is not None and root.kind:
            rows.append((root.kind, tell(root, family, plans=plans(root))))
    return rows


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


def _upsert(model: type[Base], rows: list[Row]) -> None:
    key = ("network_id", "id")
    insert_rows(model, rows, conflict=update_set([name for name in rows[0] if name not in key], key=key))


# -- what others learn ------------------------------------------------------------------------------


def _tell_concerned(ledger: Ledger) -> None:
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


def _changes(ledger: Ledger) -> list[FeedChange]:
    """Receipts for the person and for who entered it; shifts for the person."""
    changes = []
    for kept in (ledger.new | ledger.changed).values():
        audiences = {kept.member_id, kept.entered_by_id} - {None}
        changes += [FeedChange(str(audience), "receipt", kept.entry_id) for audience in audiences]
        root = kept.root_id and ledger.find(kept.root_id)
        if root and root.kind == "shift_start":
            changes.append(FeedChange(root.member_id, "shift", root.entry_id))
    return changes


def note_call(*, call: Call, new: Mapping[str, Kept]) -> None:
    """Keeps what this call said of the phone: last contact, what it still holds, its clock. No history."""
    station_id = next((kept.station_id for kept in reversed(list(new.values())) if kept.station_id), None)
    seen: dict[str, Any] = {"last_station_id": station_id} if station_id else {}
    skew = call.received_at - call.sent_at
    db.session.execute(
        update(Device)
        .where(Device.network_id == call.sender.network_id, Device.id == call.sender.device_id)
        .values(
            last_sync_at=call.received_at,
            pending=call.pending,
            skew_ms=round(skew / timedelta(milliseconds=1)),
            **seen,
        )
    )
