"""My account: password, second factor, and where I am signed in."""

from collections.abc import Callable
from typing import Any

import pyotp
from flask import Response
from flask_smorest import Blueprint

from api.audit_notes import note_act
from api.auth import app_keys, caller, guard
from api.codes import new_code
from api.schemas.accounts import (
    AccountOut,
    BegunOut,
    ConfirmedOut,
    OneTimeCodeIn,
    OwnPasswordIn,
    PasswordIn,
    RemovalIn,
)
from api.schemas.description import ProblemOut
from api.sign_in_answers import Checked, guessing
from workstation.accounts.operations import (
    WrongOneTimeCode,
    begin_second_factor,
    check_password,
    confirm_second_factor,
    end_office_sessions,
    prove_second_factor,
    refuse_easy,
    remove_second_factor,
    set_password,
    still_has,
)
from workstation.accounts.queries import read_account
from workstation.accounts.rules import RECOVERY_CODES
from workstation.errors import Refusal
from workstation.people.passwords import hash_password
from workstation.people.queries import find_member
from workstation.people.rules import printed_code

blueprint = Blueprint("account", __name__, url_prefix="/api/v1/account", description="My account")


@blueprint.route("", methods=["GET"])
@guard.signed_in
@blueprint.response(200, AccountOut)
def account() -> dict[str, Any]:
    """Account name, second factor, and the devices on which I am signed in."""
    return read_account(**_me(), device_id=caller().device_id)


def _me() -> dict[str, Any]:
    person = caller()
    return {"network_id": person.network_id, "member_id": person.member_id}


def _guessed() -> str:
    """Guesses at my secrets from a device of mine are counted on me."""
    return f"own {caller().network_id} {caller().member_id}"


@blueprint.route("/password", methods=["PUT"])
@guard.signed_in
@blueprint.arguments(PasswordIn)
@blueprint.response(200, AccountOut)
@blueprint.alt_response(409, schema=ProblemOut, description="account.taken")
@blueprint.alt_response(429, schema=ProblemOut, description="sign_in.too_many")
def password(body: dict[str, Any]) -> dict[str, Any]:
    """A new password, against the one in use. Signs me out of my other office pages unless told not to."""
    me, device_id, checked = _me(), caller().device_id, Checked()

    def change(_now: object) -> None:
        member = still_has(**me, stored=checked.stored)
        set_password(member=member, account=body["account"], password_hash=checked.new)
        if body["ends_other_pages"]:
            end_office_sessions(**me, but=device_id)
        note_act("account.password_set", me["member_id"])

    def look_at_it() -> None:
        checked.stored = check_password(**me, password=body["password"])
        refuse_easy(member=find_member(**me), account=body["account"], password=body["new_password"])
        checked.new = hash_password(body["new_password"])

    guessing(guessed=_guessed(), attempt=change, first=look_at_it)
    return read_account(**me, device_id=device_id)


@blueprint.route("/second-factor", methods=["POST"])
@guard.signed_in
@blueprint.arguments(OwnPasswordIn)
@blueprint.response(201, BegunOut)
@blueprint.alt_response(409, schema=ProblemOut, description="second_factor.on")
@blueprint.alt_response(429, schema=ProblemOut, description="sign_in.too_many")
def begin(body: dict[str, Any]) -> dict[str, Any]:
    """A secret for an authenticator app. It counts for nothing until a first code of it was sent."""
    me, session, secret = _me(), caller().session, pyotp.random_base32()
    checked = Checked()

    def keep(now: Any) -> None:
        if still_has(**me, stored=checked.stored).password_hash is None:
            raise Refusal("password.wrong")  # a code on top of nothing
        begin_second_factor(**me, secret=secret, keys=app_keys(), now=now)
        note_act("account.second_factor_begun", me["member_id"])

    guessing(guessed=_guessed(), attempt=keep, first=_checks(checked, body["password"]))
    uri = pyotp.TOTP(secret).provisioning_uri(name=session.member_code, issuer_name=session.network_name)
    return {"secret": secret, "uri": uri}


@blueprint.route("/second-factor", methods=["PUT"])
@guard.signed_in
@blueprint.arguments(OneTimeCodeIn)
@blueprint.response(200, ConfirmedOut)
@blueprint.alt_response(409, schema=ProblemOut, description="second_factor.none_begun")
@blueprint.alt_response(429, schema=ProblemOut, description="sign_in.too_many")
def confirm(body: dict[str, Any]) -> dict[str, Any]:
    """Signing in takes a code from now on. Gives ten recovery codes, shown once."""
    me, codes = _me(), [new_code() for _ in range(RECOVERY_CODES)]

    def turn_on(now: Any) -> None:
        confirm_second_factor(**me, **body, recovery_codes=codes, keys=app_keys(), now=now)
        note_act("account.second_factor_on", me["member_id"])

    guessing(guessed=_guessed(), attempt=turn_on)
    return {"recovery_codes": [printed_code(code) for code in codes]}


@blueprint.route("/second-factor/removal", methods=["POST"])
@guard.signed_in
@blueprint.arguments(RemovalIn)
@blueprint.response(204)
@blueprint.alt_response(429, schema=ProblemOut, description="sign_in.too_many")
def remove(body: dict[str, Any]) -> Response:
    """Signing in takes the password alone again: asks for the password and a last code."""
    me, checked = _me(), Checked()

    def turn_off(now: Any) -> None:
        member = still_has(**me, stored=checked.stored)
        _prove(member, body["one_time_code"], now)
        remove_second_factor(**me)
        note_act("account.second_factor_off", me["member_id"])

    guessing(guessed=_guessed(), attempt=turn_off, first=_checks(checked, body["password"]))
    return Response(status=204)


def _checks(checked: Checked, password: str) -> Callable[[], None]:
    """Checks my password, before the write transaction."""

    def check() -> None:
        checked.stored = check_password(**_me(), password=password)

    return check


def _prove(member: Any, code: str, now: Any) -> None:
    """A wrong code is no reason to be signed out of the page that asks for it."""
    try:
        prove_second_factor(member=member, one_time_code=code, keys=app_keys(), now=now)
    except WrongOneTimeCode as wrong:
        said = {"one_time_code": ["数字不对。"]}
        raise WrongOneTimeCode(
            guesses_on=wrong.guesses_on, code="second_factor.wrong", fields=said
        ) from wrong
