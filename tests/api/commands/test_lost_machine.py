"""The machine is lost: another one, the two keys, last night's file; phones bring the rest."""

import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from api import create_app
from tests.cast import Cast, Time
from tests.databases import settings
from workstation.database import db
from workstation.receptions.models import Constituent
from workstation.sync.models import Receipt

BACKUP_KEY = "a backup key that only this test uses, kept on paper"
WANG = {"name": "王女士", "consent": True, "consent_version": "1"}


@pytest.fixture(autouse=True)
def _keys_that_were_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BACKUP_DIR", "PG_BIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BACKUP_KEY", BACKUP_KEY)


def another_machine(file: Path, sqlite_template: Path, folder: Path) -> FlaskClient:
    """Installed as the page says, empty but for its schema, then the copied file put back."""
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "workstation.db")
    app = create_app(settings(database_url=f"sqlite:///{folder}/workstation.db", data_dir=folder))
    restored = app.test_cli_runner().invoke(args=["backup", "restore", str(file), "--yes"])
    assert restored.exit_code == 0, restored.output
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Constituent)) == 1
        db.session.remove()
    return app.test_client()


def test_another_machine_goes_on_where_the_lost_one_was(
    sqlite_cast: Cast, time: Time, sqlite_template: Path, tmp_path: Path
) -> None:
    phone, hall = sqlite_cast.phone("member"), sqlite_cast.here.stations["hall"]
    before = phone.reception(hall, constituent=WANG)
    [kept] = phone.sync(before)
    made = sqlite_cast.app.test_cli_runner().invoke(args=["backup", "create"])
    assert made.exit_code == 0, made.output
    copied = Path(shutil.copy(next((tmp_path / "backups").iterdir()), tmp_path / "other-place.backup"))
    [after] = phone.sync(phone.check_in(hall))  # this morning, in no backup
    phone.client = another_machine(copied, sqlite_template, tmp_path / "another")
    [known] = phone.sync(before)
    [given_back] = phone.sync({"id": after["id"], "sealed": after["sealed"]})
    assert (known["status"], known["receipt_no"]) == ("duplicate", kept["receipt_no"])
    assert (given_back["status"], given_back["receipt_no"]) == ("accepted", after["receipt_no"])
    with phone.client.application.app_context():
        assert db.session.scalar(select(func.count()).select_from(Receipt)) == 2
        db.session.remove()
