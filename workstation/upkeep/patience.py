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

    Roll the session back afterwards: its connection is not used again.
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
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        # Readers commit by themselves, so that SET LOCAL would be over at once.
        connection.execute(text(f"SET statement_timeout = {int(seconds * 1000)}"))
        try:
            yield
        finally:
            connection.invalidate()  # with other settings it is not for anybody else
        return
    driver, ends = connection.connection.driver_connection, monotonic() + seconds
    assert driver is not None
    driver.set_progress_handler(lambda: monotonic() > ends, STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)
