"""`flask database move`: from SQLite to PostgreSQL, once an installation has outgrown one file."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import Connection, Table, create_engine, make_url, select
from tqdm import tqdm

from api.commands.backup_places import another_app, upgrade
from api.commands.command_notes import note_in_every_network
from api.config import Settings
from api.health import is_migrated
from api.restores import begin_counted_epoch
from workstation.backups.rules import BackupProblem
from workstation.backups.sqlite_files import gate, let_nobody_have_it_open
from workstation.database import db, engine_options, prepare_engine, writing
from workstation.network.models import Network
from workstation.upkeep import moving

group = AppGroup("database", help="Where the data are.")

NOT_SQLITE = "现在用的不是 SQLite：这个命令只把 SQLite 搬到 PostgreSQL。"
NOT_POSTGRESQL = (
    "--to 要写 PostgreSQL 的地址，例如 postgresql://workstation@/workstation?host=/var/run/postgresql"
)
NOT_MIGRATED = "现在的数据库不是这一版的结构：请先运行 flask db upgrade。"
NOT_EMPTY = "目标数据库里已经有数据：请换一个空的数据库。"
OTHER_TARGET = "上次没有搬完，目标是 {target}：请接着搬到那里，或删除 {file} 后重新开始。"
DIFFERS = "{table} 与原来不一致（{theirs} 行，应为 {ours} 行）：请清空目标数据库，删除 {file}，重新搬。"
DONE = (
    "已搬好 {rows} 行，逐表核对一致。请把 DATABASE_URL 改为新的地址再启动服务器；{old} 留作备份，不再使用。"
)


@group.command("move")
@click.option("--to", "url", required=True, help="An empty PostgreSQL database.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def move(url: str, yes: bool) -> None:
    """Copy everything to PostgreSQL, compare it, and begin a new epoch there. Stop the server first.

    May be killed and run again: it goes on where it was. The SQLite file stays as it is.
    """
    settings: Settings = current_app.config["SETTINGS"]
    target = make_url(url).set(drivername="postgresql+psycopg")
    try:
        rows = _move(settings, target=target.render_as_string(hide_password=False), yes=yes)
    except BackupProblem as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(DONE.format(rows=rows, old=settings.sqlalchemy_url.removeprefix("sqlite:///")))


def _move(settings: Settings, *, target: str, yes: bool) -> int:
    if db.engine.dialect.name != "sqlite":
        raise BackupProblem(NOT_SQLITE)
    if not target.startswith("postgresql"):
        raise BackupProblem(NOT_POSTGRESQL)
    if not is_migrated():
        raise BackupProblem(NOT_MIGRATED)
    done = _progress(settings, target=target)
    if not yes:
        click.confirm(f"将把数据搬到 {done.target}。服务器已经停止了吗？", abort=True)
    live = Path(db.engine.url.database or "")
    db.session.remove()
    db.engine.dispose()
    with gate(live):
        let_nobody_have_it_open(live)
        with _source(live) as source, another_app(settings, url=target):
            rows = _copy(source, done=done)
            _finish(source, settings=settings)
    done.file.unlink(missing_ok=True)
    return rows


def _progress(settings: Settings, *, target: str) -> moving.Progressed:
    """That of an earlier run to the same place, or a fresh one. The file names no password."""
    named, file = make_url(target).render_as_string(hide_password=True), settings.data_dir / "move.json"
    earlier = moving.Progressed.read(file)
    if earlier is not None and earlier.target != named:
        raise BackupProblem(OTHER_TARGET.format(target=earlier.target, file=file))
    return earlier or moving.Progressed(file, named)


@contextmanager
def _source(live: Path) -> Iterator[Connection]:
    url = f"sqlite:///{live}"
    engine = create_engine(url, **engine_options(url=url))
    prepare_engine(engine)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _copy(source: Connection, *, done: moving.Progressed) -> int:
    """Copies and compares, in the application's context on the new database; how many rows."""
    upgrade()
    if not done.last_keys and db.session.scalar(select(Network.id).limit(1)) is not None:
        raise BackupProblem(NOT_EMPTY)
    total = moving.count_rows(source)
    with _bar("搬运", total) as bar:
        for table in moving.moved_tables():
            moving.copy_table(table, source=source, write=_write, done=done, progress=bar.update)
    with _bar("核对", 2 * total) as bar:
        for table in moving.moved_tables():
            _compare(table, source=source, done=done, bar=bar)
    return total


def _write(table: Table, rows: Sequence[moving.Row]) -> None:
    with writing():
        moving.write_rows(table, rows)


def _compare(table: Table, *, source: Connection, done: moving.Progressed, bar: Any) -> None:
    ours = moving.checksum(table, source, progress=bar.update)
    with db.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        theirs = moving.checksum(table, connection, progress=bar.update)
    if ours != theirs:
        raise BackupProblem(
            DIFFERS.format(table=table.name, ours=ours.rows, theirs=theirs.rows, file=done.file)
        )


def _finish(source: Connection, *, settings: Settings) -> None:
    """Numbers go on above all that were given, and every cursor of the old database is void."""
    with writing():
        moving.set_counters(source)
        begin_counted_epoch(data_dir=settings.data_dir)
    note_in_every_network("database.moved")


def _bar(title: str, total: int) -> Any:
    return tqdm(desc=title, total=total, unit="行", disable=not sys.stderr.isatty())
