"""PostgreSQL back to any moment, as docs/operations.md says: a base backup, the archived journal, a time."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import delete, select, text

from api import create_app
from tests.cast import Cast
from tests.databases import settings
from tests.faults.conftest import migrated
from tests.postgres import PostgresServer
from workstation.check_ins.models import CheckIn
from workstation.database import db, writing
from workstation.feed.models import Installation

pytestmark = pytest.mark.postgresql
ARCHIVE = "test ! -f {folder}/%f && cp %p {folder}/%f"


@pytest.fixture
def archiving(durable_postgres: PostgresServer) -> tuple[PostgresServer, Path]:
    """A server that copies its journal away, as the page sets it up; and where to."""
    folder = durable_postgres.folder / "wal"
    folder.mkdir()
    shutil.chown(folder, durable_postgres.data.owner())
    tell(durable_postgres, archive_mode="on", archive_command=ARCHIVE.format(folder=folder))
    return durable_postgres, folder


def tell(server: PostgresServer, **given: str) -> None:
    """Settings that hold from the next start on; and that start."""
    with (server.data / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in given.items())
    if (server.data / "postmaster.pid").exists():
        server.stop(mode="fast")
    server.start()


@contextmanager
def opened(server: PostgresServer, folder: Path) -> Iterator[Flask]:
    app = create_app(settings(database_url=server.url("workstation"), data_dir=folder))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def archive_all(server: PostgresServer) -> None:
    """Until the journal up to now is in its place."""
    with psycopg.connect(server.url("postgres").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SELECT pg_switch_wal()")
        wanted = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn() - 1)").fetchone()
        deadline = time.monotonic() + 60
        archived = "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver"
        while (connection.execute(archived).fetchone() or [""])[0] < (wanted or [""])[0]:
            assert time.monotonic() < deadline, "the journal is not archived"
            time.sleep(0.1)


def test_a_mishap_is_undone_by_going_back_to_the_moment_before_it_and_phones_give_back_the_rest(
    archiving: tuple[PostgresServer, Path], tmp_path: Path
) -> None:
    server, wal = archiving
    base = server.folder / "base"
    migrated(server, tmp_path)
    with opened(server, tmp_path) as app:
        cast = Cast(app)
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        [first] = phone.sync(phone.check_in(hall))
        server.run("pg_basebackup", "-D", str(base), "-c", "fast", "-h", str(server.folder), "-U", "postgres")
        [second] = phone.sync(phone.check_in(hall))
        moment = db.session.scalar(text("SELECT clock_timestamp()::text"))
        epoch = db.session.scalar(select(Installation.epoch))
        db.session.rollback()
        [third] = phone.sync(phone.check_in(hall))
        with writing():
            db.session.execute(delete(CheckIn))
    archive_all(server)
    server.stop(mode="fast")
    server.put_back(base)
    (server.data / "recovery.signal").touch()
    tell(
        server,
        restore_command=f"cp {wal}/%f %p",
        recovery_target_time=str(moment),
        recovery_target_action="promote",
    )
    with opened(server, tmp_path) as app:
        phone.client = app.test_client()
        answer = phone.call({"id": third["id"], "sealed": third["sealed"]})
        assert answer.status_code == 200, answer.text
        [given_back] = answer.json["results"]
        assert (given_back["status"], given_back["receipt_no"]) == ("accepted", third["receipt_no"])
        assert answer.json["epoch"] != epoch
        db.session.rollback()
        assert set(db.session.scalars(select(CheckIn.id))) == {first["id"], second["id"], third["id"]}
