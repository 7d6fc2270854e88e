"""Whose address counts: the caller's as our own proxies say it, and nobody's own word."""

from pathlib import Path

import pytest
from flask import Flask, request

from api import create_app
from api.config import Settings
from tests.databases import settings


def address_seen(app: Flask, said: str) -> str | None:
    with app.test_request_context():
        pass
    seen: list[str | None] = []
    app.before_request(lambda: seen.append(request.remote_addr))
    app.test_client().get("/healthz", headers={"X-Forwarded-For": said})
    return seen[0]


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [(0, "127.0.0.1"), (1, "198.51.100.7"), (2, "203.0.113.9")],
    ids=["none", "one", "two"],
)
def test_so_many_addresses_are_believed_as_we_have_proxies(
    proxies: int, seen: str, sqlite_database: str, tmp_path: Path
) -> None:
    plain = settings(database_url=sqlite_database, data_dir=tmp_path)
    app = create_app(Settings(**{**vars(plain), "trusted_proxies": proxies}))
    assert address_seen(app, "203.0.113.9, 198.51.100.7") == seen
