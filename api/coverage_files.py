"""The page's further tables as CSV and XLSX, with the figures of their JSON."""

from collections.abc import Callable
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE

from api.auth import caller
from api.coverage import KIND, list_filters, read_query_window
from api.export_guard import staff_or_key
from api.replica import may_lag
from api.schemas.coverage import GapsQuery, GroupsQuery, JudgedQuery
from api.spreadsheets import Row, attachment, file_name, frame_row, to_csv, to_xlsx
from workstation.coverage.hours import get_hours
from workstation.coverage.trend import get_trend
from workstation.coverage.weeks import get_weeks

blueprint = Blueprint(
    "coverage_files", __name__, url_prefix="/api/v1/coverage", description="The coverage page, as files"
)
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@blueprint.route(f"/weeks.<{KIND}>", methods=["GET"])
@staff_or_key
@may_lag
@blueprint.arguments(GroupsQuery, location="query", unknown=RAISE)
def weeks_file(query: dict[str, Any], kind: str) -> Response:
    """Duty hours by group and week, each week under its first day."""

    def rows(answer: dict[str, Any]) -> list[Row]:
        days = [week["from"] for week in answer["weeks"]]
        whole = {"key": "", "name": "合计", "duty_hours": answer["totals"]}
        return [
            row | {"duty_hours": dict(zip(days, row["duty_hours"], strict=True))}
            for row in [*answer["rows"], whole]
        ]

    return _file("weeks", get_weeks, query, kind, rows, more={"各周": lambda answer: answer["weeks"]})


@blueprint.route(f"/hours.<{KIND}>", methods=["GET"])
@staff_or_key
@may_lag
@blueprint.arguments(GapsQuery, location="query", unknown=RAISE)
def hours_file(query: dict[str, Any], kind: str) -> Response:
    """Duty hours by weekday, each hour of the day under its number."""

    def rows(answer: dict[str, Any]) -> list[Row]:
        days = zip(WEEKDAYS, answer["cells"], strict=True)
        return [{"weekday": weekday, "duty_hours": hours} for weekday, hours in days]

    return _file("hours", get_hours, query, kind, rows)


@blueprint.route(f"/trend.<{KIND}>", methods=["GET"])
@staff_or_key
@may_lag
@blueprint.arguments(JudgedQuery, location="query", unknown=RAISE)
def trend_file(query: dict[str, Any], kind: str) -> Response:
    """Both rates of this window and of the earlier ones, a row for each."""
    return _file("trend", get_trend, query, kind, lambda answer: answer["points"])


def _file(
    table: str,
    ask: Callable[..., dict[str, Any]],
    query: dict[str, Any],
    kind: str,
    rows: Callable[[dict[str, Any]], list[Row]],
    *,
    more: dict[str, Callable[[dict[str, Any]], list[Row]]] | None = None,
) -> Response:
    """Asks once, and writes the rows; an XLSX also gets the sheets of `more` and what it all rests on."""
    person, filters = caller(), list_filters(query)
    answer = ask(scope=person.scope, now=person.now, window=read_query_window(query), **query)
    name = file_name(table, answer, filters.get("within"))
    if kind == "csv":
        return attachment(to_csv(rows(answer)), name=name, kind=kind)
    sheets = {"明细": rows(answer)} | {title: of(answer) for title, of in (more or {}).items()}
    return attachment(to_xlsx(sheets | {"说明": [frame_row(answer, filters)]}), name=name, kind=kind)
