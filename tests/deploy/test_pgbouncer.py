"""Behind PgBouncer in transaction mode, as deployed: connections change hands at each transaction."""

import os
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import structlog
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, InternalError

from api import create_app
from api.config import Settings
from setup import unpacked
from setup.processes import end_with_parent
from tests.cast import Cast
from tests.databases import SHARED, settings
from tests.faults.audit import compare
from tests.faults.conftest import migrated
from tests.faults.crowd import at_work, enrol
from tests.live_server import ROOT, LiveServer, free_port, is_taken
from tests.postgres import UNPRIVILEGED, PostgresServer, open_to_all
from workstation.database import db, engine_options, writing
from workstation.upkeep.patience import at_most

pytestmark = pytest.mark.postgresql
LONG = (
    "SELECT now()::text, pid, state, wait_event, xact_start::text, query, pg_blocking_pids(pid)"
    " FROM pg_stat_activity WHERE datname = 'workstation' AND now() - xact_start > interval '4 seconds'"
)
POOL = 3  # fewer than the server has threads, so that they share


@pytest.fixture(scope="module")
def bouncer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Addresses of a migrated database: through PgBouncer, and directly."""
    postgres = PostgresServer(Path(os.environ[SHARED]) / f"postgresql-{uuid.uuid4().hex[:8]}")
    postgres.start()
    direct = migrated(postgres, tmp_path_factory.mktemp("migrated"))
    port = free_port()
    found, environment = reachable(postgres.folder)
    program = subprocess.Popen(
        [found, str(configure(postgres, port=port))],
        env=environment,
        preexec_fn=end_with_parent,
        stdin=subprocess.DEVNULL,
        **({"user": UNPRIVILEGED, "extra_groups": []} if os.geteuid() == 0 else {}),  # type: ignore[call-overload]  # only root may change the user
    )
    try:
        deadline = time.monotonic() + 30
        while not is_taken(port):
            assert program.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/workstation", direct
    finally:
        program.terminate()
        program.wait(timeout=30)
        postgres.stop(mode="immediate")


def reachable(folder: Path) -> tuple[str, dict[str, str]]:
    """PgBouncer and its environment; a copy that `nobody` can reach when the project lies too deep."""
    found = Path(unpacked.find("pgbouncer") or "")
    if os.geteuid() != 0 or open_to_all(found):
        return str(found), unpacked.environment()
    copy = shutil.copytree(unpacked.FOLDER / "usr", folder / "pooler")
    libraries = ":".join(str(path) for path in sorted((copy / "lib").glob("*-linux-*")))
    program = copy / found.relative_to(unpacked.FOLDER / "usr")
    return str(program), os.environ | {"LD_LIBRARY_PATH": libraries}


def configure(postgres: PostgresServer, *, port: int) -> Path:
    """The deployed file, with this machine's folders in it."""
    said = (ROOT / "deploy" / "pgbouncer" / "pgbouncer.ini").read_text()
    for theirs, ours in {
        "host=/var/run/postgresql": f"host={postgres.folder}",
        "unix_socket_dir = /var/run/postgresql": "unix_socket_dir =",
        "listen_port = 6432": f"listen_port = {port}",
        "auth_type = scram-sha-256": "auth_type = any",
        "auth_file = /etc/pgbouncer/userlist.txt": "",
        "workstation = host": "workstation = user=postgres host",
        "default_pool_size = 12": f"default_pool_size = {POOL}",
        "/var/log/postgresql/": f"{postgres.folder}/",
        "pidfile = /var/run/postgresql/pgbouncer.pid": f"pidfile = {postgres.folder}/pgbouncer.pid",
    }.items():
        assert theirs in said, f"pgbouncer.ini no longer says {theirs}"
        said = said.replace(theirs, ours)
    file = postgres.folder / "pgbouncer.ini"
    file.write_text(said)
    return file


@pytest.fixture
def app(bouncer: tuple[str, str], tmp_path: Path) -> Iterator[Flask]:
    plain = settings(database_url=bouncer[0], data_dir=tmp_path)
    app = create_app(Settings(**{**vars(plain), "database_pooled": True}))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_phones_at_work_behind_it_lose_nothing(
    app: Flask, bouncer: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_POOLED", "1")
    cast = Cast(app)
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    server = LiveServer(database_url=bouncer[0], data_dir=data_dir, workers=2).start()
    try:
        phones = enrol(cast, url=server.url, count=4)
        with noting_long_transactions(bouncer[1]) as long_ones, at_work(phones):
            time.sleep(2)
        compare(cast, phones)
        failed = sum(phone.statuses[500] + phone.statuses[503] for phone in phones)
        assert failed == 0, "\n".join([*long_ones, server.log()])
    finally:
        server.kill()


@contextmanager
def noting_long_transactions(address: str) -> Iterator[list[str]]:
    """What went on for seconds, and who held it up: once somebody waited here for a lock in vain."""
    found: list[str] = []
    is_over = threading.Event()

    def look() -> None:
        with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
            while not is_over.wait(1):
                found.extend(map(str, connection.execute(LONG).fetchall()))

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    try:
        yield found
    finally:
        is_over.set()
        watching.join(timeout=30)


def test_who_did_not_say_that_it_writes_is_refused_there_too(app: Flask) -> None:
    with app.app_context(), pytest.raises(InternalError, match="read-only transaction"):
        db.session.execute(text("UPDATE installation SET last_receipt_no = 5"))


def test_calls_are_not_named_where_the_pooler_keeps_an_account_of_names(app: Flask) -> None:
    name = text("SELECT current_setting('application_name')")
    with app.app_context(), structlog.contextvars.bound_contextvars(request_id="phone-made-1"), writing():
        assert db.session.scalar(name) == "workstation"


def test_who_may_wait_only_a_moment_leaves_that_to_nobody(app: Flask) -> None:
    """`flask doctor` comes this way too."""
    patience = text("SHOW statement_timeout")
    with app.app_context():
        with at_most(1):
            assert db.session.scalar(patience) == "1s"
        db.session.rollback()
        assert db.session.scalar(patience) == "1min"


def ask_in_turns(engines: Sequence[Engine]) -> None:
    """Each asks the same few statements often enough that they get prepared."""
    for turn in range(40):
        for number, engine in enumerate(engines):
            with engine.connect() as connection:
                connection.execute(text(f"SELECT {(turn + number) % 3}, pg_backend_pid()"))


def test_what_was_prepared_on_a_connection_is_not_there_in_the_next_transaction(
    bouncer: tuple[str, str],
) -> None:
    """Why DATABASE_POOLED is needed: without it statements are prepared, and then missed."""
    engines = [create_engine(bouncer[0], **engine_options(url=bouncer[0])) for _ in range(POOL * 2)]
    with pytest.raises(DBAPIError, match="prepared statement"):
        ask_in_turns(engines)
    for engine in engines:
        engine.dispose()


def test_the_times_are_those_of_the_server_without_a_pool(app: Flask) -> None:
    names = ("statement_timeout", "lock_timeout", "TimeZone", "synchronous_commit")
    with app.app_context():
        found = [db.session.scalar(text(f"SELECT current_setting('{name}')")) for name in names]
    assert found == ["1min", "15s", "UTC", "on"]
