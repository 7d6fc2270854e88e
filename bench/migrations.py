"""How long anybody waits while migrations run: `python -m bench.migrations --millions 10`.

The tables as the release before 0010 left them, filled with receipts, check-ins, shifts and receptions;
then all later migrations, while writers insert as fast as they are answered. Apart from `make bench`:
filling takes minutes.
"""

import argparse
import contextlib
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import flask_migrate
import psycopg

from bench.databases import MIGRATIONS, databases, opened
from tests.postgres import create_database

BEFORE = "0009"
WRITERS = 3
BUDGET_S = 1.0
CALM_S = 5.0
AT_ONCE = 500_000
ID = "00000000-0000-7000-8000-000000000001"
# What each table needs; `g` counts rows, and ids are the database's.
COLUMNS = {
    "receipts": {
        "entry_id": "gen_random_uuid()",
        "receipt_no": "g",
        "device_id": f"'{ID}'",
        "seq": "g",
        "member_id": f"'{ID}'",
        "kind": "'check_in'",
        "state": "'accepted'",
        "station_id": f"'{ID}'",
        "content_hash": "repeat('a', 64)",
        "received_at": "now()",
        "flags": "'[]'",
    },
    "check_ins": {"purpose": "'duty'", "occurred_at": "now()", "evidence": "1"},
    "shifts": {"started_at": "now()", "closes_at": "now()", "evidence": "1"},
    "receptions": {
        "started_at": "now()",
        "channel": "'walk_in'",
        "party_kind": "'person'",
        "headcount": "1",
        "topic": "'housing'",
        "summary": "'s'",
        "answered_on_spot": "true",
        "wants_reply": "false",
    },
}
FACT = {
    "id": "gen_random_uuid()",
    "station_id": f"'{ID}'",
    "member_id": f"'{ID}'",
    "flags": "'[]'",
    "day": "current_date - (g %% 700)::int",
    "withdrawn": "false",
}


def insert(table: str) -> str:
    """The statement that inserts the rows from %s to %s."""
    columns = {"network_id": "1"} | ({} if table == "receipts" else FACT) | COLUMNS[table]
    names, values = ", ".join(columns), ", ".join(columns.values())
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM generate_series(%s::bigint, %s::bigint) AS g"


@dataclass
class Writer:
    """Inserts a row into each table, one transaction after the other, and keeps the longest."""

    address: str
    number: int
    over: threading.Event
    longest_s: float = 0.0
    failed: list[str] = field(default_factory=list)

    def work(self) -> None:
        with psycopg.connect(self.address) as connection:
            without_foreign_keys(connection)
            while not self.over.is_set():
                began = time.perf_counter()
                try:
                    self._write(connection)
                except psycopg.Error as error:
                    connection.rollback()
                    self.failed.append(type(error).__name__)
                self.longest_s = max(self.longest_s, time.perf_counter() - began)

    def _write(self, connection: psycopg.Connection) -> None:
        self.number += 1
        for table in COLUMNS:
            connection.execute(insert(table), [self.number, self.number])
        connection.commit()


def without_foreign_keys(connection: psycopg.Connection) -> None:
    """These rows are for their number: they belong to nobody."""
    connection.execute("SET session_replication_role = replica")
    connection.commit()


@contextlib.contextmanager
def writing(address: str) -> Iterator[list[Writer]]:
    over = threading.Event()
    writers = [Writer(address, 10**12 * (number + 1), over) for number in range(WRITERS)]
    threads = [threading.Thread(target=writer.work) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield writers
    finally:
        over.set()
        for thread in threads:
            thread.join()


def longest_of(writers: Sequence[Writer]) -> float:
    """Since it was last asked."""
    longest = max(writer.longest_s for writer in writers)
    for writer in writers:
        writer.longest_s = 0.0
    return longest


def measure(rows: int) -> str:
    """Fills, migrates, and says in one line what the writers felt."""
    with databases("postgresql") as place:
        assert place.server_url is not None
        create_database(place.server_url, "upgrade")
        url = place.url("upgrade")
        with opened(url, place.folder):
            flask_migrate.upgrade(directory=str(MIGRATIONS), revision=BEFORE)
        address = url.replace("postgresql+psycopg:", "postgresql:")
        fill(address, rows // len(COLUMNS))
        with writing(address) as writers:
            time.sleep(CALM_S)
            calm_s, began = longest_of(writers), time.perf_counter()
            with opened(url, place.folder):
                flask_migrate.upgrade(directory=str(MIGRATIONS))
            took_s, longest_s = time.perf_counter() - began, longest_of(writers)
    failed = [each for writer in writers for each in writer.failed]
    written = sum(writer.number % 10**12 for writer in writers)
    return (
        f"{rows:,} rows, migrated in {took_s:.0f} s; of {written:,} transactions {len(failed)} failed, the"
        f" longest took {longest_s * 1000:.0f} ms, before that {calm_s * 1000:.0f} ms:"
        f" {'kept' if longest_s <= BUDGET_S and not failed else 'missed'}"
    )


def fill(address: str, rows: int) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        without_foreign_keys(connection)
        connection.execute("SET synchronous_commit = off")
        for table in COLUMNS:
            for start in range(1, rows + 1, AT_ONCE):
                connection.execute(insert(table), [start, min(start + AT_ONCE - 1, rows)])
            print(f"{table}: {rows:,}", file=sys.stderr)
        connection.execute("VACUUM ANALYZE")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=float, default=10)
    print(measure(int(parser.parse_args().millions * 1_000_000)))


if __name__ == "__main__":
    main()
