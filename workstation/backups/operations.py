"""Makes, checks and unpacks backups. Each is written beside its place and renamed when it is on the disk."""

import contextlib
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from workstation.backups import sqlite_files, vault
from workstation.backups.drafts import (
    draft,
    private,
    remove_abandoned,
    remove_abandoned_scratch,
    scratch_folder,
)
from workstation.backups.postgres_tools import Tools, find_tools
from workstation.backups.queries import begin_snapshot, describe_database, server_major
from workstation.backups.rules import BackupProblem, file_name, list_backups, superseded
from workstation.database import db

READ_BYTES = 1 << 20


class Made(NamedTuple):
    """A backup that is on the disk: what stands in plain sight, and how long its content is in bytes."""

    path: Path
    header: vault.Header
    written: vault.Written


def create_backup(
    *,
    folder: Path,
    scratch: Path,
    key: bytes,
    secret_id: str,
    data_key: int,
    now: datetime,
    programs: Path | None = None,
) -> Made:
    """Backs up the database while it is written to. Raises BackupProblem, and then leaves nothing behind.

    `scratch` is where SQLite's copy lies meanwhile, unencrypted: the folder of the database itself.
    `secret_id` says which SECRET_KEY belongs to it, `data_key` the highest number of the data keys.
    `programs` is the folder of PostgreSQL's programs.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_abandoned(folder)
    remove_abandoned_scratch(scratch)
    about = {"made_at": now.astimezone(UTC).isoformat(), "secret_id": secret_id, "data_key": data_key}
    content = _sqlite_content(scratch) if db.engine.dialect.name == "sqlite" else _dump(programs)
    with content as (told, parts), draft(folder / file_name(now)) as (path, file):
        header = about | told
        try:
            written = vault.seal(file, about=header, key=key, content=parts)
        except OSError as error:
            raise BackupProblem(f"备份没有写成：{error.strerror}。原有的备份没有变动。") from error
    return Made(path, header, written)


def prune(folder: Path, *, keep: int, months: int) -> list[str]:
    """Removes what is superseded; the names of what went."""
    names = superseded([path.name for path in list_backups(folder)], keep=keep, months=months)
    for name in names:
        (folder / name).unlink(missing_ok=True)
    return names


def read_about(path: Path) -> vault.Header:
    """What stands in plain sight. Raises BackupProblem."""
    with path.open("rb") as source:
        return vault.read_header(source)[0]


def unpack(path: Path, *, to: Path, key: bytes) -> vault.Header:
    """Decrypts a backup into a file, checking it whole. Raises BackupProblem: then the file is of no use."""
    header = read_about(path)
    with path.open("rb") as source, open(to, "xb", opener=private) as target:
        parts = vault.unseal(source, key=key)
        for part in vault.unpacked(parts) if header.get("packing") == "zlib" else parts:
            target.write(part)
    return header


def check_unpacked(file: Path, *, header: vault.Header, programs: Path | None = None) -> None:
    """Opens what was unpacked with the database's own means. Raises BackupProblem."""
    if header["engine"] == "sqlite":
        sqlite_files.check_database(file)
    else:
        tools_for(header, programs=programs).contents(file)


def tools_for(header: vault.Header, *, programs: Path | None, server: int = 0) -> Tools:
    """Programs that read this backup's archive and speak to a server of release `server`."""
    return find_tools(at_least=max(int(header["tool"]), server), given=programs)


@contextlib.contextmanager
def _sqlite_content(scratch: Path) -> Iterator[tuple[dict[str, Any], Iterator[bytes]]]:
    live = Path(db.engine.url.database or "")
    _want_space(scratch, live.stat().st_size if live.exists() else 0)
    with scratch_folder(scratch) as folder:
        copy = folder / "copy.db"
        sqlite_files.copy_database(live, to=copy)
        sqlite_files.check_database(copy)
        yield sqlite_files.describe_database(copy) | {"packing": "zlib"}, vault.packed(_read(copy))


@contextlib.contextmanager
def _dump(programs: Path | None) -> Iterator[tuple[dict[str, Any], Iterator[bytes]]]:
    tools = find_tools(at_least=server_major(), given=programs)
    snapshot = begin_snapshot()
    told = describe_database() | {"packing": "none", "tool": tools.major}
    yield told, tools.dump(url=db.engine.url, snapshot=snapshot)
    db.session.rollback()


def _want_space(folder: Path, needed: int) -> None:
    """Twice the database: its copy, and the backup."""
    free = shutil.disk_usage(folder).free
    if free < 2 * needed:
        mib = 1 << 20
        raise BackupProblem(
            f"磁盘空间不足：{folder} 剩 {free // mib} MiB，备份需要约 {2 * needed // mib} MiB。"
            "请清理磁盘，或把 BACKUP_DIR 指到更大的磁盘。"
        )


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(READ_BYTES), b"")
