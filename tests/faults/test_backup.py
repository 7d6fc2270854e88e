"""A backup made under load is put back by the server's own commands; phones give the rest back [8]."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.faults.audit import compare
from tests.faults.conftest import serve
from tests.faults.crowd import at_work, enrol
from tests.live_server import ROOT, LiveServer
from workstation.backups.drafts import SCRATCH
from workstation.backups.rules import list_backups
from workstation.database import db

Served = tuple[LiveServer, Cast]


def started(server: LiveServer, *args: str) -> subprocess.Popen[str]:
    """`flask backup …` beside the server, with the same settings."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "backup", *args],
        cwd=ROOT,
        env=server.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(server: LiveServer, *args: str) -> str:
    program = started(server, *args)
    output, _ = program.communicate(timeout=120)
    assert program.returncode == 0, output
    return output


def let_go(cast: Cast) -> None:
    """The test's own connections: to the command they are those of a server."""
    with cast.app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BACKUP_DIR", "BACKUP_KEY", "PG_BIN"):
        monkeypatch.delenv(name, raising=False)


def test_phones_give_back_what_a_backup_made_under_load_lacks(served: Served) -> None:
    server, cast = served
    phones = enrol(cast, url=server.url, count=4)
    with at_work(phones):
        output = run(server, "create")
    in_backup = int(output.split("（")[1].split(" ")[0])
    before = {id: receipt["receipt_no"] for phone in phones for id, receipt in phone.receipts.items()}
    assert 0 < in_backup < len(before)
    server.kill()
    let_go(cast)
    run(server, "restore", "--latest", "--yes")
    server.start()
    with at_work(phones):
        pass
    compare(cast, phones)
    after = {id: receipt["receipt_no"] for phone in phones for id, receipt in phone.receipts.items()}
    assert before.items() <= after.items(), "a receipt number changed"
    assert all(phone.resets for phone in phones)


def test_a_backup_that_is_killed_leaves_none_and_the_former_one_stays(
    sqlite_database: str, tmp_path: Path
) -> None:
    with serve(sqlite_database, tmp_path) as (server, cast):
        [phone] = enrol(cast, url=server.url, count=1)
        phone.record(5)
        phone.sync_until_done()
        run(server, "create")
        [former] = list_backups(server.data_dir / "backups")
        killed = started(server, "create")
        wait_until_it_writes(server.data_dir, killed)
        killed.kill()
        killed.wait(timeout=30)
        found = list_backups(server.data_dir / "backups")
        assert former in found
        run(server, "verify", str(found[0]))


def wait_until_it_writes(data_dir: Path, program: subprocess.Popen[str]) -> None:
    """Until the copy is on its way; a run that is through by then is as good."""
    while program.poll() is None and not list(data_dir.glob(f"{SCRATCH}*")):
        time.sleep(0.001)
