"""Keys by which a spreadsheet reloads coverage tables: made, listed, stopped by staff."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.audit_notes import note_act
from api.auth import caller, guard, token_hash
from api.export_guard import new_key
from api.schemas.export_keys import ExportKeyIn, ExportKeyMadeOut, ExportKeysOut
from workstation.database import writing
from workstation.errors import Refusal
from workstation.exports.operations import make_key, revoke_key
from workstation.exports.queries import find_key, list_keys
from workstation.ids import is_id

blueprint = Blueprint(
    "export_keys", __name__, url_prefix="/api/v1/export-keys", description="Keys for reloading tables"
)


@blueprint.route("", methods=["GET"])
@guard.staff
@blueprint.response(200, ExportKeysOut)
def export_keys() -> dict[str, Any]:
    """My keys, for the city's office everybody's, the stopped ones last. Never the key itself."""
    return {"export_keys": list_keys(scope=caller().scope)}


@blueprint.route("", methods=["POST"])
@guard.staff
@blueprint.arguments(ExportKeyIn)
@blueprint.response(201, ExportKeyMadeOut)
def make_export_key(body: dict[str, Any]) -> dict[str, Any]:
    """A key for coverage files within my scope, and for nothing else. Shown once."""
    person, key = caller(), new_key()
    with writing():
        made = make_key(
            network_id=person.network_id,
            member_id=person.member_id,
            name=body["name"],
            key_hash=token_hash(key),
            now=person.now,
        )
        note_act("export_key.made", made.id, after={"name": body["name"]})
        return {"id": made.id, "key": key, "name": made.name}


@blueprint.route("/<key_id>", methods=["DELETE"])
@guard.staff
@blueprint.response(204)
def stop_export_key(key_id: str) -> Response:
    """Stops a key at once. Errors: export_key.not_found."""
    person = caller()
    with writing():
        key = find_key(scope=person.scope, key_id=key_id) if is_id(key_id) else None
        if key is None:
            raise Refusal("export_key.not_found")
        revoke_key(key, now=person.now)
        note_act("export_key.stopped", key_id)
    return Response(status=204)
