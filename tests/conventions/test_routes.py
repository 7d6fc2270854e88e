"""No route without a guard; a public one says why."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from api import create_app
from tests.conventions.source import text
from tests.databases import settings

WITHOUT_MEANING = {"HEAD", "OPTIONS"}
CONVERTER = re.compile(r"<(?:[^<>]*:)?(\w+)>")

View = Callable[..., Any]


@pytest.fixture
def routes(sqlite_database: str, tmp_path: Path) -> Flask:
    return create_app(settings(database_url=sqlite_database, data_dir=tmp_path))


def views(app: Flask) -> dict[str, View]:
    """Every function that answers, by its endpoint; a class of views gives one for each method."""
    found: dict[str, View] = {}
    for endpoint, view in app.view_functions.items():
        view_class = getattr(view, "view_class", None)
        methods = getattr(view_class, "methods", None) or []
        found |= {f"{endpoint}.{method}": getattr(view_class, method.lower()) for method in methods}
        if view_class is None:
            found[endpoint] = view
    return found


def test_every_route_is_guarded(routes: Flask) -> None:
    unguarded = sorted(
        endpoint for endpoint, view in views(routes).items() if not getattr(view, "guard", None)
    )
    assert not unguarded


def test_every_public_route_says_why(routes: Flask) -> None:
    public = {
        endpoint: view for endpoint, view in views(routes).items() if getattr(view, "guard", "") == "public"
    }
    assert public
    assert not [endpoint for endpoint, view in public.items() if not getattr(view, "reason", "")]


def test_every_route_stands_in_the_documentation(routes: Flask) -> None:
    documented = set(re.findall(r"^\| `([^`]+)` \|", text("docs/api.md"), re.MULTILINE))
    assert addresses(routes) == documented, "docs/api.md lists every address"


def addresses(app: Flask) -> set[str]:
    """As a reader writes them: GET /api/v1/stations/{station_id}."""
    return {
        method + " " + CONVERTER.sub(r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - WITHOUT_MEANING
    }
