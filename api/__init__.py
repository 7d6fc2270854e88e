"""Puts the application together, and does nothing else."""

import sys
from functools import partial
from importlib import import_module

from flask import Flask
from flask_migrate import Migrate
from flask_smorest import Blueprint
from werkzeug.middleware.proxy_fix import ProxyFix

from api import compression, docs_page, errors, health, metrics, proofs, pwa, request_id, security_headers
from api.body_parser import BodyParser
from api.commands import CommandFolder
from api.config import Settings
from api.json import OrjsonProvider
from api.middleware import wrap
from api.openapi import QuietApi
from api.schemas.description import describe_fields
from api.shared_memory import SharedMemory
from workstation import models
from workstation.database import REPLICA, db, engine_options, prepare_engine, replica_options
from workstation.keys import DataKeys, Keys

NOUNS = (
    "audit",
    "account",
    "constituents",
    "coverage",
    "coverage_files",
    "coverage_views",
    "devices",
    "divisions",
    "door",
    "door_screens",
    "duty_plan",
    "enrolment_codes",
    "enrolments",
    "export_keys",
    "held_decisions",
    "held_entries",
    "imports",
    "liaison_day",
    "me",
    "members",
    "password_resets",
    "planned_shifts",
    "records",
    "reports",
    "rescue_files",
    "rules",
    "settings",
    "sign_ins",
    "station_edits",
    "station_evidence",
    "station_record",
    "stations",
    "status",
    "suggestions",
    "sync",
    "time",
    "topics",
)
REMEMBERED = 2**19  # 8 MiB: the proofs of 10 minutes at 800 calls a second
MOST_BYTES = 1024 * 1024  # of a body; what takes files says so itself (api/packed_bodies.py)
OPENAPI = {
    "API_TITLE": "Workstation 委员工作站",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api",
    "OPENAPI_JSON_PATH": "v1/openapi.json",
    "API_SPEC_OPTIONS": {
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    },
}

Blueprint.ARGUMENTS_PARSER = BodyParser()


def create_app(settings: Settings | None = None, *, serves: bool = True) -> Flask:
    """The WSGI application for these settings, by default those of the environment.

    With `serves` false it has no addresses: enough for commands that only work on the database.
    """
    settings = settings or Settings.from_environment()
    app = Flask(__name__, static_folder=None)
    # Werkzeug would lead //x to /x at whatever host was asked for, which a shared cache might keep.
    app.url_map.merge_slashes = False
    app.json = OrjsonProvider(app)
    app.cli = CommandFolder(app.name)
    app.config.update(OPENAPI, SETTINGS=settings, MAX_CONTENT_LENGTH=MOST_BYTES)
    app.extensions["keys"] = Keys(settings.secret_key, data_keys=DataKeys(settings.data_dir / "keys"))
    app.extensions["shared_memory"] = SharedMemory(settings.data_dir / "remembered", entries=REMEMBERED)
    _connect_database(app, settings)
    if serves:
        _serve(app, settings)
    else:
        request_id.log_as_json(to=sys.stderr)  # what a command answers stands alone on the standard output
    return app


def _serve(app: Flask, settings: Settings) -> None:
    errors.install(app)
    api = QuietApi(app)
    describe_fields(api)
    for noun in NOUNS:
        api.register_blueprint(import_module(f"api.{noun}").blueprint)
    for part in (health, docs_page, compression):
        part.install(app)
    app.after_request(proofs.offer_nonce)
    security_headers.install(app)
    pwa.install(app)
    _believe_proxies(app, settings.trusted_proxies)
    request_id.install(app)


def _believe_proxies(app: Flask, count: int) -> None:
    """The caller's address and scheme as our own proxies say them; a phone's own word counts for nothing."""
    if count:
        wrap(app, partial(ProxyFix, x_for=count, x_proto=count))


def _connect_database(app: Flask, settings: Settings) -> None:
    url = settings.sqlalchemy_url
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["DATABASE_POOLED"] = settings.database_pooled
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url=url, pooled=settings.database_pooled)
    if settings.replica_url:
        app.config["SQLALCHEMY_BINDS"] = {
            REPLICA: replica_options(url=settings.replica_url, pooled=settings.database_pooled)
        }
    db.init_app(app)
    with app.app_context():
        for engine in db.engines.values():
            prepare_engine(engine)
        metrics.install(app, db.engine)
        request_id.follow_into_database(db.engine)
    Migrate(app, db, directory="migrations", compare_type=True)


__all__ = ["create_app", "models"]
