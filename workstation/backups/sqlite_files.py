"""SQLite's side: a copy of a database in use, the check of a copy, and putting one in its place."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite

from workstation.backups.rules import EMPTY, BackupProblem

WAIT_S = 30
SIDE_FILES = ("-wal", "-shm", ".gate")
SERVER_RUNS = "服务器还在使用这个数据库：请先停止服务器（systemctl stop workstation），再恢复。"


def copy_database(live: Path, *, to: Path) -> None:
    """Copies a database as of one moment, while others go on writing: in WAL mode nobody waits."""
    with _opened(live) as source, _opened(to) as target:
        source.backup(target)
        # One file without a journal beside it.
        target.execute("PRAGMA journal_mode=DELETE")


def check_database(path: Path) -> None:
    """Reads the whole file. Raises BackupProblem when SQLite finds anything wrong."""
    try:
        with _opened(path) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite.DatabaseError as error:
        raise BackupProblem(f"打不开数据库：{error}") from error
    if found != ["ok"] or orphans:
        raise BackupProblem(f"数据库检查没有通过：{'；'.join([*found, *map(str, orphans)][:5])}")


def describe_database(path: Path) -> dict[str, Any]:
    """Kind, migration, and how many rows each table has. Raises BackupProblem when there are no tables."""
    with _opened(path) as connection:
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        names = sorted(row[0] for row in connection.execute(tables))
        if "alembic_version" not in names:
            raise BackupProblem(EMPTY)
        [(revision,)] = connection.execute("SELECT version_num FROM alembic_version")
        rows = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608  # names of its own tables
    return {"engine": "sqlite", "revision": revision, "rows": rows}


def put_in_place(copy: Path, *, live: Path, now: datetime) -> Path | None:
    """Makes `copy` the database, in one rename. Returns where the former one was put aside, if there was one.

    Refuses while anybody has it open: what they would write afterwards would be lost.
    """
    with gate(live):
        aside = None
        if live.exists():
            let_nobody_have_it_open(live)
            aside = live.with_name(f"{live.name}.before-{now:%Y%m%dT%H%M%S.%fZ}")
            for ending in ("-wal", "-shm"):  # only a damaged database still has them here
                side = Path(f"{live}{ending}")
                if side.exists():
                    side.replace(f"{aside}{ending}")
            shutil.copymode(live, copy)
            # A second name: there is a database at each moment, or the next start would make an empty one.
            os.link(live, aside)
        copy.replace(live)
    return aside


def remove_side_files(path: Path) -> None:
    """What SQLite and its writers leave beside a scratch database."""
    for ending in SIDE_FILES:
        Path(f"{path}{ending}").unlink(missing_ok=True)


def let_nobody_have_it_open(live: Path) -> None:
    """Refuses with BackupProblem while a server, or anybody else, has this database open."""
    try:
        with _opened(live, wait_s=2) as connection:
            # SQLite leaves WAL mode only for one who is alone; it takes in what the journal holds.
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite.OperationalError as error:
        raise BackupProblem(SERVER_RUNS) from error
    except sqlite.DatabaseError:
        return  # damaged: that may be why a backup is put back


@contextlib.contextmanager
def _opened(path: Path, *, wait_s: float = WAIT_S) -> Iterator[sqlite.Connection]:
    connection = sqlite.connect(path, timeout=wait_s, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def gate(live: Path) -> Iterator[None]:
    """The gate through which the server's writers go one by one."""
    with Path(f"{live}.gate").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield
