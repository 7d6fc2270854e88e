"""Reports of a month, quarter or year: looked at, issued as numbered editions, fetched as files."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from api.audit_notes import note_act, note_fetched
from api.auth import caller, guard
from api.json import dump_json
from api.packed_bodies import PackedBadly, TooLarge, read_body
from api.schemas.reports import (
    PreviewOut,
    ReportChoicesOut,
    ReportIn,
    ReportOut,
    ReportQuery,
    ReportRow,
    ReportsOut,
    ReportsQuery,
    ReportTemplateQuery,
)
from api.spreadsheets import attachment, frame_row, to_csv, to_xlsx
from workstation.database import writing
from workstation.errors import Refusal
from workstation.ids import is_id
from workstation.local_time import local_day
from workstation.reports.document import Draft, write_sections
from workstation.reports.models import Report
from workstation.reports.operations import (
    draft_report,
    issue_report,
    place_template,
    remove_template,
    write_draft,
)
from workstation.reports.periods import read_period, recent_periods
from workstation.reports.queries import (
    REPORTS_PAGE,
    find_template,
    get_report,
    list_districts,
    list_reports,
)
from workstation.reports.templates import DEFAULT, MOST_BYTES

blueprint = Blueprint(
    "reports", __name__, url_prefix="/api/v1/reports", description="Reports as numbered editions"
)
OFFICERS = ("district_office", "city_office")
FILE_BODY = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
FILE = "any(docx, csv, xlsx):kind"


def _draft(query: Mapping[str, Any]) -> Draft:
    person = caller()
    return draft_report(
        scope=person.scope, period=query["period"], district_id=query.get("district_id"), now=person.now
    )


def _row(report: Mapping[str, Any]) -> dict[str, Any]:
    """An edition as lists show it."""
    period = read_period(report["period"], today=report["starts_on"])
    same = ("id", "period", "edition", "as_of", "issued_by", "place_name")
    return {name: report[name] for name in same} | {
        "place_id": report["place"] or None,
        "period_name": period.name,
        "window": {"starts_on": report["starts_on"], "ends_on": report["ends_on"]},
    }


def _get(report_id: str) -> Report:
    if not is_id(report_id):
        raise Refusal("report.not_found")
    return get_report(scope=caller().scope, report_id=report_id)


def _described(report: Report) -> dict[str, Any]:
    [row] = list_reports(scope=caller().scope, report_id=report.id)
    return _row(row)


@blueprint.route("", methods=["GET"])
@guard.roles(*OFFICERS)
@blueprint.arguments(ReportsQuery, location="query")
@blueprint.response(200, ReportsOut)
def reports(query: dict[str, Any]) -> dict[str, Any]:
    """The editions issued so far, latest first, 50 a page."""
    found = [_row(row) for row in list_reports(scope=caller().scope, after=query.get("after"))]
    return {"reports": found, "next": found[-1]["id"] if len(found) == REPORTS_PAGE else None}


@blueprint.route("/choices", methods=["GET"])
@guard.roles(*OFFICERS)
@blueprint.response(200, ReportChoicesOut)
def choices() -> dict[str, Any]:
    """The periods and districts on which one can report, and whether the office has its own template."""
    person = caller()
    periods = recent_periods(local_day(person.now))
    return {
        "periods": [
            {"name": name, "period": period.code, "period_name": period.name}
            for name, period in periods.items()
        ],
        "districts": [{"id": key, "name": name} for key, name in list_districts(scope=person.scope)],
        "template": find_template(network_id=person.network_id),
    }


@blueprint.route("/preview", methods=["GET"])
@guard.roles(*OFFICERS)
@blueprint.arguments(ReportQuery, location="query")
@blueprint.response(200, PreviewOut)
def preview(query: dict[str, Any]) -> Response:
    """The report as it would be issued now: its sentences, its figures, and what changed since the last.

    Errors: report.period_invalid, division.not_found.
    """
    draft = _draft(query)
    since = draft.since and {
        "edition": draft.since.edition,
        "sentences": draft.since.sentences,
        "changes": [each._asdict() for each in draft.since.changes],
    }
    answer = {
        "period": draft.period.code,
        "period_name": draft.period.name,
        "place_name": draft.place.name,
        "edition": draft.edition,
        "sections": write_sections(draft),
        "figures": draft.figures | {"since": since},
    }
    return Response(dump_json(answer), mimetype="application/json")


@blueprint.route("/preview.docx", methods=["GET"])
@guard.roles(*OFFICERS)
@blueprint.arguments(ReportQuery, location="query")
def preview_document(query: dict[str, Any]) -> Response:
    """The same as a Word document, without issuing it."""
    note_fetched()
    draft = _draft(query)
    document = write_draft(draft, network_id=caller().network_id)
    return attachment(document, name=f"report-{draft.period.code}-draft", kind="docx")


@blueprint.route("", methods=["POST"])
@guard.roles(*OFFICERS)
@blueprint.arguments(ReportIn)
@blueprint.response(201, ReportRow)
def issue(body: dict[str, Any]) -> dict[str, Any]:
    """Issues the next edition with the figures of this moment. It never changes afterwards.

    Errors: report.just_issued, report.period_invalid, report.template_invalid, division.not_found.
    """
    person, draft = caller(), _draft(body)
    if body["edition"] != draft.edition:
        raise Refusal("report.just_issued")
    document = write_draft(draft, network_id=person.network_id)
    with writing():
        report = issue_report(
            draft, document=document, network_id=person.network_id, member_id=person.member_id
        )
        note_act("report.issued", report.id, after={"period": report.period, "edition": report.edition})
        return _described(report)


@blueprint.route("/<report_id>", methods=["GET"])
@guard.roles(*OFFICERS)
@blueprint.response(200, ReportOut)
def report(report_id: str) -> Response:
    """One edition with the figures that it was issued with. Errors: report.not_found."""
    found = _get(report_id)
    row = ReportRow().dump(_described(found))
    return Response(dump_json(row | {"figures": found.figures}), mimetype="application/json")


@blueprint.route(f"/<report_id>.<{FILE}>", methods=["GET"])
@guard.roles(*OFFICERS)
def report_file(report_id: str, kind: str) -> Response:
    """The document as it was issued, or its tables, not rounded. Errors: report.not_found."""
    note_fetched()
    found = _get(report_id)
    name = f"report-{found.period}-edition-{found.edition}"
    if kind == "docx":
        return attachment(found.document, name=name, kind=kind)
    figures = found.figures
    rows = [*figures["rows"], figures["totals"] | {"name": "合计"}]
    if kind == "csv":
        return attachment(to_csv(rows), name=name, kind=kind)
    said = frame_row(figures, {"by": figures["by"], "within": found.place or None})
    since = figures["since"] or {"changes": []}
    sheets = {
        "明细": figures["rows"],
        "合计": [figures["totals"]],
        "时段": figures["parts"],
        "类型": figures["kinds"],
        "变动": since["changes"],
        "说明": [said | {"period": found.period, "edition": found.edition}],
    }
    return attachment(to_xlsx(sheets), name=name, kind=kind)


@blueprint.route("/template.docx", methods=["GET"])
@guard.roles(*OFFICERS)
def template_file() -> Response:
    """The template in use, to start from."""
    own = find_template(network_id=caller().network_id)
    return attachment(own.content if own else DEFAULT.read_bytes(), name="report-template", kind="docx")


@blueprint.route("/template", methods=["PUT"])
@guard.roles("city_office")
@blueprint.arguments(ReportTemplateQuery, location="query")
@blueprint.doc(requestBody=FILE_BODY)
@blueprint.response(204)
def put_template(query: dict[str, Any]) -> Response:
    """Puts the office's own template in place, once it has printed this month's report.

    Errors: report.template_invalid.
    """
    person, content = caller(), _read_file()
    draft = _draft({"period": f"{local_day(person.now):%Y-%m}"})
    with writing():
        place_template(
            content=content,
            name=query["name"],
            draft=draft,
            network_id=person.network_id,
            member_id=person.member_id,
            now=person.now,
        )
        note_act("report_template.placed", after={"name": query["name"]})
    return Response(status=204)


def _read_file() -> bytes:
    """The body, whatever its type is called."""
    try:
        return read_body(request, most_bytes=MOST_BYTES)
    except (TooLarge, PackedBadly):
        raise Refusal("report.template_invalid") from None


@blueprint.route("/template", methods=["DELETE"])
@guard.roles("city_office")
@blueprint.response(204)
def delete_template() -> Response:
    """Back to the template that comes with the program. Editions stay as they were issued."""
    with writing():
        remove_template(network_id=caller().network_id)
        note_act("report_template.removed")
    return Response(status=204)
