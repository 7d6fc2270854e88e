"""Last night's backup is put back under a live server, and the phones give the day back [8]."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest
from sqlalchemy import make_url, select

from tests.cast import Cast
from tests.faults.audit import compare
from tests.faults.conftest import migrated, serve
from tests.faults.crowd import at_work, enrol
from tests.faults.field import FieldPhone
from tests.live_server import LiveServer
from tests.postgres import PostgresServer, create_database, drop_database
from workstation.database import db
from workstation.sync.models import Receipt


@dataclass(frozen=True)
class Office:
    """A served network, and how its database is backed up and put back."""

    server: LiveServer
    cast: Cast
    back_up: Callable[[], None]
    put_back: Callable[[], None]

    def restore(self) -> None:
        self.server.kill()
        with self.cast.app.app_context():
            db.session.remove()
            db.engine.dispose()
        self.put_back()
        self.server.start()


@contextlib.contextmanager
def sqlite_office(url: str, folder: Path) -> Iterator[Office]:
    live, copy = Path(make_url(url).database or ""), folder / "backup.db"

    def back_up() -> None:
        with sqlite.connect(live) as source, sqlite.connect(copy) as target:
            source.backup(target)

    def put_back() -> None:
        for ending in ("-wal", "-shm"):
            Path(f"{live}{ending}").unlink(missing_ok=True)
        shutil.copy(copy, live)

    with serve(url, folder) as (server, cast):
        yield Office(server, cast, back_up, put_back)


@contextlib.contextmanager
def dumped_office(postgres: PostgresServer, folder: Path) -> Iterator[Office]:
    """Backed up by pg_dump, put back by pg_restore into a new database of the same name."""
    url, dump = migrated(postgres, folder), str(postgres.folder / "backup.dump")
    where = ["-h", str(postgres.folder), "-U", "postgres", "-d", "workstation"]

    def put_back() -> None:
        drop_database(postgres.url("postgres"), "workstation")
        create_database(postgres.url("postgres"), "workstation")
        postgres.run("pg_restore", *where, "--exit-on-error", dump)

    with serve(url, folder) as (server, cast):
        yield Office(server, cast, lambda: postgres.run("pg_dump", *where, "-Fc", "-f", dump), put_back)


@contextlib.contextmanager
def copied_office(postgres: PostgresServer, folder: Path) -> Iterator[Office]:
    """Backed up by pg_basebackup, put back as it is: same cluster, same timeline, only older."""
    url, copy = migrated(postgres, folder), postgres.folder / "copy"
    where = ["-h", str(postgres.folder), "-U", "postgres"]

    def put_back() -> None:
        postgres.kill()
        postgres.put_back(copy)
        postgres.start()

    with serve(url, folder) as (server, cast):
        yield Office(
            server,
            cast,
            lambda: postgres.run("pg_basebackup", *where, "-D", str(copy), "-c", "fast"),
            put_back,
        )


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("dumped", marks=pytest.mark.postgresql),
        pytest.param("copied", marks=pytest.mark.postgresql),
    ]
)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    if request.param == "sqlite":
        made = sqlite_office(request.getfixturevalue("sqlite_database"), tmp_path)
    else:
        make = dumped_office if request.param == "dumped" else copied_office
        made = make(request.getfixturevalue("durable_postgres"), tmp_path)
    with made as found:
        yield found


def spend(phones: list[FieldPhone], *, rounds: int = 2) -> None:
    """A part of the day, all phones at once."""

    def one(phone: FieldPhone) -> None:
        for _ in range(rounds):
            phone.record(5)
            phone.sync_until_done()

    with ThreadPoolExecutor(len(phones)) as pool:
        list(pool.map(one, phones))


def test_phones_give_back_the_day_that_a_backup_lacks_however_often_it_is_restored(office: Office) -> None:
    phones = enrol(office.cast, url=office.server.url, count=4)
    spend(phones)
    office.back_up()
    for times in (1, 2):
        spend(phones)
        before = {id: receipt["receipt_no"] for phone in phones for id, receipt in phone.receipts.items()}
        office.restore()
        with at_work(phones):
            pass
        compare(office.cast, phones)
        after = {id: receipt["receipt_no"] for phone in phones for id, receipt in phone.receipts.items()}
        assert before.items() <= after.items(), "a receipt number changed"
        assert all(phone.resets == times for phone in phones)


def test_a_restore_that_nobody_noticed_at_first_still_loses_nothing(office: Office) -> None:
    """A phone that has not been there since the backup sees nothing odd: it gets numbers that others hold."""
    early, late = enrol(office.cast, url=office.server.url, count=2)
    spend([early])
    office.back_up()
    spend([late])
    office.restore()
    early.record(5)
    early.sync_until_done()
    late.record(5)
    late.sync_until_done()
    early.sync_until_done()
    with office.cast.app.app_context():
        stored = list(db.session.execute(select(Receipt.entry_id, Receipt.receipt_no, Receipt.state)))
    assert {id for id, _, _ in stored} == early.recorded.keys() | late.recorded.keys()
    assert {state for _, _, state in stored} == {"accepted"}
    held = {id: receipt["receipt_no"] for phone in (early, late) for id, receipt in phone.receipts.items()}
    assert held == {id: number for id, number, _ in stored}


def test_what_waited_when_it_was_sealed_is_a_fact_when_its_target_is_back_before_it(office: Office) -> None:
    """The seal says that it is held: it is older than the fact that it became."""
    first, _, second = enrol(office.cast, url=office.server.url, count=3)
    office.back_up()
    start = first.phone.shift_start(office.cast.here.stations["hall"])
    end = second.phone.shift_end(start["id"])
    second.keep(end)
    second.sync()
    assert second.receipts[end["id"]]["status"] == "held"
    first.keep(start)
    first.sync()
    office.restore()
    first.sync_until_done()
    second.sync_until_done()
    compare(office.cast, [first, second])
