"""Everything in the database that is encrypted at rest, and its way from one key to the next."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, literal, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute

from workstation.accounts.models import SecondFactor
from workstation.database import Base, db, writing
from workstation.keys import HEAD_BYTES, Keys, head_of, number_in
from workstation.receptions.models import Constituent
from workstation.sync.models import HeldEntry

ROWS_A_STEP = 200


class Locked(NamedTuple):
    """One encrypted column: for what purpose, and by which columns its values are bound to their row."""

    column: InstrumentedAttribute[Any]
    purpose: str
    bound_by: tuple[InstrumentedAttribute[Any], ...]

    @property
    def model(self) -> type[Base]:
        found: type[Base] = self.column.class_
        return found


LOCKED = (
    Locked(Constituent.identity, "constituent", (Constituent.network_id, Constituent.reception_id)),
    Locked(HeldEntry.content, "held", (HeldEntry.network_id, HeldEntry.entry_id)),
    Locked(HeldEntry.amendment, "held", (HeldEntry.network_id, HeldEntry.entry_id)),
    Locked(SecondFactor.sealed_secret, "second factor", (SecondFactor.network_id, SecondFactor.member_id)),
)


def count_by_key() -> Counter[int]:
    """How many values each key opens; key 0 is the secret itself."""
    counts: Counter[int] = Counter()
    for locked in LOCKED:
        head = func.substr(locked.column, 1, HEAD_BYTES)
        rows = db.session.execute(select(head, func.count()).where(locked.column.is_not(None)).group_by(head))
        for start, count in rows:
            counts[number_in(bytes(start))] += count
    return counts


def reencrypt(*, keys: Keys, progress: Callable[[int], object] = lambda _rows: None) -> int:
    """Encrypts all of it with the newest key, a few rows at a time. Gives how many values no key opens.

    Commits by itself. What was interrupted goes on where it stopped; the server may run meanwhile.
    """
    return sum(_reencrypt(locked, keys, progress) for locked in LOCKED)


def _reencrypt(locked: Locked, keys: Keys, progress: Callable[[int], object]) -> int:
    failed = 0
    for rows in _old_values(locked, keys):
        with writing():
            failed += sum(not _move(locked, row, keys) for row in rows)
        progress(len(rows))
    return failed


def _old_values(locked: Locked, keys: Keys) -> Iterator[Sequence[Any]]:
    """Pages of (value, the columns that bind it, its key) that another key encrypted."""
    key = list(locked.model.__table__.primary_key)
    head = head_of(keys.newest(locked.purpose))
    old = func.substr(locked.column, 1, max(len(head), 1)) != head
    statement = (
        select(locked.column, *locked.bound_by, *key).where(locked.column.is_not(None), old).order_by(*key)
    )
    last: Sequence[Any] | None = None
    while True:
        page = statement if last is None else statement.where(_behind(key, last))
        rows = db.session.execute(page.limit(ROWS_A_STEP)).all()
        if not rows:
            return
        last = rows[-1][-len(key) :]
        yield rows


def _behind(key: Sequence[Any], last: Sequence[Any]) -> ColumnElement[bool]:
    values = [literal(part, column.type) for column, part in zip(key, last, strict=True)]
    return tuple_(*key) > tuple_(*values)


def _move(locked: Locked, row: Any, keys: Keys) -> bool:
    """Only while it is what was read: what was changed meanwhile has the newest key already."""
    value, bound_to = bytes(row[0]), " ".join(str(each) for each in row[1 : 1 + len(locked.bound_by)])
    plain = keys.decrypt(locked.purpose, value, bound_to=bound_to)
    if plain is None:
        return False
    key = list(locked.model.__table__.primary_key)
    same = [column == part for column, part in zip(key, row[-len(key) :], strict=True)]
    fresh = keys.encrypt(locked.purpose, plain, bound_to=bound_to)
    statement = update(locked.model).where(*same, locked.column == row[0]).values({locked.column: fresh})
    db.session.execute(statement.execution_options(synchronize_session=False))
    return True
