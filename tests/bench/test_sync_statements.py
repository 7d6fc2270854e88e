"""What a batch costs the database does not grow with the batch."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from tests.cast import Cast
from workstation.database import db


@contextmanager
def statements_of(app: Flask) -> Iterator[list[str]]:
    """Every statement that reaches the database meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def count_statements(cast: Cast, *, size: int) -> int:
    """Of one call with so many check-ins, half at one station and half at another."""
    phone = cast.phone("member")
    phone.pull()
    stations = [cast.here.stations[name] for name in ("hall", "far")]
    batch = [phone.check_in(stations[number % 2]) for number in range(size)]
    with statements_of(cast.app) as seen:
        phone.sync(*batch)
    return len(seen)


def test_a_batch_of_a_hundred_takes_as_many_statements_as_one_of_twenty_five(cast: Cast) -> None:
    small = count_statements(cast, size=25)
    assert small > 0
    assert count_statements(cast, size=100) == small
