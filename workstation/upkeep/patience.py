"""Questions that may take only so long: whoever looks after an ill server must not wait for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from workstation.database import db

# SQLite asks after this many of its steps, some tenths of a millisecond.
STEPS = 10_000


class TookTooLong(Exception):
    """The question was given up."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Each statement on PostgreSQL, and all of them together on SQLite. Raises TookTooLong.

    What the session read before is let go first, and what was read inside at the end.
    """
    began = monotonic()
    try:
        with _limited(seconds):
            yield
    except OperationalError as error:
        if monotonic() - began < seconds:
            raise
        raise TookTooLong from error


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        with _limited_transaction(seconds):
            yield
        return
    connection = db.session.connection()
    driver, ends = connection.connection.driver_connection, monotonic() + seconds
    assert driver is not None
    driver.set_progress_handler(lambda: monotonic() > ends, STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


@contextmanager
def _limited_transaction(seconds: float) -> Iterator[None]:
    """For this transaction alone: behind PgBouncer somebody else has the connection next."""
    options = {"isolation_level": "READ COMMITTED", "postgresql_readonly": True}
    connection = db.session.connection(execution_options=options)
    connection.execute(text(f"SET LOCAL statement_timeout = {int(seconds * 1000)}"))
    try:
        yield
    finally:
        db.session.rollback()
