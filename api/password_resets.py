"""A new password by a code from the office, which never sees the password."""

from typing import Any

from flask_smorest import Blueprint

from api.auth import app_keys, guard
from api.codes import code_hash
from api.schemas.accounts import ResetIn, ResetOut
from api.schemas.description import ProblemOut
from api.sign_in_answers import Checked, guessing
from workstation.accounts.operations import find_holder, refuse_easy, reset_password
from workstation.audit.operations import Actor, Deed, note
from workstation.people.passwords import hash_password
from workstation.people.rules import plain_code

blueprint = Blueprint(
    "password_resets", __name__, url_prefix="/api/v1/password-resets", description="Password resets"
)


@blueprint.route("", methods=["POST"])
@guard.anyone(reason="Who forgot the password cannot sign in; the one-time code is the right.")
@blueprint.arguments(ResetIn)
@blueprint.response(201, ResetOut)
@blueprint.alt_response(401, schema=ProblemOut, description="code.unusable")
@blueprint.alt_response(409, schema=ProblemOut, description="account.taken")
@blueprint.alt_response(429, schema=ProblemOut, description="sign_in.too_many")
def password_resets(body: dict[str, Any]) -> dict[str, Any]:
    """Sets a password by a one-time code. Turns the second factor off, and ends the person's office pages."""
    code, done, checked = plain_code(body["code"]), {}, Checked()
    hashed = code_hash(code, keys=app_keys())

    def look_at_it() -> None:
        holder = find_holder(code_hash=hashed)
        refuse_easy(member=holder, account=body["account"], password=body["new_password"])
        checked.new = hash_password(body["new_password"])

    def reset(now: Any) -> None:
        member = reset_password(
            code_hash=hashed,
            account=body["account"],
            password_hash=checked.new,
            now=now,
        )
        by = Actor(network_id=member.network_id, now=now, member_id=member.id)
        note(actor=by, deeds=[Deed("account.password_reset", "account", member.id)])
        done["account"] = member.account

    guessing(guessed=code, attempt=reset, first=look_at_it)
    return done
