"""`flask coverage …`: the daily figures."""

from collections.abc import Iterable, Sequence
from functools import partial

import click
from flask.cli import AppGroup
from tqdm import tqdm

from workstation.coverage.facts import Place
from workstation.coverage.operations import rebuild
from workstation.errors import Refusal
from workstation.network.models import Network
from workstation.network.queries import get_network, list_networks

group = AppGroup("coverage", help="The daily figures that coverage is made of.")

Parts = Sequence[Sequence[Place]]


@group.command("rebuild")
@click.option("--network", "code", help="Code of one network; by default all of them.")
def rebuild_all(code: str | None) -> None:
    """Recompute every daily figure from the facts. Safe at any time, also while phones sync.

    Needed after a change of kept_minutes or merge_minutes, and after facts were written by hand.
    """
    for network in _networks(code):
        count = rebuild(network_id=network.id, progress=partial(_watched, title=network.code))
        click.echo(f"{network.code}：已按原始记录重算 {count} 个站日。")


def _networks(code: str | None) -> list[Network]:
    try:
        return list_networks() if code is None else [get_network(code)]
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal


def _watched(parts: Parts, title: str) -> Iterable[Sequence[Place]]:
    """The parts with a progress bar, where somebody watches."""
    shown: Iterable[Sequence[Place]] = tqdm(parts, desc=title, unit="×200", disable=None)
    return shown
