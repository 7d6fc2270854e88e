"""`flask network …`: which networks there are, and a new one to import into."""

import csv
import json
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import IntegrityError

from api import clock
from api.commands.command_notes import note_command
from workstation.database import writing
from workstation.network.founding import Founding, StreetRow, found_network
from workstation.network.queries import list_networks
from workstation.people.queries import count_network, find_sample_member

group = AppGroup("network", help="The networks of this installation.")
STREET_COLUMNS = ("street_code", "street", "district_code", "district")


@group.command("list")
def list_all() -> None:
    """One JSON line for each network: code, name, is_demo, stations, members, sample_member."""
    for network in list_networks():
        click.echo(json.dumps(_line(network), ensure_ascii=False))


def _line(network: Any) -> dict[str, Any]:
    stations, members = count_network(network_id=network.id)
    return {
        "code": network.code,
        "name": network.name,
        "is_demo": network.is_demo,
        "stations": stations,
        "members": members,
        # The code of somebody whom an enrolment code can be made for.
        "sample_member": find_sample_member(network_id=network.id),
    }


@group.command("create")
@click.argument("code")
@click.argument("name")
@click.option("--city", nargs=2, required=True, metavar="CODE NAME", help="The city, such as 440300 深圳市.")
@click.option(
    "--streets",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV with street_code, street, district_code, district. For Shenzhen: shenzhen_streets.csv.",
)
@click.option(
    "--bounds", nargs=4, type=float, metavar="SOUTH WEST NORTH EAST", help="Degrees; catches swapped axes."
)
def create(code: str, name: str, city: tuple[str, str], file: Path, bounds: tuple[float, ...] | None) -> None:
    """Found a network with its districts and streets, the default standard and topics."""
    founding = Founding(code=code, name=name, city=city, streets=_streets(file), bounds=bounds)
    try:
        with writing():
            network = found_network(founding=founding, now=clock.now())
            said = {"streets": len(founding.streets), "file": file.name}
            note_command("network.made", code, network_id=network.id, after=said)
    except IntegrityError as error:
        raise click.ClickException(f"网络 {code} 已经有了，或文件里有重复的编码。") from error
    click.echo(f"网络 {code} 已建立：{len(founding.streets)} 个街道。")


def _streets(file: Path) -> list[StreetRow]:
    try:
        rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
        return [StreetRow(*(row[column].strip() for column in STREET_COLUMNS)) for row in rows]
    except (KeyError, AttributeError, UnicodeDecodeError) as error:
        raise click.ClickException(
            f"{file.name} 要有这些列：{'、'.join(STREET_COLUMNS)}（UTF-8）。"
        ) from error
