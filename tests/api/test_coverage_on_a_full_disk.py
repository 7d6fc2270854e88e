"""Nothing can be written: who looks at figures still sees those that are there, and as of when."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select, update

from tests.api.test_coverage import coverage
from tests.cast import Cast, Time
from workstation.coverage.models import TouchedDays
from workstation.database import db, writing

VIEWS = ("points", "gaps", "changes", "trend", "weeks", "hours", "facts?figure=shifts")


@contextmanager
def full_disk(cast: Cast) -> Iterator[None]:
    """SQLite may not make its file longer: it answers as on a full disk."""

    def leave_no_page(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # as many as there are

    with cast.app.app_context():
        engine = db.engine
    event.listen(engine, "begin", leave_no_page)
    try:
        yield
    finally:
        event.remove(engine, "begin", leave_no_page)
        engine.dispose()


def date_notes(cast: Cast, moment: datetime) -> int:
    """Ids carry the machine's time: the notes become as old as this. How many there are."""
    with cast.app.app_context(), writing():
        ids = list(db.session.scalars(select(TouchedDays.id)))
        for number, id in enumerate(ids):
            milliseconds = f"{int(moment.timestamp() * 1000):012x}"
            dated = f"{milliseconds[:8]}-{milliseconds[8:]}-7000-8000-{number:012}"
            db.session.execute(update(TouchedDays).where(TouchedDays.id == id).values(id=dated))
    return len(ids)


@pytest.fixture
def came_at(cast: Cast, time: Time) -> datetime:
    """One check-in is counted; a minute later hundreds come, whose figures need room. When that was."""
    phone, officer, hall = cast.phone("member"), cast.phone("city_officer"), cast.here.stations["hall"]
    phone.sync(phone.check_in(hall))
    assert coverage(officer)["totals"]["check_ins"]["low"] == 1
    time.passes(minutes=1)
    for days in (range(1, 101), range(101, 201), range(201, 301)):
        phone.sync(*(phone.check_in(hall, at=time.moment - timedelta(days=day)) for day in days))
    assert date_notes(cast, time.moment) == 3
    then = time.moment
    time.passes(minutes=9)
    return then


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_figures_are_shown_as_of_when_they_were_whole(cast: Cast, came_at: datetime) -> None:
    officer = cast.phone("city_officer")
    with full_disk(cast):
        found = coverage(officer)
        assert found["totals"]["check_ins"]["low"] == 1
        assert datetime.fromisoformat(found["as_of"]) <= came_at
        assert 9 * 60 <= found["behind_s"] <= 10 * 60
        for view in VIEWS:
            answer = officer.get(f"/api/v1/coverage/{view}")
            assert (answer.status_code, answer.json["behind_s"] > 0) == (200, True), view
    found = coverage(officer, window="365d")
    assert (found["totals"]["check_ins"]["low"], found["behind_s"]) == (301, 0)


@contextmanager
def no_writes(cast: Cast) -> Iterator[None]:
    """A file system that is read-only lets nobody open SQLite's gate; PostgreSQL refuses each write."""

    def only_read(connection: Connection) -> None:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    with cast.app.app_context():
        engine = db.engine
    if engine.dialect.name == "postgresql":
        event.listen(engine, "begin", only_read)
        yield
        event.remove(engine, "begin", only_read)
        return
    gate = Path(f"{engine.url.database}.gate")
    gate.unlink()
    gate.mkdir()
    yield
    gate.rmdir()


def test_figures_are_shown_where_nothing_may_be_written(
    cast: Cast, time: Time, capsys: pytest.CaptureFixture[str]
) -> None:
    phone, officer, hall = cast.phone("member"), cast.phone("city_officer"), cast.here.stations["hall"]
    phone.sync(phone.check_in(hall))
    assert coverage(officer)["totals"]["check_ins"]["low"] == 1
    phone.sync(phone.check_in(hall))
    date_notes(cast, time.moment)
    time.passes(minutes=9)
    with no_writes(cast):
        found = coverage(officer)
        assert (found["totals"]["check_ins"]["low"], found["behind_s"]) == (1, 9 * 60)
    assert "figures.behind" in capsys.readouterr().out
    assert coverage(officer)["totals"]["check_ins"]["low"] == 2
