"""The duty plan for staff: read, add to, take out of. Only of the stations in the own scope."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.audit_notes import editor_of
from api.auth import Caller, caller, guard
from api.schemas.description import ProblemOut
from api.schemas.duty_plan import DutyPlanOut, NewlyPlannedOut, PlanIn, PlanQuery, ReasonIn
from workstation.database import writing
from workstation.errors import Refusal
from workstation.network.history import Editor
from workstation.people.rules import Scope
from workstation.planning.operations import plan_shift, unplan_shift
from workstation.planning.queries import PAGE, list_plan, list_plan_edits

blueprint = Blueprint("duty_plan", __name__, url_prefix="/api/v1/duty-plan", description="The duty plan")
MOST_DAYS = 92


@blueprint.route("", methods=["GET"])
@guard.staff
@blueprint.arguments(PlanQuery, location="query")
@blueprint.response(200, DutyPlanOut)
def duty_plan(query: dict[str, Any]) -> dict[str, Any]:
    """Who is planned where and when, 200 a page, and who changed that lately."""
    if not 0 < (query["until"] - query["since"]).days <= MOST_DAYS:
        raise Refusal("request.invalid", fields={"to": [f"请给出 1 至 {MOST_DAYS} 天。"]})
    scope = caller().scope
    found = list_plan(scope=scope, **query)
    edits = [] if query["after"] else list_plan_edits(scope=scope)
    following = found[-1]["id"] if len(found) == PAGE else None
    return {"planned_shifts": found, "next": following, "edits": edits}


@blueprint.route("", methods=["POST"])
@guard.staff
@blueprint.arguments(PlanIn)
@blueprint.response(201, NewlyPlannedOut)
@blueprint.alt_response(409, schema=ProblemOut, description="planned_shift.overlaps")
def plan(body: dict[str, Any]) -> Any:
    """Plans somebody; the phone of the member learns it with the next pull."""
    scope, editor = _acting(caller(), body.pop("reason"))
    with writing():
        return vars(plan_shift(scope=scope, editor=editor, **body)).copy()


@blueprint.route("/<shift_id>/removal", methods=["POST"])
@guard.staff
@blueprint.arguments(ReasonIn)
@blueprint.response(204)
@blueprint.alt_response(409, schema=ProblemOut, description="planned_shift.begun")
def unplan(body: dict[str, Any], shift_id: str) -> Response:
    """Takes a shift that has not begun out of the plan."""
    scope, editor = _acting(caller(), body["reason"])
    with writing():
        unplan_shift(scope=scope, shift_id=shift_id, editor=editor)
    return Response(status=204)


def _acting(person: Caller, reason: str) -> tuple[Scope, Editor]:
    editor = editor_of(person, reason)
    return person.scope, editor
