"""Processes die at any moment under load: afterwards each entry is there once, and the phone knows."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.faults.audit import compare
from tests.faults.conftest import migrated, serve
from tests.faults.crowd import at_work, enrol
from tests.live_server import LiveServer
from tests.postgres import PostgresServer

Kill = Callable[[LiveServer], None]
Note = Callable[[str, object], None]


def a_worker(server: LiveServer) -> None:
    server.kill_worker()


def the_master(server: LiveServer) -> None:
    server.kill_master()
    server.start()


def all_at_once(server: LiveServer) -> None:
    server.kill()
    server.start()


def test_a_server_whose_processes_are_killed_loses_nothing_and_doubles_nothing(
    served: tuple[LiveServer, Cast], kills: int, record_property: Note
) -> None:
    server, cast = served
    phones = enrol(cast, url=server.url)
    with at_work(phones):
        for number in range(kills):
            time.sleep(random.uniform(0.2, 1.0))
            (a_worker, all_at_once, a_worker, the_master, a_worker)[number % 5](server)
    record_property("soak", f"{kills} kills of gunicorn: {compare(cast, phones)}")
    assert {phone.resets for phone in phones} == {0}, "a kill is no restore"


@pytest.mark.postgresql
def test_a_postgresql_that_is_killed_loses_nothing_and_doubles_nothing(
    durable_postgres: PostgresServer, tmp_path: Path, kills: int, record_property: Note
) -> None:
    with serve(migrated(durable_postgres, tmp_path), tmp_path) as (server, cast):
        phones = enrol(cast, url=server.url)
        with at_work(phones):
            for _ in range(kills):
                time.sleep(random.uniform(0.3, 1.0))
                durable_postgres.kill()
                durable_postgres.start()
        record_property("soak", f"{kills} kills of PostgreSQL: {compare(cast, phones)}")
        assert {phone.resets for phone in phones} == {0}, "a crash is no restore"
