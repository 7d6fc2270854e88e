"""`flask demo load`, on both databases, with few days so that it is quick."""

import json
import stat
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from workstation.database import db
from workstation.demo import operations
from workstation.network.models import Network, Station
from workstation.people.models import EnrolmentCode, Member
from workstation.people.passwords import matches
from workstation.shifts.models import Shift
from workstation.sync.models import HeldEntry, Receipt

LOAD = ["demo", "load", "--stations", "80", "--days", "3"]


def load(app: Flask, *more: str) -> None:
    result = app.test_cli_runner().invoke(args=[*LOAD, *more])
    assert result.exit_code == 0, result.output


def count(model: type[Station | Receipt | Shift | HeldEntry]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def secrets_file(app: Flask) -> Path:
    data_dir: Path = app.config["SETTINGS"].data_dir
    return data_dir / "demo.json"


def test_it_writes_the_secrets_for_its_owner_alone(app: Flask) -> None:
    load(app)
    file = secrets_file(app)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    access = json.loads(file.read_text())
    assert set(access) == {"network", "office", "district_officer", "liaison", "member_codes"}
    assert access["network"] == "demo"
    assert len(set(access["member_codes"])) == 20
    with app.app_context():
        for key in ("office", "district_officer", "liaison"):
            person = db.session.scalars(select(Member).where(Member.account == access[key]["account"])).one()
            assert matches(access[key]["password"], stored=person.password_hash)
        officer = db.session.scalars(select(Member).where(Member.account == "demo-district")).one()
        assert officer.division_id == access["district_officer"]["division_id"]
        assert db.session.get(Station, (officer.network_id, access["liaison"]["station_id"]))


def test_each_code_belongs_to_another_member_and_is_unused(app: Flask) -> None:
    load(app)
    with app.app_context():
        codes = db.session.scalars(select(EnrolmentCode)).all()
        assert len({code.member_id for code in codes}) == len(codes) == 20
        assert not any(code.used_at for code in codes)


def test_every_entry_became_a_fact(app: Flask) -> None:
    load(app)
    with app.app_context():
        assert count(Station) == 80
        assert count(Shift) > 20
        assert count(HeldEntry) == 0
        states = db.session.scalars(select(Receipt.state).distinct()).all()
        assert states == ["accepted"]


def test_the_network_says_that_it_is_synthetic(app: Flask) -> None:
    load(app)
    with app.app_context():
        network = db.session.scalars(select(Network)).one()
        assert network.is_demo


def test_a_second_load_leaves_everything_alone(app: Flask) -> None:
    load(app)
    before = secrets_file(app).read_text()
    result = app.test_cli_runner().invoke(args=LOAD)
    assert result.exit_code == 0
    assert "没有改动" in result.output
    assert secrets_file(app).read_text() == before


def test_an_interrupted_load_is_invisible_and_redone_wholly(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = operations.apply_entries
    calls = iter(range(1000))

    def fails_in_the_middle(**given: object) -> object:
        if next(calls) == 40:
            raise KeyboardInterrupt
        return real(**given)  # type: ignore[arg-type]  # handed through as given

    monkeypatch.setattr(operations, "apply_entries", fails_in_the_middle)
    result = app.test_cli_runner().invoke(args=LOAD)
    assert result.exit_code != 0
    assert not secrets_file(app).exists()
    assert app.test_cli_runner().invoke(args=["network", "list"]).output == ""
    monkeypatch.undo()
    # What the night seals is there for ever: nothing of this is.
    assert app.test_cli_runner().invoke(args=["housekeeping", "run"]).exit_code == 0
    load(app)
    with app.app_context():
        assert count(Station) == 80
        assert db.session.scalars(select(Network.code)).all() == ["demo"]


def test_fewer_stations_than_streets_are_refused(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["demo", "load", "--stations", "73"]).exit_code == 2
