"""The database: SQLite beside the program by default, PostgreSQL in production.

Two rules hold everything else up. A writer takes its lock when it begins (`writing`), never in the
middle, and that context is the one place that commits. And rows are written set-wise (`insert_rows`),
so that a batch costs a few statements whatever its size.
"""

import fcntl
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import pysqlite3.dbapi2
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
WRITES = "workstation_writes"  # the execution option by which a transaction says that it will write
ROWS_A_STATEMENT = 500  # SQLite allows 32,766 variables in one statement

Row = Mapping[str, Any]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC. SQLite drops time zones, so they are put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


# Ids are canonical lower-case strings in Python and on the wire, native uuid in PostgreSQL.
Id = String(36).with_variant(UUID(as_uuid=False), "postgresql")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
Number = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base)


def engine_options(*, url: str) -> dict[str, Any]:
    """What create_engine needs for this kind of database."""
    options: dict[str, Any] = {"hide_parameters": True}  # or error logs print people's data
    if url.startswith("sqlite"):
        return options | {
            "module": pysqlite3.dbapi2,
            "connect_args": {"timeout": 30, "check_same_thread": False},
        }
    limits = "-c statement_timeout=60000 -c lock_timeout=15000 -c idle_in_transaction_session_timeout=30000"
    return options | {
        "pool_pre_ping": True,
        "isolation_level": "READ COMMITTED",
        "connect_args": {"options": f"{limits} -c synchronous_commit=on -c timezone=UTC"},
    }


def prepare_engine(engine: Engine) -> None:
    """Gives SQLite its settings and its own BEGIN; PostgreSQL needs neither."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transactions commit when a savepoint is released: we say BEGIN ourselves.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A plain BEGIN that reads and then writes fails at once under load: writers lock at the start.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing() -> Iterator[Connection]:
    """One write transaction, committed at the end: the only place that commits.

    What the session read before is let go first, so that nothing is decided on an old view.
    """
    db.session.rollback()
    with _write_gate():
        try:
            yield db.session.connection(execution_options={WRITES: True})
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise


@contextmanager
def _write_gate() -> Iterator[None]:
    """Lets SQLite's writers in one by one: its own busy handler is unfair (p99 three times longer)."""
    path = db.engine.url.database
    if db.engine.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    with Path(f"{path}.gate").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield  # closing the file opens the gate


def insert_rows(
    model: type[Base],
    rows: Sequence[Row],
    *,
    conflict: str = "",
    returning: Sequence[str] = (),
) -> list[tuple[Any, ...]]:
    """Inserts many rows of one shape in one statement each 500 rows.

    `conflict` is the text behind ON CONFLICT, `returning` the columns wanted back. Columns that the
    rows do not name take the database's default.
    """
    table = cast(Table, model.__table__)
    found: list[tuple[Any, ...]] = []
    connection = db.session.connection()
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        part = rows[start : start + ROWS_A_STATEMENT]
        columns = tuple(part[0])
        values = _columns_of(table, columns, part, connection.dialect)
        sql, parameters = _insert_sql(connection.dialect, table, columns, values, len(part))
        sql += f" ON CONFLICT {conflict}" if conflict else ""
        sql += f" RETURNING {', '.join(returning)}" if returning else ""
        result = connection.exec_driver_sql(sql, parameters)
        found += [tuple(row) for row in result] if returning else []
    return found


def _columns_of(
    table: Table, columns: tuple[str, ...], rows: Sequence[Row], dialect: Dialect
) -> list[list[Any]]:
    """The rows turned into one list a column, each value as the driver wants it."""
    turned = []
    for name in columns:
        bind = _bind(table, name, dialect)
        values = [row[name] for row in rows]
        turned.append(values if bind is None else [bind(value) for value in values])
    return turned


@cache
def _bind(table: Table, name: str, dialect: Dialect) -> Any:
    kind = table.c[name].type
    if isinstance(kind, JSON):
        return lambda value: None if value is None else json.dumps(value, ensure_ascii=False)
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _insert_sql(
    dialect: Dialect, table: Table, columns: tuple[str, ...], values: list[list[Any]], count: int
) -> tuple[str, tuple[Any, ...]]:
    head = f"INSERT INTO {table.name} ({', '.join(columns)})"
    if dialect.name == "postgresql":
        # unnest of arrays: a long VALUES list costs half the client's time.
        arrays = ", ".join(f"%s::{_array_type(table, name, dialect)}" for name in columns)
        return f"{head} SELECT * FROM unnest({arrays})", tuple(values)  # noqa: S608  # our own names
    row = f"({', '.join('?' * len(columns))})"
    flat = tuple(value for row_values in zip(*values, strict=True) for value in row_values)
    return f"{head} VALUES {', '.join([row] * count)}", flat


@cache
def _array_type(table: Table, name: str, dialect: Dialect) -> str:
    return f"{table.c[name].type.compile(dialect=dialect)}[]"


def update_set(columns: Sequence[str], *, key: Sequence[str]) -> str:
    """The ON CONFLICT text that makes an insert replace what stands under the same key."""
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns)
    return f"({', '.join(key)}) DO UPDATE SET {sets}"


def lock_names(connection: Connection, names: Sequence[str]) -> None:
    """Locks these names until the transaction ends, in one order for everybody, so without deadlock.

    SQLite has one writer at a time and needs no lock.
    """
    if connection.dialect.name != "postgresql" or not names:
        return
    # hashtextextended gives 64 bits; sorting by the key, not the name, gives everybody the same order.
    sql = (
        "SELECT pg_advisory_xact_lock(k) FROM (SELECT DISTINCT hashtextextended(n, 0) AS k"
        " FROM unnest(%s::text[]) AS n ORDER BY 1) AS keys"
    )
    connection.exec_driver_sql(sql, (list(names),))


def is_reachable() -> bool:
    """Whether the database answers at all."""
    db.session.execute(text("SELECT 1"))
    return True
