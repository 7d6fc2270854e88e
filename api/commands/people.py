"""`flask people …`: what is stored about one person, handed over or erased."""

import json
import os
from pathlib import Path

import click
from flask.cli import AppGroup

from api import clock
from api.auth import app_keys
from api.json import dump_json
from workstation.audit.operations import Actor, Deed, note
from workstation.database import writing
from workstation.errors import Refusal
from workstation.network.queries import get_network
from workstation.people.queries import get_member_by_code
from workstation.privacy.people import KEPT, erase, tell_all

group = AppGroup("people", help="What is stored about one person.")
NETWORK = click.option("--network", "network_code", required=True, help="Code of the network.")


def _find(network_code: str, member_code: str) -> tuple[int, str]:
    try:
        network = get_network(network_code)
        return network.id, get_member_by_code(network_id=network.id, code=member_code).id
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal


@group.command("export")
@click.argument("member_code", metavar="MEMBER")
@NETWORK
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="A new file; only its owner can read it.",
)
def export(member_code: str, network_code: str, out: Path) -> None:
    """Write everything that is stored about a person into one JSON file, by table."""
    network_id, member_id = _find(network_code, member_code)
    with writing():
        note(
            actor=Actor(network_id=network_id, now=clock.now()),
            deeds=[Deed("member.exported", "member", member_id, about_id=member_id)],
        )
    told = tell_all(network_id=network_id, member_id=member_id, keys=app_keys())
    try:
        file = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise click.ClickException(f"{out} 已经有了，请换一个文件名。") from error
    with os.fdopen(file, "wb") as written:
        written.write(dump_json(told))
    click.echo(json.dumps({name: len(rows) for name, rows in told.items() if isinstance(rows, list)}))


@group.command("erase")
@click.argument("member_code", metavar="MEMBER")
@NETWORK
@click.option("--reason", required=True, help="Who asked, and where that is on paper.")
@click.option("--yes", is_flag=True, help="Without asking.")
def erase_person(member_code: str, network_code: str, reason: str, yes: bool) -> None:
    """Erase a person's name, account, devices and messages, and say what must stay and why.

    The server's command line alone can do it, and nothing brings it back but a backup.
    """
    network_id, member_id = _find(network_code, member_code)
    if not yes:
        click.confirm(f"要注销 {member_code}？姓名、账号、手机都会清除，不能恢复。", abort=True)
    with writing():
        kept = erase(network_id=network_id, member_id=member_id, reason=reason, now=clock.now())
    click.echo(f"{member_code} 已注销。以下内容仍在，只有编号 {member_id}：")
    for name, count in kept.items():
        click.echo(f"  {name}：{count}。{KEPT[name]}。")
    click.echo("备份里的旧内容随备份到期消失；恢复备份后请再运行一次。")
