"""Devices: what they hold, for staff; and stopped by their person or by staff."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.audit_notes import note_act
from api.auth import Caller, caller, guard
from api.replica import behind_s, may_lag
from api.schemas.devices import FleetOut, NameIn
from workstation.database import writing
from workstation.errors import Refusal
from workstation.ids import is_id
from workstation.people.operations import name_device, revoke_device
from workstation.people.queries import list_device_owners, may_manage
from workstation.people.rules import STAFF
from workstation.sync.fleet import list_fleet

blueprint = Blueprint("devices", __name__, url_prefix="/api/v1/devices", description="Devices")


@blueprint.route("", methods=["GET"])
@guard.staff
@may_lag
@blueprint.response(200, FleetOut)
def devices() -> dict[str, Any]:
    """The phones that hold something, by station: waiting entries, a gap in the numbers, an unsettled day."""
    person = caller()
    stations = list_fleet(scope=person.scope, now=person.now)
    return {"as_of": person.now, "behind_s": behind_s(), "stations": stations}


@blueprint.route("/<device_id>", methods=["DELETE"])
@guard.signed_in
@blueprint.response(204)
def device(device_id: str) -> Response:
    """Stops a device: one's own, or for staff one within the scope. Its entries are still taken, as held."""
    person = _manager_of(device_id)
    with writing():
        revoke_device(network_id=person.network_id, device_id=device_id, now=person.now)
        note_act("device.revoked", device_id)
    return Response(status=204)


@blueprint.route("/<device_id>", methods=["PATCH"])
@guard.signed_in
@blueprint.arguments(NameIn)
@blueprint.response(204)
def rename(body: dict[str, Any], device_id: str) -> Response:
    """Gives a device a name by which it is known: one's own, or for staff one within the scope."""
    person = _manager_of(device_id)
    with writing():
        name_device(network_id=person.network_id, device_id=device_id, name=body["name"].strip())
        note_act("device.named", device_id, after={"name": body["name"]})
    return Response(status=204)


def _manager_of(device_id: str) -> Caller:
    """Who is calling, if this device is theirs or within their scope. Refuses with device.not_found."""
    person = caller()
    owners = list_device_owners(
        network_id=person.network_id, device_ids=[device_id] if is_id(device_id) else []
    )
    owner = owners.get(device_id)
    allowed = owner == person.member_id or (
        owner is not None and person.role in STAFF and may_manage(scope=person.scope, member_id=owner)
    )
    if not allowed:
        raise Refusal("device.not_found")
    return person
