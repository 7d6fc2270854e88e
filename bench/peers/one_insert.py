"""Flask, marshmallow and one multi-row insert a batch: the ceiling of this stack.

Everything is validated, nobody is asked who he is, nothing is judged, and one table is written, durably and
by the fastest statement that the driver knows.
"""

from typing import Any

from flask import Flask, request
from marshmallow import RAISE, Schema, fields, validate
from sqlalchemy import Engine, create_engine, make_url

from api.config import Settings
from bench.plain_writes import gate, insert_statement, parameters
from workstation.database import WRITE_OPTIONS, engine_options, prepare_engine

TYPES = {
    "id": "uuid",
    "seq": "bigint",
    "recorded_at": "timestamptz",
    "station_id": "uuid",
    "purpose": "text",
    "lat": "float8",
    "lon": "float8",
    "accuracy_m": "float8",
}


class Fix(Schema):
    lat = fields.Float(required=True, validate=validate.Range(-90, 90))
    lon = fields.Float(required=True, validate=validate.Range(-180, 180))
    accuracy_m = fields.Float(required=True, validate=validate.Range(0))
    age_s = fields.Float(required=True)


class Body(Schema):
    station_id = fields.UUID(required=True)
    purpose = fields.String(required=True, validate=validate.OneOf(["duty", "visit"]))
    fix = fields.Nested(Fix, required=True)


class Entry(Schema):
    id = fields.UUID(required=True)
    seq = fields.Integer(required=True, strict=True, validate=validate.Range(1))
    kind = fields.String(required=True, validate=validate.OneOf(["check_in"]))
    v = fields.Integer(required=True, validate=validate.Equal(1))
    recorded_at = fields.AwareDateTime(required=True)
    elapsed_ms = fields.Integer(required=True, allow_none=True)
    body = fields.Nested(Body, required=True)


class Envelope(Schema):
    protocol = fields.Integer(required=True)
    sent_at = fields.AwareDateTime(required=True)
    pending = fields.Integer(required=True)
    cursor = fields.String(required=True, allow_none=True)
    entries = fields.List(fields.Nested(Entry), required=True, validate=validate.Length(max=100))


def make_table(engine: Engine) -> None:
    """The one table, as this kind of database spells it."""
    columns = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
    if engine.dialect.name == "sqlite":
        columns = ", ".join(TYPES)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE peer_entries ({columns}, PRIMARY KEY (id))")


def connect(url: str) -> Engine:
    """As durable as the product."""
    engine = create_engine(url, **engine_options(url=url))
    prepare_engine(engine)
    return engine.execution_options(**WRITE_OPTIONS[engine.dialect.name])


def create_app() -> Flask:
    """Reads DATABASE_URL; the table must be there."""
    app = Flask(__name__, static_folder=None)
    url = Settings.from_environment().sqlalchemy_url
    engine, schema, gate_path = connect(url), Envelope(unknown=RAISE), make_url(url).database or ""

    @app.get("/readyz")
    def readyz() -> str:
        return "ready\n"

    @app.post("/api/v1/sync")
    def sync() -> dict[str, Any]:
        entries = schema.load(request.get_json())["entries"]
        if entries:
            _insert(engine, gate_path, [_row(entry) for entry in entries])
        return {"results": [{"id": entry["id"], "status": "accepted"} for entry in entries], "cursor": ""}

    return app


def _row(entry: dict[str, Any]) -> dict[str, Any]:
    body, fix = entry["body"], entry["body"]["fix"]
    return {
        "id": str(entry["id"]),
        "seq": entry["seq"],
        "recorded_at": entry["recorded_at"],
        "station_id": str(body["station_id"]),
        "purpose": body["purpose"],
        "lat": fix["lat"],
        "lon": fix["lon"],
        "accuracy_m": fix["accuracy_m"],
    }


def _insert(engine: Engine, gate_path: str, rows: list[dict[str, Any]]) -> None:
    kind = engine.dialect.name
    columns = [[row[name] for row in rows] for name in TYPES]
    if kind == "sqlite":
        columns[2] = [moment.isoformat() for moment in columns[2]]
    statement = insert_statement(kind, "peer_entries", TYPES, count=len(rows))
    with gate(kind, gate_path), engine.begin() as connection:
        connection.exec_driver_sql(statement, parameters(kind, columns))


def __getattr__(name: str) -> Flask:
    """`app`, made when gunicorn asks for it, so that this module can be imported without a database."""
    if name != "app":
        raise AttributeError(name)
    globals()["app"] = create_app()
    return globals()["app"]  # type: ignore[no-any-return]  # set in the line above
