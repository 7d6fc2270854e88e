"""Reads the feed in an order that skips nothing, whatever commits late."""

import base64
import hmac
from collections.abc import Collection
from functools import partial
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, bindparam, or_, select, text, tuple_

from workstation.database import db
from workstation.feed.models import EVERYBODY, Change
from workstation.keys import Keys
from workstation.prepared import Prepared, ask, ask_together

PAGE = 500
TAG_BYTES = 9
STANDING = {
    "sqlite": "SELECT epoch, fingerprint, 1, 1, last_change_seq FROM installation",
    "postgresql": "SELECT CAST(epoch AS text), fingerprint,"
    " CAST(CAST(pg_snapshot_xmin(s) AS text) AS bigint), CAST(CAST(pg_snapshot_xmax(s) AS text) AS bigint),"
    " 9223372036854775807 FROM installation, pg_current_snapshot() AS s",
}
HORIZON = {
    "sqlite": "1",
    "postgresql": "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)",
}
# Which cluster, database and timeline this is: a restored or promoted one differs.
FINGERPRINT = text(
    "SELECT s.system_identifier || '/' || d.oid || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)"
    " FROM pg_control_system() AS s, pg_database AS d WHERE d.datname = current_database()"
)


class Position(NamedTuple):
    """A place in the feed: everything up to and with (`tx`, `seq`) has been scanned."""

    tx: int
    seq: int


START = Position(-1, -1)


class Standing(NamedTuple):
    """Where the feed of this database stands now.

    Transactions from `horizon` on may still be running; rows below it are final. `head` is the first
    transaction that has not begun. On SQLite all is transaction 0, and `last_seq` its last row; on PostgreSQL
    a number above all.
    """

    epoch: str
    fingerprint: str | None
    horizon: int
    head: int
    last_seq: int


class Row(NamedTuple):
    """One change. What the thing is stands in its own table."""

    noun: str
    id: str
    op: str
    tx: int
    seq: int


def _changes(dialect: str) -> Select[str, str, str, int, int]:
    place = tuple_(Change.tx, Change.seq)
    return (
        select(Change.noun, Change.id, Change.op, Change.tx, Change.seq)
        .where(
            Change.network_id == bindparam("network_id"),
            or_(Change.audience == EVERYBODY, Change.audience == bindparam("member_id")),
            place > tuple_(bindparam("tx"), bindparam("seq")),
            Change.tx < text(HORIZON[dialect]),
        )
        .order_by(Change.tx, Change.seq)
        .limit(bindparam("limit"))
    )


WHERE_IT_STANDS = Prepared(lambda dialect: text(STANDING[dialect]))
CHANGES = Prepared(_changes)


def read_standing() -> Standing:
    """Where the feed stands as of this statement."""
    return Standing(*ask(WHERE_IT_STANDS.given())[0])


def read_changes(
    *, network_id: int, member_id: str, after: Position, limit: int = PAGE
) -> tuple[Standing, list[Row]]:
    """The next final changes for a member, those for everybody and the member's own, in feed order.

    Where the feed stands is read just before: what became final in between is left for the next page.
    """
    changes = CHANGES.given(
        network_id=network_id,
        member_id=member_id,
        tx=after.tx,
        seq=after.seq,
        limit=limit,
    )
    [standing], rows = ask_together(WHERE_IT_STANDS.given(), changes)
    stands = Standing(*standing)
    return stands, [row for row in map(Row._make, rows) if row.tx < stands.horizon]


def write_cursor(*, epoch: str, position: Position, keys: Keys) -> str:
    """The opaque text that a phone gives back. Signed, so that nobody can invent a place."""
    plain = f"{epoch} {position.tx} {position.seq}".encode()
    return base64.urlsafe_b64encode(_tag(plain, keys) + plain).decode().rstrip("=")


def read_cursor(cursor: str, *, keys: Keys) -> tuple[str, Position] | None:
    """Epoch and position of a cursor that this installation wrote, or None."""
    try:
        content = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError:
        return None
    tag, plain = content[:TAG_BYTES], content[TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(plain, keys)):
        return None
    epoch, tx, seq = plain.decode().split(" ")
    return epoch, Position(int(tx), int(seq))


def _tag(plain: bytes, keys: Keys) -> bytes:
    return bytes.fromhex(keys.digest("cursor", plain))[:TAG_BYTES]


class Page(NamedTuple):
    """One pull: what changed, and the cursor to give back next time."""

    changes: list[Row]
    cursor: str
    more: bool
    reset: bool
    epoch: str


def read_page(
    *, network_id: int, member_id: str, cursor: str | None, keys: Keys, told: Collection[str] = ()
) -> Page:
    """The changes behind a cursor. A cursor of another epoch, or none of ours, starts anew with `reset`.

    `told` are receipts that the same answer gives already. The cursor is the last row scanned, never the
    horizon: a transaction below that may have left nothing on the disk, and after a crash its number is
    given again.
    """
    known = read_cursor(cursor, keys=keys) if cursor else None
    after = known[1] if known else START
    read = partial(read_changes, network_id=network_id, member_id=member_id)
    standing, changes = read(after=after)
    reset = cursor is not None and (known is None or known[0] != standing.epoch)
    if reset and after != START:
        after = START
        standing, changes = read(after=after)
    more = len(changes) == PAGE
    scanned = Position(changes[-1].tx, changes[-1].seq) if changes else after
    return Page(
        changes=[row for row in changes if row.noun != "receipt" or row.id not in told],
        cursor=write_cursor(epoch=standing.epoch, position=scanned, keys=keys),
        more=more,
        reset=reset,
        epoch=standing.epoch,
    )


def is_displaced(standing: Standing, *, cursor: str | None, keys: Keys) -> bool:
    """Whether this database is not the one that its epoch began on: it was put back, moved or promoted.

    Either PostgreSQL says so, or a phone has seen more of the epoch than there is, or an epoch after it.
    """
    if standing.fingerprint is not None and _fingerprint() != standing.fingerprint:
        return True
    known = read_cursor(cursor, keys=keys) if cursor else None
    if known is None:
        return False
    if known[0] != standing.epoch:
        return _is_younger(known[0], than=standing.epoch)
    tx, seq = known[1]
    return tx >= standing.head or (standing.fingerprint is None and seq > standing.last_seq)


def _is_younger(epoch: str, *, than: str) -> bool:
    """Whether this epoch began after the other: a database's first is random, later ones hold the time."""
    return (UUID(epoch).version == 7, epoch) > (UUID(than).version == 7, than)


def _fingerprint() -> str:
    """Asked once for each connection: after a failover every connection is a new one."""
    remembered = db.session.connection().info
    if "fingerprint" not in remembered:
        remembered["fingerprint"] = db.session.scalar(FINGERPRINT)
    return str(remembered["fingerprint"])
