"""Shows staff who a constituent is in an entry that waits for them: with a reason, noted, and told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workstation.audit.operations import Actor
from workstation.errors import Refusal
from workstation.keys import Keys
from workstation.people.rules import Scope
from workstation.receptions.revealing import Shown, note_shown
from workstation.sync.held import open_up
from workstation.sync.models import HeldEntry
from workstation.sync.reviews import find_waiting, list_concerned

LONGEST = {"name": 100, "contact": 200, "consent_version": 40}


def find_constituent(content: Any) -> dict[str, Any] | None:
    """Who is named in what a phone said, a reception or a correction of one. None where nobody is.

    Who did not agree is not in it: that was dropped before anything was stored.
    """
    body = _object(_object(content).get("body"))
    given = body.get("constituent") or _object(body.get("changes")).get("constituent")
    if not isinstance(given, Mapping):
        return None
    return {name: _readable(given.get(name), most) for name, most in LONGEST.items()}


def _object(value: Any) -> Mapping[str, Any]:
    """What waits may be anything under any name."""
    return value if isinstance(value, Mapping) else {}


def _readable(value: Any, most: int) -> str | None:
    return None if value is None else str(value).encode("utf-8", "replace").decode()[:most]


def reveal_held(
    *, scope: Scope, entry_id: str, content_hash: str, reason: str, actor: Actor, keys: Keys
) -> dict[str, Any]:
    """Name, contact and version of the consent, of an entry that still waits. Inside a write transaction.

    Refuses like a decision about it, and with constituent.not_found: nobody is named, or it is redacted.
    """
    held = find_waiting(scope=scope, entry_id=entry_id, content_hash=content_hash)
    content = open_up(held.content, network_id=held.network_id, entry_id=held.entry_id, keys=keys)
    identity = find_constituent(content)
    if identity is None:
        raise Refusal("constituent.not_found")
    note_shown(_shown(held, content), reason=reason, actor=actor)
    return identity | {"consent_version": identity["consent_version"] or ""}


def _shown(held: HeldEntry, content: Any) -> Shown:
    author, concerned = list_concerned(held)
    return Shown(
        network_id=held.network_id,
        thing_id=held.entry_id,
        station_id=held.station_id or "",
        started_at=_moment_of(content) or held.held_at,
        about_id=author,
        concerned=concerned,
    )


def _moment_of(content: Any) -> datetime | None:
    """When the reception began, if the phone said it well."""
    try:
        said = datetime.fromisoformat(str(_object(_object(content).get("body")).get("started_at")))
    except ValueError:
        return None
    return said if said.tzinfo else None
