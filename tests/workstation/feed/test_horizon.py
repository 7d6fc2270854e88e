"""What keeps a transaction from holding the feed back, and how far it is held back now."""

import time
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from tests.cast import Cast
from workstation.database import begin_report, db, writing
from workstation.feed.horizon import Lag, measure_lag

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
LIMITS = {
    "statement_timeout": "1min",
    "lock_timeout": "15s",
    "idle_in_transaction_session_timeout": "30s",
    "synchronous_commit": "on",
}


@on_postgresql
@pytest.mark.parametrize("setting", LIMITS)
def test_no_connection_is_without_its_limits(cast: Cast, setting: str) -> None:
    assert cast.scalar(text(f"SHOW {setting}")) == LIMITS[setting]


@on_postgresql
def test_the_database_refuses_a_report_every_write(cast: Cast) -> None:
    with cast.app.app_context():
        begin_report()
        with pytest.raises(InternalError, match="read-only"):
            db.session.execute(text("UPDATE networks SET name = 'x'"))


@on_postgresql
def test_after_a_report_its_connection_writes_again(cast: Cast) -> None:
    with cast.app.app_context():
        begin_report()
        with writing():
            db.session.execute(text("UPDATE networks SET name = 'x'"))


@pytest.mark.parametrize("path", ["coverage", "coverage.csv", "coverage/gaps", "coverage/gaps.xlsx"])
@on_postgresql
def test_reports_run_in_transactions_that_only_read(
    cast: Cast, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at where the stations are read, at the beginning of the report."""
    import workstation.coverage.overview as overview

    seen: list[str] = []
    get_map = overview.get_map

    def look(**given: Any) -> object:
        seen.append(str(db.session.scalar(text("SHOW transaction_read_only"))))
        seen.append(str(db.session.scalar(text("SHOW transaction_isolation"))))
        return get_map(**given)

    monkeypatch.setattr(overview, "get_map", look)
    answer = cast.phone("city_officer").get(f"/api/v1/{path}?window=90d")
    assert answer.status_code == 200, answer.text
    assert seen == ["on", "repeatable read"]


@on_postgresql
def test_the_lag_says_how_long_the_oldest_writer_has_been_running(cast: Cast) -> None:
    with cast.app.app_context(), writing():
        db.session.execute(text("UPDATE networks SET name = name"))
        time.sleep(0.3)
        with cast.app.app_context(), writing():
            db.session.execute(text("SELECT pg_current_xact_id()"))
        lag = measured(cast)
    assert lag.transactions >= 2
    assert 0.3 <= lag.seconds < 60


@on_postgresql
def test_a_long_report_holds_nothing_back(cast: Cast) -> None:
    with cast.app.app_context():
        begin_report()
        db.session.execute(text("SELECT count(*) FROM stations"))
        horizon = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        with cast.app.app_context(), writing():
            mine = db.session.scalar(text("SELECT pg_current_xact_id()::text::bigint"))
        assert reaches(cast, horizon, beyond=int(mine or 0))


def reaches(cast: Cast, sql: str, *, beyond: int) -> bool:
    """Whether the number passes this one soon: other tests' transactions may run in the same server."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if cast.scalar(text(sql)) > beyond:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_on_sqlite_nothing_trails(cast: Cast) -> None:
    assert measured(cast) == Lag(0, 0.0)


def measured(cast: Cast) -> Lag:
    with cast.app.app_context():
        return measure_lag()
