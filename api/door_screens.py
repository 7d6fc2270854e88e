"""The door screens of a station, for staff: listed, enrolled by a code, stopped."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.audit_notes import note_act
from api.auth import app_keys, caller, guard
from api.codes import code_answer, code_hash, new_code
from api.schemas.doors import DoorCodeIn, DoorKeysIn, DoorScreensOut, DoorScreensQuery, RevocationQuery
from api.schemas.people import CodeOut
from workstation.check_ins.operations import renew_codes, revoke_door_screen
from workstation.check_ins.queries import find_door_screen, list_door_screens
from workstation.database import writing
from workstation.errors import Refusal
from workstation.network.queries import is_in_scope
from workstation.people.operations import issue_code
from workstation.people.rules import CODE_LIVES

blueprint = Blueprint(
    "door_screens", __name__, url_prefix="/api/v1/door-screens", description="Door screens, for staff"
)


@blueprint.route("", methods=["GET"])
@guard.staff
@blueprint.arguments(DoorScreensQuery, location="query")
@blueprint.response(200, DoorScreensOut)
def door_screens(query: dict[str, Any]) -> dict[str, Any]:
    """The screens of one station, oldest first, the stopped ones too."""
    person = caller()
    if not is_in_scope(scope=person.scope, station_id=query["station_id"]):
        raise Refusal("station.not_found")
    return {"door_screens": list_door_screens(scope=person.scope, station_id=query["station_id"])}


@blueprint.route("/codes", methods=["POST"])
@guard.staff
@blueprint.arguments(DoorCodeIn)
@blueprint.response(201, CodeOut)
def door_codes(body: dict[str, Any]) -> dict[str, Any]:
    """A code that makes one tablet the screen of this station: single use, 72 hours, shown once."""
    person, code = caller(), new_code()
    if not is_in_scope(scope=person.scope, station_id=body["station_id"]):
        raise Refusal("station.not_found")
    with writing():
        issued = issue_code(
            network_id=person.network_id,
            code_hash=code_hash(code, keys=app_keys()),
            now=person.now,
            lives=CODE_LIVES,
            purpose="door",
            station_id=body["station_id"],
        )
        note_act("code.issued", issued.id, after={"purpose": "door", "station_id": body["station_id"]})
        return code_answer(code, expires_at=issued.expires_at, leads_to="door")


@blueprint.route("/keys", methods=["POST"])
@guard.staff
@blueprint.arguments(DoorKeysIn)
@blueprint.response(204)
def door_keys(body: dict[str, Any]) -> Response:
    """Changes the secret behind a station's codes: screens have the new keys with their next call.

    What phones noted of the old codes and have not sent yet is recorded, and counts as not verified.
    """
    person, station_id = caller(), body["station_id"]
    if not is_in_scope(scope=person.scope, station_id=station_id):
        raise Refusal("station.not_found")
    with writing():
        epoch = renew_codes(network_id=person.network_id, station_id=station_id)
        note_act("station.codes_renewed", station_id, reason=body["reason"], after={"code_epoch": epoch})
    return Response(status=204)


@blueprint.route("/<screen_id>", methods=["DELETE"])
@guard.staff
@blueprint.arguments(RevocationQuery, location="query")
@blueprint.response(204)
def door_screen(query: dict[str, Any], screen_id: str) -> Response:
    """Stops a screen. With `is_lost` the station's codes change, so that what it holds is worth nothing."""
    person = caller()
    with writing():
        screen = find_door_screen(scope=person.scope, screen_id=screen_id)
        if screen is None:
            raise Refusal("door_screen.not_found")
        revoke_door_screen(screen, is_lost=query["is_lost"], now=person.now)
        note_act("door_screen.revoked", screen_id, after={"is_lost": query["is_lost"]})
    return Response(status=204)
