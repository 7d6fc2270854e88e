"""One network for each file of attacks and each kind of database: an attack that fails changes nothing."""

import shutil
import uuid
from collections.abc import Iterator

import pytest

from api import clock, create_app
from tests.cast import Cast, Time
from tests.databases import _with_database, settings
from tests.postgres import create_database, drop_database


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def fresh_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database for one file of attacks."""
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("attacked")
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), folder / 'w.db')}"
        return
    server, name = request.getfixturevalue("postgres_url"), f"attacked_{uuid.uuid4().hex}"
    create_database(server, name, template=request.getfixturevalue("postgres_template"))
    yield _with_database(server, name)
    drop_database(server, name)


@pytest.fixture(scope="module")
def clock_in_hand() -> Iterator[Time]:
    with pytest.MonkeyPatch.context() as patch:
        held = Time()
        patch.setattr(clock, "now", held.now)
        yield held


@pytest.fixture(scope="module")
def attacked(
    fresh_database: str, clock_in_hand: Time, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cast]:
    """The cast on that database, at noon."""
    from workstation.database import db

    folder = tmp_path_factory.mktemp("data")
    app = create_app(settings(database_url=fresh_database, data_dir=folder))
    yield Cast(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def time(clock_in_hand: Time) -> Time:
    """A quarter of an hour later than the test before: what was guessed there is forgotten."""
    clock_in_hand.passes(minutes=16)
    return clock_in_hand
