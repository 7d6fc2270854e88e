"""The disk is full under load: calls fail as a whole, and when there is room again everything goes in."""

import contextlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.cast import Cast
from tests.databases import SHARED
from tests.faults.audit import compare
from tests.faults.conftest import migrated, serve
from tests.faults.crowd import at_work, enrol
from tests.faults.field import FieldPhone
from tests.faults.small_disk import SmallDisk, limited, may_mount, mounted
from tests.live_server import LiveServer
from tests.postgres import PostgresServer

FULL_S, FULL_AT_LAST_S = 2.0, 60.0
Served = tuple[LiveServer, Cast, SmallDisk]


@pytest.fixture
def limited_sqlite(sqlite_database: str, tmp_path: Path) -> Iterator[Served]:
    """A server that may not let its files grow."""
    folder, servers = tmp_path / "disk", list[LiveServer]()
    with (
        limited(folder, lambda: servers[0].worker_pids()) as disk,
        serve(_moved(sqlite_database, folder), folder) as (server, cast),
    ):
        servers.append(server)
        yield server, cast, disk


@pytest.fixture
def mounted_sqlite(sqlite_database: str, tmp_path: Path) -> Iterator[Served]:
    """A server whose database, log and figures lie on a small disk."""
    folder = tmp_path / "disk"
    with (
        mounted(folder, megabytes=32) as disk,
        serve(_moved(sqlite_database, folder), folder) as (server, cast),
    ):
        yield server, cast, disk


@pytest.fixture
def mounted_postgres(tmp_path: Path) -> Iterator[Served]:
    """A server whose PostgreSQL lies on a small disk; with room again somebody starts it where it died."""
    with mounted(Path(os.environ[SHARED]) / f"disk-{uuid.uuid4().hex[:8]}", megabytes=160) as disk:
        postgres = PostgresServer(disk.folder / "postgresql", fsync=True)
        postgres.start()

        def free() -> None:
            disk.free()
            with contextlib.suppress(RuntimeError):  # it may still run
                postgres.start()

        try:
            with serve(migrated(postgres, tmp_path), tmp_path) as (server, cast):
                yield server, cast, SmallDisk(disk.folder, disk.fill, free)
        finally:
            postgres.stop(mode="immediate")


def _moved(database_url: str, folder: Path) -> str:
    return f"sqlite:///{shutil.copy(make_url(database_url).database or '', folder / 'workstation.db')}"


MOUNTED = ["mounted_sqlite", pytest.param("mounted_postgres", marks=pytest.mark.postgresql)]


def failures(phones: Sequence[FieldPhone]) -> int:
    """Calls that found no room."""
    return sum(phone.statuses[500] + phone.statuses[503] for phone in phones)


@pytest.mark.parametrize("kind", ["limited_sqlite", *(MOUNTED if may_mount() else [])])
def test_a_full_disk_fails_calls_and_costs_no_entry(kind: str, request: pytest.FixtureRequest) -> None:
    server, cast, disk = request.getfixturevalue(kind)
    phones = enrol(cast, url=server.url)
    with at_work(phones):
        time.sleep(0.5)
        disk.fill()
        time.sleep(FULL_S)
        deadline = time.monotonic() + FULL_AT_LAST_S  # a busy machine takes longer to fill what room there is
        while failures(phones) == 0 and time.monotonic() < deadline:
            time.sleep(0.1)
        disk.free()
    compare(cast, phones)
    assert failures(phones) > 0, "the disk was never full"
    assert all(phone.statuses.keys() <= {200, 500, 503} for phone in phones)
