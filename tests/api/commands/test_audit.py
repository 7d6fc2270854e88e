"""`flask audit …`: seals, proves, prints heads, lets go; exit codes mean something."""

import csv
import io
from pathlib import Path

from click.testing import Result
from sqlalchemy import select, text

from tests.cast import NOON, Cast, Time
from workstation.audit.models import AuditEvent
from workstation.audit.operations import Actor, Deed, note
from workstation.database import db, writing


def run(cast: Cast, *args: str, status: int = 0) -> Result:
    result = cast.app.test_cli_runner().invoke(args=["audit", *args])
    assert result.exit_code == status, result.output
    return result


def edit(cast: Cast, count: int = 3) -> None:
    with cast.app.app_context(), writing():
        deeds = [Deed("station.edited", "station", str(number)) for number in range(count)]
        note(actor=Actor(network_id=cast.here.id, now=NOON), deeds=deeds)


def test_sealed_and_proven_network_by_network(cast: Cast) -> None:
    edit(cast)
    assert "here：封存 3 行" in run(cast, "seal").output
    assert "here：封存 0 行" in run(cast, "seal", "--network", "here").output
    output = run(cast, "verify").output
    assert "here：完好，1 块 3 行" in output
    assert "尚未封存 0 行" in output
    assert "elsewhere：完好，0 块" in output


def test_a_break_is_named_and_the_status_says_so(sqlite_cast: Cast) -> None:
    edit(sqlite_cast)
    run(sqlite_cast, "seal")
    with sqlite_cast.app.app_context(), writing():
        db.session.execute(text("DROP TRIGGER audit_events_stay"))
        db.session.execute(text("UPDATE audit_events SET reason = 'x' WHERE thing_id = '1'"))
    output = run(sqlite_cast, "verify", status=1).output
    assert "here：断在第 1 块，审计事件 2：这一行被改过" in output


def test_heads_are_printed_by_day_and_compared_later(cast: Cast, time: Time, tmp_path: Path) -> None:
    for _ in range(2):
        edit(cast)
        run(cast, "seal")
        time.passes(days=1)
    rows = list(csv.DictReader(io.StringIO(run(cast, "heads").output)))
    assert [(row["network"], row["day"], row["block"]) for row in rows] == [
        ("here", "2026-11-20", "1"),
        ("here", "2026-11-21", "2"),
    ]
    printed = run(cast, "heads", "--day", "2026-11-20").output
    file = tmp_path / "heads.csv"
    file.write_text(printed)
    assert "here：完好" in run(cast, "verify", "--against", str(file)).output
    file.write_text(printed.replace(rows[0]["digest"], "0" * 64))
    assert "与外面保存的链头不符" in run(cast, "verify", "--against", str(file), status=1).output
    for other in ("nothing of the kind", "network,block\nhere,x\n", ""):
        file.write_text(other)
        assert "不是 flask audit heads" in run(cast, "verify", "--against", str(file), status=1).output


def test_old_events_go_by_command_and_never_too_early(cast: Cast, time: Time) -> None:
    edit(cast)
    run(cast, "seal")
    time.passes(days=181)
    assert "here：清除 3 条" in run(cast, "prune").output
    with cast.app.app_context():
        [event] = db.session.scalars(select(AuditEvent))
        assert (event.action, (event.after or {})["events"]) == ("audit.pruned", 3)
    run(cast, "prune", "--days", "30", status=2)
    assert "其中 3 行已按期限清除" in run(cast, "verify").output
