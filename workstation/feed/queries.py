"""Reads the feed in an order that skips nothing, whatever commits late."""

import base64
import hmac
from typing import NamedTuple

from sqlalchemy import select, text, tuple_

from workstation.database import db
from workstation.feed.models import EVERYBODY, Change, Installation
from workstation.keys import Keys

PAGE = 500
TAG_BYTES = 9
# Transactions from here on may still be running; rows below it are final.
HORIZON = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")

HEAD = text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
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


def get_installation() -> Installation:
    """The one row that says which database this is."""
    return db.session.get_one(Installation, 1)


def list_changes(*, network_id: int, member_id: str, after: Position, limit: int = PAGE) -> list[Change]:
    """The next changes for a member: those for everybody and the member's own, in feed order."""
    statement = (
        select(Change)
        .where(
            Change.network_id == network_id,
            Change.audience.in_((EVERYBODY, member_id)),
            tuple_(Change.tx, Change.seq) > tuple_(after.tx, after.seq),
        )
        .order_by(Change.tx, Change.seq)
        .limit(limit)
    )
    if db.session.connection().dialect.name == "postgresql":
        statement = statement.where(Change.tx < db.session.scalar(HORIZON))
    return list(db.session.scalars(statement))


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

    changes: list[Change]
    cursor: str
    more: bool
    reset: bool
    epoch: str


def read_page(*, network_id: int, member_id: str, cursor: str | None, keys: Keys) -> Page:
    """The changes behind a cursor. A cursor of another epoch, or none of ours, starts anew with `reset`."""
    epoch = get_installation().epoch
    known = read_cursor(cursor, keys=keys) if cursor else None
    reset = cursor is not None and (known is None or known[0] != epoch)
    after = START if reset or known is None else known[1]
    changes = list_changes(network_id=network_id, member_id=member_id, after=after)
    last = Position(changes[-1].tx, changes[-1].seq) if changes else after
    return Page(
        changes=changes,
        cursor=write_cursor(epoch=epoch, position=last, keys=keys),
        more=len(changes) == PAGE,
        reset=reset,
        epoch=epoch,
    )


def is_displaced(*, cursor: str | None, keys: Keys) -> bool:
    """Whether this database is not the one that its epoch began on: it was put back, moved or promoted.

    Either PostgreSQL says so, or a phone has seen more of the epoch than there is.
    """
    installation = get_installation()
    on_postgresql = db.session.connection().dialect.name == "postgresql"
    if on_postgresql and _fingerprint() != installation.fingerprint:
        return True
    known = read_cursor(cursor, keys=keys) if cursor else None
    if known is None or known[0] != installation.epoch:
        return False
    tx, seq = known[1]
    return tx >= int(db.session.scalar(HEAD) or 0) if on_postgresql else seq > installation.last_change_seq


def _fingerprint() -> str:
    """Asked once for each connection: after a failover every connection is a new one."""
    remembered = db.session.connection().info
    if "fingerprint" not in remembered:
        remembered["fingerprint"] = db.session.scalar(FINGERPRINT)
    return str(remembered["fingerprint"])
