"""One's own records by month, and one's own months by year. Never anybody else's, whatever the role."""

from typing import Any

from flask_smorest import Blueprint

from api.auth import Caller, caller, guard
from api.feed_data import receipts_data
from api.schemas.records import OwnMonthsOut, RecordsOut, RecordsQuery, YearQuery, write_month
from workstation.coverage.own_months import OwnMonth, find_first_year, sum_own_year
from workstation.people.queries import list_names
from workstation.sync.models import Receipt
from workstation.sync.own_records import PAGE, find_earlier_month, list_own_records, span_of_month

blueprint = Blueprint("records", __name__, url_prefix="/api/v1/records", description="One's own records")


@blueprint.route("", methods=["GET"])
@guard.signed_in
@blueprint.arguments(RecordsQuery, location="query")
@blueprint.alt_response(200, schema=RecordsOut)
def records(query: dict[str, Any]) -> dict[str, Any]:
    """What I recorded in a month, and what others recorded of it; 200 a page, by receipt number."""
    person = caller()
    month = span_of_month(query["month"])
    found = list_own_records(
        network_id=person.network_id, member_id=person.member_id, month=month, after=query["after"]
    )
    earlier = find_earlier_month(
        network_id=person.network_id, member_id=person.member_id, before=month.starts_at
    )
    return {
        "month": write_month(query["month"]),
        "records": _with_names(person, found),
        "next": found[-1].receipt_no if len(found) == PAGE else None,
        "earlier": write_month(earlier),
    }


def _with_names(person: Caller, found: list[Receipt]) -> list[dict[str, Any]]:
    data = receipts_data(network_id=person.network_id, ids=[receipt.entry_id for receipt in found])
    people = {id for each in found for id in (each.member_id, each.entered_by_id) if id}
    names = list_names(network_id=person.network_id, ids=sorted(people - {person.member_id}))
    return [
        data[each.entry_id]
        | {
            "by_name": names.get(each.entered_by_id or each.member_id),
            "for_name": names.get(each.member_id) if each.entered_by_id else None,
        }
        for each in found
    ]


@blueprint.route("/months", methods=["GET"])
@guard.signed_in
@blueprint.arguments(YearQuery, location="query")
@blueprint.alt_response(200, schema=OwnMonthsOut)
def own_months(query: dict[str, Any]) -> dict[str, Any]:
    """My shifts, hours, receptions and check-ins of a year by month, latest first. Nobody is compared."""
    person = caller()
    months = sum_own_year(
        network_id=person.network_id, member_id=person.member_id, year=query["year"], now=person.now
    )
    return {
        "year": query["year"],
        "as_of": person.now,
        "months": [{"month": write_month(day), **_sums(month)} for day, month in months.items()],
        "first_year": find_first_year(network_id=person.network_id, member_id=person.member_id),
    }


def _sums(month: OwnMonth) -> dict[str, Any]:
    said = dict(vars(month))
    return said | {"hours": {"low": said.pop("hours_low"), "high": said.pop("hours_high")}}
