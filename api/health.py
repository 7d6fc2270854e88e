"""Whether the process is up, whether it can serve, and its figures for Prometheus."""

import re

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST

from api import metrics as figures
from api.auth import guard
from workstation.database import db
from workstation.errors import Refusal

NUMBER = re.compile(r"[0-9]{4}")


def install(app: Flask) -> None:
    """Outside /api: for machines that watch this one."""
    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)
    app.add_url_rule("/metrics", view_func=metrics)


@guard.anyone(reason="Says only that the process answers.")
def healthz() -> Response:
    """The process is up."""
    return Response("ok\n", mimetype="text/plain")


@guard.anyone(reason="Says only whether the database is there and migrated.")
def readyz() -> Response:
    """200 once the database is reachable and has what this release needs, else 503."""
    if not (is_migrated() or is_ahead()):
        raise Refusal("server.unavailable")
    return Response("ready\n", mimetype="text/plain")


@guard.anyone(reason="Counts without persons; the reverse proxy keeps it to the inner network.")
def metrics() -> Response:
    """Prometheus text, summed over the workers when PROMETHEUS_MULTIPROC_DIR is set."""
    return Response(figures.text(), mimetype=CONTENT_TYPE_LATEST.partition(";")[0])


def is_migrated() -> bool:
    """Whether the database stands at the newest migration of this release."""
    return _revision() == _scripts().get_current_head()


def is_ahead() -> bool:
    """Whether a later release migrated it: migrations leave what the release before them needs.

    Revisions are numbers that grow; anything else is no later release of this program.
    """
    revision, head = _revision(), _scripts().get_current_head()
    return bool(revision and head and NUMBER.fullmatch(revision) and revision > head)


def _revision() -> str | None:
    return MigrationContext.configure(db.session.connection()).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())
