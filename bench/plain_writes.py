"""Multi-row inserts in their fastest form, with no layer between: what the product is measured against."""

import contextlib
import fcntl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Written:
    """The rows of one batch in one table: one list of values a column."""

    table: str
    types: dict[str, str]  # PostgreSQL's, by column
    key: tuple[str, ...]  # not empty: such a row may stand there already, and is then replaced
    columns: list[list[Any]] = field(repr=False)

    @property
    def count(self) -> int:
        return len(self.columns[0])


@dataclass(frozen=True, kw_only=True)
class Batch:
    """All that one sync batch wrote, and the ids of its entries."""

    ids: list[str]
    written: list[Written]


def insert_statement(
    kind: str, table: str, types: Mapping[str, str], *, count: int, key: Sequence[str] = ()
) -> str:
    """One INSERT of `count` rows; `types` gives PostgreSQL's type of each column.

    With a `key`, rows that stand there are replaced.
    """
    head = f"INSERT INTO {table} ({', '.join(types)})"
    if kind == "postgresql":
        values = f"SELECT * FROM unnest({', '.join(f'%s::{each}[]' for each in types.values())})"
    else:
        row = f"({', '.join('?' * len(types))})"
        values = f"VALUES {', '.join([row] * count)}"
    sets = ", ".join(f"{name} = excluded.{name}" for name in types if name not in key)
    return f"{head} {values}" + (f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sets}" if key else "")


def parameters(kind: str, columns: Sequence[list[Any]]) -> tuple[Any, ...]:
    """One list a column, as that statement wants it."""
    if kind == "postgresql":
        return tuple(columns)
    return tuple(value for row in zip(*columns, strict=True) for value in row)


@contextlib.contextmanager
def gate(kind: str, path: str) -> Iterator[None]:
    """SQLite's writers one by one, as in the product: its own busy handler lets them sleep."""
    if kind == "postgresql":
        yield
        return
    with open(f"{path}.gate", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
