"""The database: SQLite beside the program by default, PostgreSQL in production.

Two rules hold everything else up. A writer takes its lock when it begins (`writing`), never in the
middle, and that context is the one place that commits. And rows are written set-wise (`insert_rows`),
so that a batch costs a few statements whatever its size.
"""

import fcntl
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from select import POLLIN, poll
from time import perf_counter
from typing import Any, TextIO
from typing import cast as typed

import orjson
import psycopg
import pysqlite3.dbapi2
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from psycopg.errors import FeatureNotSupported, ReadOnlySqlTransaction
from psycopg.types.string import TextLoader
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    any_,
    bindparam,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, UserDefinedType

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
WRITES = "workstation_writes"
# The execution options by which a transaction says that it will write.
WRITE_OPTIONS: dict[str, dict[str, Any]] = {
    "sqlite": {WRITES: True},
    "postgresql": {"isolation_level": "READ COMMITTED", "postgresql_readonly": False},
}
# What a PostgreSQL that takes no writes says to them; to a transaction that begins so, where it is a standby.
TAKES_NO_WRITES = (ReadOnlySqlTransaction, FeatureNotSupported)
# The name of the replica's engine, and what a session notes of it (workstation/replica.py).
REPLICA, MAY_LAG, REPORTING = "replica", "may_lag", "reporting"
REPLICA_ANSWERS_WITHIN_S = 3
APPLICATION = "workstation"
# For one transaction, so that it is right whoever has the connection next (PgBouncer hands them around).
SAY_WHO = "SELECT set_config('application_name', %s, true)"
REPORT_MEMORY = "32MB"  # PostgreSQL sorts and hashes 24,200 stations in it; by default it would use the disk
ROWS_A_STATEMENT = 500  # SQLite allows 32,766 variables in one statement

Row = Mapping[str, Any]
# Is told how many seconds each writer waited for SQLite's gate.
on_writer_wait: Callable[[float], object] = lambda _seconds: None  # noqa: E731  # replaced by who counts
# What PostgreSQL calls a transaction, in its log and in pg_stat_activity: replaced by who knows the call.
name_of_call: Callable[[], str] = lambda: APPLICATION  # noqa: E731  # see above
NO_DEFAULTS: Mapping[str, str] = {}


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


class IdArray(UserDefinedType[str]):
    """PostgreSQL's array of ids as a parameter's own type: a cast text would be read again for each row."""

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_options: Any) -> str:
        return "uuid[]"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


class ReportingSession(Session):
    """Asks the replica from `begin_report` on, where the call allowed that, and until it writes."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **more: Any) -> Any:
        if bind is None and self.info.get(REPORTING):
            return db.engines[REPLICA]
        return super().get_bind(mapper=mapper, clause=clause, bind=bind, **more)


db = SQLAlchemy(model_class=Base, session_options={"class_": ReportingSession})


def engine_options(*, url: str, pooled: bool = False) -> dict[str, Any]:
    """What create_engine needs for this kind of database.

    `pooled`: PgBouncer hands out its connections for one transaction each, so nothing may be prepared on one
    and all of them have the modes below already (deploy/pgbouncer).

    On PostgreSQL reading needs no transaction: that saves BEGIN and ROLLBACK, after which psycopg would
    forget all that it had prepared. Whoever did not say that it writes is refused to.
    """
    options: dict[str, Any] = {"hide_parameters": True}  # or error logs print people's data
    if url.startswith("sqlite"):
        return options | {
            "module": pysqlite3.dbapi2,
            "connect_args": {"timeout": 30, "check_same_thread": False},
        }
    limits = "-c statement_timeout=60000 -c lock_timeout=15000 -c idle_in_transaction_session_timeout=30000"
    modes = "-c default_transaction_read_only=on -c synchronous_commit=on -c timezone=UTC"
    name: dict[str, Any] = {"application_name": APPLICATION}
    if pooled:
        name["prepare_threshold"] = None
    return options | {
        "isolation_level": "AUTOCOMMIT",
        "connect_args": name | {"options": f"{limits} {modes}"},
    }


def replica_options(*, url: str, pooled: bool = False) -> dict[str, Any]:
    """The same for a replica: a machine that is gone must not be waited for."""
    options = engine_options(url=url, pooled=pooled)
    options["connect_args"] |= {"connect_timeout": REPLICA_ANSWERS_WITHIN_S}
    return options | {"url": url}


def prepare_engine(engine: Engine) -> None:
    """Gives SQLite its settings and its own BEGIN, and looks after PostgreSQL's connections."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _read_ids_as_text)
        event.listen(engine, "checkout", _try_if_spoken_to)


