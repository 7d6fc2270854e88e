"""Runs the migrations on the application's own database, one start at a time.

PostgreSQL: each migration is one transaction, and waits LOCK_BUDGET_MS at most for a table that others are
using. Who waits for a table holds up all who come after: so it gives up, lets them through, and tries again.
A start after one that was killed goes on with the migration that the other was at.

SQLite: each start is one transaction. There Alembic recreates a table to change it, and with foreign keys on
that silently deletes the rows that point to it: they are off while migrating and checked after.
"""

import time
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import JSON, Connection, text
from sqlalchemy.exc import OperationalError

from workstation.database import WRITE_OPTIONS, Base, UtcDateTime, db

LOCK_BUDGET_MS = 500
TRIES, PAUSE_S = 240, 0.5
LOCK_NOT_AVAILABLE = "55P03"
# Asked again and again: a statement that waits would be waited for by an index that is built beside it.
MY_TURN = text("SELECT pg_try_advisory_lock(hashtext('workstation migrations'))")


def run() -> None:
    with db.engine.connect() as connection:
        connection.execution_options(**WRITE_OPTIONS[connection.dialect.name])
        if connection.dialect.name == "sqlite":
            run_on_sqlite(connection)
        else:
            try:
                run_on_postgresql(connection)
            finally:
                connection.invalidate()  # what was set here, and the turn, end with it


def run_on_postgresql(connection: Connection) -> None:
    settings = {
        "statement_timeout": 0,
        "lock_timeout": LOCK_BUDGET_MS,
        "default_transaction_read_only": "off",
    }
    for name, value in settings.items():
        connection.execute(text(f"SET {name} = {value}"))
    connection.commit()
    if not try_often(lambda: bool(connection.scalar(MY_TURN)), connection):
        raise SystemExit("Another start is migrating this database.")
    if not try_often(lambda: is_through(connection), connection):
        raise SystemExit("Others are using a table that a migration changes: try again when it is quieter.")


def try_often(attempt: Any, connection: Connection) -> bool:
    """Whether an attempt succeeded within two minutes or so."""
    for _ in range(TRIES):
        if attempt():
            connection.commit()
            return True
        connection.rollback()
        time.sleep(PAUSE_S)
    return False


def is_through(connection: Connection) -> bool:
    """False when a table could not be had: what was done before stays done."""
    try:
        migrate(connection, transaction_per_migration=True)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def run_on_sqlite(connection: Connection) -> None:
    connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
    migrate(connection)
    connection.commit()
    connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")


def migrate(connection: Connection, **more: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=plainly,
        **current_app.extensions["migrate"].configure_args | more,
    )
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            check_foreign_keys(connection)


def plainly(kind: str, item: Any, written: Any) -> str | bool:
    """How `flask db migrate` writes a column's type: migrations know none of ours, which go on changing."""
    if kind == "type" and isinstance(item, JSON):
        written.imports.add("from sqlalchemy.dialects.postgresql import JSONB")
        return 'sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")'
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else False


def check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"rows without their parents after the migration: {broken[:5]}")


run()
