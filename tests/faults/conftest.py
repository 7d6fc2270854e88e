"""A served network with a cast, for tests that hurry, repeat and kill."""

import contextlib
import os
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import hypothesis
import pytest
from flask import Flask

from api import create_app
from tests.cast import Cast
from tests.databases import SHARED, migrate, settings
from tests.live_server import LiveServer
from tests.postgres import PostgresServer, create_database
from workstation.database import db

SHORT_KILLS, LONG_KILLS = 5, 50


@pytest.fixture
def served(database_url: str, tmp_path: Path) -> Iterator[tuple[LiveServer, Cast]]:
    """Four workers on a fresh database of each kind, and the cast that lives in it."""
    with serve(database_url, tmp_path, workers=4) as found:
        yield found


@contextlib.contextmanager
def serve(
    database_url: str, folder: Path, *, workers: int = 2, under: Sequence[str] = ()
) -> Iterator[tuple[LiveServer, Cast]]:
    """Workers on this database, and the cast that lives in it. `under` is a program that watches them."""
    app: Flask = create_app(settings(database_url=database_url, data_dir=folder))
    cast = Cast(app)
    data_dir = folder / "data"
    data_dir.mkdir(exist_ok=True)  # a test may have put something there
    server = LiveServer(database_url=database_url, data_dir=data_dir, workers=workers, under=under).start()
    try:
        yield server, cast
    finally:
        server.kill()  # a mild end would wait for the phones' idle connections
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def durable_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of this test alone, which waits for the disk and may be killed."""
    server = PostgresServer(Path(os.environ[SHARED]) / f"postgresql-{uuid.uuid4().hex[:8]}", fsync=True)
    server.start()
    yield server
    with contextlib.suppress(RuntimeError):  # a test may have left it dead
        server.stop(mode="immediate")


def migrated(server: PostgresServer, folder: Path) -> str:
    """The address of a fresh migrated database on this server."""
    create_database(server.url("postgres"), "workstation")
    migrate(server.url("workstation"), folder)
    return server.url("workstation")


@pytest.fixture
def kills() -> int:
    """How often to kill: a few times in `make test`, ten times as often in `make soak`."""
    is_long = hypothesis.settings.get_current_profile_name() == "soak"
    return LONG_KILLS if is_long else SHORT_KILLS