def _read_ids_as_text(connection: Any, _record: Any) -> None:
    """Ids are text everywhere here: making UUID objects of them first is half of what reading them costs."""
    connection.adapters.register_loader("uuid", TextLoader)


def _try_if_spoken_to(connection: Any, _record: Any, _proxy: Any) -> None:
    """A connection that rests hears from PostgreSQL only when that goes away: then it is tried, else not.

    Asking each time, as pool_pre_ping does, would cost every call several round trips.
    """
    line = poll()  # select() takes no descriptor above 1,023, and a busy worker has more
    line.register(connection.pgconn.socket, POLLIN)
    if not line.poll(0):
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error


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
def writing(*, says_who: bool = True) -> Iterator[Connection]:
    """One write transaction, committed at the end: the only place that commits.

    What the session read before is let go first, so that nothing is decided on an old view. Its first
    statement tells PostgreSQL which call this is, unless another one `says_who` on the way. Where nothing can
    be written, OperationalError is raised, as by a database that is away.
    """
    db.session.rollback()
    db.session.info.pop(REPORTING, None)
    with _write_gate(), _one_kind_of_away():
        try:
            connection = db.session.connection(execution_options=WRITE_OPTIONS[db.engine.dialect.name])
            if says_who and connection.dialect.name == "postgresql":
                connection.exec_driver_sql(SAY_WHO, (name_of_call(),))
            yield connection
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise


@contextmanager
def _one_kind_of_away() -> Iterator[None]:
    """PostgreSQL's refusals of any write are other kinds of errors, which elsewhere are faults of ours."""
    try:
        yield
    except DBAPIError as error:
        if not isinstance(error.orig, TAKES_NO_WRITES):
            raise
        raise OperationalError(error.statement, None, error.orig, hide_parameters=True) from error


def begin_report() -> None:
    """From here on this request only reads, and sees everything as of one moment.

    PostgreSQL refuses it every write: a report that takes long holds back neither writers nor the feed.
    Where the call allowed it, the replica is asked from here on.
    """
    db.session.rollback()
    db.session.info[REPORTING] = db.session.info.get(MAY_LAG, False)
    if db.engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        connection = db.session.connection(execution_options=options)
        connection.exec_driver_sql(f"SET LOCAL work_mem = '{REPORT_MEMORY}'")


@contextmanager
def _write_gate() -> Iterator[None]:
    """Lets SQLite's writers in one by one: its own busy handler is unfair (p99 three times longer)."""
    path = db.engine.url.database
    if db.engine.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    with _open_gate(Path(f"{path}.gate")) as gate:
        began = perf_counter()
        fcntl.flock(gate, fcntl.LOCK_EX)
        on_writer_wait(perf_counter() - began)
        yield  # closing the file opens the gate


def _open_gate(path: Path) -> TextIO:
    try:
        return path.open("w")
    except OSError as error:  # a disk that is only read
        raise OperationalError("the gate", None, error) from error


