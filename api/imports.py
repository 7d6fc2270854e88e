"""Bulk import by the city office: a dry run to look at, then the same file again with one confirmation.

The server keeps no file in between. What is applied is what was looked at: the second call names the digest
of the first one's answer, and is refused when it would do something else by now.
"""

import csv
import io
from collections.abc import Sequence
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from sqlalchemy.exc import IntegrityError

from api.auth import Caller, caller, guard
from api.packed_bodies import PackedBadly, TooLarge, read_body
from api.schemas.description import ProblemOut
from api.schemas.imports import ImportOut, ImportQuery
from workstation.database import db, writing
from workstation.errors import Refusal
from workstation.geography.datum import Datum
from workstation.imports import members, plans, stations
from workstation.imports.columns import Column
from workstation.imports.operations import Import, MemberImport, PlanImport, StationImport, judge, save
from workstation.imports.previews import MOST_ROWS, digest_of, list_lines
from workstation.imports.problems import Report, Unreadable, problem
from workstation.imports.tables import MOST_BYTES, read_table
from workstation.local_time import local_day
from workstation.network.history import Editor
from workstation.network.models import Network

blueprint = Blueprint("imports", __name__, url_prefix="/api/v1/imports", description="Bulk imports")
FILE = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@blueprint.route("/<sheet>", methods=["POST"])
@guard.roles("city_office")
@blueprint.arguments(ImportQuery, location="query")
@blueprint.doc(requestBody=FILE)
@blueprint.response(200, ImportOut)
@blueprint.alt_response(409, schema=ProblemOut, description="upload.stale")
def imports(query: dict[str, Any], sheet: str) -> dict[str, Any]:
    """Says what a CSV or XLSX of stations, members or plan would change; with `apply` changes it.

    All or nothing: any error, and nothing is applied.
    """
    network = _network()
    _check(sheet, query)
    try:
        table = read_table(content=_content())
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
@guard.roles("city_office")
@blueprint.alt_response(200, content_type="text/csv")
def template(sheet: str) -> Response:
    """An empty file of this kind, with the items of the network's own standard."""
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
    columns = {"members": members.COLUMNS, "plan": plans.COLUMNS}.get(sheet)
    if columns is None:
        raise Refusal("page.not_found")
    return columns


def _check(sheet: str, query: dict[str, Any]) -> None:
    if sheet not in ("stations", "members", "plan"):
        raise Refusal("page.not_found")
    if sheet == "stations" and "datum" not in query:
        raise Refusal("request.invalid", fields={"datum": ["请说明坐标系：错了会偏 600 米。"]})


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
    return StationImport(network, Datum(query["datum"]), today, query["name"])


def _apply(job: Import, report: Report, query: dict[str, Any]) -> None:
    try:
        with writing():
            save(job=job, report=report, editor=_editor(caller(), query), seen=query["apply"])
    except IntegrityError as error:  # another import was faster between our look and our writing
        raise Refusal("upload.stale") from error


def _editor(person: Caller, query: dict[str, Any]) -> Editor:
    reason = f"导入 {query['name']}".strip()
    return Editor(network_id=person.network_id, member_id=person.member_id, now=person.now, reason=reason)


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
