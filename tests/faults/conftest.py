"""A served network with a cast, for tests that hurry, repeat and kill."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from api import create_app
from tests.cast import Cast
from tests.databases import settings
from tests.live_server import LiveServer
from workstation.database import db


@pytest.fixture
def served(database_url: str, tmp_path: Path) -> Iterator[tuple[LiveServer, Cast]]:
    """Four workers on a fresh database of each kind, and the cast that lives in it."""
    app: Flask = create_app(settings(database_url=database_url, data_dir=tmp_path))
    cast = Cast(app)
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    server = LiveServer(database_url=database_url, data_dir=data_dir, workers=4).start()
    yield server, cast
    server.stop()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
