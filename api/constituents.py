"""Who a constituent is: masked everywhere else, shown here to staff who say why."""

from typing import Any

from flask_smorest import Blueprint

from api.audit_notes import actor_of
from api.auth import app_keys, caller, guard
from api.schemas.constituents import ConstituentOut, RevealIn
from workstation.database import writing
from workstation.receptions.revealing import reveal

blueprint = Blueprint("constituents", __name__, url_prefix="/api/v1/receptions", description="Receptions")


@blueprint.route("/<reception_id>/constituent", methods=["POST"])
@guard.staff
@blueprint.arguments(RevealIn)
@blueprint.response(200, ConstituentOut)
def constituent(body: dict[str, Any], reception_id: str) -> dict[str, Any]:
    """Name and contact, for a reason. It stands in the audit log, and the member concerned is told."""
    person = caller()
    with writing():
        return reveal(
            scope=person.scope,
            reception_id=reception_id,
            reason=body["reason"],
            actor=actor_of(person),
            keys=app_keys(),
        )
