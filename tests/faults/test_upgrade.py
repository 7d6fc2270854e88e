"""A migration that is killed halfway has done nothing, and goes through when it is started again."""

import fcntl
import os
import struct
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, make_url, text

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


def upgrade(url: str, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
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
    assert tables(empty) == []
    again = upgrade(empty, tmp_path)
    _, said = again.communicate(timeout=120)
    assert again.returncode == 0, said.decode()
    app = create_app(settings(database_url=empty, data_dir=tmp_path))
    with app.app_context():
        assert is_migrated()
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


def tables(url: str) -> list[str]:
    """What is there once the killed one's connection is gone."""
    engine = create_engine(url, **engine_options(url=url))
    deadline = time.monotonic() + 20
    try:
        while (found := inspect(engine).get_table_names()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return found
    finally:
        engine.dispose()
