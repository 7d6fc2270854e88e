"""Coverage: what is really served, how sure that is, and what is missing. Only staff, inside their scope."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE

from api.auth import caller, guard
from api.export_guard import staff_or_key
from api.json import dump_json
from api.replica import behind_s, may_lag
from api.schemas.coverage import (
    CoverageOut,
    CoverageQuery,
    GapListsQuery,
    GapsOut,
    JudgedQuery,
    PointsOut,
    StationCoverageOut,
    StationQuery,
)
from api.spreadsheets import attachment, file_name, frame_row, heads_of, to_csv, to_xlsx
from workstation.coverage.gap_pages import Page
from workstation.coverage.overview import get_coverage, get_gaps, get_station_coverage
from workstation.coverage.points import get_points
from workstation.coverage.windows import Window, read_window
from workstation.local_time import local_day

# The prefix ends before the noun, so that /coverage.csv can be its sibling.
blueprint = Blueprint("coverage", __name__, url_prefix="/api/v1", description="Coverage")

GAP_LISTS = ("streets_without_station", "dormant", "failing", "not_tangible", "quiet_devices")
ON_A_PAGE = 50
KIND = "any(csv, xlsx):kind"


def read_query_window(query: dict[str, Any]) -> Window:
    """Takes the window out of a query. Refuses with coverage.window_invalid."""
    return read_window(
        window=query.pop("window", None),
        starts_on=query.pop("starts_on", None),
        ends_on=query.pop("ends_on", None),
        today=local_day(caller().now),
    )


def to_json(answer: dict[str, Any]) -> Response:
    """Dumped at once: a schema would take longer over a thousand rows than the database did."""
    # Where nothing can be written; of a replica that trails `caller().now` is the moment.
    late_s = round((caller().now - answer["as_of"]).total_seconds())
    return Response(dump_json(answer | {"behind_s": behind_s() + late_s}), mimetype="application/json")


def _ask_coverage(query: dict[str, Any]) -> dict[str, Any]:
    return get_coverage(scope=caller().scope, now=caller().now, window=read_query_window(query), **query)


def _ask_station(query: dict[str, Any], station_id: str) -> dict[str, Any]:
    person = caller()
    window = read_query_window(query)
    return get_station_coverage(
        scope=person.scope, now=person.now, window=window, station_id=station_id, **query
    )


def _ask_gaps(query: dict[str, Any]) -> dict[str, Any]:
    listed, limit = query.pop("listed", None), query.pop("limit", None)
    page = Page(limit=limit or (ON_A_PAGE if listed else None), listed=listed, after=query.pop("after", None))
    return get_gaps(
        scope=caller().scope, now=caller().now, window=read_query_window(query), page=page, **query
    )


def list_filters(query: dict[str, Any]) -> dict[str, Any]:
    """What was asked for beside the window, for the file that answers."""
    return {name: query[name] for name in ("by", "within", "limit", "after") if name in query}


@blueprint.route("/coverage", methods=["GET"])
@guard.staff
@may_lag
@blueprint.arguments(CoverageQuery, location="query", unknown=RAISE)
@blueprint.response(200, CoverageOut)
def coverage(query: dict[str, Any]) -> Response:
    """Coverage of a window by network, district, street, area, sector, kind or station.

    Errors: coverage.window_invalid, coverage.by_invalid, coverage.after_unknown, division.not_found,
    rules.version_not_found, rules.version_gone.
    """
    answer = _ask_coverage(query)
    return to_json(answer | {"rows": list(answer["rows"])})


@blueprint.route(f"/coverage.<{KIND}>", methods=["GET"])
@staff_or_key
@may_lag
@blueprint.arguments(CoverageQuery, location="query", unknown=RAISE)
def coverage_file(query: dict[str, Any], kind: str) -> Response:
    """The rows as CSV, or as XLSX with the totals. Heads are the fields' names, nested ones with `_`."""
    filters = list_filters(query)
    answer = _ask_coverage(query)
    name = file_name(filters["by"], answer, filters.get("within"))
    if kind == "csv":
        return attachment(to_csv(answer["rows"], heads=["key", "name"]), name=name, kind=kind)
    sheets = {"明细": answer["rows"], "合计": [answer["totals"]], "说明": [frame_row(answer, filters)]}
    return attachment(to_xlsx(sheets), name=name, kind=kind)


