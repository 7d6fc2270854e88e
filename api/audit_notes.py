"""One line for a view that changes or shows something: it goes into the audit log with who is calling."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import request

from api.auth import Caller, caller
from workstation.audit.operations import Actor, Deed, note
from workstation.database import writing
from workstation.network.history import Editor
from workstation.people.models import Device
from workstation.people.queries import find_member
from workstation.people.rules import ROLES


def actor_of(person: Caller) -> Actor:
    """Who is calling, as the audit log names it."""
    return Actor(
        network_id=person.network_id,
        now=person.now,
        member_id=person.member_id,
        device_id=person.device_id or None,  # an export key has none
    )


def editor_of(person: Caller, reason: str) -> Editor:
    """The same for operations that keep a history of edits; they tell the audit log themselves."""
    return Editor(
        network_id=person.network_id,
        member_id=person.member_id,
        now=person.now,
        reason=reason,
        device_id=person.device_id,
    )


def note_act(
    action: str,
    thing_id: str = "",
    *,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    about_id: str | None = None,
) -> None:
    """Notes what this call does, as `noun.deed`. Inside its write transaction."""
    noun = action.partition(".")[0]
    deed = Deed(action, noun, thing_id, before, after, about_id)
    note(actor=actor_of(caller()), deeds=[deed], reason=reason)


def note_of_staff(action: str, thing_id: str = "") -> None:
    """The same, but not of members: there are no statistics of who of them signs in when."""
    if is_watched(caller().role):
        note_act(action, thing_id)


def note_sign_in(device: Device, *, now: datetime) -> None:
    """Notes that one of the staff, or an auditor, signed in on this device."""
    member = find_member(network_id=device.network_id, member_id=device.member_id)
    if member is not None and is_watched(member.role):
        by = Actor(network_id=device.network_id, now=now, member_id=member.id, device_id=device.id)
        note(actor=by, deeds=[Deed("device.signed_in", "device", device.id)])


def is_watched(role: str) -> bool:
    """Whether sign-ins of this role stand in the log."""
    return role in ROLES and role != "member"


def note_fetched() -> None:
    """Notes that this file is fetched, with what was asked for; before anything of it is read."""
    with writing():
        asked = {_storable(name)[:100]: _storable(value)[:100] for name, value in request.args.items()}
        path = _storable(request.path.removeprefix("/api/v1/"))
        note_act("file.fetched", path[:200], after=asked or None)


def _storable(text: str) -> str:
    """What was asked for is not checked yet, and no column takes NUL."""
    return text.replace("\x00", "�")
