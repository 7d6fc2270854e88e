"""`flask coverage …`: the daily figures."""

import sys
from collections.abc import Iterable, Sequence
from functools import partial

import click
from flask.cli import AppGroup
from tqdm import tqdm

from workstation.coverage.checks import Comparison, Difference, compare_figures
from workstation.coverage.operations import STATIONS_AT_ONCE, rebuild
from workstation.errors import Refusal
from workstation.network.models import Network
from workstation.network.queries import get_network, list_networks

group = AppGroup("coverage", help="The daily figures that coverage is made of.")

DIFFERENCES_SHOWN = 20


@group.command("rebuild")
@click.option("--network", "code", help="Code of one network; by default all of them.")
def rebuild_all(code: str | None) -> None:
    """Recompute every daily figure from the facts. Safe at any time, also while phones sync.

    Needed after facts were written by hand; and after a change of kept_minutes or merge_minutes it spares
    the first reader the wait.
    """
    for network in _networks(code):
        count = rebuild(network_id=network.id, progress=partial(_watched, title=network.code))
        click.echo(f"{network.code}：已按原始记录重算 {count} 个站日。")


@group.command("check")
@click.option("--network", "code", help="Code of one network; by default all of them.")
def check_all(code: str | None) -> None:
    """Compare the stored figures with what the facts say. Changes nothing; good for every night.

    Exit status 0: all the same. 1: some differ; they are listed, and `flask coverage rebuild` mends them.
    """
    compared = [_check(network) for network in _networks(code)]
    if any(comparison.differences for comparison in compared):
        click.echo("请运行 flask coverage rebuild 重算，并把以上内容告诉维护人员。", err=True)
        sys.exit(1)


def _check(network: Network) -> Comparison:
    progress = partial(_watched, title=network.code)
    found = compare_figures(network_id=network.id, progress=progress)
    for difference in found.differences[:DIFFERENCES_SHOWN]:
        click.echo(f"{network.code}：{_told(difference)}")
    told = f"，{len(found.differences)} 处不一致" if found.differences else "，全部一致"
    left = f"；{len(found.left_out)} 个站正在写入，没有核对" if found.left_out else ""
    click.echo(f"{network.code}：已核对 {found.places} 个站日{told}{left}。")
    return found


def _told(difference: Difference) -> str:
    """Where, and the columns that differ: stored → by the facts."""
    stored, expected = difference.stored or {}, difference.expected or {}
    names = [name for name in stored | expected if stored.get(name) != expected.get(name)]
    changes = ", ".join(f"{name} {stored.get(name)} → {expected.get(name)}" for name in names)
    return f"{difference.table} {' '.join(map(str, difference.key))}: {changes}"


def _networks(code: str | None) -> list[Network]:
    try:
        return list_networks() if code is None else [get_network(code)]
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal


def _watched(parts: Sequence[Sequence[str]], title: str) -> Iterable[Sequence[str]]:
    """The parts with a progress bar, where somebody watches."""
    shown: Iterable[Sequence[str]] = tqdm(parts, desc=title, unit=f"×{STATIONS_AT_ONCE} 站", disable=None)
    return shown
