"""`flask database move`: everything arrives, also when it was interrupted, and phones go on as before."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, make_url, select, text

from api import create_app
from api.commands import database
from tests.cast import Cast, Phone, Time
from tests.databases import settings
from tests.postgres import create_database, drop_database
from workstation.audit.models import AuditEvent
from workstation.chain.operations import seal
from workstation.chain.proofs import verify
from workstation.coverage.checks import compare_figures
from workstation.database import db, writing
from workstation.feed.models import Installation
from workstation.network.models import Division
from workstation.sync.models import HeldEntry, Receipt
from workstation.upkeep import moving

pytestmark = pytest.mark.postgresql
COUNTED = (Receipt, HeldEntry, Division)


@pytest.fixture
def old(sqlite_database: str, tmp_path: Path, time: Time) -> Iterator[Cast]:
    """A city on SQLite, with facts, something that waits, and a sealed chain."""
    app = create_app(settings(database_url=sqlite_database, data_dir=tmp_path))
    cast = Cast(app)
    phone, hall = cast.phone("member"), cast.here.stations["hall"]
    start = phone.shift_start(hall)
    phone.sync(start, phone.shift_end(start["id"]), phone.reception(hall, constituent=CONSTITUENT))
    phone.sync(*(phone.check_in(hall) for _ in range(5)), phone.check_in(str(uuid.uuid4())))
    with app.app_context():
        seal(network_id=cast.here.id, keys=app.extensions["keys"], now=time.now())
    yield cast
    close(app)


CONSTITUENT = {"name": "某人", "contact": "无", "consent": True, "consent_version": "1"}


@pytest.fixture
def target(postgres_database: str) -> str:
    """A database with tables and without rows."""
    return postgres_database


def close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def move(cast: Cast, url: str) -> Result:
    close(cast.app)
    return cast.app.test_cli_runner().invoke(args=["database", "move", "--to", url, "--yes"])


@pytest.fixture
def moved(old: Cast, synced: Phone, target: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on the new database."""
    answer = move(old, target)
    assert answer.exit_code == 0, answer.output
    assert "逐表核对一致" in answer.output
    app = create_app(settings(database_url=target, data_dir=tmp_path))
    yield app
    close(app)


@pytest.fixture
def synced(old: Cast) -> Phone:
    """A phone that has all changes of the old database."""
    phone = old.phone("colleague")
    phone.pull()
    return phone


def counts(app: Flask) -> list[int]:
    with app.app_context():
        return [db.session.scalar(select(func.count()).select_from(model)) or 0 for model in COUNTED]


def test_all_that_follows_from_the_rows_is_the_same(moved: Flask, old: Cast) -> None:
    assert counts(moved) == counts(old.app) == [9, 1, 12]
    with moved.app_context():
        moves = select(AuditEvent.network_id).where(AuditEvent.action == "database.moved")
        assert set(db.session.scalars(moves)) == {old.here.id, old.elsewhere.id}
        assert compare_figures(network_id=old.here.id).differences == []
        proof = verify(network_id=old.here.id, keys=moved.extensions["keys"])
    assert proof.broken is None
    assert proof.rows == 9


def test_phones_start_anew_and_numbers_go_on_above_all_that_were_given(
    moved: Flask, old: Cast, synced: Phone
) -> None:
    highest = old.scalar(select(func.max(Receipt.receipt_no)))
    phone = Phone(moved.test_client(), token=synced.token, device_id=synced.device_id)
    answer = phone.call(phone.check_in(old.here.stations["hall"]), cursor=synced.cursor)
    assert answer.status_code == 200, answer.text
    assert answer.json["reset"]
    assert answer.json["epoch"] != old.scalar(select(Installation.epoch))
    assert answer.json["results"][0]["receipt_no"] > highest + 999_999


def test_the_old_file_stays_as_it_is(moved: Flask, old: Cast) -> None:
    assert counts(old.app) == [9, 1, 12]


def interrupt(cast: Cast, target: str, monkeypatch: pytest.MonkeyPatch, *, after: int) -> None:
    """As if the command were killed after so many batches."""
    written = 0
    write = database._write

    def writes_and_breaks(*args: Any) -> None:
        nonlocal written
        written += 1
        if written > after:
            raise KeyboardInterrupt
        write(*args)

    with monkeypatch.context() as patch:
        patch.setattr(moving, "BATCH", 2)
        patch.setattr(database, "_write", writes_and_breaks)
        assert move(cast, target).exit_code != 0


@pytest.mark.parametrize("after", [1, 7, 20], ids=["at once", "early", "late"])
def test_an_interrupted_move_goes_on_where_it_was(
    old: Cast, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    interrupt(old, target, monkeypatch, after=after)
    assert (tmp_path / "move.json").exists()
    answer = move(old, target)
    assert answer.exit_code == 0, answer.output
    assert not (tmp_path / "move.json").exists()


def test_what_changed_in_between_is_found(
    old: Cast, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(old, target, monkeypatch, after=7)
    with old.app.app_context(), writing():
        db.session.execute(text("UPDATE networks SET name = 'another' WHERE code = 'here'"))
    answer = move(old, target)
    assert answer.exit_code == 1
    assert "networks 与原来不一致" in answer.output


def test_an_interrupted_move_goes_to_no_other_place(
    old: Cast, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(old, target, monkeypatch, after=1)
    other = make_url(target).set(database="another").render_as_string(hide_password=False)
    assert "上次没有搬完" in move(old, other).output


def test_a_database_with_data_in_it_is_refused(old: Cast, postgres_database: str, tmp_path: Path) -> None:
    app = create_app(settings(database_url=postgres_database, data_dir=tmp_path))
    Cast(app)
    close(app)
    answer = move(old, postgres_database)
    assert answer.exit_code == 1
    assert "已经有数据" in answer.output


def test_a_database_that_a_server_has_open_is_not_moved(old: Cast, target: str) -> None:
    import pysqlite3.dbapi2 as sqlite

    close(old.app)
    with sqlite.connect(old.app.config["SETTINGS"].sqlalchemy_url.removeprefix("sqlite:///")) as somebody:
        somebody.execute("SELECT count(*) FROM receipts").fetchall()
        answer = move(old, target)
    somebody.close()
    assert "请先停止服务器" in answer.output


def test_a_database_without_tables_gets_them(old: Cast, postgres_url: str) -> None:
    name = f"test_{uuid.uuid4().hex}"
    create_database(postgres_url, name)
    answer = move(old, make_url(postgres_url).set(database=name).render_as_string(hide_password=False))
    drop_database(postgres_url, name)
    assert answer.exit_code == 0, answer.output
