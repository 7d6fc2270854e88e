"""One-time enrolment codes, made by staff for people within their scope."""

from typing import Any

from flask_smorest import Blueprint

from api.auth import app_keys, caller, guard
from api.codes import code_answer, code_hash, new_code
from api.schemas.people import CodeIn, CodeOut
from workstation.database import writing
from workstation.errors import Refusal
from workstation.people.operations import issue_code
from workstation.people.queries import may_manage
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
        return code_answer(code, expires_at=issued.expires_at)
