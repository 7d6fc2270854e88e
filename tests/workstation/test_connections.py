"""Connections that rest in the pool: used as they are, unless PostgreSQL has gone away meanwhile."""

import os
import resource
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url, text
from sqlalchemy.exc import InternalError

from tests.cast import Cast
from workstation.database import db, writing

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def ask_who(app: Flask) -> int:
    """The process of PostgreSQL that answers; the connection goes back to the pool."""
    with app.app_context():
        return int(db.session.scalar(text("SELECT pg_backend_pid()")) or 0)


def address_of(app: Flask) -> str:
    with app.app_context():
        url = make_url(db.engine.url).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


@contextmanager
def many_files_open(count: int) -> Iterator[None]:
    """As in a worker that keeps a thousand phones' connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, count + 500)), hard))
    with ExitStack() as stack:
        for _ in range(count):
            stack.callback(os.close, os.dup(0))
        yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@on_postgresql
def test_a_connection_at_rest_is_used_again(app: Flask) -> None:
    assert ask_who(app) == ask_who(app)


@on_postgresql
def test_a_connection_that_died_at_rest_is_replaced_before_anybody_sees_it(app: Flask) -> None:
    before = ask_who(app)
    with psycopg.connect(address_of(app), autocommit=True) as other:
        other.execute(OTHERS)
    assert ask_who(app) not in (0, before)


@on_postgresql
def test_a_worker_with_more_than_a_thousand_open_files_still_gets_a_connection(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()
    with many_files_open(1100):
        first = ask_who(app)
        assert ask_who(app) == first


@on_postgresql
def test_who_did_not_say_that_he_writes_is_refused_to(app: Flask) -> None:
    create = text("CREATE TABLE made (id integer)")
    with app.app_context(), pytest.raises(InternalError, match="read-only"):
        db.session.execute(create)
    with app.app_context(), writing():
        db.session.execute(create)


@on_postgresql
def test_what_a_connection_has_prepared_outlives_the_calls(cast: Cast) -> None:
    """psycopg forgets it all after a ROLLBACK, and PostgreSQL would plan every statement of every call."""
    phone, hall = cast.phone("member"), cast.here.stations["hall"]
    for _ in range(8):  # it prepares what it was asked more than five times
        phone.sync(phone.check_in(hall))
    with cast.app.app_context():
        prepared = text("SELECT statement FROM pg_prepared_statements")
        known = "\n".join(db.session.scalars(prepared))
    assert [table for table in ("devices", "installation", "receipts", "changes") if table not in known] == []
