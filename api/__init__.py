"""Puts the application together, and does nothing else."""

from importlib import import_module

from flask import Flask
from flask_migrate import Migrate
from flask_smorest import Api

from api import auth, compression, docs_page, errors, health, pwa, request_id
from api.commands import CommandFolder
from api.config import Settings
from api.json import OrjsonProvider
from api.schemas.description import ProblemOut, describe_fields
from workstation import models
from workstation.database import db, engine_options, prepare_engine
from workstation.keys import Keys

NOUNS = (
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
    "planned_shifts",
    "records",
    "reports",
    "rescue_files",
    "settings",
    "sign_ins",
    "station_edits",
    "station_record",
    "stations",
    "sync",
    "time",
    "topics",
)
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


class QuietApi(Api):  # type: ignore[misc]  # smorest ships no types
    """smorest without its own error handlers: api/errors.py answers for the whole application."""

    ERROR_SCHEMA = ProblemOut

    def _register_error_handlers(self) -> None:
        pass


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application for these settings, by default those of the environment."""
    settings = settings or Settings.from_environment()
    app = Flask(__name__, static_folder=None)
    app.json = OrjsonProvider(app)
    app.cli = CommandFolder(app.name)
    app.config.update(OPENAPI, SETTINGS=settings, MAX_CONTENT_LENGTH=16 * 1024 * 1024)
    app.extensions["keys"] = Keys(settings.secret_key)
    _connect_database(app, settings)
    errors.install(app)
    api = QuietApi(app)
    describe_fields(api)
    for noun in NOUNS:
        api.register_blueprint(import_module(f"api.{noun}").blueprint)
    for part in (health, docs_page, compression):
        part.install(app)
    app.after_request(auth.offer_nonce)
    pwa.install(app)
    request_id.install(app)
    return app


def _connect_database(app: Flask, settings: Settings) -> None:
    url = settings.sqlalchemy_url
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url=url)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    Migrate(app, db, directory="migrations", compare_type=True)


__all__ = ["create_app", "models"]
