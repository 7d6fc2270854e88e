"""Statements that never change: compiled once, handed to the driver itself, and several at a time.

Every sync call asks the same few. Through the ORM they cost the server more than the database needs to
answer them, and each waits for the one before it; here PostgreSQL gets them in one go (pipeline mode).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

from workstation import database
from workstation.database import db

Rows = list[tuple[Any, ...]]
Turn = Callable[[Any], Any]


class Prepared:
    """A statement with named parameters. `build` makes it for the name of a dialect, once."""

    def __init__(self, build: Callable[[str], ClauseElement]) -> None:
        self._build = build
        self._on = cache(self._compile)

    def given(self, **values: Any) -> "Question":
        """The statement with values for its parameters."""
        return Question(self, values)

    def on(self, dialect: Dialect) -> "_Compiled":
        """As the driver of this dialect takes it."""
        return self._on(dialect)

    def _compile(self, dialect: Dialect) -> "_Compiled":
        compiled: Any = self._build(dialect.name).compile(dialect=dialect)
        named = {name: bind for bind, name in compiled.bind_names.items()}
        return _Compiled(
            dialect=dialect,
            sql=str(compiled),
            order=compiled.positiontup,
            fixed={name: bind.value for name, bind in named.items() if not bind.required},
            binds={name: _bind_of(bind.type, dialect) for name, bind in named.items()},
            types=[each.type for each in compiled._result_columns],
        )


class Question(NamedTuple):
    """A prepared statement and the values for its parameters."""

    prepared: Prepared
    values: dict[str, Any]


@dataclass
class _Compiled:
    """The text, the order of its parameters (None: by name), and how values are turned."""

    dialect: Dialect
    sql: str
    order: list[str] | None
    fixed: dict[str, Any]
    binds: dict[str, Turn | None]
    types: list[TypeEngine[Any]]
    turns: list[Turn | None] | None = None

    def parameters(self, values: dict[str, Any]) -> Any:
        turned = {
            name: bind(value) if (bind := self.binds[name]) else value
            for name, value in (self.fixed | values).items()
        }
        return turned if self.order is None else [turned[name] for name in self.order]

    def rows(self, cursor: Any) -> Rows:
        if cursor.description is None:
            return []
        if self.turns is None:
            # The first answer says which types the driver gives; of plain text none is known or turned.
            given = (column[1] for column in cursor.description)
            self.turns = [
                _result_of(kind, self.dialect, code) for kind, code in zip(self.types, given, strict=False)
            ]
        found: Rows = cursor.fetchall()
        if not any(self.turns):
            return found
        return [tuple(map(_turn, self.turns, row)) for row in found]


def _turn(turn: Turn | None, value: Any) -> Any:
    return turn(value) if turn else value


def _bind_of(kind: TypeEngine[Any], dialect: Dialect) -> Any:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _result_of(kind: TypeEngine[Any], dialect: Dialect, code: object) -> Any:
    return kind.dialect_impl(dialect).result_processor(dialect, code)


def ask(question: Question) -> Rows:
    """The rows of one statement, in the caller's transaction."""
    return ask_together(question)[0]


def ask_together(*questions: Question) -> list[Rows]:
    """The rows of each statement, in the caller's transaction; PostgreSQL is asked in one go.

    Each statement sees what was committed when it ran, as always under READ COMMITTED.
    """
    connection = db.session.connection()
    with in_one_go(connection, several=len(questions) > 1):
        cursors = [send(question) for question in questions]
    asked = (question.prepared.on(connection.dialect) for question in questions)
    return [each.rows(cursor) for each, cursor in zip(asked, cursors, strict=True)]


def send(question: Question) -> Any:
    """Executes a statement whose rows nobody wants now. Only inside `in_one_go`, which knows its errors."""
    connection = db.session.connection()
    driver: Any = connection.connection.driver_connection
    asked = question.prepared.on(connection.dialect)
    return driver.execute(asked.sql, asked.parameters(question.values))


@contextmanager
def in_one_go(connection: Connection, *, several: bool = True) -> Iterator[None]:
    """PostgreSQL gets what is written inside together, and its errors come at the end.

    Nothing inside may need an answer, and what goes through SQLAlchemy must return no rows. One alone goes
    without a pipeline, which would wait for PostgreSQL three times instead of once.
    """
    driver: Any = connection.connection.driver_connection
    is_postgresql = connection.dialect.name == "postgresql"
    try:
        with driver.pipeline() if is_postgresql and several else nullcontext():
            yield
    except connection.dialect.dbapi.Error as error:  # type: ignore[union-attr]  # there is a driver
        raise _as_sqlalchemy(error, connection) from error


def _as_sqlalchemy(error: Exception, connection: Connection) -> Exception:
    """The same error as SQLAlchemy would have raised it; a connection that broke is not used again."""
    dialect: Any = connection.dialect
    broken = dialect.is_disconnect(error, None, None)
    if broken:
        connection.invalidate(error)
    found: Exception = DBAPIError.instance(
        None,
        None,
        error,
        dialect.dbapi.Error,
        hide_parameters=True,
        connection_invalidated=broken,
        dialect=dialect,
    )
    return found


# hashtextextended gives 64 bits; sorting by the key, not the name, gives everybody the same order. Before it
# may have to wait it tells PostgreSQL which call this is, for the whole transaction.
LOCK = Prepared(
    lambda _: text(
        "SELECT count(pg_advisory_xact_lock(k)), max(call)"
        " FROM (SELECT set_config('application_name', :call, true) AS call OFFSET 0) AS named,"
        " (SELECT DISTINCT hashtextextended(n, 0) AS k"
        " FROM unnest(CAST(:names AS text[])) AS n ORDER BY 1) AS keys"
    )
)


def locks(names: Iterable[str]) -> list[Question]:
    """What locks these names until the transaction ends, in one order for everybody, so without deadlock.

    SQLite has one writer at a time and needs no lock.
    """
    given = sorted(names) if db.engine.dialect.name == "postgresql" else []
    return [LOCK.given(names=given, call=database.name_of_call())] if given else []


def lock_names(names: Iterable[str]) -> None:
    """Locks them now."""
    ask_together(*locks(names))
