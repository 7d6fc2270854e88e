"""Takes a batch: judged in memory, written set-wise, in one transaction [4.9, 4.10].

The statements of a call do not grow with its entries. When the set cannot be written as a whole the
entries are written one by one, each in a savepoint, so that a poisonous one costs only itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import String, Update, bindparam, cast, func, text, true, tuple_, update
from sqlalchemy.exc import DataError, IntegrityError

from workstation import database
from workstation.coverage.operations import touch_days
from workstation.database import Base, Id, Row, db, id_list, insert_rows, one_of, update_set, writing
from workstation.feed.operations import FeedChange, publish, take_numbers
from workstation.keys import Keys
from workstation.people.models import Device
from workstation.people.operations import tell_people
from workstation.prepared import Prepared, Question, ask_together, in_one_go, send
from workstation.receptions.operations import keep_constituents
from workstation.shifts.queries import list_plans
from workstation.shifts.rules import Span
from workstation.sync.entries import Entry, Kept, Result, Seal, Sender
from workstation.sync.held import lock_away
from workstation.sync.judgement import CountCodes, count_no_codes
from workstation.sync.ledger import Grammar, Incoming, Ledger
from workstation.sync.models import HeldEntry, Receipt
from workstation.sync.stories import ROOTS, moment_of, tell

MOST_TRIES = 3


class Overtaken(Exception):
    """A receipt stood there after all: the call is tried again from the start."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One sync call: who, when by which clock, and with what keys and schemas to read it.

    `pending` is how many entries the phone still holds; None where another phone's entries are handed in,
    which says nothing about this one.
    """

    sender: Sender
    sent_at: datetime
    received_at: datetime
    pending: int | None
    keys: Keys
    grammar: Grammar
    app_version: str | None = None
    count_codes: CountCodes = count_no_codes


def receive_batch(*, call: Call, incoming: Sequence[Incoming]) -> list[Result]:
    """Commits what these entries say and gives one result each, in the order sent.

    Returns only after the commit is durable. Anything it raises means that nothing was kept.
    """
    for _ in range(MOST_TRIES):
        try:
            with writing(says_who=False):  # the first statement of a call does: LOCK or NOTE_CALL
                return apply_entries(call=call, incoming=incoming)
        except Overtaken:
            continue
        except (IntegrityError, DataError):
            break
    with writing(says_who=False):
        return [_apply_alone(call=call, given=given) for given in incoming]


def _apply_alone(*, call: Call, given: Incoming) -> Result:
    """One entry in a savepoint of its own; what the database refuses is held for staff instead."""
    try:
        with db.session.begin_nested():
            return apply_entries(call=call, incoming=[given])[0]
    except (IntegrityError, DataError, Overtaken) as error:
        if isinstance(given, Seal):
            return _apply_renumbered(call=call, seal=given)
        if isinstance(error, Overtaken) or not isinstance(given, Entry):
            raise
        given.problem = "entry.invalid"
        with db.session.begin_nested():
            return apply_entries(call=call, incoming=[given])[0]


def _apply_renumbered(*, call: Call, seal: Seal) -> Result:
    """A copied-back database may have given the seal's number away before anybody noticed [8.4]."""
    seal.needs_number = True
    try:
        with db.session.begin_nested():
            return apply_entries(call=call, incoming=[seal])[0]
    except (IntegrityError, DataError):
        return Result(id=seal.id, status="rejected", code="entry.seal_invalid")


def apply_entries(*, call: Call, incoming: Sequence[Incoming]) -> list[Result]:
    """Reads, judges and writes inside the caller's transaction. An empty call is only a sign of life."""
    if not incoming:
        ask_together(*notes_of(call, {}))
        return []
    ledger = Ledger(
        sender=call.sender,
        sent_at=call.sent_at,
        received_at=call.received_at,
        keys=call.keys,
        grammar=call.grammar,
        count_codes=call.count_codes,
    )
    ledger.open_seals(incoming)
    ledger.read(incoming)
    results = [ledger.take(given) for given in incoming]
    ledger.settle_waiting()
    write(ledger, also=notes_of(call, ledger.new))
    for result in results:
        if result.kept and result.source:
            result.kept.receipt_no = result.source.receipt_no
    return results


def write(ledger: Ledger, *, also: Sequence[Question] = ()) -> None:
    """Writes what a ledger decided: receipts first, which are the referee, then all that follows.

    `also` are statements that go along.
    """
    _write_receipts(ledger)
    _number_held(ledger)
    facts = _tell_all(ledger)
    with in_one_go(db.session.connection()):
        _release(ledger)
        _write_held(ledger)
        for kind, rows in facts.rows.items():
            _upsert(ROOTS[kind].table, rows)
        touch_days(network_id=ledger.network_id, touched=facts.touched, offsets=ledger.place_answers)
        publish(network_id=ledger.network_id, changes=_changes(ledger))
        for question in also:
            send(question)
    keep_constituents(network_id=ledger.network_id, given=ledger.constituents, keys=ledger.keys)
    _tell_concerned(ledger)


# -- receipts and held entries ----------------------------------------------------------------------


