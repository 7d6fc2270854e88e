"""Who is calling, and whether they may: before validation, before look-up, before any write lock.

A token is opaque and stored hashed. A device that gave a public key must prove it on each call
(api/proofs.py). Who was away for too long signs in again, officers and office pages sooner than phones.
"""

import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple, ParamSpec, TypeVar

from flask import current_app, g, request

from api import clock
from api.app_keys import app_keys
from api.proofs import check_proof, present_minute
from api.shared_memory import shared_memory
from workstation.check_ins.queries import DoorSession, find_door_session
from workstation.database import writing
from workstation.errors import Refusal
from workstation.people.operations import note_use
from workstation.people.queries import Session, find_session, scope_of
from workstation.people.rules import STAFF, Lifetime, Scope, is_of_office

__all__ = ["Caller", "Door", "app_keys", "caller", "door_caller", "guard"]
AN_HOUR = timedelta(hours=1)
DEVICES_AT_ONCE = 3  # of one person that may ask as much as they can

P = ParamSpec("P")
R = TypeVar("R")


class Caller(NamedTuple):
    """The person and device behind this call."""

    session: Session
    now: datetime

    @property
    def network_id(self) -> int:
        return self.session.network_id

    @property
    def member_id(self) -> str:
        return self.session.member_id

    @property
    def device_id(self) -> str:
        return self.session.device_id

    @property
    def role(self) -> str:
        return self.session.role

    @property
    def is_welcome(self) -> bool:
        """Neither the device revoked nor the person disabled."""
        return self.session.revoked_at is None and self.session.disabled_at is None

    def is_over(self, lifetime: Lifetime) -> bool:
        """Whether this sign-in has outlived what is allowed."""
        session = self.session
        seen = [at for at in (session.used_at, session.last_sync_at) if at is not None]
        used = max([session.enrolled_at, *seen])
        return lifetime.is_over(began=session.enrolled_at, used=used, now=self.now)

    @property
    def scope(self) -> Scope:
        """What this person may see; one look-up, remembered for the call."""
        if "scope" not in g:
            g.scope = scope_of(self.session)
        found: Scope = g.scope
        return found


class Door(NamedTuple):
    """The door screen behind this call: it has no person and no scope."""

    session: DoorSession
    now: datetime


def door_caller() -> Door:
    """Which screen is calling. Only inside a view that is guarded for doors."""
    found: Door = g.door
    return found


def caller() -> Caller:
    """Who is calling. Only inside a guarded view."""
    found: Caller = g.caller
    return found


class Guard:
    """The decorators that every view carries one of; a test walks the routes and looks for it."""

    def anyone(self, *, reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Public, for this reason."""

        def decorate(view: Callable[P, R]) -> Callable[P, R]:
            view.guard, view.reason = "public", reason  # type: ignore[attr-defined]  # read by tests
            return view

        return decorate

    def roles(self, *allowed: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """People with one of these roles, on a device that is not revoked."""

        def decorate(view: Callable[P, R]) -> Callable[P, R]:
            return _guarded(view, allowed=frozenset(allowed), even_unwelcome=False)

        return decorate

    def staff(self, view: Callable[P, R]) -> Callable[P, R]:
        """Liaisons and officers."""
        return _guarded(view, allowed=STAFF, even_unwelcome=False)

    def signed_in(self, view: Callable[P, R]) -> Callable[P, R]:
        """Anybody of a network, on a device that is not revoked."""
        return _guarded(view, allowed=frozenset(), even_unwelcome=False)

    def any_token(self, view: Callable[P, R]) -> Callable[P, R]:
        """Also a revoked device and a disabled person: only for handing in what was recorded."""
        return _guarded(view, allowed=frozenset(), even_unwelcome=True)

    def door(self, view: Callable[P, R]) -> Callable[P, R]:
        """A door screen that is not revoked, and nobody else."""

        @functools.wraps(view)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            _authenticate_door()
            return view(*args, **kwargs)

        wrapper.guard = ["door"]  # type: ignore[attr-defined]  # functions have none; tests read it
        return wrapper


guard = Guard()


def _guarded(view: Callable[P, R], *, allowed: frozenset[str], even_unwelcome: bool) -> Callable[P, R]:
    @functools.wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        person = _authenticate()
        if not even_unwelcome:
            _stay_out_unless_welcome(person)
        if allowed and person.role not in allowed:
            raise Refusal("scope.denied")
        return view(*args, **kwargs)

    wrapper.guard = sorted(allowed) or ["signed_in"]  # type: ignore[attr-defined]  # functions have none; tests read it
    return wrapper


def _stay_out_unless_welcome(person: Caller) -> None:
    if not person.is_welcome:
        raise Refusal("device.revoked")
    session, settings = person.session, current_app.config["SETTINGS"]
    if not is_of_office(role=session.role, platform=session.platform):
        return
    if person.is_over(settings.office_lifetime):
        raise Refusal("sign_in.required")
    if person.now > (session.used_at or session.enrolled_at + AN_HOUR):
        with writing():
            note_use(network_id=session.network_id, device_id=session.device_id, now=person.now)


def token_hash(token: str) -> str:
    """How a token is stored and looked up."""
    return sha256(token.encode()).hexdigest()


def _given_token() -> tuple[str, str]:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() not in ("bearer", "dpop") or not token:
        raise Refusal("sign_in.required")
    return scheme, token


def _authenticate_door() -> None:
    scheme, token = _given_token()
    session = find_door_session(token_hash=token_hash(token))
    if session is None:
        _stay_out_unless_welcome(_authenticate())
        raise Refusal("scope.denied")  # a person, who is signed in but is no screen
    if session.key_thumbprint is not None:
        check_proof(token=token, thumbprint=session.key_thumbprint, scheme=scheme.lower())
    if session.revoked_at is not None:
        raise Refusal("door_screen.revoked")
    _slow_down(token_hash(token))
    g.door = Door(session, clock.now())


def _authenticate() -> Caller:
    scheme, token = _given_token()
    session = find_session(token_hash=token_hash(token))
    if session is None:
        raise Refusal("sign_in.required")
    if session.key_thumbprint is not None:
        check_proof(token=token, thumbprint=session.key_thumbprint, scheme=scheme.lower())
    g.caller = Caller(session, clock.now())
    # What was recorded is sent by phones long after the same person's office page has ended.
    if caller().is_over(current_app.config["SETTINGS"].phone_lifetime):
        raise Refusal("sign_in.required")
    _slow_down(session.device_id)
    _slow_down(session.member_id, devices=DEVICES_AT_ONCE)
    return caller()


def _slow_down(whom: str, *, devices: int = 1) -> None:
    """Refuses with call.too_many what no honest phone does; counted for all workers together."""
    calls = shared_memory().count(whom.encode(), minute=present_minute())
    if calls > devices * current_app.config["SETTINGS"].calls_a_minute:
        g.retry_after_s = 60
        raise Refusal("call.too_many")
