"""One at a time, on however many machines."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from workstation.database import db

# Any number that no other advisory lock of this database has.
LOCK = 7_403_001
TAKE = text(f"SELECT pg_try_advisory_xact_lock({LOCK})")
# The transaction that holds the lock waits while others work.
MAY_WAIT = text("SELECT set_config('idle_in_transaction_session_timeout', '0', true)")


@contextmanager
def housekeeping_turn() -> Iterator[bool]:
    """Whether it is ours; if not, somebody else is at it. Ends by itself when the holder is killed."""
    if db.engine.dialect.name == "postgresql":
        with _postgresql_turn() as is_ours:
            yield is_ours
    else:
        with _sqlite_turn(Path(f"{db.engine.url.database}.housekeeping")) as is_ours:
            yield is_ours


@contextmanager
def _postgresql_turn() -> Iterator[bool]:
    # The lock of a transaction and not of a session: it holds behind PgBouncer too, and keeps no snapshot.
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="READ COMMITTED", postgresql_readonly=True)
        connection.execute(MAY_WAIT)
        yield bool(connection.scalar(TAKE))
        connection.rollback()


@contextmanager
def _sqlite_turn(path: Path) -> Iterator[bool]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
