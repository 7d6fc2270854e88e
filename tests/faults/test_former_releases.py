"""One release back: its server on the schema of this one, its phones and pages answered by this one."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, create_engine, make_url, text

from api import create_app
from tests.cast import Time
from tests.databases import settings
from tests.faults.releases.record import read
from workstation.database import WRITE_OPTIONS, db, engine_options, prepare_engine, writing

RELEASES = Path(__file__).parent / "releases"
FORMER = ("0.1.0-schema-0008", "0.1.0-schema-0012")


def test_a_release_serves_on_the_schema_of_its_successor_and_not_on_that_before_it(
    app: Flask, client: FlaskClient
) -> None:
    """So a bad release is rolled back by starting the former one: the database stays."""
    for revision, status in (("9999", 200), ("0009", 503)):
        with app.app_context(), writing():
            db.session.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
        assert client.get("/readyz").status_code == status


def recorded(release: str, url: str) -> list[dict[str, Any]]:
    """What a former release said to this kind of database and to its phones."""
    kind = make_url(url).get_backend_name()
    pages = json.loads((RELEASES / f"{release}.{kind}.json").read_text())["pages"]
    return list(pages)


def say(connection: Connection, page: dict[str, Any]) -> None:
    """Every statement of a page, in one transaction, touching as many rows as it did then."""
    for statement, said, touched in page["statements"]:
        many = [spelled_out(each) for each in said]
        result = connection.exec_driver_sql(statement, many if len(many) > 1 else many[0])
        assert touched in (-1, result.rowcount), statement
        if result.returns_rows:
            result.fetchall()


def spelled_out(said: Any) -> Any:
    if isinstance(said, dict):
        return {name: read(value) for name, value in said.items()}
    return tuple(read(value) for value in said)


@pytest.mark.parametrize("release", FORMER)
def test_a_former_release_works_on_the_schema_of_this_one(release: str, database_url: str) -> None:
    """Before the last worker of it has ended, and after this one was rolled back."""
    engine = create_engine(database_url, **engine_options(url=database_url))
    prepare_engine(engine)
    for page in recorded(release, database_url):
        options = WRITE_OPTIONS[engine.dialect.name]
        with engine.connect().execution_options(**options) as connection:
            say(connection, page)
            connection.commit()
    engine.dispose()


@pytest.mark.parametrize("release", FORMER)
def test_a_former_releases_phone_and_page_are_answered_by_this_one(
    release: str, database_url: str, tmp_path: Path, time: Time
) -> None:
    """After the former server took its entries: the same receipts, and every field that it knows."""
    engine = create_engine(database_url, **engine_options(url=database_url))
    prepare_engine(engine)
    pages = recorded(release, database_url)
    for page in pages[:3]:
        with engine.connect().execution_options(**WRITE_OPTIONS[engine.dialect.name]) as connection:
            say(connection, page)
            connection.commit()
    engine.dispose()
    app = create_app(settings(database_url=database_url, data_dir=tmp_path))
    for page in pages[2:]:
        for method, path, token, body, status, answer in page["calls"]:
            headers = {"Authorization": f"Bearer {token}"}
            now = app.test_client().open(path, method=method, json=body, headers=headers)
            assert now.status_code == status, (path, now.text)
            assert missing(answer, now.json) == [], path
            if path.endswith("/sync"):
                numbers = [result["receipt_no"] for result in now.json["results"]]
                assert numbers == [result["receipt_no"] for result in answer["results"]]
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def missing(before: Any, now: Any, at: str = "") -> list[str]:
    """Fields of the former answer that this one lacks, or has with another kind of value."""
    if isinstance(before, dict):
        if not isinstance(now, dict):
            return [at]
        gone = [f"{at}.{name}" for name in before.keys() - now.keys()]
        return gone + [
            each
            for name in before.keys() & now.keys()
            for each in missing(before[name], now[name], f"{at}.{name}")
        ]
    if isinstance(before, list):
        if not isinstance(now, list):
            return [at]
        return missing(before[0], now[0], f"{at}[]") if before and now else []
    return [] if before is None or now is None or type(before) is type(now) else [at]
