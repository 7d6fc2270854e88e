"""One writer in a process of its own: inserts the rows of captured batches again and again, with fresh ids.

The driver alone, statements and values made before the clock starts: the most that this database takes of
these rows, in these tables and transactions, from this many at once.
"""

import itertools
import json
import pickle
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pysqlite3.dbapi2 as sqlite
from sqlalchemy import make_url

from bench.plain_writes import Batch, gate, insert_statement, parameters
from workstation.ids import new_id

Statement = tuple[str, tuple[Any, ...]]
# Numbers that are unique in a network, or that order its feed.
COUNTED = {("receipts", "receipt_no"), ("held_entries", "receipt_no"), ("changes", "seq")}
FIRST_NUMBER = 1_000_000_000
NUMBERS_A_WRITER = 10_000_000


def statements(batch: Batch, *, kind: str, own: dict[str, str], numbers: Iterator[int]) -> list[Statement]:
    """The inserts of one batch as another phone would have written them, with fresh ids and numbers."""
    fresh = own | {id: new_id() for id in batch.ids}
    found = []
    for each in batch.written:
        columns = [
            [next(numbers) for _ in values] if (each.table, name) in COUNTED else _renamed(values, fresh)
            for name, values in zip(each.types, each.columns, strict=True)
        ]
        sql = insert_statement(kind, each.table, each.types, count=each.count, key=each.key)
        found.append((sql, parameters(kind, columns)))
    return found


def _renamed(values: list[Any], fresh: dict[str, str]) -> list[Any]:
    """The same list where nothing changes, so that prepared batches share what they can."""
    if not any(isinstance(value, str) and value in fresh for value in values):
        return values
    return [fresh.get(value, value) if isinstance(value, str) else value for value in values]


def writer(url: str) -> Callable[[list[Statement]], None]:
    """A function that writes one batch in one durable transaction."""
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        return _postgres_writer(address.set(drivername="postgresql").render_as_string(hide_password=False))
    return _sqlite_writer(str(address.database))


def _postgres_writer(url: str) -> Callable[[list[Statement]], None]:
    connection = psycopg.connect(url, options="-c synchronous_commit=on -c timezone=UTC")

    def write(batch: list[Statement]) -> None:
        with connection.transaction(), connection.cursor() as cursor:
            for sql, values in batch:
                cursor.execute(sql, values)

    return write


def _sqlite_writer(path: str) -> Callable[[list[Statement]], None]:
    connection = sqlite.connect(path, timeout=30, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")

    def write(batch: list[Statement]) -> None:
        with gate("sqlite", path):
            connection.execute("BEGIN IMMEDIATE")
            for sql, values in batch:
                connection.execute(sql, values)
            connection.execute("COMMIT")

    return write


def main() -> None:
    """Reads what to do from the first line, says `ready`, waits for `go`, and writes down the times."""
    said: dict[str, Any] = json.loads(sys.stdin.readline())
    batches: list[Batch] = pickle.loads(Path(said["captured"]).read_bytes())
    numbers = itertools.count(FIRST_NUMBER + said["number"] * NUMBERS_A_WRITER)
    turns = itertools.islice(itertools.cycle(batches), said["most"])
    ready = [statements(each, kind=said["kind"], own=said["own"], numbers=numbers) for each in turns]
    write = writer(said["url"])
    print("ready", flush=True)
    sys.stdin.readline()
    times_ms = []
    start = moment = time.perf_counter()
    for each in ready:
        write(each)
        before, moment = moment, time.perf_counter()
        times_ms.append((moment - before) * 1000)
        if moment - start > said["seconds"]:
            break
    print(json.dumps({"times_ms": times_ms, "elapsed_s": moment - start}))


if __name__ == "__main__":
    main()
