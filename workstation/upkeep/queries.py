"""How the database is: size, lag, what takes long. Nothing here reads facts, so it is quick at any size."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import case, func, select, text
from sqlalchemy.exc import DBAPIError

from workstation.database import db
from workstation.people.models import Device
from workstation.shifts.models import Shift
from workstation.sync.models import HeldEntry


class Activity(NamedTuple):
    """PostgreSQL's connections, how many it takes, and the age of its oldest transaction in seconds."""

    connections: int
    most: int
    oldest_s: float


class SlowStatement(NamedTuple):
    """A statement of ours (its first words), how often it ran, and how long on average in ms."""

    statement: str
    calls: int
    mean_ms: float


def count_auto_closed(*, network_id: int, since: datetime, until: datetime) -> int:
    """Shifts that the rule closed in this time (half-open)."""
    closed = (
        Shift.network_id == network_id,
        Shift.ended_at.is_(None),
        Shift.withdrawn.is_(False),
        Shift.closes_at >= since,
        Shift.closes_at < until,
    )
    return int(db.session.scalar(select(func.count()).select_from(Shift).where(*closed)) or 0)


def latest_call_at() -> datetime | None:
    """When a phone last called, by the server's clock of that moment."""
    return db.session.scalar(select(func.max(Device.last_sync_at)))


def database_now() -> datetime | None:
    """PostgreSQL's clock; SQLite has none of its own."""
    if db.engine.dialect.name != "postgresql":
        return None
    return db.session.scalar(select(func.clock_timestamp()))


def database_version() -> str:
    """Such as 3.46.1 or 18.1."""
    asked = {"sqlite": "SELECT sqlite_version()", "postgresql": "SHOW server_version"}
    return str(db.session.scalar(text(asked[db.engine.dialect.name]))).split()[0]


def refuses_unsaid_writes() -> bool:
    """PostgreSQL: whether a transaction only reads unless it says that it writes."""
    return bool(db.session.scalar(text("SELECT current_setting('default_transaction_read_only') = 'on'")))


def read_activity() -> Activity:
    """PostgreSQL only."""
    asked = text(
        "SELECT count(*), current_setting('max_connections')::int,"
        " coalesce(max(extract(epoch FROM clock_timestamp() - xact_start))"
        " FILTER (WHERE pid <> pg_backend_pid()), 0)::float"
        " FROM pg_stat_activity WHERE backend_type = 'client backend'"
    )
    return Activity(*db.session.execute(asked).one())


def list_slow_statements(*, above_ms: float, limit: int = 3) -> list[SlowStatement] | None:
    """The slowest by their mean, where pg_stat_statements is installed and at work; else None."""
    installed = "SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'"
    if not db.session.scalar(text(installed)):
        return None
    asked = text(
        "SELECT left(query, 80), calls, mean_exec_time FROM pg_stat_statements AS s"
        " JOIN pg_database AS d ON d.oid = s.dbid"
        " WHERE d.datname = current_database() AND calls >= 10 AND mean_exec_time > :above"
        " ORDER BY mean_exec_time DESC LIMIT :limit"
    )
    try:
        rows = db.session.execute(asked, {"above": above_ms, "limit": limit}).all()
    except DBAPIError:  # not loaded at the server's start, or put aside with a former database
        db.session.rollback()
        return None
    return [SlowStatement(*row) for row in rows]


class Phones(NamedTuple):
    """Phones with a sign-in, and those of them that had something to send and fell silent."""

    enrolled: int
    quiet: int


QUIET_AFTER = timedelta(days=3)


def count_phones(*, network_id: int, now: datetime) -> Phones:
    """The phones of a network."""
    silent = (Device.pending > 0) & (Device.last_sync_at < now - QUIET_AFTER)
    counted = select(func.count(), func.count(case((silent, 1)))).where(
        Device.network_id == network_id, Device.token_hash.is_not(None), Device.revoked_at.is_(None)
    )
    return Phones(*db.session.execute(counted).one())


def count_waiting(*, network_id: int) -> int:
    """Entries that wait for staff."""
    waiting = (HeldEntry.network_id == network_id, HeldEntry.state == "waiting")
    return int(db.session.scalar(select(func.count()).select_from(HeldEntry).where(*waiting)) or 0)
