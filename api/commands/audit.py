"""`flask audit …`: seals the chain, proves it, prints its heads, and takes out what retention lets go."""

import csv
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from time import perf_counter

import click
from flask.cli import AppGroup
from tqdm import tqdm

from api import clock
from api.auth import app_keys
from workstation.chain.operations import LEAST_RETENTION, prune, seal
from workstation.chain.proofs import Break, Head, Proof, list_heads, verify
from workstation.chain.queries import count_unsealed
from workstation.database import writing
from workstation.errors import Refusal
from workstation.network.models import Network
from workstation.network.queries import get_network, list_networks
from workstation.network.rules import UNFINISHED

group = AppGroup("audit", help="The audit log, and the chain that shows tampering.")
ONE = click.option("--network", "code", help="Code of the network; without it every network.")
HEADS = ("network", "day", "block", "sealed_at", "epoch", "digest")
SAID = {
    "block.missing": "这一块不见了",
    "block.altered": "这一块被改过",
    "row.missing": "这一行不见了",
    "row.altered": "这一行被改过",
    "head.missing": "与外面保存的链头不符",
}
ROWS = {"receipt": "回执", "held": "待核回执", "settled": "已处理的回执", "audit": "审计事件"}


def _networks(code: str | None) -> Sequence[Network]:
    try:
        found = [get_network(code)] if code else list_networks()
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    return [network for network in found if network.code != UNFINISHED]


@group.command("seal")
@ONE
def seal_chain(code: str | None) -> None:
    """Seal all that is committed. For a timer, such as every ten minutes; twice at once does no harm."""
    for network in [(each.id, each.code) for each in _networks(code)]:
        count = seal(network_id=network[0], keys=app_keys(), now=clock.now())
        click.echo(f"{network[1]}：封存 {count} 行。")


@group.command("verify")
@ONE
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Heads printed earlier (`flask audit heads`), kept where nobody of this server could change them.",
)
def verify_chain(code: str | None, against: Path | None) -> None:
    """Prove every chain whole, or name its first break and exit with status 1."""
    kept = _read_heads(against) if against else {}
    whole = True
    for network_id, name in [(each.id, each.code) for each in _networks(code)]:
        began = perf_counter()
        with tqdm(unit=" 行", disable=not sys.stderr.isatty(), leave=False) as bar:
            proof = verify(network_id=network_id, keys=app_keys(), heads=kept.get(name), progress=bar.update)
        unsealed = count_unsealed(network_id=network_id)
        click.echo(_sentence(name, proof, unsealed=unsealed, seconds=perf_counter() - began))
        whole = whole and proof.broken is None
    if not whole:
        raise SystemExit(1)


def _sentence(name: str, proof: Proof, *, unsealed: int, seconds: float) -> str:
    if proof.broken:
        return f"{name}：断在{_place(proof.broken)}：{SAID[proof.broken.what]}。此前 {proof.blocks} 块完好。"
    rate = round(proof.rows / seconds) if seconds else 0
    gone = f"，其中 {proof.pruned} 行已按期限清除" if proof.pruned else ""
    eras = f"；经过 {len(proof.epochs) - 1} 次恢复" if len(proof.epochs) > 1 else ""
    whole = f"{name}：完好，{proof.blocks} 块 {proof.rows} 行{gone}（每秒 {rate} 行）"
    return f"{whole}{eras}；尚未封存 {unsealed} 行。"


def _place(broken: Break) -> str:
    row = f"，{ROWS[broken.source or 'receipt']} {broken.row_no}" if broken.row_no is not None else ""
    return f"第 {broken.block_no} 块{row}"


@group.command("heads")
@ONE
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Only this local day, such as 2026-11-22.")
def heads(code: str | None, day: datetime | None) -> None:
    """Print the last block of each day as CSV, to be kept or printed outside of this server."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(HEADS)
    for network_id, name in [(each.id, each.code) for each in _networks(code)]:
        for head in list_heads(network_id=network_id, day=day.date() if day else None):
            writer.writerow(_head_row(name, head))


def _head_row(name: str, head: Head) -> tuple[str | int | date, ...]:
    return name, head.day, head.block_no, head.sealed_at.isoformat(), head.epoch, head.digest


def _read_heads(file: Path) -> dict[str, dict[int, str]]:
    """Network code → block number → digest."""
    found: dict[str, dict[int, str]] = {}
    reader = csv.DictReader(file.read_text("utf-8-sig").splitlines())
    try:
        if tuple(reader.fieldnames or ()) != HEADS:
            raise ValueError(reader.fieldnames)
        for row in reader:
            found.setdefault(row["network"], {})[int(row["block"])] = row["digest"]
    except (KeyError, ValueError, TypeError) as error:
        raise click.ClickException(f"{file.name} 不是 flask audit heads 打印的内容。") from error
    return found


@group.command("prune")
@ONE
@click.option(
    "--days",
    type=click.IntRange(min=LEAST_RETENTION.days),
    default=LEAST_RETENTION.days,
    envvar="AUDIT_DAYS",
    show_default=True,
    show_envvar=True,
    help="How long audit events are kept; receipts are kept for ever.",
)
def prune_events(code: str | None, days: int) -> None:
    """Take out sealed audit events older than this. Their hashes stay, so the chain stays whole."""
    for network_id, name in [(each.id, each.code) for each in _networks(code)]:
        with writing():
            count = prune(network_id=network_id, older_than=timedelta(days=days), now=clock.now())
        click.echo(f"{name}：清除 {count} 条审计事件。")