def _write_receipts(ledger: Ledger) -> None:
    new = list(ledger.new.values())
    _number(new)
    rows = [_receipt_row(kept) for kept in new]
    written = insert_rows(
        Receipt,
        rows,
        conflict="DO NOTHING",
        returning=("entry_id", "receipt_no"),
        defaults={"receipt_no": "nextval('receipt_numbers')"},
    )
    if len(written) != len(rows):
        raise Overtaken
    numbers = {str(entry_id): number for entry_id, number in written}
    for kept in new:
        kept.receipt_no = numbers[kept.entry_id]
    changed = [_receipt_row(kept) for kept in ledger.changed.values()]
    key = ("network_id", "entry_id")
    if changed:
        insert_rows(
            Receipt, changed, conflict=update_set([name for name in changed[0] if name not in key], key=key)
        )


def _number(new: Sequence[Kept]) -> None:
    """SQLite counts for us; PostgreSQL's sequence gives the numbers while inserting."""
    unnumbered = [kept for kept in new if kept.receipt_no is None]
    if db.engine.dialect.name == "sqlite":
        for kept, number in zip(unnumbered, take_receipt_numbers(len(unnumbered)), strict=True):
            kept.receipt_no = number


def _number_held(ledger: Ledger) -> None:
    """A held receipt shares its number; the second wording of a conflict gets one of its own."""
    unnumbered = [held for held in ledger.new_held.values() if held.receipt_no is None]
    conflicts = [held for held in unnumbered if held.code == "entry.conflict"]
    for held, number in zip(conflicts, take_receipt_numbers(len(conflicts)), strict=True):
        held.receipt_no = number
    for held in unnumbered:
        held.receipt_no = held.receipt_no or ledger.new[held.entry_id].receipt_no


def take_receipt_numbers(count: int) -> list[int]:
    """Fresh receipt numbers in rising order; gaps are possible, repeats are not."""
    if not count:
        return []
    if db.engine.dialect.name == "postgresql":
        sql = text("SELECT nextval('receipt_numbers') FROM generate_series(1, :count)")
        return sorted(db.session.scalars(sql, {"count": count}))
    first = take_numbers("last_receipt_no", count)
    return list(range(first, first + count))


def _receipt_row(kept: Kept) -> Row:
    row = vars(kept)
    return row if kept.state == "accepted" else row | {"body": None}


def _release(ledger: Ledger) -> None:
    """What waited and is a fact now need not be kept a second time."""
    ids = [kept.entry_id for kept in ledger.changed.values() if kept.state == "accepted"]
    if ids:
        send(RELEASE.given(network=ledger.network_id, at=ledger.received_at, ids=id_list(ids)))
    for kept in ledger.changed.values():
        if kept.state == "held":  # its target came, and now something else is in the way
            this = {"network": kept.network_id, "entry": kept.entry_id, "hash": kept.content_hash}
            send(CODE.given(now=kept.code, **this))


def _released(dialect: str) -> Update:
    return (
        update(HeldEntry)
        .where(
            HeldEntry.network_id == bindparam("network"),
            one_of(HeldEntry.entry_id, "ids", dialect=dialect),
            HeldEntry.state == "waiting",
            HeldEntry.code != "entry.conflict",
        )
        .values(state="released", settled_at=bindparam("at"), content=None)
    )


def _recoded(_dialect: str) -> Update:
    this = tuple_(HeldEntry.network_id, HeldEntry.entry_id, HeldEntry.content_hash)
    same = this == tuple_(bindparam("network"), bindparam("entry"), bindparam("hash"))
    return update(HeldEntry).where(same).values(code=bindparam("now"))


RELEASE, CODE = Prepared(_released), Prepared(_recoded)


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


class Facts(NamedTuple):
    """The rows that hold what is so now, by kind, and the station-days that they touch."""

    rows: dict[str, list[Row]]
    touched: set[tuple[str, date]]


def _tell_all(ledger: Ledger) -> Facts:
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


def _note_call(dialect: str) -> Update:
    """Keeps what is known where a call says nothing new of it. PostgreSQL is told which call it is."""
    own = [Device.network_id == bindparam("network"), Device.id == bindparam("device")]
    if dialect == "postgresql":
        own.append(func.set_config("application_name", bindparam("call"), true()).is_not(None))
    return (
        update(Device)
        .where(*own)
        .values(
            last_sync_at=bindparam("at"),
            pending=bindparam("left"),
            skew_ms=bindparam("skew"),
            app_version=func.coalesce(cast(bindparam("version"), String), Device.app_version),
            last_station_id=func.coalesce(cast(bindparam("station"), Id), Device.last_station_id),
        )
    )


NOTE_CALL = Prepared(_note_call)


def notes_of(call: Call, new: Mapping[str, Kept]) -> list[Question]:
    """Keeps what this call said of the phone: last contact, what it still holds, its clock. No history."""
    if call.pending is None:
        return []
    station_id = next((kept.station_id for kept in reversed(list(new.values())) if kept.station_id), None)
    skew = call.received_at - call.sent_at
    who = {"call": database.name_of_call()} if db.engine.dialect.name == "postgresql" else {}
    said = NOTE_CALL.given(
        **who,
        network=call.sender.network_id,
        device=call.sender.device_id,
        at=call.received_at,
        left=call.pending,
        skew=round(skew / timedelta(milliseconds=1)),
        version=call.app_version,
        station=station_id,
    )
    return [said]
