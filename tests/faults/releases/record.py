"""Writes down what a release says to its database and to its phones, for the releases after it.

Run in the tree of that release, before its successor changes the schema:

    .venv/bin/python -m tests.faults.releases.record NAME

writes NAME.sqlite.json and NAME.postgresql.json beside this file: each statement of a morning (people and
stations, an enrolment, one batch with every kind of entry, the office's questions) with its parameters and
how many rows it touched, and each call with its answer. tests/faults/test_former_releases.py plays them back.
"""

import base64
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from psycopg.types.json import Json, Jsonb
from sqlalchemy import event

from tests.postgres import PostgresServer, create_database

FOLDER = Path(__file__).parent
NO_STATEMENTS = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")
QUESTIONS = (
    "/api/v1/me",
    "/api/v1/stations",
    "/api/v1/topics",
    "/api/v1/records?month=2026-11",
    "/api/v1/planned-shifts",
)
OFFICE = (
    "/api/v1/coverage?window=30d&by=station",
    "/api/v1/coverage/gaps?window=30d",
    "/api/v1/coverage/today",
    "/api/v1/held-entries",
    "/api/v1/members",
    "/api/v1/devices",
)


def spell(value: Any) -> Any:
    """A parameter as JSON that `read` understands."""
    for kind, is_it, write in (
        ("datetime", lambda: isinstance(value, datetime), lambda: value.isoformat()),
        ("date", lambda: isinstance(value, date), lambda: value.isoformat()),
        ("bytes", lambda: isinstance(value, bytes | memoryview), lambda: base64.b64encode(value).decode()),
        ("jsonb", lambda: isinstance(value, Json | Jsonb), lambda: value.obj),
        ("list", lambda: isinstance(value, list | tuple), lambda: [spell(each) for each in value]),
    ):
        if is_it():
            return {kind: write()}
    return value


def read(value: Any) -> Any:
    """The parameter that was spelled."""
    if not isinstance(value, dict):
        return value
    ((kind, said),) = value.items()
    return {
        "datetime": lambda: datetime.fromisoformat(said),
        "date": lambda: date.fromisoformat(said),
        "bytes": lambda: base64.b64decode(said),
        "jsonb": lambda: Jsonb(said),
        "list": lambda: [read(each) for each in said],
    }[kind]()


def spell_all(params: Any) -> Any:
    if isinstance(params, dict):
        return {name: spell(value) for name, value in params.items()}
    return [spell(value) for value in params]


class Notebook:
    """What was said since the last page was turned, as the drivers were told it."""

    def __init__(self, app: Flask, engine: Any) -> None:
        self.pages: list[dict[str, Any]] = []
        self.client = app.test_client()
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", lambda line, _: line.set_trace_callback(self._note_text))
            engine.dispose()
        else:
            self._listen_to_psycopg()

    def _note_text(self, statement: str) -> None:
        """SQLite tells statements with their values in them; lines of triggers are comments."""
        if self.pages and not statement.startswith(("--", *NO_STATEMENTS)):
            self.pages[-1]["statements"].append([statement, [[]], -1])

    def _listen_to_psycopg(self) -> None:
        one, many = psycopg.Cursor.execute, psycopg.Cursor.executemany

        def tell(cursor: Any, query: Any, params: Any = None, **more: Any) -> Any:
            answer = one(cursor, query, params, **more)
            self._note(query, [params or ()], cursor.rowcount)
            return answer

        def tell_many(cursor: Any, query: Any, params: Any, **more: Any) -> None:
            many(cursor, query, params, **more)
            self._note(query, params, -1)

        # A recorder hears what nothing else may: what is told to the driver itself, past SQLAlchemy.
        for name, teller in (("execute", tell), ("executemany", tell_many)):
            setattr(psycopg.Cursor, name, teller)

    def _note(self, query: Any, params: Any, touched: int) -> None:
        if self.pages and isinstance(query, str):
            self.pages[-1]["statements"].append([query, [spell_all(each) for each in params], touched])

    @contextmanager
    def page(self, name: str) -> Iterator[None]:
        self.pages.append({"page": name, "statements": [], "calls": []})
        yield

    def call(self, method: str, path: str, token: str | None = None, body: Any = None) -> Any:
        """A call as a phone makes it, and its answer."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self.client.open(path, method=method, json=body, headers=headers)
        assert answer.status_code < 300, (path, answer.text)
        self.pages[-1]["calls"].append([method, path, token, body, answer.status_code, answer.json])
        return answer.json


def a_morning(app: Flask, engine: Any) -> list[dict[str, Any]]:
    from tests.cast import Cast, Phone

    notes = Notebook(app, engine)
    with notes.page("people and stations"):
        cast = Cast(app)
        codes = [cast.code_for(who) for who in ("member", "city_officer")]
    with notes.page("enrolments"):
        phones = []
        for code in codes:
            made = notes.call("POST", "/api/v1/enrolments", body={"code": code, "device": {"name": "手机"}})
            phones.append(Phone(notes.client, token=made["token"], device_id=made["device_id"]))
    phone, officer = phones
    with notes.page("a batch"):
        notes.call(
            "POST", "/api/v1/sync", phone.token, envelope(every_kind(phone, cast.here.stations["hall"]))
        )
    with notes.page("questions"):
        for path in QUESTIONS:
            notes.call("GET", path, phone.token)
        for path in OFFICE:
            notes.call("GET", path, officer.token)
    return notes.pages


def every_kind(phone: Any, station: str) -> list[dict[str, Any]]:
    check_in, start = phone.check_in(station, note="到岗"), phone.shift_start(station)
    constituent = {"name": "王女士", "consent": True, "consent_version": "1"}
    return [
        check_in,
        start,
        phone.reception(station, constituent=constituent),
        phone.shift_end(start["id"]),
        phone.about("correction", check_in["id"], changes={"note": "更正"}),
        phone.check_in("00000000-0000-7000-8000-000000000000"),  # is held
    ]


def envelope(entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "protocol": 1,
        "sent_at": "2026-11-20T04:00:00+00:00",
        "cursor": None,
        "pending": 0,
        "entries": entries,
    }


def record(name: str, url: str, folder: Path) -> None:
    from api import clock, create_app
    from api.health import is_migrated
    from tests.cast import NOON
    from tests.databases import migrate, settings
    from workstation.database import db

    clock.now = lambda: NOON
    migrate(url, folder)
    app = create_app(settings(database_url=url, data_dir=folder))
    with app.app_context():
        assert is_migrated()
        engine = db.engine
        kind = engine.dialect.name
        schema = db.session.connection().exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        db.session.remove()
    pages = a_morning(app, engine)
    engine.dispose()
    said = {"release": name, "schema": schema, "pages": pages}
    (FOLDER / f"{name}.{kind}.json").write_text(json.dumps(said, ensure_ascii=False, indent=0) + "\n")


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.chmod(0o711)
        record(sys.argv[1], f"sqlite:///{folder / 'workstation.db'}", folder)
        server = PostgresServer(folder / "postgresql")
        server.start()
        try:
            create_database(server.url("postgres"), "workstation")
            record(sys.argv[1], server.url("workstation"), folder)
        finally:
            server.stop(mode="immediate")


if __name__ == "__main__":
    main()
