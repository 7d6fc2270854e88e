"""Databases that last as long as a measurement: durable as in production, in a folder that goes away."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy import make_url

from api import create_app
from api.config import Settings
from tests.postgres import PostgresServer, create_database
from workstation.database import db

MIGRATIONS = Path(__file__).parent.parent / "migrations"
SECRET = "only for measurements, never elsewhere"


@dataclass(frozen=True)
class Databases:
    """Migrated databases of one kind, by name; a copy costs a fraction of a second.

    `server_url` is the maintenance database of a PostgreSQL; without one they are SQLite files in `folder`.
    `names` are those it made there.
    """

    kind: str
    folder: Path
    server_url: str | None = None
    prefix: str = ""
    names: list[str] = field(default_factory=list)

    def url(self, name: str) -> str:
        if self.server_url is None:
            return f"sqlite:///{self.folder / f'{name}.db'}"
        full = make_url(self.server_url).set(database=f"{self.prefix}{name}")
        return full.render_as_string(hide_password=False)

    def make(self, name: str) -> str:
        """A migrated, empty one."""
        if self.server_url:
            self._create(name)
        with opened(self.url(name), self.folder):
            flask_migrate.upgrade(directory=str(MIGRATIONS))
        self._close(name)
        return self.url(name)

    def copy(self, name: str, *, of: str) -> str:
        """A copy with all rows and statistics. Nobody may be connected to the original."""
        if self.server_url:
            self._create(name, template=f"{self.prefix}{of}")
        else:
            shutil.copy(self.folder / f"{of}.db", self.folder / f"{name}.db")
        self._close(name)
        return self.url(name)

    def _close(self, name: str) -> None:
        """The server refuses a file that others can read."""
        if self.server_url is None:
            (self.folder / f"{name}.db").chmod(0o600)

    def _create(self, name: str, **more: str) -> None:
        assert self.server_url is not None
        create_database(self.server_url, f"{self.prefix}{name}", **more)
        self.names.append(f"{self.prefix}{name}")


@contextlib.contextmanager
def databases(kind: str) -> Iterator[Databases]:
    """A place for databases of this kind: `sqlite` or `postgresql`."""
    with tempfile.TemporaryDirectory(prefix="workstation-bench-") as name:
        folder = Path(name)
        os.chmod(folder, 0o711)  # PostgreSQL, as nobody, must pass through
        if kind == "sqlite":
            yield Databases(kind, folder)
            return
        server = PostgresServer(folder / "postgresql", fsync=True)
        server.start()
        try:
            yield Databases(kind, folder, server.url("postgres"))
        finally:
            server.stop(mode="immediate")


@contextlib.contextmanager
def kept(folder: Path) -> Iterator[Databases]:
    """PostgreSQL's, in a folder that stays: what an earlier run made is there."""
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    server = PostgresServer(folder / "postgresql", fsync=True)
    server.start()
    try:
        yield Databases("postgresql", folder, server.url("postgres"))
    finally:
        server.stop()


@contextlib.contextmanager
def opened(url: str, data_dir: Path) -> Iterator[Flask]:
    """The application on this database, in its context; every connection is closed at the end."""
    app = create_app(Settings(database_url=url, data_dir=data_dir, secret_key=SECRET.encode()))
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def gather_statistics() -> None:
    """What PostgreSQL's autovacuum does within a minute; SQLite plans without."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
