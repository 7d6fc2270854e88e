"""An id for every call, from the phone or made here; it stands in the answer and in every log line."""

import re
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from flask import Flask

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


def install(app: Flask) -> None:
    """Wraps the application, and writes logs as JSON lines."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        cache_logger_on_first_use=True,
    )
    app.wsgi_app = RequestId(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way to wrap
