"""Lets go of what nobody needs any more. Each may run twice, also at once."""

import fcntl
from datetime import datetime, timedelta
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import delete

from workstation.database import db
from workstation.people.models import EnrolmentCode, SignInFailure
from workstation.people.rules import FAILURES_REMEMBERED

# A used code says for a while which phone it enrolled.
CODES_KEPT = timedelta(days=90)
# Rows here change with every call, so that PostgreSQL's own schedule is late.
OFTEN_CHANGED = ("changes", "devices", "touched_days")
# Rewriting a file that has less to give back is not worth the wait of its writers.
WORTH_REWRITING_SHARE, WORTH_REWRITING_BYTES = 0.25, 16 << 20
LONGEST_REWRITE_BYTES = 2 << 30


def forget_failures(*, now: datetime) -> int:
    """Refused sign-ins that no longer slow anybody down; how many."""
    old = SignInFailure.failed_at <= now - FAILURES_REMEMBERED
    return len(db.session.execute(delete(SignInFailure).where(old).returning(SignInFailure.id)).all())


def forget_codes(*, now: datetime) -> int:
    """One-time codes that ended long ago; how many."""
    old = EnrolmentCode.expires_at <= now - CODES_KEPT
    return len(db.session.execute(delete(EnrolmentCode).where(old).returning(EnrolmentCode.id)).all())


def vacuum_postgresql() -> None:
    """Gives back what changed rows left behind, and renews what the planner knows."""
    with db.engine.connect() as connection:
        connection.exec_driver_sql("SET default_transaction_read_only = off")
        connection.exec_driver_sql("SET statement_timeout = 0")
        for table in OFTEN_CHANGED:
            connection.exec_driver_sql(f"VACUUM (ANALYZE, SKIP_LOCKED) {table}")
        # A connection with other settings is not for anybody else.
        connection.invalidate()


def tidy_sqlite(path: Path) -> int:
    """Takes the journal in, renews what the planner knows, and rewrites the file if that gives much back.

    Returns how many bytes the file got smaller.
    """
    before = path.stat().st_size
    connection = sqlite.connect(path, timeout=30, isolation_level=None)
    try:
        connection.execute("PRAGMA optimize")
        if is_worth_rewriting(size=before, free=_free_bytes(connection)):
            _rewrite(connection, path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    return before - path.stat().st_size


def is_worth_rewriting(*, size: int, free: int) -> bool:
    """Whether VACUUM gives back enough of `size` bytes, and is short enough for those who wait."""
    return (
        free >= WORTH_REWRITING_BYTES
        and free >= size * WORTH_REWRITING_SHARE
        and size - free <= LONGEST_REWRITE_BYTES
    )


def _free_bytes(connection: sqlite.Connection) -> int:
    [(pages,)], [(size,)] = (connection.execute(f"PRAGMA {name}") for name in ("freelist_count", "page_size"))
    return int(pages) * int(size)


def _rewrite(connection: sqlite.Connection, path: Path) -> None:
    """With the gate shut: writers wait in front of it, and none runs into SQLite's own time limit."""
    with Path(f"{path}.gate").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        connection.execute("VACUUM")
