"""What the coverage page shows beside its table: today, weeks, hours, the trend, the facts."""

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import RAISE

from api.auth import caller, guard
from api.coverage import read_query_window, to_json
from api.feed_data import receipts_data
from api.replica import may_lag
from api.schemas.coverage import GapsQuery, GroupsQuery, JudgedQuery
from api.schemas.coverage_views import (
    ChangesOut,
    FactsOut,
    FactsQuery,
    PulseOut,
    TodayOut,
    TodayQuery,
    TrendOut,
    WeekHoursOut,
    WeeksOut,
)
from workstation.coverage.counted_facts import get_counted_facts
from workstation.coverage.hours import get_hours
from workstation.coverage.pulse import feel_pulse
from workstation.coverage.today import get_today
from workstation.coverage.trend import get_changes, get_trend
from workstation.coverage.weeks import get_weeks
from workstation.receptions.revealing import list_with_constituent

blueprint = Blueprint(
    "coverage_views", __name__, url_prefix="/api/v1/coverage", description="The coverage page"
)
RECEIPT_FIELDS = ("receipt_no", "recorded_at", "received_at", "clock_error_s")


def _asked(query: dict[str, Any]) -> dict[str, Any]:
    """Who asks, when, and of which window."""
    person = caller()
    return {"scope": person.scope, "now": person.now, "window": read_query_window(query)} | query


@blueprint.route("/pulse", methods=["GET"])
@guard.staff
@may_lag
@blueprint.response(200, PulseOut)
def pulse() -> Response:
    """Whether figures may have changed: ask with `If-None-Match`, 304 says that nothing did."""
    person = caller()
    etag = feel_pulse(scope=person.scope, now=person.now)
    response = to_json({"as_of": person.now})
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


@blueprint.route("/today", methods=["GET"])
@guard.staff
@may_lag
@blueprint.arguments(TodayQuery, location="query", unknown=RAISE)
@blueprint.response(200, TodayOut)
def today(query: dict[str, Any]) -> Response:
    """Who is on duty now, planned today, due within the hour; who waits for a reply, oldest first.

    Each list is cut at fifty; those who wait go on behind `after`.

    Errors: division.not_found, coverage.after_unknown.
    """
    return to_json(get_today(scope=caller().scope, now=caller().now, **query))


@blueprint.route("/changes", methods=["GET"])
@guard.staff
@may_lag
@blueprint.arguments(JudgedQuery, location="query", unknown=RAISE)
@blueprint.response(200, ChangesOut)
def changes(query: dict[str, Any]) -> Response:
    """Which streets came to be served, or are no longer, against the window that ended a week before.

    Errors: coverage.window_invalid, division.not_found, rules.version_not_found, rules.version_gone.
    """
    return to_json(get_changes(**_asked(query)))


@blueprint.route("/trend", methods=["GET"])
@guard.staff
@may_lag
@blueprint.arguments(JudgedQuery, location="query", unknown=RAISE)
@blueprint.response(200, TrendOut)
def trend(query: dict[str, Any]) -> Response:
    """Both rates of this window and of those that ended one to twelve weeks before.

    Errors: coverage.window_invalid, division.not_found, rules.version_not_found, rules.version_gone.
    """
    return to_json(get_trend(**_asked(query)))


@blueprint.route("/weeks", methods=["GET"])
@guard.staff
@may_lag
@blueprint.arguments(GroupsQuery, location="query", unknown=RAISE)
@blueprint.response(200, WeeksOut)
def weeks(query: dict[str, Any]) -> Response:
    """Low duty hours by group in the twelve weeks that end with the window.

    Errors: coverage.window_invalid, coverage.by_invalid, coverage.after_unknown, division.not_found.
    """
    return to_json(get_weeks(**_asked(query)))


@blueprint.route("/hours", methods=["GET"])
@guard.staff
@may_lag
@blueprint.arguments(GapsQuery, location="query", unknown=RAISE)
@blueprint.response(200, WeekHoursOut)
def hours(query: dict[str, Any]) -> Response:
    """Low duty hours by weekday and local hour, of at most the window's last 91 days.

    Errors: coverage.window_invalid, division.not_found.
    """
    return to_json(get_hours(**_asked(query)))


@blueprint.route("/facts", methods=["GET"])
@guard.staff
@may_lag
@blueprint.arguments(FactsQuery, location="query", unknown=RAISE)
@blueprint.response(200, FactsOut)
def facts(query: dict[str, Any]) -> Response:
    """The facts that a figure counts, latest day first, each with its receipt; about 50 a page.

    Errors: coverage.window_invalid, coverage.after_unknown, division.not_found, station.not_found.
    """
    answer = get_counted_facts(**_asked(query))
    ids = [fact["id"] for fact in answer["facts"]]
    receipts = receipts_data(network_id=caller().network_id, ids=ids)
    named = list_with_constituent(network_id=caller().network_id, ids=ids)
    found = [
        fact | _receipt(receipts.get(fact["id"], {})) | {"has_constituent": fact["id"] in named}
        for fact in answer["facts"]
    ]
    return to_json(answer | {"facts": found})


def _receipt(receipt: dict[str, Any]) -> dict[str, Any]:
    """Its number and the clocks; nothing where a fact came by another door than a phone."""
    return {name: receipt.get(name) for name in RECEIPT_FIELDS}
