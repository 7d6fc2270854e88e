"""Who I am here."""

from typing import Any

from flask_smorest import Blueprint

from api.audit_notes import note_act
from api.auth import caller, guard
from api.schemas.people import MeIn, MeOut
from api.sign_in_answers import me_of
from workstation.database import writing
from workstation.people.operations import choose_name_at_door

blueprint = Blueprint(
    "me", __name__, url_prefix="/api/v1/me", description="The person and device behind a token"
)


@blueprint.route("", methods=["GET"])
@guard.signed_in
@blueprint.response(200, MeOut)
def me() -> dict[str, Any]:
    """Person, device, network, roles and scope."""
    return me_of(caller().session)


@blueprint.route("", methods=["PATCH"])
@guard.signed_in
@blueprint.arguments(MeIn)
@blueprint.response(200, MeOut)
def change_me(body: dict[str, Any]) -> dict[str, Any]:
    """Whether door screens may show my name with my planned duty; without my yes they never do."""
    person = caller()
    with writing():
        choose_name_at_door(
            network_id=person.network_id, member_id=person.member_id, shows=body["shows_name_at_door"]
        )
        note_act("member.chose", person.member_id, after=body)
    return me_of(person.session)
