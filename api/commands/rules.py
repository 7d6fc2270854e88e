"""`flask rules …`: what coverage is judged by, and consent where the city office is one person."""

from typing import Any

import click
from flask.cli import AppGroup

from api import clock
from api.commands.command_notes import note_command
from workstation.coverage.rule_changes import Decision, decide_rules, open_proposal, read_rules
from workstation.database import writing
from workstation.errors import Refusal
from workstation.network.history import Editor
from workstation.network.queries import get_network

group = AppGroup("rules", help="Standard and thresholds of a network, in versions.")
NETWORK = click.option("--network", "code", required=True, help="The network's code.")
REASON = click.option(
    "--reason", required=True, help="Who decided, and where it is on paper: kept with the version."
)


@group.command("list")
@NETWORK
def list_all(code: str) -> None:
    """The version in force and what was proposed, the latest first."""
    found = read_rules(network_id=_network_id(code))
    click.echo(f"现行：第 {found['version']} 版")
    for proposal in found["proposals"]:
        click.echo(_line(proposal))


def _line(proposal: dict[str, Any]) -> str:
    name = f"第 {proposal['version']} 版" if proposal["version"] else proposal["state"]
    changes = "；".join(f"{each['name']} {each['before']} → {each['after']}" for each in proposal["changes"])
    by = f"{proposal['proposed_by'] or '—'} / {proposal['decided_by'] or '—'}"
    return f"{name} · {proposal['proposed_at']:%Y-%m-%d} · {by} · {proposal['reason']} · {changes or '—'}"


@group.command("agree")
@NETWORK
@REASON
def agree(code: str, reason: str) -> None:
    """Put the waiting proposal in force, on a second person's written consent.

    For a network whose city office has one person only. The version says that it was agreed to at the
    server's command line, with this reason.
    """
    version = _decide(code, "agree", reason)
    click.echo(f"已同意，第 {version} 版从现在起生效。需要时请运行 flask coverage rebuild。")


@group.command("decline")
@NETWORK
@REASON
def decline(code: str, reason: str) -> None:
    """Decline the waiting proposal. Nothing changes."""
    click.echo(f"未采纳，仍是第 {_decide(code, 'decline', reason)} 版。")


def _decide(code: str, decision: Decision, reason: str) -> int:
    network_id = _network_id(code)
    by = Editor(network_id=network_id, member_id=None, now=clock.now(), reason=reason)
    try:
        with writing():
            proposal_id = open_proposal(network_id=network_id)
            decide_rules(proposal_id=proposal_id, decision=decision, by=by)
            note_command(f"rules.{decision}", proposal_id, network_id=network_id, reason=reason)
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    return int(read_rules(network_id=network_id)["version"])


def _network_id(code: str) -> int:
    try:
        return get_network(code).id
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
