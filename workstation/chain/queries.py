"""Reads rows as the chain hashes them, and finds those that no block names yet.

Values come as text that is the same on both databases, so that a chain survives the move from one to the
other, and fast enough to check years in a minute.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import func, select

from workstation.audit.models import AuditEvent
from workstation.chain.models import ChainBlock
from workstation.chain.rules import numbers_in
from workstation.database import Base, db
from workstation.sync.models import Receipt

MOMENTS = frozenset({"at", "recorded_at", "received_at", "occurred_at"})
IDS = frozenset(
    {"entry_id", "device_id", "member_id", "entered_by_id", "station_id", "target_id", "root_id", "about_id"}
)
OBJECTS = frozenset({"body", "flags", "before", "after"})
# What never changes of a receipt, from the moment on which it was given.
IDENTITY = ("receipt_no", "entry_id", "content_hash", "received_at")
# All of it, once it waits for nobody any more. The code comes last: blocks of former times end before it.
WHOLE = (
    "receipt_no", "entry_id", "device_id", "seq", "member_id", "entered_by_id", "kind", "state", "code",
    "content_hash", "body", "station_id", "target_id", "root_id", "recorded_at", "received_at", "occurred_at",
    "clock_error_s", "flags", "verdict", "distance_m", "accuracy_m", "evidence", "code_step",
)  # fmt: skip
EVENT = (
    "no", "at", "member_id", "device_id", "action", "noun", "thing_id", "about_id", "reason", "before",
    "after",
)  # fmt: skip
COLUMNS = {"receipt": WHOLE, "held": IDENTITY, "settled": WHOLE, "audit": EVENT}
TABLES: dict[str, type[Base]] = {
    "receipt": Receipt,
    "held": Receipt,
    "settled": Receipt,
    "audit": AuditEvent,
}
NUMBERS_A_PAGE = 50_000


def read_rows(*, network_id: int, source: str, numbers: Sequence[int]) -> list[list[Any]]:
    """These rows as they are hashed, their number first, in its order; those that are gone are left out."""
    dialect = db.engine.dialect.name
    given: Any = list(numbers) if dialect == "postgresql" else json.dumps(list(numbers))
    driver: Any = db.session.connection().connection.driver_connection  # SQLAlchemy's rows cost twice as much
    rows: list[tuple[Any, ...]] = driver.execute(_sql(source, dialect), (network_id, given)).fetchall()
    return list(map(_opener(source, dialect), rows))


@cache
def _sql(source: str, dialect: str) -> str:
    columns, table = COLUMNS[source], TABLES[source].__tablename__
    said = ", ".join(_as_text(name) for name in columns) if dialect == "postgresql" else ", ".join(columns)
    one_of = "= ANY(%s)" if dialect == "postgresql" else "IN (SELECT value FROM json_each(?))"
    network = "%s" if dialect == "postgresql" else "?"
    return (
        f"SELECT {said} FROM {table}"  # noqa: S608  # our own names
        f" WHERE network_id = {network} AND {columns[0]} {one_of} ORDER BY {columns[0]}"
    )


def _as_text(name: str) -> str:
    """On PostgreSQL: as text, since nobody wants the value."""
    return f"{name}::text" if name in IDS | OBJECTS | MOMENTS else name


def _opener(source: str, dialect: str) -> Callable[[tuple[Any, ...]], list[Any]]:
    """What turns a row into values that are the same on both databases."""
    objects = [place for place, name in enumerate(COLUMNS[source]) if name in OBJECTS]
    moments = [place for place, name in enumerate(COLUMNS[source]) if name in MOMENTS]
    moments = moments if dialect == "postgresql" else []

    def opened(row: tuple[Any, ...]) -> list[Any]:
        values = list(row)
        for place in objects:
            values[place] = values[place] and orjson.loads(values[place])
        for place in moments:
            values[place] = values[place] and _as_sqlite_has_it(values[place])
        return values

    return opened


def _as_sqlite_has_it(moment: str) -> str:
    """2026-11-22 04:00:00.5+00 as 2026-11-22 04:00:00.500000; connections speak UTC."""
    plain = moment[:-3]
    return f"{plain}.000000" if len(plain) == 19 else plain.ljust(26, "0")


def find_head(*, network_id: int) -> ChainBlock | None:
    """The last block of a chain."""
    own = select(ChainBlock).where(ChainBlock.network_id == network_id)
    return db.session.scalar(own.order_by(ChainBlock.no.desc()).limit(1))


def list_new_receipts(*, network_id: int, limit: int) -> list[tuple[int, str]]:
    """(number, state) of receipts that no block names, the lowest first."""
    return _list_new(Receipt, ("receipt", "held"), network_id=network_id, limit=limit)


def list_new_events(*, network_id: int, limit: int) -> list[int]:
    """The numbers of audit events that no block names, the lowest first."""
    return [number for number, _ in _list_new(AuditEvent, ("audit",), network_id=network_id, limit=limit)]


def _list_new(
    model: type[Receipt] | type[AuditEvent], sources: Sequence[str], *, network_id: int, limit: int
) -> list[tuple[int, str]]:
    top, sealed = _sealed(network_id, sources)
    number = Receipt.receipt_no if model is Receipt else AuditEvent.no
    state = Receipt.state if model is Receipt else AuditEvent.action
    own = select(number, state).where(model.network_id == network_id).order_by(number)
    if fresh := db.session.execute(own.where(number > top).limit(limit)).all():
        return [(row[0], row[1]) for row in fresh]
    there = db.session.scalar(select(func.count()).select_from(model).where(model.network_id == network_id))
    if there == sealed:
        return []
    # Committed after others with higher numbers, or given back after a restore.
    return _without_sealed(network_id, sources, own, number, limit)


def _sealed(network_id: int, sources: Sequence[str]) -> tuple[int, int]:
    """The highest number that these blocks name, and how many rows they name that must be there."""
    named = (ChainBlock.network_id == network_id, ChainBlock.source.in_(sources))
    top = db.session.scalar(select(func.max(ChainBlock.last_no)).where(*named))
    kept = select(func.sum(ChainBlock.rows_count)).where(*named, ChainBlock.pruned_at.is_(None))
    return top or 0, db.session.scalar(kept) or 0


def _without_sealed(
    network_id: int, sources: Sequence[str], statement: Any, number: Any, limit: int
) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    last = 0
    while len(found) < limit:
        rows = db.session.execute(statement.where(number > last).limit(NUMBERS_A_PAGE)).all()
        if not rows:
            break
        sealed = _numbers_between(network_id, sources, rows[0][0], rows[-1][0])
        found += [(row[0], row[1]) for row in rows if row[0] not in sealed]
        last = rows[-1][0]
    return found[:limit]


def _numbers_between(network_id: int, sources: Sequence[str], first: int, last: int) -> set[int]:
    blocks = select(ChainBlock.leaves).where(
        ChainBlock.network_id == network_id,
        ChainBlock.source.in_(sources),
        ChainBlock.first_no <= last,
        ChainBlock.last_no >= first,
    )
    return {number for leaves in db.session.scalars(blocks) for number in numbers_in(leaves)}


def list_newly_settled(*, network_id: int, limit: int) -> list[int]:
    """The numbers of receipts that waited for staff when they were sealed, and do not any more."""
    waited = _numbers_between(network_id, ("held",), 0, 2**62)
    open_yet = sorted(waited - _numbers_between(network_id, ("settled",), 0, 2**62))
    found: list[int] = []
    for start in range(0, len(open_yet), 500):
        these = Receipt.receipt_no.in_(open_yet[start : start + 500])
        own = select(Receipt.receipt_no).where(Receipt.network_id == network_id, these)
        found += db.session.scalars(own.where(Receipt.state != "held").order_by(Receipt.receipt_no))
    return found[:limit]


def count_unsealed(*, network_id: int) -> int:
    """How many receipts and audit events are in no block yet, for whoever watches the timer."""
    count = 0
    for model, sources in ((Receipt, ("receipt", "held")), (AuditEvent, ("audit",))):
        own = select(func.count()).select_from(model).where(model.network_id == network_id)
        count += (db.session.scalar(own) or 0) - _sealed(network_id, sources)[1]
    return count


def count_new(*, network_id: int, most: int) -> int:
    """How many receipts and audit events lie above the last sealed one, at most `most` of each kind.

    By the index alone, however many there are. What committed late below it is not counted; `seal` finds it.
    """
    count = 0
    for model, number, sources in (
        (Receipt, Receipt.receipt_no, ("receipt", "held")),
        (AuditEvent, AuditEvent.no, ("audit",)),
    ):
        named = (ChainBlock.network_id == network_id, ChainBlock.source.in_(sources))
        top = db.session.scalar(select(func.max(ChainBlock.last_no)).where(*named)) or 0
        above = select(number).where(model.network_id == network_id, number > top).limit(most)
        count += db.session.scalar(select(func.count()).select_from(above.subquery())) or 0
    return count


def walk_blocks(*, network_id: int) -> Iterator[ChainBlock]:
    """All blocks from the first on, one in memory at a time."""
    last = 0
    while True:
        own = select(ChainBlock).where(ChainBlock.network_id == network_id, ChainBlock.no > last)
        block = db.session.scalar(own.order_by(ChainBlock.no).limit(1))
        if block is None:
            return
        last = block.no
        yield block
        db.session.expunge(block)
