"""What one sync batch writes, found by looking at all tables before and after it.

So the limit that the product is measured against is made of the product's own rows, and grows with them.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Table

from bench.bodies import envelope
from bench.plain_writes import Batch, Written
from workstation.database import Base, db

Rows = dict[tuple[Any, ...], tuple[Any, ...]]


class Sender:
    """A phone in this process."""

    def __init__(self, client: FlaskClient, *, token: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}
        self.cursor: str | None = None

    def send(self, entries: Sequence[dict[str, Any]]) -> None:
        """One call; everything must be accepted."""
        call = envelope(entries) | {"cursor": self.cursor}
        answer = self.client.post("/api/v1/sync", json=call, headers=self.headers)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.get_json()
        assert {result["status"] for result in said["results"]} <= {"accepted"}
        self.cursor = said["cursor"]


def capture(sender: Sender, batches: Sequence[Sequence[dict[str, Any]]]) -> list[Batch]:
    """Sends these batches and says what each one wrote."""
    found = []
    before = _all_tables()
    for entries in batches:
        sender.send(entries)
        after = _all_tables()
        ids = sorted({id for table in after for id in _new_ids(table, before[table], after[table])})
        written = [_difference(table, before[table], after[table]) for table in after]
        found.append(Batch(ids=ids, written=[each for each in written if each is not None]))
        before = after
    return found


def _new_ids(table: Table, before: Rows, after: Rows) -> set[str]:
    """The ids of things that this batch brought."""
    at = [index for index, column in enumerate(table.primary_key) if column.name in ("id", "entry_id")]
    return {str(key[index]) for key in after.keys() - before.keys() for index in at}


def _all_tables() -> dict[Table, Rows]:
    db.session.rollback()
    return {table: _rows(table) for table in Base.metadata.sorted_tables}


def _rows(table: Table) -> Rows:
    """The table as the driver gives it, by primary key."""
    columns = [column.name for column in table.columns]
    at = [columns.index(column.name) for column in table.primary_key]
    found = db.session.connection().exec_driver_sql(f"SELECT {', '.join(columns)} FROM {table.name}")
    rows = (tuple(_plain(value) for value in row) for row in found)
    return {tuple(row[position] for position in at): row for row in rows}


def _plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return str(value)
    return json.dumps(value) if isinstance(value, dict | list) else value


def _difference(table: Table, before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Written | None:
    rows = [row for key, row in after.items() if before.get(key) != row]
    if not rows:
        return None
    dialect = db.engine.dialect
    kept = [at for at, column in enumerate(table.columns) if not _is_given_by_database(column)]
    columns = [table.columns[at] for at in kept]
    return Written(
        table=table.name,
        types={column.name: column.type.compile(dialect=dialect) for column in columns},
        key=tuple(column.name for column in table.primary_key) if _is_about_all(table) else (),
        columns=[[row[at] for row in rows] for at in kept],
    )


def _is_given_by_database(column: Any) -> bool:
    return column.server_default is not None and db.engine.dialect.name == "postgresql"


def _is_about_all(table: Table) -> bool:
    """Whether other batches write the same rows: those that no entry's id leads to."""
    return not {"entry_id", "id"} & {column.name for column in table.primary_key} or table.name in (
        "devices",
        "installation",
    )
