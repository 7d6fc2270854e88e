"""`flask redact`: takes out who constituents are once their time is over. For a daily timer."""

from datetime import timedelta

import click
from flask.cli import with_appcontext

from api import clock
from api.auth import app_keys
from workstation.database import writing
from workstation.network.queries import list_networks
from workstation.privacy.redaction import LEAST_DAYS, MOST_DAYS, redact


@click.command("redact")
@click.option(
    "--days",
    type=click.IntRange(LEAST_DAYS, MOST_DAYS),
    default=MOST_DAYS,
    envvar="REDACT_AFTER_DAYS",
    show_default=True,
    show_envvar=True,
    help="After how many days: people were promised 180 at most.",
)
@with_appcontext
def group(days: int) -> None:
    """Take out names and contacts of constituents this many days after they were received.

    Again on the same day it changes nothing. Run it after each restore.
    """
    for network_id, code in [(network.id, network.code) for network in list_networks()]:
        with writing():
            done = redact(network_id=network_id, after=timedelta(days=days), keys=app_keys(), now=clock.now())
        click.echo(f"{code}：清除 {done.constituents} 位群众的联系方式、{done.held_entries} 份待核内容。")
