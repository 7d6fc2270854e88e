"""Moves a SQLite database to PostgreSQL, table by table: resumable, and compared by checksums at the end.

Rows are walked by their keys. Where a run ended stands in a file, one commit behind at most: what it sends
again is known by its key and left as it is.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Table, Tuple, func, literal, select, text, tuple_

from workstation.database import Base, db, insert_rows

BATCH = 2_000
# The row that says which database this is: the new one has its own.
OWN = {"installation"}

Row = Mapping[str, Any]
Key = list[int | str]
Progress = Callable[[int], object]


@dataclass
class Progressed:
    """How far a move to `target` has come: the key of the last row taken over, by table."""

    file: Path
    target: str
    last_keys: dict[str, Key] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> "Progressed | None":
        """What an earlier run left; None when there is none."""
        if not file.exists():
            return None
        said = json.loads(file.read_text())
        return cls(file, said["target"], said["last_keys"])

    def note(self, table: Table, row: "Row") -> None:
        """This row, and all before it, are committed there."""
        self.last_keys[table.name] = key_of(table, row)
        draft = self.file.with_suffix(".draft")
        draft.write_text(json.dumps({"target": self.target, "last_keys": self.last_keys}))
        draft.replace(self.file)


@dataclass(frozen=True)
class Checksum:
    """How many rows a table has, and a sum over all of them that does not mind their order."""

    rows: int
    sum: str


def moved_tables() -> list[Table]:
    """All tables, each after those that it points to."""
    return [table for table in db.metadata.sorted_tables if table.name not in OWN]


def count_rows(source: Connection) -> int:
    """How many rows there are to move."""
    counts = [select(func.count()).select_from(table) for table in moved_tables()]
    return sum(int(source.scalar(counting) or 0) for counting in counts)


def copy_table(
    table: Table,
    *,
    source: Connection,
    write: Callable[[Table, Sequence[Row]], None],
    done: Progressed,
    progress: Progress,
) -> None:
    """Takes over what is not there yet; `write` commits a batch in the new database."""
    for rows in _batches(table, source=source, after=done.last_keys.get(table.name)):
        write(table, rows)
        done.note(table, rows[-1])
        progress(len(rows))


def write_rows(table: Table, rows: Sequence[Row]) -> None:
    """A batch into PostgreSQL, in the caller's transaction. Rows that are there already stay as they are."""
    insert_rows(_model_of(table), rows, conflict="DO NOTHING")


@cache
def _model_of(table: Table) -> type[Base]:
    mappers = Base.registry.mappers
    return next(mapper.class_ for mapper in mappers if mapper.local_table is table)


def checksum(table: Table, connection: Connection, *, progress: Progress) -> Checksum:
    """The same on both databases when they hold the same."""
    count, total = 0, 0
    with connection.execution_options(stream_results=True, yield_per=BATCH).execute(select(table)) as found:
        for row in found:
            total += int.from_bytes(hashlib.sha256(_spelled(tuple(row))).digest()[:16], "big")
            count += 1
            if count % BATCH == 0:
                progress(BATCH)
    progress(count % BATCH)
    return Checksum(count, f"{total % (1 << 128):032x}")


def set_counters(source: Connection) -> None:
    """PostgreSQL's sequences go on above all that was moved."""
    for name, column in _columns_with_sequence():
        top = select(func.coalesce(func.max(column), 0)).scalar_subquery()
        db.session.execute(select(func.setval(name, func.greatest(top, 1))))
    [(receipts, changes)] = source.execute(
        text("SELECT last_receipt_no, last_change_seq FROM installation")
    ).all()
    for name, last in (("receipt_numbers", receipts), ("change_numbers", changes)):
        db.session.execute(select(func.setval(name, max(int(last), 1))))


def _columns_with_sequence() -> list[tuple[str, Any]]:
    asked = text(
        "SELECT table_name, column_name, substring(column_default from '''([^'']+)''')"
        " FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_default LIKE 'nextval(%'"
    )
    tables = db.metadata.tables
    return [(name, tables[table].c[column]) for table, column, name in db.session.execute(asked).all()]


def _batches(table: Table, *, source: Connection, after: Key | None) -> Iterator[list[dict[str, Any]]]:
    """The rows behind a key, in the order of keys."""
    keys = list(table.primary_key)
    if _points_to_itself(table):
        if after is None and (rows := [dict(row._mapping) for row in source.execute(select(table))]):
            yield _parents_first(rows)
        return
    asked = select(table).order_by(*keys).limit(BATCH)
    while True:
        behind = asked if after is None else asked.where(tuple_(*keys) > _bound(table, after))
        rows = [dict(row._mapping) for row in source.execute(behind)]
        if not rows:
            return
        yield rows
        after = key_of(table, rows[-1])


def key_of(table: Table, row: Row) -> Key:
    """A row's key as a file keeps it."""
    return [
        value if isinstance(value, int) else str(value)
        for value in (row[key.name] for key in table.primary_key)
    ]


def _bound(table: Table, key: Key) -> Tuple:
    return tuple_(
        *(
            literal(date.fromisoformat(str(value)) if column.type.python_type is date else value, column.type)
            for column, value in zip(table.primary_key, key, strict=True)
        )
    )


def _points_to_itself(table: Table) -> bool:
    return any(key.referred_table is table for key in table.foreign_key_constraints)


def _parents_first(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Divisions: each after the one that it belongs to."""
    by_id = {row["id"]: row for row in rows}
    above = {id: {row["parent_id"]} & by_id.keys() for id, row in by_id.items()}
    return [by_id[id] for id in TopologicalSorter(above).static_order()]


def _spelled(values: tuple[Any, ...]) -> bytes:
    return orjson.dumps(values, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME)


def _plain(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
