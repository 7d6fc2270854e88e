"""Says in the feed what changed. Call it in the transaction that made the change."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, text, update
from sqlalchemy.orm import InstrumentedAttribute

from workstation.database import db, insert_rows, update_set
from workstation.feed.models import Change, Installation
from workstation.feed.queries import FINGERPRINT
from workstation.ids import new_id
from workstation.prepared import Prepared, ask

RECEIPT_NUMBER_STEP = 1_000_000
CHANGE_KEY = ("network_id", "audience", "noun", "id")


class FeedChange(NamedTuple):
    """One thing that changed for one audience: `op` is put, or remove when it left the audience's sight."""

    audience: str
    noun: str
    id: str
    op: str = "put"


def publish(*, network_id: int, changes: Sequence[FeedChange]) -> None:
    """Puts each thing at the end of the feed; a thing that stands there already moves to the end."""
    latest = {(change.audience, change.noun, change.id): change for change in changes}
    if not latest:
        return
    rows = [{"network_id": network_id, **change._asdict()} for _key, change in sorted(latest.items())]
    if db.session.connection().dialect.name == "postgresql":
        moved = ("op", "tx", "seq")  # tx and seq take their defaults: this transaction, the next number
    else:
        first = take_numbers("last_change_seq", len(rows))
        rows = [row | {"tx": 0, "seq": first + offset} for offset, row in enumerate(rows)]
        moved = ("op", "tx", "seq")
    insert_rows(Change, rows, conflict=update_set(moved, key=CHANGE_KEY))


def _counter(column: InstrumentedAttribute[int]) -> Prepared:
    more = {column: column + bindparam("taken")}
    return Prepared(lambda _: update(Installation).values(more).returning(column))


COUNTERS = {
    column.key: _counter(column) for column in (Installation.last_receipt_no, Installation.last_change_seq)
}


def take_numbers(counter: str, count: int) -> int:
    """The first of `count` fresh consecutive numbers of a SQLite counter."""
    [(last,)] = ask(COUNTERS[counter].given(taken=count))
    return int(last) - count + 1


NUMBERS_FROM = text("SELECT setval('receipt_numbers', greatest(nextval('receipt_numbers') + :step, :least))")


def begin_epoch(*, restores: int, above: int = 0) -> int:
    """A database that was put back starts a new epoch: every cursor of the old one is void.

    Its own receipt numbers start 1,000,000 × `restores` above the highest it knows, and 1,000,000 above
    where those of the former epoch started (`above`), so that no number is given twice whichever backups
    are put back in whichever order. Both are kept outside the database. Returns where they start.
    """
    installation = db.session.get_one(Installation, 1)
    installation.epoch = new_id()
    step, least = RECEIPT_NUMBER_STEP * restores, above + RECEIPT_NUMBER_STEP
    if db.session.connection().dialect.name == "postgresql":
        installation.fingerprint = db.session.scalar(FINGERPRINT)
        start = int(db.session.execute(NUMBERS_FROM, {"step": step, "least": least}).scalar_one())
        # Transaction ids of another cluster say nothing here: what stood there comes first.
        db.session.execute(update(Change).values(tx=0))
        return start
    installation.last_receipt_no = max(installation.last_receipt_no + step, least)
    return installation.last_receipt_no
