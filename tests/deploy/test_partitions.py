"""The big tables in hash partitions by network, as deploy/postgresql/partition.sql makes them."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Connection, make_url, text

from api import create_app
from tests.cast import Cast, Phone, Place, Time, _network
from tests.databases import settings
from tests.faults.audit import compare_figures
from tests.live_server import ROOT
from tests.postgres import create_database, drop_database
from workstation.database import db

pytestmark = pytest.mark.postgresql
NETWORKS = 50
PARTITION = (ROOT / "deploy" / "postgresql" / "partition.sql").read_text()


@pytest.fixture
def app(postgres_database: str, tmp_path: Path) -> Iterator[Flask]:
    """Turned into partitions while something stands in the tables already."""
    app = create_app(settings(database_url=postgres_database, data_dir=tmp_path))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def divide(url: str) -> None:
    with psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:")) as connection:
        connection.execute(PARTITION)


@pytest.fixture
def divided(app: Flask, time: Time, postgres_database: str) -> tuple[Cast, list[dict[str, object]]]:
    """A cast whose member had checked in before; and what the phone was told then."""
    cast = Cast(app)
    phone = cast.phone("member")
    results = phone.sync(phone.check_in(cast.here.stations["hall"]))
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    for _ in range(2):  # a second time changes nothing
        divide(postgres_database)
    return cast, results


def more_networks(cast: Cast) -> list[Place]:
    with cast.app.app_context():
        return [_network(f"net{number:02}") for number in range(NETWORKS - 2)]


def work_a_day(phone: Phone, place: Place) -> None:
    """Every kind of entry, twice: the second time all are known."""
    station = place.stations["hall"]
    check_in, start = phone.check_in(station), phone.shift_start(station)
    entries = [
        check_in,
        start,
        phone.reception(station, constituent={"name": "王女士", "consent": True, "consent_version": "1"}),
        phone.shift_end(start["id"]),
        phone.about("correction", check_in["id"], changes={"note": "更正"}),
    ]
    first, again = phone.sync(*entries), phone.sync(*entries)
    assert [each["status"] for each in first] == ["accepted"] * len(entries)
    assert [each["receipt_no"] for each in again] == [each["receipt_no"] for each in first]
    assert {entry["id"] for entry in entries} <= {change["id"] for change in phone.pull()}


def test_fifty_networks_sync_and_see_their_own_figures(
    divided: tuple[Cast, list[dict[str, object]]],
) -> None:
    cast, _ = divided
    places = more_networks(cast)
    for place in places[::6]:
        work_a_day(cast.phone("member", network=place), place)
        officer = cast.phone("city_officer", network=place)
        answer = officer.get("/api/v1/coverage?window=30d&by=network")
        assert answer.json["totals"]["check_ins"]["low"] == 1, "its own, and nobody else's"
        with cast.app.app_context():
            compare_figures(place.id)
    used = "SELECT count(DISTINCT tableoid) FROM receipts"
    assert cast.scalar(text(used)) > 3, "all in one part"


def test_what_was_there_is_there_and_one_network_reads_one_part(
    divided: tuple[Cast, list[dict[str, object]]],
) -> None:
    cast, results = divided
    assert cast.scalar(text("SELECT receipt_no FROM receipts")) == results[0]["receipt_no"]
    asked = "EXPLAIN SELECT * FROM check_ins WHERE network_id = 1 AND day > '2026-01-01'"
    with cast.app.app_context():
        plan = "\n".join(line for (line,) in db.session.execute(text(asked)))
        lacks = list(lacking(db.session.connection()))
    assert plan.count("Scan on check_ins_") == 1, plan
    assert lacks == [], "what the models say is not all there"


def lacking(connection: Connection) -> Iterator[object]:
    """What a migration would add or alter; the parts themselves, which it would remove, are PostgreSQL's."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    for change in compare_metadata(context, db.metadata):
        for each in change if isinstance(change, list) else [change]:
            if not str(each[0]).startswith("remove_"):
                yield each


def test_migrations_go_through_on_parts(postgres_url: str, tmp_path: Path) -> None:
    """Indexes are built beside the writers there too: part by part."""
    name = f"test_{uuid.uuid4().hex}"
    create_database(postgres_url, name)
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    app = create_app(settings(database_url=url, data_dir=tmp_path))
    with app.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"), revision="0009")
        divide(url)
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))
        assert list(lacking(db.session.connection())) == []
        invalid = db.session.scalar(text("SELECT count(*) FROM pg_index WHERE NOT indisvalid"))
        assert invalid == 0
        db.session.remove()
        db.engine.dispose()
    drop_database(postgres_url, name)
