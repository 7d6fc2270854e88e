"""`flask backup …`: makes, checks and puts back backups, and drills it."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from api import clock
from api.auth import app_keys
from api.commands import upkeep_notes
from api.commands.backup_drill import drill
from api.commands.backup_places import check_fits, newest_data_key, put_back
from api.commands.command_notes import note_in_every_network
from api.commands.owners import refuse_other_users
from api.config import Settings, UnsafeSettings, backup_folder, backup_key, postgres_programs
from workstation.backups import operations, vault
from workstation.backups.drafts import scratch_folder
from workstation.backups.rules import BackupProblem, list_backups, made_at
from workstation.database import db

group = AppGroup("backup", help="Encrypted backups: create, verify, restore, drill.")

KEEP, MONTHS = 30, 12
NO_BACKUPS = "{folder} 里还没有备份：请先运行 flask backup create。"
ASK = "将用 {name}（{age}）替换现在的数据库。现在的数据库会另存，不会删除。继续吗？"

chosen = click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
latest = click.option("--latest", is_flag=True, expose_value=False, help="The newest backup; the default.")
folder_option = click.option(
    "--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="Instead of BACKUP_DIR."
)


@group.command("create")
@folder_option
@click.option("--keep", default=KEEP, show_default=True, help="How many of the newest backups stay.")
@click.option(
    "--months", default=MONTHS, show_default=True, help="The first of each of so many months stays too."
)
def create(folder: Path | None, keep: int, months: int) -> None:
    """Back up the database while the server runs. The last line is JSON: file, bytes, sha256, removed."""
    settings = _settings()
    folder = folder or backup_folder(settings)
    with _told():
        made = operations.create_backup(
            folder=folder,
            scratch=_scratch_place(settings),
            key=backup_key(settings),
            secret_id=secret_id(),
            data_key=newest_data_key(),
            now=clock.now(),
            programs=postgres_programs(),
        )
        removed = operations.prune(folder, keep=keep, months=months)
    click.echo(f"已备份到 {made.path}（{made.header['rows']['receipts']} 条记录）。")
    if (settings.data_dir / "backup.key").exists():
        click.echo(f"密钥在 {settings.data_dir / 'backup.key'}：请另存到别处，没有它备份打不开。")
    click.echo(json.dumps({"file": str(made.path), **made.written._asdict(), "removed": removed}))
    _note_made(made.path.name, removed=len(removed))


def _note_made(name: str, *, removed: int) -> None:
    """In the audit log; where that cannot be written the backup is as good, and its status says so."""
    try:
        note_in_every_network("backup.made", name, after={"removed": removed})
    except SQLAlchemyError as error:
        db.session.rollback()
        click.echo(f"备份是好的，只是没能记入审计日志（{type(error).__name__}）。", err=True)


@group.command("list")
@folder_option
def list_all(folder: Path | None) -> None:
    """The backups in the folder, newest first."""
    for path in list_backups(folder or backup_folder(_settings())):
        with _told():
            header = operations.read_about(path)
        size = path.stat().st_size / (1 << 20)
        click.echo(f"{path.name}  {size:.1f} MiB  {header['engine']}  {header['rows']['receipts']} 条记录")


@group.command("verify")
@chosen
@latest
def verify(file: Path | None) -> None:
    """Decrypt a whole backup, compare its digest and open what is in it. Exit status 1: it is of no use."""
    settings = _settings()
    with _told():
        path = _choose(file, settings)
        with scratch_folder(settings.data_dir) as scratch:
            header = _unpack(path, scratch / "unpacked", settings)
    click.echo(f"{path.name} 完好：{header['rows']['receipts']} 条记录，制作于 {header['made_at']}。")


@group.command("restore")
@chosen
@latest
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--other-secret", is_flag=True, help="Also without its SECRET_KEY or data keys.")
def restore(file: Path | None, yes: bool, other_secret: bool) -> None:
    """Put a backup in the place of the database. Stop the server first.

    The whole backup is checked before anything changes; the former database is put aside. Phones give
    back what the backup lacks when they sync next.
    """
    settings = _settings()
    with _told():
        path = _choose(file, settings)
        check_fits(operations.read_about(path), secret_id=secret_id(), any_secret=other_secret)
        if not yes:
            click.confirm(ASK.format(name=path.name, age=_age(path)), abort=True)
        with scratch_folder(_scratch_place(settings)) as scratch:
            unpacked = scratch / "unpacked"
            header = _unpack(path, unpacked, settings)
            restored = put_back(unpacked, header=header, settings=settings, now=clock.now())
    click.echo(f"已恢复 {path.name}：{header['rows']['receipts']} 条记录，第 {restored.restores} 次恢复。")
    if restored.aside:
        click.echo(f"原来的数据库在 {restored.aside}，确认无误后可以删除。")
    click.echo("请启动服务器：备份之后的记录会由各部手机自动交还。")


@group.command("drill")
@chosen
@latest
@click.option("--scratch", "scratch_url", help="PostgreSQL: an empty database to use instead of making one.")
def drill_all(file: Path | None, scratch_url: str | None) -> None:
    """Restore into a scratch database, and check its rows, integrity and figures.

    The outcome is added to drills.jsonl beside the backups; good for every month. The running
    database is left alone. Exit status 1: it failed.
    """
    settings, began = _settings(), clock.now()
    with _told():
        path = _choose(file, settings)
    outcome = drill(
        path,
        settings=settings,
        key=backup_key(settings),
        secret_id=secret_id(),
        scratch_url=scratch_url,
        began=began,
    )
    upkeep_notes.note_drill(backup_folder(settings), outcome)
    click.echo(json.dumps(outcome, ensure_ascii=False))
    sys.exit(0 if outcome["passed"] else 1)


def secret_id() -> str:
    """Says which SECRET_KEY a backup belongs to, and nothing about the key."""
    return app_keys().digest("backup secret id", b"")[:16]


def _settings() -> Settings:
    """Refuses to anybody but the server's own user: it could not read what another would leave."""
    settings: Settings = current_app.config["SETTINGS"]
    refuse_other_users(settings)
    return settings


def _scratch_place(settings: Settings) -> Path:
    """SQLite: the folder of the database, since a file takes its place only on the same disk."""
    if db.engine.dialect.name == "sqlite":
        return Path(db.engine.url.database or "").resolve().parent
    return settings.data_dir


def _unpack(path: Path, to: Path, settings: Settings) -> vault.Header:
    header = operations.unpack(path, to=to, key=backup_key(settings))
    operations.check_unpacked(to, header=header, programs=postgres_programs())
    return header


def _choose(file: Path | None, settings: Settings) -> Path:
    """The named backup, or the newest."""
    if file is not None:
        return file
    folder = backup_folder(settings)
    found = list_backups(folder)
    if not found:
        raise BackupProblem(NO_BACKUPS.format(folder=folder))
    return found[0]


def _age(path: Path) -> str:
    made: datetime | Any = made_at(path.name)
    if made is None:
        return "时间不明"
    hours = (clock.now() - made).total_seconds() / 3600
    return f"{hours:.1f} 小时前"


@contextmanager
def _told() -> Iterator[None]:
    """A problem is said in one line, with exit status 1."""
    try:
        yield
    except (BackupProblem, UnsafeSettings) as problem:
        db.session.rollback()
        raise click.ClickException(str(problem)) from problem
