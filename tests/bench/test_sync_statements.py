"""What a batch costs the database grows neither with the batch nor with what is judged of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from api import clock
from tests.cast import HALL, Cast
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


@contextmanager
def everything_asked(app: Flask) -> Iterator[list[str]]:
    """Every statement of SQLite's driver meanwhile, those too that go past SQLAlchemy."""
    seen: list[str] = []

    def listen(connection: Any, *_: object) -> None:
        connection.set_trace_callback(seen.append)

    with app.app_context():
        db.engine.dispose()
        engine = db.engine
    event.listen(engine, "connect", listen)
    try:
        yield seen
    finally:
        event.remove(engine, "connect", listen)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_judging_presence_costs_no_statement(cast: Cast) -> None:
    """Used codes, other registrations and shared devices ride along; a stated time asks for none of them."""
    phone, hall = cast.phone("member"), cast.here.stations["hall"]
    fix = {"lat": HALL[0], "lon": HALL[1], "accuracy_m": 20, "age_s": 1}
    plain = phone.check_in(hall, stated_at=clock.now().isoformat())
    judged = phone.check_in(hall, fix=fix, station_code="000000")
    counts = []
    for entry in (plain, judged):
        phone.pull()  # so that neither call has anything to tell
        with everything_asked(cast.app) as seen:
            phone.sync(entry)
        counts.append(len(seen))
    assert counts[0] == counts[1] > 10
