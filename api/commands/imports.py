"""`flask import …`: spreadsheets into the database. A dry run unless --apply is given."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import IntegrityError
from tqdm import tqdm

from api import clock
from api.auth import app_keys
from api.commands.command_notes import note_command
from api.sync import grammar_of
from workstation.database import writing
from workstation.errors import Refusal
from workstation.geography.datum import Datum
from workstation.imports import ledgers, members, plans, queries, stations
from workstation.imports.columns import Column
from workstation.imports.ledger_import import LedgerImport
from workstation.imports.operations import Import, MemberImport, PlanImport, StationImport, judge, save
from workstation.imports.outline_import import OutlineImport
from workstation.imports.outlines import read_features
from workstation.imports.problems import Report, Unreadable
from workstation.imports.tables import Table, read_table
from workstation.local_time import LOCAL
from workstation.network.founding import DEFAULT_STANDARD
from workstation.network.history import Editor
from workstation.network.models import Network
from workstation.network.queries import get_network
from workstation.people.queries import find_rights
from workstation.sync.entries import Sender

TEMPLATES: dict[str, Sequence[Column]] = {
    "stations": stations.columns_for(standard=list(DEFAULT_STANDARD)),
    "members": members.COLUMNS,
    "plan": plans.COLUMNS,
    "ledger": ledgers.COLUMNS,
}
SHOWN = 50  # a screenful; the JSON line has them all

group = AppGroup("import", help="Import stations, members, planned shifts, old ledgers or outlines.")


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for decorate in (
        click.option(
            "--apply", is_flag=True, help="Write, if there is no error. Without it nothing changes."
        ),
        click.option("--network", "network_code", required=True, help="Code of the network."),
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    ):
        command = decorate(command)
    return command


_datum = click.option(
    "--datum",
    required=True,
    type=click.Choice([datum.value for datum in Datum], case_sensitive=False),
    help="wgs84 (GPS), gcj02 (AMap, Tencent) or bd09 (Baidu). No default: a wrong one is 600 m off.",
)


@group.command("stations")
@_options
@_datum
def import_stations(file: Path, network_code: str, apply: bool, datum: str) -> None:
    """Import stations and their checklists."""
    today = clock.now().astimezone(LOCAL).date()
    job = partial(StationImport, datum=Datum(datum), today=today, source=file.name)
    _run(file=file, network_code=network_code, apply=apply, job_for=job)


@group.command("outlines")
@_options
@_datum
def import_outlines(file: Path, network_code: str, apply: bool, datum: str) -> None:
    """Import the outlines of streets and districts from GeoJSON."""
    today = clock.now().astimezone(LOCAL).date()
    job = partial(OutlineImport, datum=Datum(datum), today=today)
    _run(file=file, network_code=network_code, apply=apply, job_for=job, read=read_features)


@group.command("members")
@_options
def import_members(file: Path, network_code: str, apply: bool) -> None:
    """Import people with their role and stations."""
    today = clock.now().astimezone(LOCAL).date()
    _run(
        file=file,
        network_code=network_code,
        apply=apply,
        job_for=lambda network: MemberImport(network, today),
    )


@group.command("plan")
@_options
def import_plan(file: Path, network_code: str, apply: bool) -> None:
    """Import planned shifts: who, where, when."""
    job = partial(PlanImport, now=clock.now())
    _run(file=file, network_code=network_code, apply=apply, job_for=job)


@group.command("ledger")
@_options
@click.option(
    "--by", "officer", help="Code of the officer in whose name; not needed where there is only one."
)
def import_ledger(file: Path, network_code: str, apply: bool, officer: str | None) -> None:
    """Import past shifts and receptions from an old paper ledger, on behalf of their people."""

    def job(network: Network) -> LedgerImport:
        sender = _sender(network, officer)
        grammar = grammar_of(network_id=network.id)
        return LedgerImport(network, sender, clock.now(), app_keys(), grammar)

    _run(file=file, network_code=network_code, apply=apply, job_for=job)


@group.command("template")
@click.argument("kind", type=click.Choice(list(TEMPLATES)))
@click.option("--network", "network_code", help="Take the items of this network's standard.")
def print_template(kind: str, network_code: str | None) -> None:
    """Print an empty file of that kind."""
    columns = TEMPLATES[kind]
    if network_code and kind == "stations":
        columns = stations.columns_for(standard=_network(network_code).standard)
    sys.stdout.write("\ufeff")  # Excel takes a CSV for the local code page without it
    csv.writer(sys.stdout).writerow([column.head for column in columns])


def _run(
    *,
    file: Path,
    network_code: str,
    apply: bool,
    job_for: Callable[[Network], Import],
    read: Callable[..., Table] = read_table,
) -> None:
    network = _network(network_code)
    try:
        table = read(content=file.read_bytes())
    except Unreadable as unreadable:
        _finish(Report(errors=[unreadable.problem]))
        return
    job = job_for(network)
    report = judge(job=job, table=table, progress=_progress)
    if apply and not report.errors:
        reason = f"导入 {file.name}"[:500]
        editor = Editor(network_id=network.id, member_id=None, now=clock.now(), reason=reason)
        _apply(job=job, report=report, editor=editor, name=file.name)
    _finish(report)


def _apply(*, job: Import, report: Report, editor: Editor, name: str) -> None:
    sheet = str(click.get_current_context().info_name)
    try:
        with writing():
            save(job=job, report=report, editor=editor)
            counted = {name: getattr(report, name) for name in ("rows", "new", "changed")}
            said = counted | {"file": name}
            note_command("import.applied", sheet, network_id=editor.network_id, after=said)
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    except IntegrityError as error:
        raise click.ClickException("另一次导入刚刚改了同样的内容，这次没有写入。请再试一次。") from error


def _sender(network: Network, officer: str | None) -> Sender:
    """Who imports: the officer named, else the network's only one in the city office."""
    found = queries.list_officers(network_id=network.id)
    city = [person for person in found if person.role == "city_office"]
    named = [person for person in found if person.code == officer] if officer else city
    if len(named) != 1:
        codes = "、".join(person.code for person in found) or "无"
        raise click.ClickException(f"请用 --by 说明以谁的名义代录（市办、区办人员的编号：{codes}）。")
    role, scope = find_rights(network_id=network.id, member_id=named[0].id)
    # No phone: receipts of an import name none.
    return Sender(network_id=network.id, member_id=named[0].id, device_id="", role=role, scope=scope)


def _network(code: str) -> Network:
    try:
        return get_network(code)
    except Refusal as refusal:
        raise click.ClickException(f"{refusal.message}（{code}）") from refusal


def _progress(rows: Sequence[Any]) -> Iterable[Any]:
    bar: Iterable[Any] = tqdm(rows, desc="核对", unit="行", file=sys.stderr, disable=None)
    return bar


def _finish(report: Report) -> None:
    """Prints what was found; the last line is JSON. Exit status 1 on any error."""
    for title, problems in (("错误", report.errors), ("提示", report.warnings)):
        for problem in problems[:SHOWN]:
            click.echo(f"{title} {problem.message}", err=True)
        if len(problems) > SHOWN:
            click.echo(f"{title} 还有 {len(problems) - SHOWN} 条，见最后一行。", err=True)
    if not report.errors and not report.applied:
        click.echo("试运行：没有写入。加上 --apply 才会写入。", err=True)
    click.echo(json.dumps(asdict(report), ensure_ascii=False))
    if report.errors:
        sys.exit(1)
