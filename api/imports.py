"""Bulk import by the office: a dry run to look at, then the same file again with one confirmation.

The server keeps no file in between. What is applied is what was looked at: the second call names the digest
of the first one's answer, and is refused when it would do something else by now.
"""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from sqlalchemy.exc import IntegrityError

from api.audit_notes import editor_of, note_act
from api.auth import Caller, app_keys, caller, guard
from api.packed_bodies import PackedBadly, TooLarge, read_body
from api.schemas.description import ProblemOut
from api.schemas.imports import ImportOut, ImportQuery
from api.sync import grammar_of, sender_of
from workstation.database import db, writing
from workstation.errors import Refusal
from workstation.geography.datum import Datum
from workstation.imports import ledgers, members, plans, stations
from workstation.imports.columns import Column
from workstation.imports.ledger_import import LedgerImport
from workstation.imports.operations import Import, MemberImport, PlanImport, StationImport, judge, save
from workstation.imports.outline_import import OutlineImport
from workstation.imports.outlines import read_features
from workstation.imports.previews import MOST_ROWS, digest_of, list_lines
from workstation.imports.problems import Report, Unreadable, problem
from workstation.imports.tables import MOST_BYTES, Table, read_table
from workstation.local_time import local_day
from workstation.network.history import Editor
from workstation.network.models import Network

blueprint = Blueprint("imports", __name__, url_prefix="/api/v1/imports", description="Bulk imports")
COLUMNS: dict[str, Sequence[Column]] = {
    "members": members.COLUMNS,
    "plan": plans.COLUMNS,
    "ledger": ledgers.COLUMNS,
}
READERS: dict[str, Callable[..., Table]] = {"outlines": read_features}
FILE = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@blueprint.route("/<sheet>", methods=["POST"])
@guard.roles("city_office", "district_office")
@blueprint.arguments(ImportQuery, location="query")
@blueprint.doc(requestBody=FILE)
@blueprint.response(200, ImportOut)
@blueprint.alt_response(409, schema=ProblemOut, description="upload.stale, member.last_officer")
def imports(query: dict[str, Any], sheet: str) -> dict[str, Any]:
    """Says what a file of stations, members, plan, ledger or outlines changes; with `apply` changes it.

    All or nothing: any error, and nothing is applied. District officers import ledgers of their own stations.
    """
    network = _network()
    _check(sheet, query)
    try:
        table = READERS.get(sheet, read_table)(content=_content())
    except Unreadable as unreadable:
        return _answer(Report(errors=[unreadable.problem]))
    job = _job(sheet, network, query)
    report = judge(job=job, table=table)
    if report.errors:
        return _answer(report)
    if query["apply"]:
        _apply(job, report, query)
    return _answer(report, job)


@blueprint.route("/<sheet>/template", methods=["GET"])
@guard.roles("city_office", "district_office")
@blueprint.alt_response(200, content_type="text/csv")
def template(sheet: str) -> Response:
    """An empty file of this kind, with the items of the network's own standard."""
    _check_right(sheet)
    columns = _columns(sheet, _network())
    file = io.StringIO()
    csv.writer(file).writerow([column.head for column in columns])
    headers = {"Content-Disposition": f'attachment; filename="{sheet}.csv"', "Cache-Control": "no-store"}
    return Response(file.getvalue().encode("utf-8-sig"), mimetype="text/csv", headers=headers)


def _network() -> Network:
    return db.session.get_one(Network, caller().network_id)


def _columns(sheet: str, network: Network) -> Sequence[Column]:
    if sheet == "stations":
        return stations.columns_for(standard=network.standard)
    columns = COLUMNS.get(sheet)
    if columns is None:
        raise Refusal("page.not_found")
    return columns


def _check(sheet: str, query: dict[str, Any]) -> None:
    _check_right(sheet)
    if sheet not in ("stations", "outlines", *COLUMNS):
        raise Refusal("page.not_found")
    if sheet in ("stations", "outlines") and "datum" not in query:
        raise Refusal("request.invalid", fields={"datum": ["请说明坐标系：错了会偏 600 米。"]})


def _check_right(sheet: str) -> None:
    if caller().role != "city_office" and sheet != "ledger":
        raise Refusal("scope.denied")


def _content() -> bytes:
    request.max_content_length = MOST_BYTES + 1
    try:
        return read_body(request, most_bytes=MOST_BYTES)
    except TooLarge:
        raise Unreadable(problem(code="import.too_large", limit="20 MB")) from None
    except PackedBadly:
        raise Unreadable(problem(code="import.unreadable")) from None


def _job(sheet: str, network: Network, query: dict[str, Any]) -> Import:
    now = caller().now
    today = local_day(now)
    if sheet == "members":
        return MemberImport(network, today)
    if sheet == "plan":
        return PlanImport(network, now)
    if sheet == "ledger":
        return LedgerImport(network, sender_of(caller()), now, app_keys(), grammar_of(network_id=network.id))
    if sheet == "outlines":
        return OutlineImport(network, Datum(query["datum"]), today)
    return StationImport(network, Datum(query["datum"]), today, query["name"])


def _apply(job: Import, report: Report, query: dict[str, Any]) -> None:
    try:
        with writing():
            save(job=job, report=report, editor=_editor(caller(), query), seen=query["apply"])
            note_act("import.applied", str(request.path.rpartition("/")[2]), after=_counts(report, query))
    except IntegrityError as error:  # another import was faster between our look and our writing
        raise Refusal("upload.stale") from error


def _editor(person: Caller, query: dict[str, Any]) -> Editor:
    reason = f"导入 {query['name']}".strip()
    return editor_of(person, reason)


def _counts(report: Report, query: dict[str, Any]) -> dict[str, Any]:
    counted = {name: getattr(report, name) for name in ("rows", "new", "changed")}
    return counted | {"file": query["name"]}


def _answer(report: Report, job: Import | None = None) -> dict[str, Any]:
    waits = job is not None and not report.applied
    difference = job.compare() if job is not None and waits else None
    return {
        **{name: getattr(report, name) for name in ("rows", "new", "changed", "unchanged", "applied")},
        "errors_count": len(report.errors),
        "warnings_count": len(report.warnings),
        "errors": report.errors[:MOST_ROWS],
        "warnings": report.warnings[:MOST_ROWS],
        "lines": list_lines(job=job, difference=difference) if job and difference else [],
        "digest": digest_of(job=job, difference=difference) if job and difference else None,
    }
