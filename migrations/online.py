"""Changes to tables that are being written: what PostgreSQL needs for them to be felt by nobody.

SQLite has one writer at a time, and builds its index as that writer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

IS_INVALID = sa.text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
# Of a table in partitions (deploy/postgresql); of any other there are none.
PARTS = sa.text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass(:table)")


def create_index(name: str, table: str, columns: list[str], **options: Any) -> None:
    """Builds an index beside the writers, outside of a transaction: let it be all that its migration does.

    Killed halfway it leaves an invalid index, which nobody reads and every writer pays for: the next start
    takes it away first. It waits for those that were at work before it, and nobody waits for it.
    """
    if op.get_bind().dialect.name != "postgresql":
        op.create_index(name, table, columns, if_not_exists=True, **options)
        return
    parts = list_parts(table)
    with _beside_the_writers():
        for part in parts or [table]:
            _build(f"{name}{part.removeprefix(table)}", part, columns, **options)
    if parts:  # takes in those of its parts: nothing is left to build, so it waits no longer than the budget
        op.create_index(name, table, columns, if_not_exists=True, **options)


def drop_index(name: str, table: str) -> None:
    """Takes an index away beside the writers, outside of a transaction."""
    if op.get_bind().dialect.name != "postgresql":
        op.drop_index(name, table_name=table, if_exists=True)
        return
    if list_parts(table):  # cannot be done beside the writers: it waits no longer than the budget
        op.drop_index(name, table_name=table, if_exists=True)
        return
    with _beside_the_writers():
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)


def list_parts(table: str) -> list[str]:
    return list(op.get_bind().scalars(PARTS, {"table": table}))


def _build(name: str, table: str, columns: list[str], **options: Any) -> None:
    if op.get_bind().scalar(IS_INVALID, {"name": name}):
        op.drop_index(name, table_name=table, postgresql_concurrently=True)
    op.create_index(name, table, columns, if_not_exists=True, postgresql_concurrently=True, **options)


@contextmanager
def _beside_the_writers() -> Iterator[None]:
    """Outside of a transaction; a lock that lets writers through may take its time."""
    budget = op.get_bind().scalar(sa.text("SHOW lock_timeout"))
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        yield
        op.execute(f"SET lock_timeout = '{budget}'")
