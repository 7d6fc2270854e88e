"""When a replica is not asked: on another timeline, and for how long after which error."""

import contextlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from api import create_app
from api.replica import RESTS, leave
from tests.databases import SHARED, settings
from tests.deploy.standby import follow, wait_until_even
from tests.postgres import PostgresServer
from workstation.replica import NoReplica, measure_behind

pytestmark = pytest.mark.postgresql


@pytest.fixture(scope="module")
def three() -> Iterator[list[PostgresServer]]:
    """A primary and two that follow it."""
    folder = Path(os.environ[SHARED])
    primary = PostgresServer(folder / f"postgresql-{uuid.uuid4().hex[:8]}")
    primary.start()
    servers = [primary]
    servers += [follow(primary, folder / f"postgresql-{uuid.uuid4().hex[:8]}") for _ in range(2)]
    yield servers
    for server in reversed(servers):
        with contextlib.suppress(RuntimeError):
            server.stop(mode="immediate")


def with_replica(primary: PostgresServer, standby: PostgresServer, folder: Path) -> Flask:
    both = settings(database_url=primary.url("postgres"), data_dir=folder)
    return create_app(replace(both, read_database_url=standby.url("postgres")))


def promote(server: PostgresServer) -> None:
    with create_engine(server.url("postgres")).connect() as connection:
        assert connection.scalar(text("SELECT pg_promote(true, 120)"))


def test_after_a_failover_who_follows_the_former_primary_is_no_replica(
    three: list[PostgresServer], tmp_path: Path
) -> None:
    former, follower, next_one = three
    wait_until_even(former, follower)
    with with_replica(former, follower, tmp_path).app_context():
        assert measure_behind().total_seconds() >= 0
    promote(next_one)
    after = with_replica(next_one, follower, tmp_path)
    with after.app_context(), pytest.raises(NoReplica, match="timeline"):
        measure_behind()


def error_of(url: str, statement: str) -> SQLAlchemyError:
    """What the driver says of it."""
    with pytest.raises(SQLAlchemyError) as raised, create_engine(url).connect() as connection:
        connection.execute(text(statement))
    return raised.value


def test_only_a_replica_that_is_gone_is_not_asked_for_a_while(
    three: list[PostgresServer], tmp_path: Path
) -> None:
    app = with_replica(three[0], three[1], tmp_path)
    there, gone = three[0].url("postgres"), "postgresql+psycopg://nobody@127.0.0.1:1/none"
    with app.app_context():
        leave(error_of(there, "SELECT a_column_that_it_does_not_have_yet"))
        assert RESTS not in app.extensions
        leave(error_of(gone, "SELECT 1"))
        assert RESTS in app.extensions
