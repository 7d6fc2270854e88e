"""Writes down what was seen or changed, in the transaction that does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from workstation.audit.models import AuditEvent
from workstation.audit.rules import masked
from workstation.audit.system_user import system_user
from workstation.database import db, insert_rows

# The field of `after` that names the machine's user who ran a command.
SYSTEM_USER = "system_user"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, when and from which device. Neither person nor device at the server's command line."""

    network_id: int
    now: datetime
    member_id: str | None = None
    device_id: str | None = None


class Deed(NamedTuple):
    """What was done to one thing. `about_id` is the member concerned."""

    action: str
    noun: str
    thing_id: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    about_id: str | None = None


def note(*, actor: Actor, deeds: Sequence[Deed], reason: str | None = None) -> None:
    """Adds one event for each deed, personal values masked. Inside a write transaction."""
    rows = [
        {
            "network_id": actor.network_id,
            "at": actor.now,
            "member_id": actor.member_id,
            "device_id": actor.device_id,
            "action": deed.action,
            "noun": deed.noun,
            "thing_id": deed.thing_id,
            "about_id": deed.about_id,
            "reason": reason,
            "before": masked(deed.noun, deed.before),
            "after": masked(deed.noun, _after(actor, deed)),
        }
        for deed in deeds
    ]
    if rows and db.session.connection().dialect.name == "sqlite":
        first = db.session.scalar(NEXT, {"network_id": actor.network_id}) or 1
        rows = [row | {"no": first + offset} for offset, row in enumerate(rows)]
    insert_rows(AuditEvent, rows)


def _after(actor: Actor, deed: Deed) -> Mapping[str, Any] | None:
    """Where neither a person nor a screen acts, it is a command: whose, stands beside what it did."""
    if actor.member_id or actor.device_id:
        return deed.after
    return {SYSTEM_USER: system_user()} | dict(deed.after or {})


# A block remembers the numbers that retention took out: none is given twice.
NEXT = text(
    "SELECT 1 + max(coalesce((SELECT max(no) FROM audit_events WHERE network_id = :network_id), 0),"
    " coalesce((SELECT max(last_no) FROM chain_blocks"
    " WHERE network_id = :network_id AND source = 'audit'), 0))"
)
