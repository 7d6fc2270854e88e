"""One lively network for what is searched by the machine; SQLite alone, since each case is a call."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api import clock, create_app
from tests.api.walking import Walk
from tests.cast import NOON, Cast
from tests.databases import settings


@pytest.fixture(scope="session")
def searched(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """The network of the route table's walk, at noon."""
    folder = tmp_path_factory.mktemp("searched")
    file = folder / "workstation.db"
    file.write_bytes(sqlite_template.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOON)
        app = create_app(settings(database_url=f"sqlite:///{file}", data_dir=folder))
        yield Walk(Cast(app), file)
