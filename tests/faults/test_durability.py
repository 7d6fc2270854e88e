"""What a kill leaves in memory a power cut takes: the disk has an entry before the phone is told."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import time as clock_time

import pytest

from tests.cast import Cast
from tests.databases import SHARED
from tests.faults import trace
from tests.faults.conftest import migrated, serve
from tests.faults.crowd import enrol
from tests.live_server import LiveServer
from tests.postgres import PostgresServer

CALLS = 10


@dataclass(frozen=True)
class Traced:
    """A server under trace, and where and how its database's journal is called."""

    server: LiveServer
    cast: Cast
    answers: Path
    syncs: Path
    journal: str


@pytest.fixture
def traced_sqlite(sqlite_database: str, tmp_path: Path) -> Iterator[Traced]:
    file = tmp_path / "trace"
    with serve(sqlite_database, tmp_path, workers=1, under=trace.tracer(file)) as (server, cast):
        yield Traced(server, cast, file, file, ".db-wal>")


@pytest.fixture
def traced_postgres(tmp_path: Path) -> Iterator[Traced]:
    folder, file = Path(os.environ[SHARED]) / f"postgresql-{uuid.uuid4().hex[:8]}", tmp_path / "trace"
    syncs = folder / "trace"
    postgres = PostgresServer(folder, fsync=True, under=trace.tracer(syncs))
    postgres.start()
    try:
        url = migrated(postgres, tmp_path)
        with serve(url, tmp_path, workers=1, under=trace.tracer(file)) as (server, cast):
            yield Traced(server, cast, file, syncs, "/pg_wal/")
    finally:
        postgres.stop(mode="immediate")


@pytest.fixture(params=["traced_sqlite", pytest.param("traced_postgres", marks=pytest.mark.postgresql)])
def traced(request: pytest.FixtureRequest) -> Traced:
    found: Traced = request.getfixturevalue(request.param)
    return found


def test_the_journal_is_on_the_disk_before_an_entry_is_acknowledged(traced: Traced) -> None:
    (phone,) = enrol(traced.cast, url=traced.server.url, count=1)
    phone.sync()
    asked_at = []
    for _ in range(CALLS):
        phone.record(3)
        asked_at.append(clock_time())
        phone.sync()
    phone.connection.close()
    traced.server.stop()
    answers = [call for call in trace.read(traced.answers) if "HTTP/1.1 200" in call.arguments]
    syncs = [
        call
        for call in trace.read(traced.syncs)
        if call.name in ("fsync", "fdatasync") and traced.journal in call.arguments
    ]
    for moment in asked_at:
        answer = min((call for call in answers if call.begun > moment), key=lambda call: call.begun)
        assert [call for call in syncs if moment < call.begun and call.ended <= answer.begun]
