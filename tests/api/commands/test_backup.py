"""`flask backup`: made, checked, put back, drilled; a part of one is never taken for a whole one."""

import json
import uuid
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import create_engine, func, make_url, select, text, update

from api import clock, create_app
from api.commands import backup_places
from api.config import backup_key
from tests.cast import Cast, Phone, Time
from tests.databases import settings
from tests.postgres import create_database, drop_database
from workstation.audit.models import AuditEvent
from workstation.backups import operations
from workstation.backups.drafts import SCRATCH
from workstation.backups.rules import BackupProblem
from workstation.coverage.models import StationDay
from workstation.coverage.operations import catch_up
from workstation.database import db, engine_options, writing
from workstation.feed.models import Installation
from workstation.keys import DataKeys
from workstation.receptions.models import Constituent
from workstation.sync.models import Receipt
from workstation.upkeep.queries import list_slow_statements

RECEIPTS = select(func.count()).select_from(Receipt)
# Releases come with the one or the other.
ANY_EXTENSION = text(
    "SELECT min(name) FROM pg_available_extensions WHERE name IN ('pg_stat_statements', 'vector')"
)


@pytest.fixture(autouse=True)
def _each_moment_once(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup is named by its moment."""

    def now() -> datetime:
        time.passes(milliseconds=1)
        return time.moment

    monkeypatch.setattr(clock, "now", now)


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BACKUP_DIR", "BACKUP_KEY", "PG_BIN"):
        monkeypatch.delenv(name, raising=False)


def backup(cast: Cast, *args: str) -> Result:
    with cast.app.app_context():
        db.session.remove()
        db.engine.dispose()  # another process, as far as the database can tell
    return cast.app.test_cli_runner().invoke(args=["backup", *args])


def create(cast: Cast, *args: str) -> Path:
    answer = backup(cast, "create", *args)
    assert answer.exit_code == 0, answer.output
    return Path(json.loads(answer.output.splitlines()[-1])["file"])


@pytest.fixture
def phone(cast: Cast) -> Phone:
    """One with two entries on the server."""
    phone = cast.phone("member")
    hall = cast.here.stations["hall"]
    phone.sync(phone.check_in(hall), phone.reception(hall))
    with cast.app.app_context():
        catch_up(network_id=cast.here.id)
    return phone


def test_a_backup_is_put_back_and_what_came_after_it_is_not_in_it(cast: Cast, phone: Phone) -> None:
    create(cast)
    phone.sync(phone.check_in(cast.here.stations["hall"]))
    epoch = cast.scalar(select(Installation.epoch))
    answer = backup(cast, "restore", "--latest", "--yes")
    assert answer.exit_code == 0, answer.output
    assert "2 条记录" in answer.output
    assert cast.scalar(RECEIPTS) == 2
    assert cast.scalar(select(Installation.epoch)) != epoch


def test_numbers_go_on_above_any_that_were_given(cast: Cast, phone: Phone) -> None:
    create(cast)
    for times in (1, 2):
        assert backup(cast, "restore", "--latest", "--yes").exit_code == 0
        [result] = phone.sync(phone.check_in(cast.here.stations["hall"]))
        assert result["receipt_no"] > times * 1_000_000


def test_the_former_database_is_put_aside(cast: Cast, phone: Phone, tmp_path: Path) -> None:
    create(cast)
    phone.sync(phone.check_in(cast.here.stations["hall"]))
    answer = backup(cast, "restore", "--latest", "--yes")
    if "before_restore_" in answer.output:
        aside = answer.output.partition("before_restore_")[2].partition("，")[0]
        count = cast.scalar(text(f"SELECT count(*) FROM before_restore_{aside}.receipts"))
    else:
        [aside] = tmp_path.glob("workstation.db.before-*Z")
        other = backup_places.another_app(
            settings(database_url="", data_dir=tmp_path), url=f"sqlite:///{aside}"
        )
        with other:
            count = db.session.scalar(RECEIPTS)
    assert count == 3


def test_it_asks_before_it_puts_anything_back(cast: Cast, phone: Phone) -> None:
    create(cast)
    phone.sync(phone.check_in(cast.here.stations["hall"]))
    answer = backup(cast, "restore")
    assert answer.exit_code == 1
    assert "现在的数据库会另存" in answer.output
    assert cast.scalar(RECEIPTS) == 3


def test_nothing_is_put_back_under_a_server_that_runs(cast: Cast, phone: Phone) -> None:
    create(cast)
    url = cast.app.config["SETTINGS"].sqlalchemy_url
    somebody = create_engine(url, **engine_options(url=url))
    with somebody.connect() as connection:
        connection.execute(RECEIPTS)
        answer = backup(cast, "restore", "--latest", "--yes")
    somebody.dispose()
    assert answer.exit_code == 1
    assert "请先停止服务器" in answer.output
    assert cast.scalar(RECEIPTS) == 2


def test_a_cut_backup_is_refused_before_anything_changes(cast: Cast, phone: Phone) -> None:
    made = create(cast)
    made.write_bytes(made.read_bytes()[:-40])
    epoch = cast.scalar(select(Installation.epoch))
    for command in (["verify"], ["restore", "--latest", "--yes"]):
        answer = backup(cast, *command)
        assert answer.exit_code == 1
        assert "备份文件不完整" in answer.output
    assert cast.scalar(select(Installation.epoch)) == epoch


def test_a_whole_backup_is_verified(cast: Cast, phone: Phone) -> None:
    made = create(cast)
    answer = backup(cast, "verify", str(made))
    assert answer.exit_code == 0, answer.output
    assert f"{made.name} 完好：2 条记录" in answer.output


def test_another_backup_key_is_told(cast: Cast, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    create(cast)
    monkeypatch.setenv("BACKUP_KEY", "another key of the same length as any")
    assert "备份密钥不对" in backup(cast, "verify").output


def test_a_short_backup_key_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_KEY", "short")
    answer = backup(cast, "create")
    assert answer.exit_code == 1
    assert "at least 32 characters" in answer.output


def test_a_backup_of_another_secret_is_put_back_only_when_that_is_meant(cast: Cast, phone: Phone) -> None:
    create(cast)
    keys = cast.app.extensions["keys"]
    cast.app.extensions["keys"] = type(keys)(b"another secret, long enough for anybody")
    refused = backup(cast, "restore", "--latest", "--yes")
    assert refused.exit_code == 1
    assert "另一个 SECRET_KEY" in refused.output
    assert backup(cast, "restore", "--latest", "--yes", "--other-secret").exit_code == 0
    restored = select(func.count()).where(AuditEvent.action == "backup.restored")
    assert cast.scalar(restored) == 2  # in the log of each network


def test_a_backup_of_a_newer_release_is_refused(cast: Cast, phone: Phone) -> None:
    with cast.app.app_context(), writing():
        db.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    create(cast)
    answer = backup(cast, "restore", "--latest", "--yes")
    assert answer.exit_code == 1
    assert "更新的版本" in answer.output


def test_a_bad_release_is_rolled_back_and_phones_give_back_what_its_database_had(
    cast: Cast, phone: Phone
) -> None:
    create(cast)
    with cast.app.app_context(), writing():  # what a newer release leaves behind
        db.session.execute(text("ALTER TABLE check_ins ADD COLUMN mood VARCHAR"))
        db.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    # The former release serves on what the newer one added; what that wrote wrongly takes a restore.
    assert cast.client.get("/readyz").status_code == 200
    [kept] = phone.sync(phone.check_in(cast.here.stations["hall"]))
    assert backup(cast, "restore", "--latest", "--yes").exit_code == 0
    assert cast.client.get("/readyz").status_code == 200
    assert cast.scalar(RECEIPTS) == 2
    [again] = phone.sync({"id": kept["id"], "sealed": kept["sealed"]})
    assert (again["status"], again["receipt_no"]) == ("accepted", kept["receipt_no"])


def test_old_backups_go_and_others_stay(cast: Cast) -> None:
    first = create(cast)
    second = create(cast, "--keep", "5", "--months", "0")
    assert first.exists()
    third = create(cast, "--keep", "1", "--months", "0")
    assert [path.exists() for path in (first, second, third)] == [False, False, True]


def test_what_a_killed_run_left_is_no_backup_and_goes(cast: Cast, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "workstation-20261122T183001.000250Z.backup.part").write_bytes(b"half of it")
    (tmp_path / f"{SCRATCH}left").mkdir()
    (tmp_path / "backup-2026").mkdir()  # somebody's own
    assert "还没有备份" in backup(cast, "verify").output
    made = create(cast)
    assert [path.name for path in folder.iterdir()] == [made.name]
    assert not list(tmp_path.glob(f"{SCRATCH}*"))
    assert (tmp_path / "backup-2026").is_dir()


def test_a_full_disk_leaves_no_backup_and_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("workstation.backups.operations.vault.seal", full)
        answer = backup(cast, "create")
    assert answer.exit_code == 1
    assert "No space left" in answer.output
    assert "还没有备份" in backup(cast, "list").output + backup(cast, "verify").output


def test_a_backup_and_its_folder_are_for_their_owner_only(cast: Cast) -> None:
    made = create(cast)
    assert made.stat().st_mode & 0o077 == 0
    assert made.parent.stat().st_mode & 0o077 == 0


def test_backups_are_listed_newest_first(cast: Cast, phone: Phone) -> None:
    first, second = create(cast), create(cast)
    lines = backup(cast, "list").output.splitlines()
    assert [line.split()[0] for line in lines] == [second.name, first.name]
    assert lines[0].endswith("2 条记录")


def test_a_drill_looks_through_the_backup_and_leaves_a_line(cast: Cast, phone: Phone, tmp_path: Path) -> None:
    made = create(cast)
    answer = backup(cast, "drill")
    assert answer.exit_code == 0, answer.output
    [line] = (tmp_path / "backups" / "drills.jsonl").read_text().splitlines()
    outcome = json.loads(line)
    assert outcome["passed"]
    assert (outcome["file"], outcome["receipts"], outcome["networks"]) == (made.name, 2, 2)
    assert cast.scalar(RECEIPTS) == 2


def test_a_drill_finds_figures_that_are_not_those_of_the_facts(cast: Cast, phone: Phone) -> None:
    with cast.app.app_context(), writing():
        db.session.execute(update(StationDay).values(shifts=77))
    create(cast)
    answer = backup(cast, "drill")
    assert answer.exit_code == 1
    assert "统计与原始记录不一致" in json.loads(answer.output.splitlines()[-1])["wrong"][0]


def test_programs_that_are_too_old_or_missing_are_named(tmp_path: Path) -> None:
    from workstation.backups.postgres_tools import find_tools

    with pytest.raises(BackupProblem, match="postgresql-client-18"):
        find_tools(at_least=18, given=tmp_path)


@pytest.mark.postgresql
def test_an_extension_is_neither_made_nor_described_by_a_restore(
    postgres_url: str, postgres_database: str, tmp_path: Path
) -> None:
    cast = Cast(create_app(settings(database_url=postgres_database, data_dir=tmp_path)))
    with cast.app.app_context(), writing():
        db.session.execute(text(f"CREATE EXTENSION {db.session.scalar(ANY_EXTENSION)}"))
    made, archive, name = create(cast), tmp_path / "archive", f"test_{uuid.uuid4().hex}"
    with cast.app.app_context():
        assert list_slow_statements(above_ms=1) is None  # it is there, and not at work
        header = operations.unpack(made, to=archive, key=backup_key(cast.app.config["SETTINGS"]))
        url = make_url(postgres_url).set(database=name)
        create_database(postgres_url, name)
        operations.tools_for(header, programs=None).restore(archive, url=url)
    engine = create_engine(url)
    with engine.connect() as connection:
        found = set(connection.scalars(text("SELECT extname FROM pg_extension")))
        assert connection.scalar(text("SELECT count(*) FROM networks")) == 2
    engine.dispose()
    drop_database(postgres_url, name)
    assert found == {"plpgsql"}


def test_a_backup_whose_data_key_is_gone_is_put_back_only_when_that_is_meant(
    cast: Cast, phone: Phone, tmp_path: Path
) -> None:
    DataKeys(tmp_path / "keys").make()
    create(cast)
    (tmp_path / "keys" / "1.key").unlink()
    refused = backup(cast, "restore", "--latest", "--yes")
    assert refused.exit_code == 1
    assert "keys/1.key" in refused.output
    assert backup(cast, "restore", "--latest", "--yes", "--other-secret").exit_code == 0


def test_contacts_whose_time_was_over_do_not_come_back(cast: Cast, phone: Phone, time: Time) -> None:
    contact = {"name": "某人", "contact": "无", "consent": True, "consent_version": "1"}
    phone.sync(phone.reception(cast.here.stations["hall"], constituent=contact))
    kept = select(func.count()).select_from(Constituent).where(Constituent.identity.is_not(None))
    create(cast)
    assert cast.scalar(kept) == 1
    time.passes(days=181)
    assert backup(cast, "restore", "--latest", "--yes").exit_code == 0
    assert cast.scalar(kept) == 0
