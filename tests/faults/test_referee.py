"""The database has the last word: its unique key, and whatever it refuses."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select

from api import create_app
from tests.cast import Cast
from tests.databases import settings
from workstation.check_ins.models import CheckIn
from workstation.database import db, writing

WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


@pytest.fixture
def crowd(app: Flask) -> Cast:
    """The cast at the real time of day, on each kind of database."""
    return Cast(app)


@pytest.fixture
def own_crowd(postgres_database: str, tmp_path: Path) -> Iterator[Cast]:
    app: Flask = create_app(settings(database_url=postgres_database, data_dir=tmp_path))
    yield Cast(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


REFUSALS = {
    "sqlite": "CREATE TRIGGER refused BEFORE INSERT ON check_ins WHEN NEW.note = '毒'"
    " BEGIN SELECT RAISE(ABORT, 'refused'); END",
    "postgresql": "ALTER TABLE check_ins ADD CONSTRAINT refused CHECK (note IS DISTINCT FROM '毒')",
}


def test_what_the_database_refuses_costs_only_itself(crowd: Cast) -> None:
    """A set that cannot be written as a whole is written one by one; the one at fault waits for staff."""
    with crowd.app.app_context(), writing() as connection:
        connection.exec_driver_sql(REFUSALS[connection.dialect.name])
    phone, hall = crowd.phone("member"), crowd.here.stations["hall"]
    results = phone.sync(phone.check_in(hall), phone.check_in(hall, note="毒"), phone.check_in(hall))
    assert [result["status"] for result in results] == ["accepted", "held", "accepted"]
    assert len({result["receipt_no"] for result in results}) == 3
    assert crowd.scalar(select(func.count()).select_from(CheckIn)) == 2


@pytest.mark.postgresql
def test_a_receipt_that_another_writer_brought_meanwhile_is_found_and_not_doubled(
    own_crowd: Cast, postgres_database: str
) -> None:
    """The other writer asks for no lock by name and commits while the call waits to insert."""
    phone = own_crowd.phone("member")
    first = phone.check_in(own_crowd.here.stations["hall"])
    (known,) = phone.sync(first)
    entry = phone.check_in(own_crowd.here.stations["hall"])
    address = postgres_database.replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(address) as other, psycopg.connect(address, autocommit=True) as watch:
        other.execute("CREATE TEMPORARY TABLE copied ON COMMIT DROP AS SELECT * FROM receipts")
        other.execute(
            "UPDATE copied SET entry_id = %s, root_id = %s, receipt_no = 77", (entry["id"], entry["id"])
        )
        other.execute("INSERT INTO receipts SELECT * FROM copied")
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(phone.sync, entry)
            wait_until(lambda: watch.execute(WAITING).fetchone() == (1,))
            other.commit()
            (result,) = call.result()
    assert known["receipt_no"] != 77
    assert result["status"] == "conflict", "the other writer's content is another one, and it was first"
    assert own_crowd.scalar(db.text(f"SELECT count(*) FROM receipts WHERE entry_id = '{entry['id']}'")) == 1


@pytest.mark.postgresql
def test_however_many_phones_notice_a_restore_at_once_one_epoch_begins(
    own_crowd: Cast, postgres_database: str, tmp_path: Path
) -> None:
    phones = [own_crowd.phone("member") for _ in range(4)]
    address = postgres_database.replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(address) as other, psycopg.connect(address, autocommit=True) as watch:
        watch.execute("UPDATE installation SET fingerprint = 'another cluster'")
        other.execute(
            "SELECT * FROM installation FOR UPDATE"
        )  # so that all of them arrive before one goes on
        with ThreadPoolExecutor(len(phones)) as pool:
            calls = [pool.submit(phone.call) for phone in phones]
            wait_until(lambda: watch.execute(WAITING).fetchone() == (len(phones),))
            other.rollback()
            assert len({call.result().json["epoch"] for call in calls}) == 1
    assert (tmp_path / "restores").read_text() == "1"


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
