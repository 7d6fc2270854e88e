"""A station's own history of changes, and a further one. Officers only, only within their scope."""

from typing import Any

from flask_smorest import Blueprint

from api.audit_notes import editor_of
from api.auth import caller, guard
from api.schemas.description import ProblemOut
from api.schemas.station_edits import StationEditIn, StationEditsOut
from workstation.database import writing
from workstation.errors import Refusal
from workstation.local_time import local_day
from workstation.network.history import Fields, plain
from workstation.network.station_edits import ITEM, edit_station, read_for_editing, undo_edit

blueprint = Blueprint("station_edits", __name__, url_prefix="/api/v1/stations", description="Stations")


@blueprint.route("/<station_id>/edits", methods=["GET"])
@guard.staff
@blueprint.response(200, StationEditsOut)
def station_edits(station_id: str) -> dict[str, Any]:
    """What can be edited of a station, its version, and the last 100 changes, newest first."""
    return read_for_editing(scope=caller().scope, station_id=station_id)


@blueprint.route("/<station_id>/edits", methods=["POST"])
@guard.roles("district_office", "city_office")
@blueprint.arguments(StationEditIn)
@blueprint.response(201, StationEditsOut)
@blueprint.alt_response(409, schema=ProblemOut, description="edit.conflict, with `theirs` and `yours`")
def edit(body: dict[str, Any], station_id: str) -> dict[str, Any]:
    """Changes fields or items, or takes an earlier change back; phones learn of it with the next pull."""
    person = caller()
    scope = person.scope
    editor = editor_of(person, body["reason"])
    this: dict[str, Any] = {
        "scope": scope,
        "station_id": station_id,
        "version": body["version"],
        "editor": editor,
    }
    with writing():
        if body["undoes"] is not None:
            undo_edit(**this, undoes=body["undoes"])
        else:
            edit_station(**this, changes=_changes(body))
    return read_for_editing(scope=scope, station_id=station_id)


def _changes(body: dict[str, Any]) -> Fields:
    """Flat fields with days as text. What has not come yet can't have been confirmed."""
    today = local_day(caller().now)
    for name, item in body["items"].items():
        if item["confirmed_on"] and item["confirmed_on"] > today:
            raise Refusal("request.invalid", fields={ITEM + name: ["这一天还没有到。"]})
    items = {
        ITEM + name: {part: plain(value) for part, value in item.items()}
        for name, item in body["items"].items()
    }
    return {name: plain(value) for name, value in body["changes"].items()} | items
