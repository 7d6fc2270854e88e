"""Fixtures that every test may use.

tests/databases.py    database_url: a fresh real database, on SQLite and PostgreSQL; sqlite_database,
                      postgres_database: one of them
tests/live_server.py  live_server: gunicorn with several workers on such a database
tests/workers.py      nothing to ask for: which worker runs a test
below                 app, client: the application on such a database, without a network
"""

import gc
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient

from setup import chromium as browser

# No deadline: a busy machine is no bug. `make soak` looks much longer, in rounds of less than an hour each
# with other cases every time; what fails is kept in .hypothesis and tried first the next time.
hypothesis.settings.register_profile("workstation", deadline=None)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=1_500, print_blob=True)
hypothesis.settings.load_profile("workstation")

# Each test makes an application: looking for garbage after every 700 objects took a tenth of the run.
gc.set_threshold(50_000, 20, 10)


pytest_plugins = ["tests.cast", "tests.databases", "tests.live_server", "tests.workers"]


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on a fresh database of each kind."""
    from api import create_app
    from tests.databases import settings
    from workstation.database import db

    app = create_app(settings(database_url=database_url, data_dir=tmp_path))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the machine's Chromium; `make test` installs it where it can."""
    found = browser.find()
    assert found is not None, browser.ADVICE[0]
    return found
