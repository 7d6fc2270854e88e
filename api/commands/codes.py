"""`flask codes issue`: a one-time code for a person's phone or password, or for a station's door screen."""

import json
from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup

from api import clock
from api.codes import code_answer, code_hash, new_code
from api.commands.command_notes import note_command
from workstation.accounts.rules import RESET_CODE_LIVES
from workstation.database import writing
from workstation.errors import Refusal
from workstation.network.queries import get_network, get_station_by_code
from workstation.people.operations import issue_code
from workstation.people.queries import get_member_by_code
from workstation.people.rules import CODE_LIVES

LEADS_TO = {"enrol": "app", "door": "door", "reset": "reset"}
group = AppGroup("codes", help="One-time codes.")


@group.command("issue")
@click.option("--network", "network_code", required=True, help="Code of the network.")
@click.option("--member", "member_code", help="Code of the person who enrols a phone.")
@click.option("--door", "station_code", help="Code of the station whose door screen is enrolled.")
@click.option("--reset", is_flag=True, help="The person sets a password with it, within 24 hours.")
def issue(network_code: str, member_code: str | None, station_code: str | None, reset: bool) -> None:
    """Make a code that works once within 72 hours. The last line is JSON: code, url, expires_at."""
    if (member_code is None) == (station_code is None) or (reset and member_code is None):
        raise click.UsageError("Give either --member CODE, perhaps with --reset, or --door STATION.")
    purpose = "door" if station_code else "reset" if reset else "enrol"
    code, now = new_code(), clock.now()
    try:
        with writing():
            expires_at = _store(
                code=code,
                network_code=network_code,
                member_code=member_code,
                station_code=station_code,
                purpose=purpose,
                now=now,
            )
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    answer = code_answer(code, expires_at=expires_at, leads_to=LEADS_TO[purpose])
    click.echo(json.dumps(answer | {"expires_at": expires_at.isoformat().replace("+00:00", "Z")}))


def _store(
    *,
    code: str,
    network_code: str,
    member_code: str | None,
    station_code: str | None,
    purpose: str,
    now: datetime,
) -> datetime:
    network = get_network(network_code)
    member = get_member_by_code(network_id=network.id, code=member_code) if member_code else None
    station = get_station_by_code(network_id=network.id, code=station_code) if station_code else None
    issued = issue_code(
        network_id=network.id,
        code_hash=code_hash(code, keys=current_app.extensions["keys"]),
        now=now,
        lives=RESET_CODE_LIVES if purpose == "reset" else CODE_LIVES,
        purpose=purpose,
        member_id=member.id if member else None,
        station_id=station.id if station else None,
    )
    said = {"purpose": purpose} | ({"station_id": issued.station_id} if station else {})
    note_command("code.issued", issued.id, network_id=network.id, about_id=issued.member_id, after=said)
    return issued.expires_at