@blueprint.route("/coverage/points", methods=["GET"])
@guard.staff
@may_lag
@blueprint.arguments(JudgedQuery, location="query", unknown=RAISE)
@blueprint.response(200, PointsOut)
def points(query: dict[str, Any]) -> Response:
    """Every station in sight with its place and state, for the map of a large network.

    Errors: coverage.window_invalid, division.not_found, rules.version_not_found, rules.version_gone.
    """
    return to_json(
        get_points(scope=caller().scope, now=caller().now, window=read_query_window(query), **query)
    )


@blueprint.route("/coverage/stations/<station_id>", methods=["GET"])
@guard.staff
@may_lag
@blueprint.arguments(StationQuery, location="query", unknown=RAISE)
@blueprint.response(200, StationCoverageOut)
def station_coverage(query: dict[str, Any], station_id: str) -> Response:
    """One station's row with its gates, the items of the standard and its days up to today.

    Errors: coverage.window_invalid, station.not_found, rules.version_not_found, rules.version_gone.
    """
    return to_json(_ask_station(query, station_id))


@blueprint.route(f"/coverage/stations/<station_id>.<{KIND}>", methods=["GET"])
@staff_or_key
@may_lag
@blueprint.arguments(StationQuery, location="query", unknown=RAISE)
def station_coverage_file(query: dict[str, Any], station_id: str, kind: str) -> Response:
    """The station's days as CSV, or all of it as XLSX."""
    answer = _ask_station(query, station_id)
    name = file_name("station", answer, station_id)
    if kind == "csv":
        return attachment(to_csv(answer["days"], heads=["day"]), name=name, kind=kind)
    lists = {"每日": "days", "五关": "gates", "标准": "standard"}
    row = {field: value for field, value in answer.items() if field not in lists.values()}
    sheets = {title: answer[field] for title, field in lists.items()}
    sheets |= {"合计": [row], "说明": [frame_row(answer, {"station": station_id})]}
    return attachment(to_xlsx(sheets), name=name, kind=kind)


@blueprint.route("/coverage/gaps", methods=["GET"])
@guard.staff
@may_lag
@blueprint.arguments(GapListsQuery, location="query", unknown=RAISE)
@blueprint.response(200, GapsOut)
def gaps(query: dict[str, Any]) -> Response:
    """Streets without a station, stations without recent records, failing gates and items, quiet phones.

    All of them; with `limit` the first of each list; with `list` one list page by page, where `stations` are
    all that lack something, and `all` has the streets before them. A station stands on a page with all that
    it lacks.

    Errors: coverage.window_invalid, coverage.after_unknown, division.not_found, rules.version_not_found,
    rules.version_gone.
    """
    return to_json(_ask_gaps(query))


@blueprint.route(f"/coverage/gaps.<{KIND}>", methods=["GET"])
@staff_or_key
@may_lag
@blueprint.arguments(JudgedQuery, location="query", unknown=RAISE)
def gaps_file(query: dict[str, Any], kind: str) -> Response:
    """All lists in one CSV, told apart by the column `list`, or as sheets of one XLSX."""
    filters = list_filters(query)
    answer = _ask_gaps(query)
    name = file_name("gaps", answer, filters.get("within"))
    if kind == "csv":
        rows = [{"list": each, **entry} for each in GAP_LISTS for entry in answer[each]]
        return attachment(to_csv(rows, heads=heads_of(rows) or ["list", "name"]), name=name, kind=kind)
    sheets = {each: answer[each] for each in GAP_LISTS}
    return attachment(to_xlsx(sheets | {"说明": [frame_row(answer, filters)]}), name=name, kind=kind)
