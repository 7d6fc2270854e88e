"""WSGI middleware around the application, each outside of those before it."""

from collections.abc import Callable
from typing import Any

from flask import Flask


def wrap(app: Flask, middleware: Callable[[Any], Any]) -> None:
    """`middleware` gets a WSGI application and gives one; the test client and gunicorn meet the same."""
    # Flask declares a method, and documents this assignment as the way to wrap it.
    app.wsgi_app = middleware(app.wsgi_app)  # type: ignore[method-assign]  # see above
