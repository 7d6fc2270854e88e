"""People and their devices, for staff; officers add and edit people within their scope."""

from typing import Any

from flask_smorest import Blueprint

from api.audit_notes import editor_of
from api.auth import caller, guard
from api.schemas.description import ProblemOut
from api.schemas.directory import NewPersonIn, PersonChoicesOut, PersonEditIn, PersonOut
from api.schemas.people import PeopleOut, PeopleQuery
from workstation.database import writing
from workstation.network.history import Editor
from workstation.people.directory import (
    add_person,
    edit_person,
    read_choices,
    read_person,
    undo_person_edit,
)
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


@blueprint.route("", methods=["POST"])
@guard.roles("district_office", "city_office")
@blueprint.arguments(NewPersonIn)
@blueprint.response(201, PersonOut)
@blueprint.alt_response(409, schema=ProblemOut, description="member.taken")
def add(body: dict[str, Any]) -> dict[str, Any]:
    """Adds a person; an enrolment code is issued apart."""
    scope, editor = caller().scope, _editor(body.pop("reason"))
    with writing():
        member_id = add_person(scope=scope, code=body.pop("code"), fields=body, editor=editor)
    return read_person(scope=scope, member_id=member_id)


@blueprint.route("/choices", methods=["GET"])
@guard.roles("district_office", "city_office")
@blueprint.response(200, PersonChoicesOut)
def choices() -> dict[str, Any]:
    """The roles that the caller may give to a new person, and sectors and districts to choose from."""
    return read_choices(scope=caller().scope)


@blueprint.route("/<member_id>", methods=["GET"])
@guard.staff
@blueprint.response(200, PersonOut)
def member(member_id: str) -> dict[str, Any]:
    """One person, what can be edited and whether the caller may, and the last 100 changes, newest first."""
    return read_person(scope=caller().scope, member_id=member_id)


@blueprint.route("/<member_id>/edits", methods=["POST"])
@guard.roles("district_office", "city_office")
@blueprint.arguments(PersonEditIn)
@blueprint.response(201, PersonOut)
@blueprint.alt_response(403, schema=ProblemOut, description="member.beyond_scope, member.own_role")
@blueprint.alt_response(409, schema=ProblemOut, description="edit.conflict with both, member.last_officer")
def edit(body: dict[str, Any], member_id: str) -> dict[str, Any]:
    """Changes fields, disables or enables, or takes an earlier change back."""
    scope = caller().scope
    this: dict[str, Any] = {"scope": scope, "member_id": member_id, "version": body["version"]}
    this["editor"] = _editor(body["reason"])
    with writing():
        if body["undoes"] is not None:
            undo_person_edit(**this, undoes=body["undoes"])
        else:
            edit_person(**this, changes=body["changes"])
    return read_person(scope=scope, member_id=member_id)


def _editor(reason: str) -> Editor:
    person = caller()
    return editor_of(person, reason)
