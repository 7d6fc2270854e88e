"""Enrolment by a one-time code, and the code that moves a person to a better browser."""

from typing import Any

from flask_smorest import Blueprint

from api.audit_notes import note_act
from api.auth import app_keys, caller, guard
from api.codes import code_answer, code_hash, new_code
from api.schemas.people import CodeOut, EnrolmentIn, SignedInOut
from api.sign_in_answers import signed_in
from workstation.database import writing
from workstation.people.operations import issue_code, redeem_code
from workstation.people.rules import TRANSFER_CODE_LIVES, plain_code

blueprint = Blueprint("enrolments", __name__, url_prefix="/api/v1/enrolments", description="Enrolment")


@blueprint.route("", methods=["POST"])
@guard.anyone(reason="A phone that is enrolled has no token yet; the one-time code is the right.")
@blueprint.arguments(EnrolmentIn)
@blueprint.response(201, SignedInOut)
def enrolments(body: dict[str, Any]) -> dict[str, Any]:
    """Redeems a one-time code for a token bound to this person and this installation."""
    code = plain_code(body["code"])
    hashed = code_hash(code, keys=app_keys())
    return signed_in(
        device=body["device"],
        guessed=code,
        let_in=lambda card, now: redeem_code(code_hash=hashed, card=card, now=now),
    )


@blueprint.route("/transfer", methods=["POST"])
@guard.signed_in
@blueprint.response(201, CodeOut)
def transfer() -> dict[str, Any]:
    """A 10-minute code by which the same person enrols another browser, as long as this one is welcome."""
    person, code = caller(), new_code()
    with writing():
        issued = issue_code(
            network_id=person.network_id,
            code_hash=code_hash(code, keys=app_keys()),
            now=person.now,
            lives=TRANSFER_CODE_LIVES,
            purpose="transfer",
            member_id=person.member_id,
            device_id=person.device_id,
        )
        note_act("code.issued", issued.id, about_id=person.member_id, after={"purpose": "transfer"})
        return code_answer(code, expires_at=issued.expires_at)
