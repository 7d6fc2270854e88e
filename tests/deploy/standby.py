"""A second PostgreSQL that follows the first: what READ_DATABASE_URL names."""

import shutil
import time
from pathlib import Path

import psycopg

from tests.postgres import PostgresServer

CAUGHT_UP_WITHIN_S = 60


def follow(primary: PostgresServer, folder: Path) -> PostgresServer:
    """A running streaming replica in `folder`."""
    standby = PostgresServer(folder)
    copy = primary.folder / f"for-{folder.name}"
    how = ["--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf", "--no-sync"]
    primary.run("pg_basebackup", "-h", str(primary.folder), "-U", "postgres", "-D", str(copy), *how)
    folder.mkdir()
    shutil.chown(folder, user=copy.owner())
    copy.rename(standby.data)
    standby.start()
    return standby


def replay_later(standby: PostgresServer, delay: str) -> None:
    """From now on each commit is replayed so long after it was made, such as `1h`; `0` ends that."""
    with psycopg.connect(plain(standby, "postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET recovery_min_apply_delay = '{delay}'")
        connection.execute("SELECT pg_reload_conf()")
    deadline = time.monotonic() + CAUGHT_UP_WITHIN_S
    while replayed_after(standby) != delay:
        assert time.monotonic() < deadline, "the replica does not read its settings"
        time.sleep(0.02)


def replayed_after(standby: PostgresServer) -> str:
    """As the server has it, which a new connection gets from it; it may read its settings a moment later."""
    with psycopg.connect(plain(standby, "postgres"), autocommit=True) as connection:
        (delay,) = connection.execute("SHOW recovery_min_apply_delay").fetchone() or ("",)
    return str(delay)


def wait_until_even(primary: PostgresServer, standby: PostgresServer) -> None:
    """Until all that was committed before is replayed."""
    with psycopg.connect(plain(primary, "postgres"), autocommit=True) as connection:
        (position,) = connection.execute("SELECT pg_current_wal_insert_lsn()::text").fetchone() or ("",)
    deadline = time.monotonic() + CAUGHT_UP_WITHIN_S
    with psycopg.connect(plain(standby, "postgres"), autocommit=True) as connection:
        asked = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
        while connection.execute(asked, [position]).fetchone() != (True,):
            assert time.monotonic() < deadline, "the replica does not follow"
            time.sleep(0.02)


def plain(server: PostgresServer, database: str) -> str:
    return server.url(database).replace("postgresql+psycopg:", "postgresql:")
