"""Runs the migrations on the application's own database, each start in one transaction.

On SQLite Alembic recreates a table to change it, and with foreign keys on that silently deletes the rows
that point to it: they are off while migrating and checked after.
"""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from workstation.database import WRITE_OPTIONS, Base, db


def run() -> None:
    with db.engine.connect() as connection:
        connection.execution_options(**WRITE_OPTIONS[connection.dialect.name])
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite:
                check_foreign_keys(connection)
        connection.commit()
        if is_sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")


def check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"rows without their parents after the migration: {broken[:5]}")


run()
