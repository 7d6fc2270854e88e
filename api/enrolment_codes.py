"""One-time codes, made by staff for people within their scope: to enrol a phone, or to reset a password."""

from typing import Any

from flask_smorest import Blueprint

from api.audit_notes import note_act
from api.auth import app_keys, caller, guard
from api.codes import code_answer, code_hash, new_code
from api.schemas.people import CodeIn, CodeOut, SheetIn, SheetOut
from workstation.accounts.rules import RESET_CODE_LIVES
from workstation.database import writing
from workstation.errors import Refusal
from workstation.people.operations import issue_code, issue_codes
from workstation.people.queries import list_managed, may_manage
from workstation.people.rules import CODE_LIVES

blueprint = Blueprint(
    "enrolment_codes", __name__, url_prefix="/api/v1/enrolment-codes", description="Enrolment codes"
)


@blueprint.route("", methods=["POST"])
@guard.staff
@blueprint.arguments(CodeIn)
@blueprint.response(201, CodeOut)
def enrolment_codes(body: dict[str, Any]) -> dict[str, Any]:
    """A code for one person: single use, 72 hours, shown once."""
    person, code = caller(), new_code()
    if not may_manage(scope=person.scope, member_id=body["member_id"]):
        raise Refusal("member.not_found")
    with writing():
        issued = issue_code(
            network_id=person.network_id,
            code_hash=code_hash(code, keys=app_keys()),
            now=person.now,
            lives=CODE_LIVES,
            member_id=body["member_id"],
        )
        note_act("code.issued", issued.id, about_id=body["member_id"], after={"purpose": "enrol"})
        return code_answer(code, expires_at=issued.expires_at)


@blueprint.route("/sheet", methods=["POST"])
@guard.staff
@blueprint.arguments(SheetIn)
@blueprint.response(201, SheetOut)
def sheet(body: dict[str, Any]) -> dict[str, Any]:
    """Codes for up to 200 people at once, to be printed and cut apart."""
    person, wanted = caller(), set(body["member_ids"])
    if list_managed(scope=person.scope, ids=wanted) != wanted:
        raise Refusal("member.not_found")
    codes = {member_id: new_code() for member_id in wanted}
    hashes = {member_id: code_hash(code, keys=app_keys()) for member_id, code in codes.items()}
    with writing():
        ends = issue_codes(network_id=person.network_id, hashes=hashes, now=person.now, lives=CODE_LIVES)
        for member_id in sorted(wanted):
            note_act("code.issued", about_id=member_id, after={"purpose": "enrol", "on": "sheet"})
    return {"codes": [code_answer(code, expires_at=ends) | {"member_id": id} for id, code in codes.items()]}


@blueprint.route("/reset", methods=["POST"])
@guard.staff
@blueprint.arguments(CodeIn)
@blueprint.response(201, CodeOut)
def reset_code(body: dict[str, Any]) -> dict[str, Any]:
    """A code by which somebody within my scope sets a new password: single use, 24 hours, shown once."""
    person, code = caller(), new_code()
    if not may_manage(scope=person.scope, member_id=body["member_id"]):
        raise Refusal("member.not_found")
    with writing():
        issued = issue_code(
            network_id=person.network_id,
            code_hash=code_hash(code, keys=app_keys()),
            now=person.now,
            lives=RESET_CODE_LIVES,
            purpose="reset",
            member_id=body["member_id"],
        )
        note_act("code.issued", issued.id, about_id=body["member_id"], after={"purpose": "reset"})
        return code_answer(code, expires_at=issued.expires_at, leads_to="reset")
