"""An id for every call, from the phone or made here; it stands in the answer and in every log line."""

import contextlib
import re
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TextIO

import structlog
from flask import Flask, current_app
from sqlalchemy import Engine, ExceptionContext, event
from structlog.typing import EventDict

from api.middleware import wrap
from workstation import database
from workstation.ids import new_id

GIVEN = re.compile(r"[0-9A-Za-z-]{8,64}")
log = structlog.get_logger()


class RequestId:
    """WSGI middleware around everything, static files too. Query strings are not logged."""

    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = given if GIVEN.fullmatch(given) else new_id()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        began = time.perf_counter()

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            log.info(
                "request.answered",
                method=environ.get("REQUEST_METHOD"),
                path=environ.get("PATH_INFO"),
                status=int(status[:3]),
                ms=round((time.perf_counter() - began) * 1000, 1),
            )
            return start_response(status, [*headers, ("X-Request-ID", request_id)], exc_info)

        return self.inner(environ, start)


def follow_into_database(engine: Engine) -> None:
    """Leads from a line of PostgreSQL's log to the call behind it, at no cost per statement.

    Each transaction that writes is named after its call (`application_name`), so PostgreSQL's own lines say
    it with `log_line_prefix = '%m [%p] %a '`, and pg_stat_activity while it works. What only reads is found
    by the server process, which each line of ours names (`db_pid`). A statement's text stays as it is, so
    that what was prepared is used. Behind PgBouncer, which keeps an account of this name of its own for each
    client, it stays as it is. What the database refuses is logged here too, without the values.
    """
    database.name_of_call = _name_of_call
    event.listen(engine, "handle_error", _log_refused)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "checkout", _note_process)


def _name_of_call() -> str:
    """As PostgreSQL shows it: 63 characters at most, of which a phone may choose 51 and no strange ones."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if not request_id or current_app.config["DATABASE_POOLED"]:
        return database.APPLICATION
    return f"{database.APPLICATION} {request_id}"[:63]


def _note_process(connection: Any, _record: Any, _proxy: Any) -> None:
    structlog.contextvars.bind_contextvars(db_pid=connection.info.backend_pid)


def _log_refused(context: ExceptionContext) -> None:
    error = context.original_exception
    log.warning("database.refused", error=type(error).__name__, state=getattr(error, "sqlstate", None))


class PatientLogger(structlog.PrintLogger):
    """Writes lines, and is never in the way: a full disk under the log costs lines and never an answer."""

    def msg(self, message: str) -> None:
        """One line, or none when there is no room."""
        with contextlib.suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def _without_words(_logger: Any, _name: str, event_dict: EventDict) -> EventDict:
    """An exception as its type and the lines that led to it: its words may quote what somebody sent."""
    error = event_dict.pop("exc_info", None)
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        event_dict["exception"] = type(error).__name__
        event_dict["at"] = [f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in frames]
    return event_dict


def install(app: Flask) -> None:
    """Wraps the application, and writes logs as JSON lines."""
    log_as_json()
    wrap(app, RequestId)


def log_as_json(*, to: TextIO | None = None) -> None:
    """One line for each event, by default to the standard output."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_words,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=lambda *_: PatientLogger(to),
        cache_logger_on_first_use=True,
    )
