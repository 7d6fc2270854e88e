"""Signing in by account and password, and signing out."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.auth import caller, guard
from api.schemas.people import SignedInOut, SignInIn
from api.sign_in_answers import signed_in
from workstation.database import writing
from workstation.people.operations import sign_in, sign_out

blueprint = Blueprint("sign_ins", __name__, url_prefix="/api/v1/sign-ins", description="Signing in")


@blueprint.route("", methods=["POST"])
@guard.anyone(reason="Who signs in has no token yet.")
@blueprint.arguments(SignInIn)
@blueprint.response(201, SignedInOut)
def sign_ins(body: dict[str, Any]) -> dict[str, Any]:
    """Gives a token for an account and its password."""
    account, password = body["account"].strip(), body["password"]
    return signed_in(
        device=body["device"],
        guessed=account,
        let_in=lambda card, now: sign_in(account=account, password=password, card=card, now=now),
    )


@blueprint.route("/current", methods=["DELETE"])
@guard.signed_in
@blueprint.response(204)
def current() -> Response:
    """The token is dead from now on; the device's entries stay welcome after a new sign-in."""
    person = caller()
    with writing():
        sign_out(network_id=person.network_id, device_id=person.device_id)
    return Response(status=204)
