"""Proves a chain whole, or finds the first break: which block, and where it can be told, which row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from workstation.chain.models import ChainBlock
from workstation.chain.operations import KEY, LEAST_RETENTION
from workstation.chain.queries import read_rows, walk_blocks
from workstation.chain.rules import START, Link, digest_of, leaf_of, leaves_in
from workstation.database import db
from workstation.keys import Keys
from workstation.local_time import local_day


class Break(NamedTuple):
    """The first place at which a chain does not hold. `row_no` is a receipt's or event's number."""

    block_no: int
    source: str | None
    row_no: int | None
    # block.missing, block.altered, row.missing, row.altered, head.missing
    what: str


@dataclass
class Proof:
    """What was looked at, and what was found."""

    blocks: int = 0
    # The digest of the last of these blocks.
    head: str = START
    rows: int = 0
    # Those that an earlier proof read: only their blocks were checked.
    earlier: int = 0
    # Rows that retention took out; their blocks are proven, their content is gone.
    pruned: int = 0
    epochs: list[str] = field(default_factory=list)
    broken: Break | None = None


class Head(NamedTuple):
    """The last block of a local day."""

    day: date
    block_no: int
    sealed_at: datetime
    epoch: str
    digest: str


def verify(
    *,
    network_id: int,
    keys: Keys,
    heads: Mapping[int, str] | None = None,
    rows_after: int = 0,
    progress: Callable[[int], object] = lambda _rows: None,
) -> Proof:
    """Checks every block and every row from the first on, and stops at the first break.

    `heads` are digests by block number that somebody kept outside: they must stand in the chain.
    `rows_after` is the last block whose rows were proven earlier: up to it only the blocks are checked.
    """
    proof, previous, wanted = Proof(), START, dict(heads or {})
    db.session.rollback()
    for block in walk_blocks(network_id=network_id):
        proof.broken = _fault_of(block, no=proof.blocks + 1, previous=previous, keys=keys)
        if not proof.broken and block.no > rows_after:
            proof.broken = _faulty_row(block)
        if not proof.broken and wanted.pop(block.no, block.digest) != block.digest:
            proof.broken = Break(block.no, block.source, None, "head.missing")
        if proof.broken:
            return proof
        _count(proof, block, is_read=block.no > rows_after)
        previous = block.digest
        progress(block.rows_count)
    if wanted:
        proof.broken = Break(min(wanted), None, None, "head.missing")
    return proof


def _count(proof: Proof, block: ChainBlock, *, is_read: bool) -> None:
    proof.blocks += 1
    proof.head = block.digest
    proof.rows += block.rows_count if is_read else 0
    proof.earlier += 0 if is_read else block.rows_count
    proof.pruned += block.rows_count if block.pruned_at else 0
    if block.epoch not in proof.epochs:
        proof.epochs.append(block.epoch)


def _fault_of(block: ChainBlock, *, no: int, previous: str, keys: Keys) -> Break | None:
    """What is wrong with the block itself."""
    if block.no != no:
        return Break(no, None, None, "block.missing")
    link = Link(**{name: getattr(block, name) for name in Link._fields})
    fits = block.previous == previous and block.digest == digest_of(link, block.leaves, key=keys.derive(KEY))
    numbers = [number for number, _ in leaves_in(block.leaves)]
    said = (block.first_no, block.last_no, block.rows_count) == (numbers[0], numbers[-1], len(numbers))
    retained = block.pruned_at is None or block.pruned_at - block.latest_at >= LEAST_RETENTION
    return None if fits and said and retained else Break(no, block.source, None, "block.altered")


def _faulty_row(block: ChainBlock) -> Break | None:
    """The first of its rows that is not what it was."""
    if block.pruned_at is not None:
        return None
    numbers = [number for number, _ in leaves_in(block.leaves)]
    rows = read_rows(network_id=block.network_id, source=block.source, numbers=numbers)
    now = _hashed_as(block, rows)
    if now == block.leaves:
        return None
    here = dict(leaves_in(now))
    for number, content in leaves_in(block.leaves):
        if here.get(number) != content:
            what = "row.altered" if number in here else "row.missing"
            return Break(block.no, block.source, number, what)
    return Break(block.no, block.source, None, "block.altered")


def _hashed_as(block: ChainBlock, rows: Sequence[Sequence[Any]]) -> bytes:
    """The leaves of these rows in the form in which the block has them.

    Receipts were once hashed without their last column. A block is in one form as a whole, so a row of a
    present one finds no way out through the former.
    """
    now = b"".join(map(leaf_of, rows))
    if now == block.leaves or block.source not in ("receipt", "settled"):
        return now
    former = b"".join(leaf_of(row[:-1]) for row in rows)
    is_former = not set(leaves_in(former)).isdisjoint(leaves_in(block.leaves))
    return former if is_former else now


def list_heads(*, network_id: int, day: date | None = None) -> list[Head]:
    """The last block of each local day on which something was sealed, or of one day."""
    latest: dict[date, Head] = {}
    for block in walk_blocks(network_id=network_id):
        sealed_on = local_day(block.sealed_at)
        if day is None or sealed_on == day:
            latest[sealed_on] = Head(sealed_on, block.no, block.sealed_at, block.epoch, block.digest)
    return list(latest.values())
