"""Writes what a ledger decided: receipts first, which are the referee, then all that follows.

The statements do not grow with the entries [4.9].
"""

from collections.abc import Sequence

from sqlalchemy import Update, bindparam, text, tuple_, update

from workstation.coverage.operations import touch_days
from workstation.database import Base, Row, db, id_list, insert_rows, one_of, update_set
from workstation.feed.operations import publish, take_numbers
from workstation.prepared import Prepared, Question, in_one_go, send
from workstation.receptions.operations import keep_constituents
from workstation.sync.entries import Kept
from workstation.sync.held import lock_away
from workstation.sync.ledger import Ledger
from workstation.sync.models import HeldEntry, Receipt
from workstation.sync.stories import ROOTS
from workstation.sync.telling import changes_of, tell_all, tell_concerned


class Overtaken(Exception):
    """A receipt stood there after all: the call is tried again from the start."""


def write(ledger: Ledger, *, also: Sequence[Question] = ()) -> None:
    """All of it; `also` are statements that go along. Raises Overtaken."""
    _write_receipts(ledger)
    _number_held(ledger)
    facts = tell_all(ledger)
    with in_one_go(db.session.connection()):
        _release(ledger)
        _write_held(ledger)
        for kind, rows in facts.rows.items():
            _upsert(ROOTS[kind].table, rows)
        touch_days(network_id=ledger.network_id, touched=facts.touched, offsets=ledger.place_answers)
        publish(network_id=ledger.network_id, changes=changes_of(ledger))
        for question in also:
            send(question)
    keep_constituents(network_id=ledger.network_id, given=ledger.constituents, keys=ledger.keys)
    tell_concerned(ledger)


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


def _upsert(model: type[Base], rows: list[Row]) -> None:
    key = ("network_id", "id")
    insert_rows(model, rows, conflict=update_set([name for name in rows[0] if name not in key], key=key))
