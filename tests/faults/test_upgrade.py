"""Migrations killed halfway are done by the next start, and hold up nobody who writes."""

import fcntl
import os
import re
import struct
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url, text

from api import create_app
from api.health import is_migrated
from tests.databases import settings
from tests.live_server import ROOT, TEST_KEY
from tests.postgres import create_database, drop_database
from workstation.database import db, engine_options


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'workstation.db'}"
        return
    server, name = request.getfixturevalue("postgres_url"), f"test_{uuid.uuid4().hex}"
    create_database(server, name)
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    drop_database(server, name)


def upgrade(url: str, folder: Path, *, to: str = "head") -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade", to],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "DATA_DIR": str(folder), "SECRET_KEY": TEST_KEY},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def test_a_migration_that_was_killed_is_done_by_the_next_start(empty: str, tmp_path: Path) -> None:
    killed = upgrade(empty, tmp_path)
    while not is_at_it(empty):
        assert killed.poll() is None, "it was through before it could be killed"
        time.sleep(0.005)
    killed.kill()
    killed.wait(timeout=30)
    again = upgrade(empty, tmp_path)
    _, said = again.communicate(timeout=120)
    assert again.returncode == 0, said.decode()
    app = create_app(settings(database_url=empty, data_dir=tmp_path))
    with app.app_context():
        assert is_migrated()
        assert compare_metadata(MigrationContext.configure(db.session.connection()), db.metadata) == []
        db.session.remove()
        db.engine.dispose()


def is_at_it(url: str) -> bool:
    """Whether somebody is in the middle of a transaction that writes."""
    if url.startswith("sqlite"):
        return is_locked(url.removeprefix("sqlite:///"))
    engine = create_engine(url, **engine_options(url=url))
    with engine.connect() as connection:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        found = connection.scalar(text(f"{asked} AND backend_xid IS NOT NULL"))
    engine.dispose()
    return bool(found)


def is_locked(path: str) -> bool:
    """Asks for SQLite's writer's lock, byte 120 beside the journal, without taking it."""
    try:
        with open(f"{path}-shm", "rb+") as shared:
            asked = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 120, 1, 0)
            answer = fcntl.fcntl(shared, fcntl.F_GETLK, asked)
    except FileNotFoundError:
        return False
    return bool(struct.unpack("hhqqi", answer)[0] != fcntl.F_UNLCK)


BIG = ("receipts", "check_ins", "shifts", "receptions", "changes", "touched_days")
ANOTHER_WRITES_WITHIN_S = 5  # the budget is a tenth of it: a busy machine is no bug
WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def at_0009(postgres_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database as the release before the indexes of 0010 left it."""
    name = f"test_{uuid.uuid4().hex}"
    create_database(postgres_url, name)
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    app = create_app(settings(database_url=url, data_dir=tmp_path))
    with app.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"), revision="0009")
        db.engine.dispose()
    yield url
    drop_database(postgres_url, name)


@contextmanager
def somebody_writes(url: str, *, into: Sequence[str]) -> Iterator[psycopg.Connection]:
    """A call that has begun to write into these tables, and takes its time."""
    with psycopg.connect(plain(url)) as busy:
        write(busy, into=into)
        yield busy


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg:", "postgresql:")


def write(connection: psycopg.Connection, *, into: Sequence[str] = BIG) -> None:
    for table in into:
        connection.execute(f"UPDATE {table} SET network_id = network_id WHERE false")


def wait_for(url: str, process: subprocess.Popen[bytes]) -> int:
    """Until the migration waits for somebody; the number of its connection."""
    with psycopg.connect(plain(url), autocommit=True) as looking:
        deadline = time.monotonic() + 60
        while not (found := looking.execute(WAITING).fetchone()):
            assert process.poll() is None, process.communicate()[1].decode()
            assert time.monotonic() < deadline, "it never waited"
            time.sleep(0.01)
    return int(found[0])


def others_write(url: str) -> None:
    """Calls that come while the migration waits are not held up behind it."""
    limit = f"-c statement_timeout={ANOTHER_WRITES_WITHIN_S}s"
    for _ in range(10):
        with psycopg.connect(plain(url), options=limit) as connection:
            write(connection)
        time.sleep(0.1)


@pytest.mark.postgresql
def test_whoever_writes_while_a_migration_waits_is_not_held_up(at_0009: str, tmp_path: Path) -> None:
    """Not by an index, which is broken off here and built anew; nor by a column, which comes again."""
    with somebody_writes(at_0009, into=["shifts"]) as busy:
        broken = upgrade(at_0009, tmp_path)
        builder = wait_for(at_0009, broken)
        others_write(at_0009)
        busy.execute("SELECT pg_terminate_backend(%s)", [builder])
        broken.communicate(timeout=60)
    assert invalid(at_0009) == ["ix_shifts_released"]
    with somebody_writes(at_0009, into=["receipts"]):
        again = upgrade(at_0009, tmp_path)
        wait_for(at_0009, again)
        others_write(at_0009)
        assert again.poll() is None, "it went through a table that was held"
    _, said = again.communicate(timeout=120)
    assert again.returncode == 0, said.decode()
    assert invalid(at_0009) == []


def invalid(url: str) -> list[str]:
    """Indexes that nobody reads and every writer pays for."""
    asked = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
    with psycopg.connect(plain(url)) as connection:
        return [str(name) for (name,) in connection.execute(asked)]


LATER = [file for file in sorted((ROOT / "migrations" / "versions").glob("*.py")) if file.name >= "0010"]
HOLDS_UP_WRITERS = re.compile(rf"""op\.create_index\([^)]*?["']({"|".join(BIG)})["']""")


@pytest.mark.parametrize("migration", LATER, ids=lambda file: file.stem)
def test_an_index_on_a_big_table_is_built_beside_the_writers(migration: Path) -> None:
    """By migrations.online, which is then all that the migration does."""
    text = migration.read_text()
    assert HOLDS_UP_WRITERS.search(text) is None
    assert not ("online." in text and re.search(r"\bop\.", text)), "what stands beside it is done twice"
