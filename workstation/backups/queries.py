"""What a database says of itself, for the line in plain sight and for comparing afterwards."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, inspect, select, table, text

from workstation.backups.rules import EMPTY, BackupProblem
from workstation.database import begin_report, db

# Nothing here may take a minute in production; a backup may.
NO_LIMITS = text(
    "SELECT set_config('idle_in_transaction_session_timeout', '0', true),"
    " set_config('statement_timeout', '0', true)"
)


def begin_snapshot() -> str:
    """PostgreSQL: the rest of this transaction, and whoever is given this name, sees one moment."""
    begin_report()
    db.session.execute(NO_LIMITS)
    return str(db.session.scalar(text("SELECT pg_export_snapshot()")))


def describe_database() -> dict[str, Any]:
    """Kind, migration, and how many rows each table has. Raises BackupProblem when there are no tables."""
    if not inspect(db.session.connection()).has_table("alembic_version"):
        raise BackupProblem(EMPTY)
    names = [name for name in db.metadata.tables if inspect(db.session.connection()).has_table(name)]
    return {
        "engine": db.engine.dialect.name,
        "revision": db.session.scalar(text("SELECT version_num FROM alembic_version")),
        "rows": count_rows(sorted(names)),
    }


def count_rows(names: Iterable[str]) -> dict[str, int]:
    """How many rows each of these tables has."""
    counts = {name: select(func.count()).select_from(table(name)) for name in names}
    return {name: int(db.session.scalar(counting) or 0) for name, counting in counts.items()}


def server_major() -> int:
    """The release of the PostgreSQL that serves this database."""
    number = db.session.scalar(text("SELECT current_setting('server_version_num')::int"))
    return int(number or 0) // 10_000


def count_others() -> int:
    """PostgreSQL: how many other connections this database has."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    mine = " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    return int(db.session.scalar(text(others + mine)) or 0)
