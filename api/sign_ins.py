"""Signing in by account and password, and signing out."""

from datetime import datetime
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.audit_notes import note_of_staff
from api.auth import app_keys, caller, guard
from api.schemas.people import SignedInOut, SignInIn
from api.sign_in_answers import Checked, signed_in
from workstation.accounts.operations import fitting_hash, sign_in
from workstation.database import writing
from workstation.errors import Refusal
from workstation.ids import is_id
from workstation.people.models import Device
from workstation.people.operations import DeviceCard, sign_out
from workstation.people.queries import list_device_owners
from workstation.people.rules import plain_account

blueprint = Blueprint("sign_ins", __name__, url_prefix="/api/v1/sign-ins", description="Signing in")


@blueprint.route("", methods=["POST"])
@guard.anyone(reason="Who signs in has no token yet.")
@blueprint.arguments(SignInIn)
@blueprint.response(201, SignedInOut)
def sign_ins(body: dict[str, Any]) -> dict[str, Any]:
    """Gives a token for an account, its password, and a one-time code where the person has set that up."""
    account, checked = body["account"], Checked()
    proof = {"account": account, "one_time_code": body["one_time_code"]}

    def check() -> None:
        checked.stored = fitting_hash(account=account, password=body["password"])

    def let_in(card: DeviceCard, now: datetime) -> Device:
        return sign_in(**proof, fitted=checked.stored, card=card, keys=app_keys(), now=now)

    guessed = plain_account(account)
    return signed_in(device=body["device"], guessed=guessed, let_in=let_in, first=check)


@blueprint.route("/current", methods=["DELETE"])
@guard.signed_in
@blueprint.response(204)
def current() -> Response:
    """The token is dead from now on; the device's entries stay welcome after a new sign-in.

    A stopped device's token keeps opening sync, and nothing else: what it recorded must find its way.
    """
    person = caller()
    with writing():
        sign_out(network_id=person.network_id, device_id=person.device_id)
        note_of_staff("device.signed_out", person.device_id)
    return Response(status=204)


@blueprint.route("/<device_id>", methods=["DELETE"])
@guard.signed_in
@blueprint.response(204)
def end(device_id: str) -> Response:
    """Signs one of my own devices out. What it recorded stays welcome after a new sign-in."""
    person = caller()
    owners = list_device_owners(
        network_id=person.network_id, device_ids=[device_id] if is_id(device_id) else []
    )
    if owners.get(device_id) != person.member_id:
        raise Refusal("device.not_found")
    with writing():
        sign_out(network_id=person.network_id, device_id=device_id)
        note_of_staff("device.signed_out", device_id)
    return Response(status=204)
