"""What is done at the server's command line stands in the audit log too, with whose shell it was."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
from sqlalchemy import func, select

from api.commands import MODULES, CommandFolder
from tests.cast import Cast, Time
from tests.conventions.source import text
from workstation.audit.models import AuditEvent
from workstation.audit.system_user import LONGEST, system_user
from workstation.database import db

STREETS = "street_code,street,district_code,district\n440304001,南园街道,440304,福田区\n"
PEOPLE = "编号,姓名,角色\nNEW1,新委员,委员\n"
REASON = ["--reason", "常委会第三次会议纪要"]
HERE = ["--network", "here"]


class Run(NamedTuple):
    """A command, what the log calls it, and what it needs to be there first."""

    words: Callable[[Path], list[str]]
    action: str
    first: Callable[[Cast], object] = lambda _cast: None


def propose(cast: Cast) -> None:
    office = cast.phone("city_officer")
    rules = office.get("/api/v1/rules").json
    body = {
        "version": rules["version"],
        "standard": [*rules["rules"]["standard"], "公示牌"],
        "thresholds": {each["name"]: rules["rules"][each["name"]] for each in rules["limits"]},
        "reason": "新办法",
    }
    assert office.post("/api/v1/rules/proposals", body).status_code == 201


def file(folder: Path, content: str) -> str:
    path = folder / "file.csv"
    path.write_text(content)
    return str(path)


def found(folder: Path) -> list[str]:
    streets = ["--streets", file(folder, STREETS)]
    return ["network", "create", "new", "新网络", "--city", "440300", "深圳市", *streets]


RUNS = {
    "codes issue": Run(lambda _: ["codes", "issue", *HERE, "--member", "member"], "code.issued"),
    "network create": Run(found, "network.made"),
    "rules agree": Run(lambda _: ["rules", "agree", *HERE, *REASON], "rules.agree", propose),
    "rules decline": Run(lambda _: ["rules", "decline", *HERE, *REASON], "rules.decline", propose),
    "keys rotate": Run(lambda _: ["keys", "rotate"], "keys.rotated"),
    "backup create": Run(lambda _: ["backup", "create"], "backup.made"),
    "import members": Run(
        lambda folder: ["import", "members", file(folder, PEOPLE), *HERE, "--apply"], "import.applied"
    ),
    "people export": Run(
        lambda folder: ["people", "export", "member", *HERE, "--out", str(folder / "x.json")],
        "member.exported",
    ),
    "people erase": Run(lambda _: ["people", "erase", "colleague", *HERE, "--yes", *REASON], "member.erased"),
}
# Told in tests of their own, beside what they do; the other sheets go the way of `import members`.
ELSEWHERE = {
    "audit prune": "audit.pruned",
    "backup restore": "backup.restored",
    "database move": "database.moved",
    "redact": "constituent.redacted",
    "housekeeping run": "as its chores do: audit.pruned, constituent.redacted",
    **{f"import {sheet}": "import.applied" for sheet in ("stations", "outlines", "plan", "ledger")},
}
# What leaves no event, and why.
EXEMPT = {
    "audit seal": "its blocks are that record",
    "audit verify": "reads hashes, and tells nothing of anybody",
    "audit heads": "reads hashes, and tells nothing of anybody",
    "backup list": "counts rows",
    "backup verify": "opens a file and shows nothing of it",
    "backup drill": "works on a copy; drills.jsonl is that record",
    "coverage rebuild": "works out again what the facts say",
    "coverage check": "changes nothing",
    "demo load": "invented people; the network begins with it",
    "doctor": "changes nothing, and names nobody",
    "import template": "an empty form",
    "keys list": "counts",
    "network list": "counts",
    "rules list": "what every officer reads",
}


def commands() -> set[str]:
    folder, context = CommandFolder(), click.Context(click.Command("flask"))
    names = set()
    for name in MODULES:
        group = folder.get_command(context, name)
        inner = group.commands if isinstance(group, click.Group) else {}
        names |= {f"{name} {each}" for each in inner} or {name}
    return names


def test_every_command_stands_in_one_of_the_tables() -> None:
    assert commands() == {*RUNS, *ELSEWHERE, *EXEMPT}


def last_no(cast: Cast) -> int:
    return int(cast.scalar(select(func.max(AuditEvent.no))) or 0)


@pytest.mark.parametrize("name", RUNS)
def test_each_that_changes_or_hands_out_something_says_who_ran_it(
    sqlite_cast: Cast, time: Time, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "li")
    run = RUNS[name]
    run.first(sqlite_cast)
    before = last_no(sqlite_cast)
    result = sqlite_cast.app.test_cli_runner().invoke(args=run.words(tmp_path))
    assert result.exit_code == 0, result.output
    with sqlite_cast.app.app_context():
        events = list(db.session.scalars(select(AuditEvent).where(AuditEvent.no > before)))
        told = [event for event in events if event.action == run.action]
        assert told, [event.action for event in events]
        assert {(event.member_id, event.device_id) for event in told} == {(None, None)}
        assert all((event.after or {})["system_user"].startswith("li → ") for event in told)
        if "--reason" in run.words(tmp_path):
            assert told[0].reason == REASON[1]


def test_what_concerns_all_stands_in_each_networks_log(sqlite_cast: Cast, time: Time) -> None:
    assert sqlite_cast.app.test_cli_runner().invoke(args=["keys", "rotate"]).exit_code == 0
    rotated = select(AuditEvent.network_id).where(AuditEvent.action == "keys.rotated")
    with sqlite_cast.app.app_context():
        assert set(db.session.scalars(rotated)) == {sqlite_cast.here.id, sqlite_cast.elsewhere.id}


def test_the_auditor_reads_whose_command_it_was(sqlite_cast: Cast, time: Time) -> None:
    result = sqlite_cast.app.test_cli_runner().invoke(args=["codes", "issue", *HERE, "--member", "member"])
    assert result.exit_code == 0, result.output
    auditor = sqlite_cast.phone("auditor")
    event = auditor.get("/api/v1/audit-events?action=code.issued").json["audit_events"][0]
    assert (event["by_id"], event["by_name"], event["system_user"]) == (None, None, system_user())
    assert event["after"] == {"purpose": "enrol"}
    assert event["about_name"] == "member（测试）"


def test_who_became_another_by_sudo_is_told_and_never_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_USER", raising=False)
    alone = system_user()
    assert alone
    monkeypatch.setenv("SUDO_USER", "li")
    assert system_user() == f"li → {alone}"
    monkeypatch.setenv("SUDO_USER", "x" * 300)
    assert len(system_user()) == LONGEST


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_page_has_words_for_each_deed(language: str) -> None:
    words: dict[str, Any] = json.loads(text(f"static/pwa/src/staff/audit/locales/{language}.json"))
    deeds = {run.action for run in RUNS.values()} | {
        action for action in ELSEWHERE.values() if " " not in action
    }
    assert not deeds - {name.removeprefix("action.") for name in words}
