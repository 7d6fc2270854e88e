"""What every way of signing in shares: the throttle, the device's card, and the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from flask import g, request
from joserfc.jwk import ECKey

from api import clock
from api.audit_notes import note_sign_in
from api.auth import app_keys, token_hash
from workstation.accounts.operations import Slowed, WrongOneTimeCode
from workstation.database import writing
from workstation.errors import Refusal
from workstation.network.queries import find_sector_name
from workstation.people.models import Device
from workstation.people.operations import DeviceCard, note_failure
from workstation.people.queries import (
    Session,
    find_member,
    find_session,
    list_recent_failures,
    list_station_ids,
    scope_of,
)
from workstation.people.rules import wait_after_failures, whose_address

TOKEN_BYTES = 32
# What says that a secret was wrong. Any other refusal (a code is missing, a password is easy) is no guess.
GUESSES = {"code.unusable", "password.wrong", "second_factor.wrong", "sign_in.refused"}


def _nothing_first() -> None:
    """Most attempts need nothing that takes long."""


@dataclass
class Checked:
    """What was hashed before the write transaction, for it to use."""

    # The stored hash that the present password fitted, and that of the new one.
    stored: str | None = None
    new: str = ""


def card_of(device: dict[str, Any], *, token: str) -> DeviceCard:
    """The device object of a request as the domain takes it; of the public key only its thumbprint."""
    key = device["public_key"]
    return DeviceCard(
        name=device["name"],
        token_hash=token_hash(token),
        installation_id=device["installation_id"],
        platform=device["platform"],
        app_version=device["app_version"],
        key_thumbprint=ECKey.import_key(key).thumbprint() if key else None,
    )


def signed_in(
    *,
    device: dict[str, Any],
    guessed: str,
    let_in: Callable[[DeviceCard, datetime], Device],
    first: Callable[[], object] = _nothing_first,
) -> dict[str, Any]:
    """Lets a person in, and says who it is."""

    def let_in_and_note(card: DeviceCard, now: datetime) -> None:
        note_sign_in(let_in(card, now), now=now)

    token, now = admit(device=device, guessed=guessed, let_in=let_in_and_note, first=first)
    g.wants_nonce = device["public_key"] is not None  # for the calls that follow at once
    session = find_session(token_hash=token_hash(token))
    assert session is not None  # it was just written
    return {"token": token, "device_id": session.device_id, "me": me_of(session), "server_time": now}


def admit(
    *,
    device: dict[str, Any],
    guessed: str,
    let_in: Callable[[DeviceCard, datetime], object],
    first: Callable[[], object] = _nothing_first,
) -> tuple[str, datetime]:
    """Lets a device in, or remembers the failure. `guessed` is the account or code that was tried.

    Gives the device's new token and the present time.
    """
    token = token_urlsafe(TOKEN_BYTES)
    now = guessing(
        guessed=guessed, attempt=lambda now: let_in(card_of(device, token=token), now), first=first
    )
    return token, now


def guessing(
    *, guessed: str, attempt: Callable[[datetime], object], first: Callable[[], object] = _nothing_first
) -> datetime:
    """Makes one attempt at a secret in one transaction, and remembers it if it failed; gives the time.

    `first` comes before that, and may refuse too: what takes long, such as hashing a password, so that
    nobody else who writes waits for it.
    Refuses with sign_in.too_many when too many failed before, from this address or at this person.
    """
    now = clock.now()
    address = app_keys().digest("address", whose_address(request.remote_addr or "").encode())
    account = app_keys().digest("account", guessed.encode("utf-8", "surrogatepass"))
    _slow_down(address=address, account=account, now=now)
    try:
        first()
        with writing():
            attempt(now)
    except Slowed as slowed:
        raise _too_many(slowed.wait) from slowed
    except Refusal as refusal:
        _note(refusal, address=address, account=account, now=now)
        raise
    return now


def _note(refusal: Refusal, *, address: str, account: str, now: datetime) -> None:
    if refusal.code not in GUESSES:
        return
    with writing():
        note_failure(address_hash=address, account_hash=account, now=now)
        if isinstance(refusal, WrongOneTimeCode):
            note_failure(address_hash=refusal.guesses_on, account_hash=refusal.guesses_on, now=now)


def _slow_down(*, address: str, account: str, now: datetime) -> None:
    on_account, from_address = list_recent_failures(address_hash=address, account_hash=account, now=now)
    wait = wait_after_failures(now=now, on_account=on_account, from_address=from_address)
    if wait is not None:
        raise _too_many(wait)


def _too_many(wait: timedelta) -> Refusal:
    g.retry_after_s = max(1, round(wait.total_seconds()))
    return Refusal("sign_in.too_many")


def me_of(session: Session) -> dict[str, Any]:
    """Person, device, network and rights, as GET /me gives them."""
    scope = scope_of(session)
    member = find_member(network_id=session.network_id, member_id=session.member_id)
    stations = list_station_ids(network_id=session.network_id, member_id=session.member_id)
    return {
        "member": {
            "id": session.member_id,
            "code": session.member_code,
            "name": session.member_name,
            "sector": session.sector,
            "sector_name": find_sector_name(network_id=session.network_id, code=session.sector),
            "station_ids": stations,
            "shows_name_at_door": member is not None and member.shows_name_at_door,
        },
        "device": {"id": session.device_id, "name": session.device_name},
        "network": {
            "id": session.network_id,
            "code": session.network_code,
            "name": session.network_name,
            "is_demo": session.is_demo,
        },
        "roles": [session.role],
        "scope": {
            "level": scope.level,
            "station_ids": sorted(scope.station_ids),
            "division_id": scope.division_id,
        },
    }
