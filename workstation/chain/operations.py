"""Seals rows that are committed, and takes old audit events out. Never while somebody writes entries.

Nothing of it runs in a sync call: rows are read and hashed without any lock, and only the finished block is
written. A block names its rows one by one, so what commits late, or comes back from a phone after a restore,
is in a later block, and none is left out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from workstation.audit.models import AuditEvent
from workstation.audit.operations import Actor, Deed, note
from workstation.chain.models import ChainBlock
from workstation.chain.queries import (
    COLUMNS,
    find_head,
    list_new_events,
    list_new_receipts,
    list_newly_settled,
    read_rows,
)
from workstation.chain.rules import START, Link, digest_of, leaf_of, moment_of, numbers_in
from workstation.database import Row, db, insert_rows, writing
from workstation.feed.queries import read_standing
from workstation.keys import Keys

BLOCK_ROWS = 5_000
KEY = "chain"
LEAST_RETENTION = timedelta(days=180)
LATEST = {"receipt": "received_at", "held": "received_at", "settled": "received_at", "audit": "at"}


class _Overtaken(Exception):
    """Somebody else sealed meanwhile."""


def seal(*, network_id: int, keys: Keys, now: datetime) -> int:
    """Seals all that is committed and unsealed; gives how many rows. Commits by itself.

    May run twice at once: whoever comes second starts again from the other's head.
    """
    sealed = 0
    while (count := _seal_some(network_id, keys=keys, now=now)) is not None:
        sealed += count
    return sealed


def _seal_some(network_id: int, *, keys: Keys, now: datetime) -> int | None:
    """One step: some blocks; None when nothing is left."""
    db.session.rollback()  # the view of an earlier step
    head = find_head(network_id=network_id)
    no, previous = (head.no, head.digest) if head else (0, START)
    blocks: list[Row] = []
    for source, numbers in _unsealed(network_id):
        rows = read_rows(network_id=network_id, source=source, numbers=numbers)
        made = _block(network_id, no + 1, source, rows, previous=previous, keys=keys, now=now)
        blocks.append(made)
        no, previous = made["no"], made["digest"]
    if not blocks:
        return None
    try:
        with writing():
            _add(blocks)
    except _Overtaken:
        return 0
    return sum(int(block["rows_count"]) for block in blocks)


def _unsealed(network_id: int) -> list[tuple[str, list[int]]]:
    """What to seal next, by source. A receipt is looked at once, and seen as it stands in that moment."""
    receipts = list_new_receipts(network_id=network_id, limit=BLOCK_ROWS)
    found = [
        ("receipt", [number for number, state in receipts if state != "held"]),
        ("held", [number for number, state in receipts if state == "held"]),
        ("settled", list_newly_settled(network_id=network_id, limit=BLOCK_ROWS)),
        ("audit", list_new_events(network_id=network_id, limit=BLOCK_ROWS)),
    ]
    return [(source, numbers) for source, numbers in found if numbers]


def _block(
    network_id: int,
    no: int,
    source: str,
    rows: Sequence[Sequence[Any]],
    *,
    previous: str,
    keys: Keys,
    now: datetime,
) -> dict[str, Any]:
    leaves = b"".join(map(leaf_of, rows))
    place = COLUMNS[source].index(LATEST[source])
    link = Link(
        network_id=network_id,
        no=no,
        source=source,
        latest_at=moment_of(max(row[place] for row in rows)),
        epoch=read_standing().epoch,
        sealed_at=now,
        previous=previous,
    )
    return link._asdict() | {
        "first_no": rows[0][0],
        "last_no": rows[-1][0],
        "rows_count": len(rows),
        "leaves": leaves,
        "digest": digest_of(link, leaves, key=keys.derive(KEY)),
    }


def _add(blocks: Sequence[Row]) -> None:
    written = insert_rows(ChainBlock, blocks, conflict="DO NOTHING", returning=("no",))
    if len(written) != len(blocks):
        raise _Overtaken


def prune(*, network_id: int, older_than: timedelta, now: datetime) -> int:
    """Takes out audit events of whole blocks older than this, at least 180 days; gives how many.

    Their block stays with all its hashes, so the chain stays whole. What is not sealed is not taken.
    """
    if older_than < LEAST_RETENTION:
        raise ValueError("audit events are kept for at least 180 days")
    old = select(ChainBlock).where(
        ChainBlock.network_id == network_id,
        ChainBlock.source == "audit",
        ChainBlock.pruned_at.is_(None),
        ChainBlock.latest_at < now - older_than,
    )
    blocks = list(db.session.scalars(old))
    count = sum(_take_out(block, now=now) for block in blocks)
    if count:
        said = {"events": count, "days": older_than.days}
        deed = Deed("audit.pruned", "audit", "", after=said)
        note(actor=Actor(network_id=network_id, now=now), deeds=[deed])
    return count


def _take_out(block: ChainBlock, *, now: datetime) -> int:
    this = (ChainBlock.network_id == block.network_id) & (ChainBlock.no == block.no)
    db.session.execute(update(ChainBlock).where(this).values(pruned_at=now))
    numbers = numbers_in(block.leaves)
    for start in range(0, len(numbers), 500):
        these = AuditEvent.no.in_(numbers[start : start + 500])
        db.session.execute(delete(AuditEvent).where(AuditEvent.network_id == block.network_id, these))
    return len(numbers)
