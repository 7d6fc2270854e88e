"""From the phone's id of a call to PostgreSQL: seen from beside, while the call's transaction waits."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from tests.cast import Cast, Phone
from workstation.database import db

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
CALL = "phone-made-4711"
WHO_WAITS = (
    "SELECT a.application_name FROM pg_stat_activity a"
    " WHERE a.datname = current_database() AND a.wait_event_type = 'Lock'"
)


@contextmanager
def beside(cast: Cast) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the database's administrator."""
    with cast.app.app_context():
        url = make_url(db.engine.url).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        yield connection


def name_of_who_waits(connection: psycopg.Connection[Any]) -> str:
    deadline = monotonic() + 30
    while monotonic() < deadline:
        rows = connection.execute(WHO_WAITS).fetchall()
        if rows:
            return str(rows[0][0])
        sleep(0.02)
    raise AssertionError("nobody waits")


def watched(cast: Cast, *, lock: str, call: Callable[[], Any]) -> tuple[str, list[str]]:
    """What PostgreSQL calls a transaction that waits for this lock, and all connections after it."""
    with beside(cast) as connection, beside(cast) as holder:
        holder.execute("BEGIN")
        holder.execute(lock)
        thread = threading.Thread(target=call)
        thread.start()
        try:
            name = name_of_who_waits(connection)
        finally:
            holder.execute("ROLLBACK")
            thread.join(timeout=60)
        after = "SELECT application_name FROM pg_stat_activity WHERE datname = current_database()"
        return name, [str(row[0]) for row in connection.execute(after)]


def test_a_phones_entries_are_seen_under_the_phones_id_of_the_call(cast: Cast) -> None:
    phone, statuses = cast.phone("member"), []
    entry = phone.check_in(cast.here.stations["hall"])

    def send() -> None:
        own = Phone(cast.app.test_client(), token=phone.token, device_id=phone.device_id)
        own.client.environ_base["HTTP_X_REQUEST_ID"] = CALL
        statuses.append(own.sync(entry)[0]["status"])

    held = f"SELECT pg_advisory_xact_lock(hashtextextended('entry {cast.here.id} {entry['id']}', 0))"
    name, after = watched(cast, lock=held, call=send)
    assert (name, statuses) == (f"workstation {CALL}", ["accepted"])
    assert f"workstation {CALL}" not in after  # the next call on that connection is another


@pytest.mark.parametrize("what", ["pull", "edit"])
def test_so_is_a_plain_pull_and_what_the_office_writes(cast: Cast, what: str) -> None:
    phone, hall = cast.phone("city_officer"), cast.here.stations["hall"]
    row = {
        "pull": f"SELECT * FROM devices WHERE id = '{phone.device_id}' FOR UPDATE",
        "edit": f"SELECT * FROM stations WHERE id = '{hall}' FOR UPDATE",
    }[what]

    def call() -> None:
        client = cast.app.test_client()
        client.environ_base["HTTP_X_REQUEST_ID"] = CALL
        own = Phone(client, token=phone.token, device_id=phone.device_id)
        if what == "pull":
            own.call()
        else:
            own.post("/api/v1/door-screens/keys", {"station_id": hall, "reason": "换"})

    name, _ = watched(cast, lock=row, call=call)
    assert name == f"workstation {CALL}"
