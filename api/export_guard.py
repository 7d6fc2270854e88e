"""The guard of files that a spreadsheet may reload: staff as ever, or an export key by HTTP Basic.

A key opens the views that carry this guard and nothing else, and sees what its person sees at that moment.
A password opens nothing here.
"""

import functools
import secrets
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import g, request

from api import clock
from api.audit_notes import note_fetched
from api.auth import Caller, guard, token_hash
from workstation.database import writing
from workstation.errors import Refusal
from workstation.exports.operations import mark_used
from workstation.exports.queries import KeySession, find_key_session
from workstation.ids import is_id
from workstation.local_time import local_day
from workstation.people.rules import STAFF

P = ParamSpec("P")
R = TypeVar("R")

CHALLENGE = 'Basic realm="Workstation exports", charset="UTF-8"'


def new_key() -> str:
    """256 random bits, to be shown once."""
    return secrets.token_urlsafe(32)


def staff_or_key(view: Callable[P, R]) -> Callable[P, R]:
    """Liaisons and officers, signed in or by an export key of theirs. For GET of files alone."""

    @guard.staff
    def for_staff(*args: P.args, **kwargs: P.kwargs) -> R:
        note_fetched()
        return view(*args, **kwargs)

    @functools.wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        scheme = request.headers.get("Authorization", "").partition(" ")[0].lower()
        if scheme in ("", "basic"):
            g.challenge = CHALLENGE  # a spreadsheet asks for name and key only when told so
        if scheme != "basic":
            return for_staff(*args, **kwargs)
        _authenticate_key()
        note_fetched()
        return view(*args, **kwargs)

    wrapper.guard = ["export_key", *sorted(STAFF)]  # type: ignore[attr-defined]  # functions have none; tests read it
    return wrapper


def _authenticate_key() -> None:
    found = _find_given_key()
    if found is None:
        raise Refusal("export_key.refused")
    if found.session.role not in STAFF:
        raise Refusal("scope.denied")
    g.caller = Caller(found.session, clock.now())
    today = local_day(clock.now())
    if found.last_used_on != today:  # once a day, so that reading stays reading
        with writing():
            mark_used(network_id=found.session.network_id, key_id=found.key_id, day=today)


def _find_given_key() -> KeySession | None:
    given = request.authorization
    key_id, key = (given.username, given.password) if given is not None else (None, None)
    if not is_id(key_id) or not key:
        return None
    return find_key_session(key_id=str(key_id), key_hash=token_hash(key))
