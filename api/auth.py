"""Who is calling, and whether they may: before validation, before look-up, before any write lock.

A token is opaque and stored hashed. A device that gave a public key must prove it on each call
(DPoP, RFC 9449) with a nonce of the server's; the phone's clock is not consulted. A nonce is the
present minute under a keyed hash, so that every worker knows it and none stores it.
"""

import functools
import hmac
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Response, current_app, g, request
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64encode

from api import clock
from workstation.check_ins.queries import DoorSession, find_door_session
from workstation.errors import Refusal
from workstation.keys import Keys
from workstation.people.queries import Session, find_session, scope_of
from workstation.people.rules import STAFF, Scope

P = ParamSpec("P")
R = TypeVar("R")

NONCE_MINUTES = 10
PROOF_ALGORITHMS = ["ES256"]


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


def app_keys() -> Keys:
    """The installation's keys."""
    keys: Keys = current_app.extensions["keys"]
    return keys


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
        if not even_unwelcome and not person.is_welcome:
            raise Refusal("device.revoked")
        if allowed and person.role not in allowed:
            raise Refusal("scope.denied")
        return view(*args, **kwargs)

    wrapper.guard = sorted(allowed) or ["signed_in"]  # type: ignore[attr-defined]  # functions have none; tests read it
    return wrapper


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
        _authenticate()
        raise Refusal("scope.denied")  # a person, who is signed in but is no screen
    if session.key_thumbprint is not None:
        _check_proof(token=token, thumbprint=session.key_thumbprint, scheme=scheme.lower())
    if session.revoked_at is not None:
        raise Refusal("door_screen.revoked")
    g.door = Door(session, clock.now())


def _authenticate() -> Caller:
    scheme, token = _given_token()
    session = find_session(token_hash=token_hash(token))
    if session is None:
        raise Refusal("sign_in.required")
    if session.key_thumbprint is not None:
        _check_proof(token=token, thumbprint=session.key_thumbprint, scheme=scheme.lower())
    g.caller = Caller(session, clock.now())
    return caller()


def _check_proof(*, token: str, thumbprint: str, scheme: str) -> None:
    """The call was made by the device's own key, for this very address, with a fresh nonce of ours."""
    g.wants_nonce = True
    proof = request.headers.get("DPoP", "")
    if scheme != "dpop" or not proof:
        raise Refusal("sign_in.nonce")
    try:
        claims = _read_proof(proof, thumbprint=thumbprint)
        fits = _is_for_this_call(claims) and _is_for_this_token(claims, token)
    except (JoseError, ValueError, KeyError, TypeError):
        fits, claims = False, {}
    if not fits:
        raise Refusal("sign_in.required")
    if not _is_our_nonce(str(claims.get("nonce", ""))):
        raise Refusal("sign_in.nonce")


def _read_proof(proof: str, *, thumbprint: str) -> dict[str, Any]:
    header = jws.extract_compact(proof.encode()).headers()
    key = ECKey.import_key(header["jwk"])
    if header.get("typ") != "dpop+jwt" or key.is_private or key.thumbprint() != thumbprint:
        raise ValueError("not this device's key")
    # The header carries the key itself, which joserfc's default registry would refuse as unknown.
    registry = jws.JWSRegistry(algorithms=PROOF_ALGORITHMS, strict_check_header=False)
    return dict(jwt.decode(proof, key, registry=registry).claims)


def _is_for_this_call(claims: dict[str, Any]) -> bool:
    address = urlsplit(str(claims.get("htu", "")))
    return (
        claims.get("htm") == request.method and address.path == request.path and _is_our_host(address.netloc)
    )


def _is_for_this_token(claims: dict[str, Any], token: str) -> bool:
    expected = urlsafe_b64encode(sha256(token.encode()).digest()).decode()
    complete = isinstance(claims["jti"], str) and isinstance(claims["iat"], int | float)
    return complete and hmac.compare_digest(str(claims["ath"]).encode(), expected.encode())


def _is_our_host(host: str) -> bool:
    public = current_app.config["SETTINGS"].public_url
    return host == request.host or bool(public and host == urlsplit(public).netloc)


def make_nonce(*, minute: int, keys: Keys) -> str:
    """The nonce of one minute since 1970, the same in every worker."""
    return f"{minute}.{keys.digest('nonce', str(minute).encode())[:32]}"


def _minute() -> int:
    return int(clock.now().timestamp() // 60)


def _is_our_nonce(nonce: str) -> bool:
    minute, _, _ = nonce.partition(".")
    if not minute.isascii() or not minute.isdigit() or len(minute) > 12:
        return False
    fresh = 0 <= _minute() - int(minute) <= NONCE_MINUTES
    return fresh and hmac.compare_digest(nonce, make_nonce(minute=int(minute), keys=app_keys()))


def offer_nonce(response: Response) -> Response:
    """Gives a device with a key the nonce for its next call."""
    if g.get("wants_nonce"):
        response.headers["DPoP-Nonce"] = make_nonce(minute=_minute(), keys=app_keys())
    return response
