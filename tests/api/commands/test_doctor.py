"""`flask doctor`: what it looks at, what it says to do, and by which status a machine knows."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError

from api.commands import doctor
from tests.cast import Cast, Time
from workstation.database import db, writing
from workstation.people.models import Device
from workstation.upkeep.rules import Finding

NAMES = {"python", "database", "migrations", "public_url", "clock", "disk", "permissions", "backup", "drill"}


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BACKUP_DIR", "BACKUP_KEY", "PG_BIN"):
        monkeypatch.delenv(name, raising=False)


def command(cast: Cast, *args: str) -> Result:
    return cast.app.test_cli_runner().invoke(args=list(args))


def findings(cast: Cast) -> dict[str, dict[str, Any]]:
    answer = command(cast, "doctor", "--json")
    found = json.loads(answer.output.splitlines()[-1])  # the log may have something to say before
    assert answer.exit_code == {"ok": 0, "soon": 1, "now": 2}[found["state"]]
    return {finding["name"]: finding for finding in found["findings"]}


def test_it_looks_at_everything_and_nothing_breaks(cast: Cast) -> None:
    found = findings(cast)
    assert NAMES | {"housekeeping", "chain"} <= found.keys()
    assert not [finding for finding in found.values() if "出错" in finding["said"]]


def test_a_finding_that_needs_something_says_what_to_do(cast: Cast) -> None:
    answer = command(cast, "doctor")
    assert "✗ 还没有备份\n   → 请运行 flask backup create" in answer.output
    assert answer.output.splitlines()[-1] == "请今天就处理上面标“✗”的几项。"
    assert answer.exit_code == 2
    assert all(finding["do"] for finding in findings(cast).values() if finding["state"] != "ok")


def test_after_a_backup_a_drill_and_the_chores_these_are_well(cast: Cast) -> None:
    for words in (("backup", "create"), ("backup", "drill"), ("housekeeping", "run")):
        assert command(cast, *words).exit_code == 0
    found = findings(cast)
    assert {name: found[name]["state"] for name in ("drill", "housekeeping")} == {
        "drill": "ok",
        "housekeeping": "ok",
    }
    assert "同一块磁盘" in found["backup"]["do"]


def test_a_chore_that_failed_is_shown(cast: Cast, tmp_path: Path) -> None:
    chore = {"name": "compare", "title": "核对统计", "ok": False, "said": "here 1 处", "seconds": 0.1}
    notes = {"began_at": "2026-11-20T03:00:00+00:00", "chores": [chore]}
    (tmp_path / "housekeeping.json").write_text(json.dumps(notes))
    found = findings(cast)["housekeeping"]
    assert found["state"] == "now"
    assert "核对统计（here 1 处）" in found["said"]


def test_a_clock_that_went_back_is_found(cast: Cast, time: Time) -> None:
    cast.phone("member").sync()
    with cast.app.app_context(), writing():
        db.session.execute(update(Device).values(last_sync_at=time.now() + timedelta(hours=1)))
    assert findings(cast)["clock"]["state"] == "now"


def test_a_database_of_another_release_is_found(cast: Cast) -> None:
    with cast.app.app_context(), writing():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert "flask db upgrade" in findings(cast)["migrations"]["do"]


def test_files_that_others_can_read_are_found(cast: Cast, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "demo.json").touch(mode=0o644)
    assert "demo.json" in findings(cast)["permissions"]["said"]


def test_a_look_that_breaks_is_a_finding_and_the_others_go_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_args: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(doctor, "LOOKS", (breaks, *doctor.LOOKS))
    found = findings(cast)
    assert "the disk is gone" in found["breaks"]["said"]
    assert found.keys() >= NAMES


def test_a_look_that_takes_too_long_is_given_up_and_the_others_go_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

    def _look_at_everything(*_args: object) -> Iterator[Finding]:
        db.session.execute(text(endless))
        yield Finding("never", "ok", "never")

    monkeypatch.setattr(doctor, "LOOKS", (_look_at_everything, *doctor.LOOKS))
    found = findings(cast)
    assert found["everything"]["state"] == "soon"
    assert "没有看完" in found["everything"]["said"]
    assert found.keys() >= NAMES | {"chain"}


def test_without_its_database_the_rest_is_still_looked_at(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_options: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("nobody answers"))

    monkeypatch.setattr(db.session, "connection", away)
    found = findings(cast)
    assert "nobody answers" in found["clock"]["said"]
    assert {found[name]["state"] for name in ("disk", "permissions")} == {"ok"}
