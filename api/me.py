"""Who I am here."""

from typing import Any

from flask_smorest import Blueprint

from api.auth import caller, guard
from api.schemas.people import MeOut
from api.sign_in_answers import me_of

blueprint = Blueprint(
    "me", __name__, url_prefix="/api/v1/me", description="The person and device behind a token"
)


@blueprint.route("", methods=["GET"])
@guard.signed_in
@blueprint.response(200, MeOut)
def me() -> dict[str, Any]:
    """Person, device, network, roles and scope."""
    return me_of(caller().session)