def insert_rows(
    model: type[Base],
    rows: Sequence[Row],
    *,
    conflict: str = "",
    returning: Sequence[str] = (),
    defaults: Mapping[str, str] = NO_DEFAULTS,
) -> list[tuple[Any, ...]]:
    """Inserts many rows of one shape in one statement each 500 rows.

    `conflict` is the text behind ON CONFLICT, `returning` the columns wanted back. Columns that the
    rows do not name take the database's default; on PostgreSQL `defaults` are expressions for where a row
    has null.
    """
    table = typed(Table, model.__table__)
    found: list[tuple[Any, ...]] = []
    connection = db.session.connection()
    write = _as_recordset if connection.dialect.name == "postgresql" else _as_values
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        part = rows[start : start + ROWS_A_STATEMENT]
        sql, parameters = write(table, part, connection.dialect, defaults)
        sql += f" ON CONFLICT {conflict}" if conflict else ""
        sql += f" RETURNING {', '.join(returning)}" if returning else ""
        result = connection.exec_driver_sql(sql, parameters)
        found += [tuple(row) for row in result] if returning else []
    return found


Written = tuple[str, tuple[Any, ...]]


def _as_recordset(
    table: Table, rows: Sequence[Row], dialect: Dialect, defaults: Mapping[str, str]
) -> Written:
    """For PostgreSQL: all rows in one JSON text, which costs the client least, and one constant statement."""
    return _recordset_sql(table, tuple(rows[0]), dialect, tuple(defaults.items())), (_json_of(rows),)


@cache
def _recordset_sql(
    table: Table, columns: tuple[str, ...], dialect: Dialect, defaults: tuple[tuple[str, str], ...]
) -> str:
    names, instead = ", ".join(columns), dict(defaults)
    values = (f"coalesce({name}, {instead[name]})" if name in instead else name for name in columns)
    typed = ", ".join(f"{name} {table.c[name].type.compile(dialect=dialect)}" for name in columns)
    given = f"json_to_recordset(%s::json) AS rows ({typed})"
    return f"INSERT INTO {table.name} ({names}) SELECT {', '.join(values)} FROM {given}"  # noqa: S608  # our own names


def _json_of(rows: Sequence[Row]) -> str:
    try:
        return orjson.dumps(rows, default=_spelled).decode()
    except orjson.JSONEncodeError:
        # Integers without end and lone surrogates: escaped, so that the database is the one to refuse them.
        return json.dumps(rows, default=_spelled)


def _spelled(value: object) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return str(value)


def _as_values(table: Table, rows: Sequence[Row], dialect: Dialect, _defaults: Mapping[str, str]) -> Written:
    """For SQLite: one long VALUES list."""
    columns = tuple(rows[0])
    binds = [_bind(table, name, dialect) for name in columns]
    row = f"({', '.join('?' * len(columns))})"
    sql = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {', '.join([row] * len(rows))}"  # noqa: S608  # our own names
    return sql, tuple(bind(row[name]) for row in rows for name, bind in zip(columns, binds, strict=True))


@cache
def _bind(table: Table, name: str, dialect: Dialect) -> Any:
    kind = table.c[name].type
    if isinstance(kind, JSON):
        return lambda value: None if value is None else json.dumps(value, ensure_ascii=False)
    return kind.dialect_impl(dialect).bind_processor(dialect) or (lambda value: value)


def one_of(column: Any, name: str, *, dialect: str) -> ColumnElement[bool]:
    """Condition: the column is one of the ids in the parameter `name`, given as `id_list` makes it.

    However many there are, the statement stays the same text: compiled once, planned once.
    """
    if dialect == "postgresql":
        return typed(ColumnElement[bool], column == any_(bindparam(name, type_=IdArray())))
    given = func.json_each(bindparam(name, type_=String)).table_valued("value")
    return typed(ColumnElement[bool], column.in_(select(given.c.value)))


def id_list(ids: Collection[str]) -> str:
    """Ids (UUIDs, nothing else) as the parameter of `one_of`."""
    return f"{{{','.join(ids)}}}" if db.engine.dialect.name == "postgresql" else json.dumps(list(ids))


def update_set(columns: Sequence[str], *, key: Sequence[str]) -> str:
    """The ON CONFLICT text that makes an insert replace what stands under the same key."""
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns)
    return f"({', '.join(key)}) DO UPDATE SET {sets}"


def is_reachable() -> bool:
    """Whether the database answers at all."""
    db.session.execute(text("SELECT 1"))
    return True
