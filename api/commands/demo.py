"""`flask demo load`: the demo network and the secrets for trying it."""

import fcntl
import json
import os
import secrets
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from tqdm import tqdm

from api import clock
from api.codes import code_hash, new_code
from api.schemas.entries import EntryReader
from workstation.database import writing
from workstation.demo.access import ACCOUNTS, CODES, Holders, Secrets, open_network
from workstation.demo.operations import CODE, load_demo
from workstation.demo.world import Wish
from workstation.network.founding import DEFAULT_TOPICS
from workstation.network.queries import list_networks
from workstation.people.passwords import hash_password
from workstation.people.rules import printed_code
from workstation.sync.known import Grammar

FEWEST_STATIONS = 74  # one for each street of Shenzhen

group = AppGroup("demo", help="A network of invented stations and people in the real streets of Shenzhen.")


@group.command("load")
@click.option("--stations", default=242, show_default=True, type=click.IntRange(FEWEST_STATIONS, 100_000))
@click.option(
    "--days", default=90, show_default=True, type=click.IntRange(0, 3660), help="Days of past activity."
)
@click.option(
    "--seed", default=1, show_default=True, help="The same seed on the same day gives the same network."
)
def load(stations: int, days: int, seed: int) -> None:
    """Load the demo network and write its secrets to DATA_DIR/demo.json.

    All or nothing: what an interrupted load left behind is removed by the next. A demo network that is there
    already stays as it is.
    """
    with _alone():
        if any(network.code == CODE for network in list_networks()):
            click.echo("演示网络已经在了，没有改动。", err=True)
            return
        wish = Wish(stations=stations, days=days, seed=seed)
        load_demo(wish=wish, now=clock.now(), keys=_keys(), grammar=_grammar(), progress=_progress)
        passwords = {key: secrets.token_urlsafe(12) for key in ACCOUNTS}
        codes = [new_code() for _ in range(CODES)]
        hashed = _hashed(passwords=passwords, codes=codes)  # takes long, so before others wait to write
        with writing():
            holders = open_network(secrets=hashed, now=clock.now())
            # Before the commit: whoever sees the network finds the file complete.
            _write_secrets(passwords=passwords, codes=codes, holders=holders)
    click.echo(f"演示网络已载入：{stations} 个站点，{days} 天记录。账号和登记码在 {_file()}。", err=True)


@contextmanager
def _alone() -> Iterator[None]:
    """Two loads at once would each take the other for an interrupted one."""
    with (_file().parent / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _file() -> Path:
    data_dir: Path = current_app.config["SETTINGS"].data_dir
    return data_dir / "demo.json"


def _keys() -> Any:
    return current_app.extensions["keys"]


def _grammar() -> Grammar:
    reader = EntryReader(keys=_keys(), topics=lambda: frozenset(DEFAULT_TOPICS))
    return Grammar(read=reader.read, check_changes=reader.check_changes)


def _progress(days: Sequence[date]) -> Iterable[date]:
    bar: Iterable[date] = tqdm(days, desc="载入演示数据", unit="天", file=sys.stderr)
    return bar


def _hashed(*, passwords: dict[str, str], codes: list[str]) -> Secrets:
    return Secrets(
        password_hashes={key: hash_password(password) for key, password in passwords.items()},
        code_hashes=[code_hash(code, keys=_keys()) for code in codes],
    )


def _write_secrets(*, passwords: dict[str, str], codes: list[str], holders: Holders) -> None:
    access: dict[str, Any] = {key: {"account": ACCOUNTS[key], "password": passwords[key]} for key in ACCOUNTS}
    access["district_officer"]["division_id"] = holders.division_id
    access["liaison"]["station_id"] = holders.station_id
    content = {"network": CODE, **access, "member_codes": [printed_code(code) for code in codes]}
    _write_private(_file(), json.dumps(content, ensure_ascii=False, indent=2))


def _write_private(path: Path, text: str) -> None:
    """Replaces the file whole; nobody but its owner can ever read it."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
