"""People and their devices, for staff."""

from typing import Any

from flask_smorest import Blueprint

from api.auth import caller, guard
from api.schemas.people import PeopleOut, PeopleQuery
from workstation.people.queries import PEOPLE_PAGE, list_people

blueprint = Blueprint("members", __name__, url_prefix="/api/v1/members", description="People")


@blueprint.route("", methods=["GET"])
@guard.staff
@blueprint.arguments(PeopleQuery, location="query")
@blueprint.response(200, PeopleOut)
def members(query: dict[str, Any]) -> dict[str, Any]:
    """People within the scope, by code, 50 a page; `q` looks into name and code."""
    people = list_people(scope=caller().scope, q=query["q"], after=query["after"])
    return {"members": people, "next": people[-1]["code"] if len(people) == PEOPLE_PAGE else None}
