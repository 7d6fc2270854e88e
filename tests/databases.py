"""A fresh, migrated, real database for each test, on SQLite and on PostgreSQL.

Migrations run once per test run and kind; each test gets a copy of the result. All workers of a run share
one folder and one PostgreSQL, which the first test that needs it starts. The application is imported
where it is used, so that tests of pure rules start without it.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from tests.postgres import PostgresServer, create_database, drop_database

if TYPE_CHECKING:
    from api.config import Settings

ROOT = Path(__file__).parent.parent
SHARED = "WORKSTATION_TEST_FOLDER"
PREFIX = "workstation-tests-"
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 4 * 2**30
TEMPLATE = "workstation_template"
# Where this is set, that server is used and nothing is started: postgresql+psycopg://user@host/postgres
OWN_SERVER = os.environ.get("TEST_DATABASE_URL")


def pytest_configure(config: pytest.Config) -> None:
    """The first process of a run makes the folder that all its workers find by the environment.

    What workers, browsers and servers make for a while lies in it and goes with it.
    """
    if not hasattr(config, "workerinput"):
        home = _home()
        _sweep(home)
        folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=home)
        os.chmod(folder, 0o711)  # PostgreSQL, as nobody, must pass through
        os.environ[SHARED] = os.environ["TMPDIR"] = folder
        tempfile.tempdir = str(home)  # of this process alone, which outlives the folder


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _remove(Path(os.environ[SHARED]))


def _home() -> Path:
    """Memory, where there is enough: waiting for a disk took a third of a run. Who set TMPDIR decides.

    What a power cut leaves is tested by watching the calls, which are the same there.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return Path(tempfile.gettempdir())
    room = os.statvfs(MEMORY)
    is_fit = room.f_bavail * room.f_frsize >= MEMORY_NEEDED and not room.f_flag & os.ST_NOEXEC
    return MEMORY if is_fit else Path(tempfile.gettempdir())


def _sweep(home: Path) -> None:
    """Folders, and servers, of runs that were killed."""
    for folder in home.glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX).split("-")[0]
        if not Path("/proc", pid).exists():
            _remove(folder)


def _remove(folder: Path) -> None:
    for own in folder.glob("postgresql*"):
        server = PostgresServer(own)
        if (server.data / "postmaster.pid").exists():
            with contextlib.suppress(RuntimeError):
                server.stop(mode="immediate")
    if OWN_SERVER and (folder / TEMPLATE).exists():
        drop_database(OWN_SERVER, _template_name(folder))
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[Path]:
    folder = Path(os.environ[SHARED])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def settings(*, database_url: str, data_dir: Path) -> "Settings":
    """Settings as a server would have them, for a database of a test."""
    from api.config import Settings
    from workstation.people.rules import Lifetime

    return Settings(
        database_url=database_url,
        data_dir=data_dir,
        secret_key=b"a key that only tests use" * 2,
        # Tests let months pass; tests/api/test_accounts.py has its own.
        office_lifetime=Lifetime(idle=timedelta(days=3660), lives=timedelta(days=3660)),
    )


def migrate(database_url: str, folder: Path) -> None:
    """Bring an empty database to the newest schema."""
    import flask_migrate

    from api import create_app
    from workstation.database import db

    app = create_app(settings(database_url=database_url, data_dir=folder))
    with app.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """A migrated SQLite file. Read it by copying it."""
    with one_at_a_time() as folder:
        template = folder / "template.db"
        if not template.exists():
            draft = folder / "draft.db"
            migrate(f"sqlite:///{draft}", folder)
            draft.rename(template)
        return template


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A running PostgreSQL, addressed by its maintenance database."""
    if OWN_SERVER:
        return OWN_SERVER
    with one_at_a_time() as folder:
        server = PostgresServer(folder / "postgresql")
        if not (server.data / "postmaster.pid").exists():
            server.start()
        return server.url("postgres")


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """The name of a migrated database. CREATE DATABASE … TEMPLATE copies it in some 50 ms."""
    with one_at_a_time() as folder:
        made = folder / TEMPLATE
        name = _template_name(folder)
        if not made.exists():
            create_database(postgres_url, name)
            migrate(_with_database(postgres_url, name), folder)
            made.touch()
        return name


def _template_name(folder: Path) -> str:
    return f"{TEMPLATE}_{folder.name.removeprefix(PREFIX).replace('-', '_')}"


def _with_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> str:
    copy = shutil.copy(sqlite_template, tmp_path / "workstation.db")
    return f"sqlite:///{copy}"


@pytest.fixture
def postgres_database(postgres_url: str, postgres_template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    create_database(postgres_url, name, template=postgres_template)
    yield _with_database(postgres_url, name)
    drop_database(postgres_url, name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database; a test that asks for it runs on both kinds."""
    fixtures = {"sqlite": "sqlite_database", "postgresql": "postgres_database"}
    return str(request.getfixturevalue(fixtures[request.param]))
