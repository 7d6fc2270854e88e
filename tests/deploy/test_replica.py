"""Two PostgreSQL servers, one following the other: figures come from the second, and say as of when."""

import contextlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, make_url

from api import create_app
from api.config import UnsafeSettings, refuse_wrong_replica
from api.replica import RESTS, find_replica_out
from tests.cast import Cast, Phone
from tests.databases import SHARED, settings
from tests.deploy.standby import follow, plain, replay_later, wait_until_even
from tests.faults.conftest import migrated
from tests.postgres import PostgresServer, create_database, drop_database
from workstation.database import REPLICA, db
from workstation.ids import new_id
from workstation.replica import PRIMARY, STANDBY, made_at

pytestmark = pytest.mark.postgresql
COVERAGE = "/api/v1/coverage?window=30d&by=network"


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PostgresServer, PostgresServer]]:
    """The primary with a migrated database, and its replica."""
    folder = Path(os.environ[SHARED])
    primary = PostgresServer(folder / f"postgresql-{uuid.uuid4().hex[:8]}")
    primary.start()
    migrated(primary, tmp_path_factory.mktemp("migrated"))
    standby = follow(primary, folder / f"postgresql-{uuid.uuid4().hex[:8]}")
    yield primary, standby
    for server in (standby, primary):
        with contextlib.suppress(RuntimeError):
            server.stop(mode="immediate")


@pytest.fixture
def app(servers: tuple[PostgresServer, PostgresServer], tmp_path: Path) -> Iterator[Flask]:
    """The application with both addresses, on a database of its own."""
    primary, standby = servers
    name = f"test_{uuid.uuid4().hex}"
    create_database(primary.url("postgres"), name, template="workstation")
    wait_until_even(primary, standby)
    with_both = replace(
        settings(database_url=primary.url(name), data_dir=tmp_path), read_database_url=standby.url(name)
    )
    app = create_app(with_both)
    yield app
    replay_later(standby, "0")
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
    drop_database(primary.url("postgres"), name)


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The cast as of now: the servers' clocks are those of this machine."""
    return Cast(app)


@pytest.fixture
def asked(app: Flask) -> list[str]:
    """The statements that the replica was asked."""
    statements: list[str] = []
    with app.app_context():
        event.listen(
            db.engines[REPLICA], "before_cursor_execute", lambda *given: statements.append(str(given[2]))
        )
    return statements


def check_in(phone: Phone, cast: Cast) -> datetime:
    """One more check-in; a moment at which it was there."""
    phone.sync(phone.check_in(cast.here.stations["hall"]))
    return datetime.now(UTC)


def look(officer: Phone) -> dict[str, Any]:
    """What the office sees."""
    answer = officer.get(COVERAGE)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def check_ins(found: dict[str, Any]) -> int:
    return int(found["totals"]["check_ins"]["low"])


