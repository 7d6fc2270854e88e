"""Puts a backup back: into the place of the database, or into a scratch one for a drill."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import flask_migrate
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import Flask, current_app

from api import clock
from api.app_keys import app_keys
from api.commands.command_notes import note_in_every_network
from api.config import Settings, postgres_programs
from api.restores import begin_counted_epoch
from workstation.backups import sqlite_files
from workstation.backups.operations import tools_for
from workstation.backups.postgres_places import bring_back, put_aside, scratch_database
from workstation.backups.queries import server_major
from workstation.backups.rules import BackupProblem
from workstation.backups.vault import Header
from workstation.database import db, writing
from workstation.keys import DataKeys
from workstation.network.queries import list_networks
from workstation.privacy.redaction import MOST_DAYS, redact

OTHER_ENGINE = (
    "这是 {theirs} 的备份，而现在用的是 {ours}："
    "请先按原来的 DATABASE_URL 恢复，再用 flask database move 搬过去。"
)
NEWER = "这份备份来自更新的版本（迁移 {revision}）：请先升级程序，再恢复。"
OTHER_KEY_OWNER = (
    "这份备份属于另一个 SECRET_KEY：恢复后，暂存记录和群众信息将无法解读，手机也不能交还记录。"
    "请把原来的 SECRET_KEY（或 secret.key 文件）放回来；确实找不到时，加 --other-secret。"
)


NO_DATA_KEY = (
    "这份备份用到数据密钥 keys/{number}.key，而 DATA_DIR/keys 里没有：没有它，暂存记录和群众信息无法解读。"
    "请把原来的 keys 文件夹放回来；确实找不到时，加 --other-secret。"
)


def newest_data_key() -> int:
    """The number of the newest data key in DATA_DIR/keys; 0 when there is none."""
    settings: Settings = current_app.config["SETTINGS"]
    return DataKeys(settings.data_dir / "keys").newest()


@dataclass(frozen=True)
class Restored:
    """Which restore this was, counted from 1, and where the former database lies, if there was one."""

    restores: int
    aside: str | None


def check_fits(header: Header, *, secret_id: str, any_secret: bool = False) -> None:
    """Whether this server could work with the backup. Raises BackupProblem."""
    ours = db.engine.dialect.name
    if header["engine"] != ours:
        raise BackupProblem(OTHER_ENGINE.format(theirs=header["engine"], ours=ours))
    if header["secret_id"] != secret_id and not any_secret:
        raise BackupProblem(OTHER_KEY_OWNER)
    if header["data_key"] > newest_data_key() and not any_secret:
        raise BackupProblem(NO_DATA_KEY.format(number=header["data_key"]))
    folder = ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())
    try:
        folder.get_revision(header["revision"])
    except CommandError as error:
        raise BackupProblem(NEWER.format(revision=header["revision"])) from error


def put_back(unpacked: Path, *, header: Header, settings: Settings, now: datetime) -> Restored:
    """Makes the unpacked backup the database, at the newest migration and with a new epoch.

    Raises BackupProblem, also while a server runs; then the database is what it was.
    """
    if header["engine"] == "sqlite":
        return _put_back_file(unpacked, header=header, settings=settings, now=now)
    return _put_back_archive(unpacked, header=header, settings=settings, now=now)


def _put_back_file(unpacked: Path, *, header: Header, settings: Settings, now: datetime) -> Restored:
    live = Path(db.engine.url.database or "")
    db.session.remove()
    db.engine.dispose()
    with another_app(settings, url=f"sqlite:///{unpacked}"):
        restores = _renew(settings, header=header)
    sqlite_files.remove_side_files(unpacked)
    aside = sqlite_files.put_in_place(unpacked, live=live, now=now)
    return Restored(restores, str(aside) if aside else None)


def _put_back_archive(archive: Path, *, header: Header, settings: Settings, now: datetime) -> Restored:
    tools = tools_for(header, programs=postgres_programs(), server=server_major())
    db.session.remove()
    db.engine.dispose()
    aside = put_aside(now=now)
    try:
        tools.restore(archive, url=db.engine.url)
        db.engine.dispose()
        return Restored(_renew(settings, header=header), aside)
    except BaseException:
        bring_back(aside)
        raise


def _renew(settings: Settings, *, header: Header) -> int:
    """Migrates what was put back and begins its epoch; how many restores there were."""
    upgrade()
    with writing():
        restores = begin_counted_epoch(data_dir=settings.data_dir)
    _redact_again()
    said = {"made_at": header["made_at"], "restores": restores}
    note_in_every_network("backup.restored", after=said)
    return restores


def _redact_again() -> None:
    """A backup brings back contacts whose time was over."""
    for network_id in [network.id for network in list_networks()]:
        with writing():
            redact(network_id=network_id, after=timedelta(days=MOST_DAYS), keys=app_keys(), now=clock.now())


def upgrade() -> None:
    """The application's database to the newest migration."""
    db.session.remove()
    flask_migrate.upgrade()
    db.session.remove()


@contextlib.contextmanager
def another_app(settings: Settings, *, url: str) -> Iterator[Flask]:
    """The same application on another database; SQLite's is one file without a journal afterwards."""
    from api import create_app

    app = create_app(replace(settings, database_url=url))
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            if db.engine.dialect.name == "sqlite":
                _leave_one_file()
            db.engine.dispose()


def _leave_one_file() -> None:
    db.engine.dispose()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")


@contextlib.contextmanager
def drilled(
    unpacked: Path, *, header: Header, settings: Settings, scratch_url: str | None
) -> Iterator[Flask]:
    """The application on a scratch database with what was unpacked, not yet migrated."""
    if header["engine"] == "sqlite":
        with another_app(settings, url=f"sqlite:///{unpacked}") as app:
            yield app
        return
    tools = tools_for(header, programs=postgres_programs(), server=server_major())
    with _scratch(scratch_url) as url, another_app(settings, url=url) as app:
        tools.restore(unpacked, url=db.engine.url)
        yield app


@contextlib.contextmanager
def _scratch(given: str | None) -> Iterator[str]:
    if given:
        yield given
        return
    with scratch_database(db.engine.url) as url:
        yield url.render_as_string(hide_password=False)