def as_of(found: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(found["as_of"])


def doctor(cast: Cast) -> tuple[str, str]:
    """What `flask doctor` says of it."""
    with cast.app.app_context():
        found = find_replica_out()
        db.session.remove()
    return found.state, found.said


def asked_for_figures(statements: list[str]) -> bool:
    return any("station_days" in statement or "station_months" in statement for statement in statements)


def test_a_replica_that_lacks_nothing_answers_for_the_figures(cast: Cast, asked: list[str]) -> None:
    officer, phone = cast.phone("city_officer"), cast.phone("member")
    there = check_in(phone, cast)
    found = look(officer)
    assert check_ins(found) == 1 or as_of(found) < there
    assert asked_for_figures(asked)


def test_a_replica_that_is_behind_says_as_of_when_and_shows_what_was_then(
    cast: Cast, servers: tuple[PostgresServer, PostgresServer], asked: list[str]
) -> None:
    officer, phone = cast.phone("city_officer"), cast.phone("member")
    check_in(phone, cast)
    look(officer)  # the figures catch up
    wait_until_even(*servers)
    evened = datetime.now(UTC)
    replay_later(servers[1], "1h")
    check_in(phone, cast)
    asked.clear()
    found = look(officer)
    assert check_ins(found) == 1
    assert as_of(found) < evened
    assert 0 <= found["behind_s"] <= (datetime.now(UTC) - as_of(found)).total_seconds() + 1
    assert asked_for_figures(asked)
    asked.clear()
    assert officer.get("/api/v1/coverage.csv?window=30d&by=network").status_code == 200
    assert asked_for_figures(asked), "files come from there too"
    assert doctor(cast) == ("ok", "备用数据库跟得上"), "minutes are no trouble"
    asked.clear()
    pulse = officer.get("/api/v1/coverage/pulse").json
    assert as_of(pulse) < evened, "or the page loads what is not there"
    assert any("devices" in statement for statement in asked)


def test_figures_that_the_replica_has_not_caught_up_are_no_newer_than_their_oldest_note(
    cast: Cast, servers: tuple[PostgresServer, PostgresServer]
) -> None:
    """It has the fact and not its figure: what is shown is as of before the fact."""
    officer, phone = cast.phone("city_officer"), cast.phone("member")
    began = datetime.now(UTC)
    check_in(phone, cast)
    wait_until_even(*servers)
    replay_later(servers[1], "1h")
    found = look(officer)  # the primary's figures catch up, and the replica's do not
    assert check_ins(found) == 0
    assert as_of(found) < began + timedelta(seconds=30)


def test_a_replica_that_is_gone_is_not_missed_and_found_again(
    cast: Cast, servers: tuple[PostgresServer, PostgresServer], asked: list[str]
) -> None:
    officer, phone = cast.phone("city_officer"), cast.phone("member")
    look(officer)
    check_in(phone, cast)
    servers[1].stop(mode="immediate")
    try:
        found = look(officer)
        assert (check_ins(found), found["behind_s"]) == (1, 0)
        asked.clear()
        assert doctor(cast)[0] == "soon"
        look(officer)
        assert asked == [], "each call waits for a machine that is gone"
    finally:
        servers[1].start()
    cast.app.extensions[RESTS] = 0.0
    look(officer)
    assert asked_for_figures(asked)


def test_a_call_that_the_replica_breaks_off_is_answered_by_the_primary(
    cast: Cast, servers: tuple[PostgresServer, PostgresServer]
) -> None:
    """As when it must replay what a long report still reads."""
    officer, phone = cast.phone("city_officer"), cast.phone("member")
    check_in(phone, cast)

    def break_off(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "stations" in statement:
            with psycopg.connect(plain(servers[1], "postgres"), autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [cursor.connection.info.backend_pid])

    with cast.app.app_context():
        event.listen(db.engines[REPLICA], "before_cursor_execute", break_off)
    found = look(officer)
    assert (check_ins(found), found["behind_s"]) == (1, 0)


def test_a_server_that_does_not_follow_is_not_asked(
    cast: Cast, servers: tuple[PostgresServer, PostgresServer], tmp_path: Path
) -> None:
    """It looks like the database and is none: here the primary itself, by another way."""
    database = cast.app.config["SETTINGS"].database_url
    wrong = replace(cast.app.config["SETTINGS"], read_database_url=f"{database}&application_name=other")
    app = create_app(wrong)
    phone = cast.phone("city_officer")
    answer = app.test_client().get(COVERAGE, headers=phone.headers)
    assert (answer.status_code, answer.json["behind_s"]) == (200, 0)
    assert app.extensions[RESTS] > 0
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def test_phones_never_read_from_it(
    cast: Cast, servers: tuple[PostgresServer, PostgresServer], asked: list[str]
) -> None:
    replay_later(servers[1], "1h")
    phone, same_person = cast.phone("member"), cast.phone("member")
    asked.clear()
    (result,) = phone.sync(phone.check_in(cast.here.stations["hall"]))
    assert result["id"] in {change["id"] for change in same_person.pull()}
    assert phone.get("/api/v1/stations").status_code == 200
    assert asked == []


def test_an_ordinary_role_may_ask_how_far_it_is(servers: tuple[PostgresServer, PostgresServer]) -> None:
    with psycopg.connect(plain(servers[0], "workstation")) as connection:
        connection.execute("CREATE ROLE ordinary")
        connection.execute("SET ROLE ordinary")
        for statement in (PRIMARY, STANDBY):
            connection.execute(str(statement).replace(":position", "'0/0'"))
        connection.rollback()


@pytest.mark.parametrize(
    ("database", "replica"),
    [
        pytest.param(None, "postgresql://replica/workstation", id="beside SQLite"),
        pytest.param("postgresql://primary/workstation", "sqlite:////tmp/a.db", id="SQLite"),
        pytest.param("postgresql://primary/w", "postgres://primary/w", id="the primary itself"),
    ],
)
def test_a_replica_that_cannot_be_one_is_refused_at_the_start(
    database: str | None, replica: str, tmp_path: Path
) -> None:
    wrong = replace(settings(database_url=database or "", data_dir=tmp_path), read_database_url=replica)
    with pytest.raises(UnsafeSettings, match="READ_DATABASE_URL"):
        refuse_wrong_replica(wrong)


def test_an_id_says_when_it_was_made() -> None:
    before = datetime.now(UTC)
    made = made_at(new_id())
    assert before - timedelta(milliseconds=1) <= made <= datetime.now(UTC)


def test_a_server_whose_only_address_is_a_replica_reads_and_tells_who_writes_to_come_later(
    cast: Cast, servers: tuple[PostgresServer, PostgresServer], tmp_path: Path
) -> None:
    officer, phone = cast.phone("city_officer"), cast.phone("member")
    check_in(phone, cast)
    assert check_ins(look(officer)) == 1
    entry = phone.check_in(cast.here.stations["hall"])
    wait_until_even(*servers)
    name = make_url(cast.app.config["SQLALCHEMY_DATABASE_URI"]).database or ""
    astray = create_app(settings(database_url=servers[1].url(name), data_dir=tmp_path))
    at_home, officer.client, phone.client = phone.client, astray.test_client(), astray.test_client()
    assert check_ins(look(officer)) == 1
    refused = phone.call(entry)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    phone.client = at_home
    assert [result["status"] for result in phone.sync(entry)] == ["accepted"]
    with astray.app_context():
        db.session.remove()
        db.engine.dispose()
