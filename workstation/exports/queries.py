"""Asks the database for export keys and the people behind them."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import and_, literal, null, select

from workstation.database import db
from workstation.exports.models import ExportKey
from workstation.network.models import Network
from workstation.people.models import Device, Member
from workstation.people.queries import SESSION_COLUMNS, Session
from workstation.people.rules import Scope


class KeySession(NamedTuple):
    """A key that is not stopped, and its person as if they were calling; there is no device."""

    key_id: str
    last_used_on: date | None
    session: Session


# What a session says of its device, when there is none.
NO_DEVICE = {
    "id": literal(""),
    "name": ExportKey.name,
    "revoked_at": ExportKey.revoked_at,
    "enrolled_at": ExportKey.created_at,
}


def find_key_session(*, key_id: str, key_hash: str) -> KeySession | None:
    """The person behind a key, None when it is unknown or stopped or the person may no longer sign in."""
    row = db.session.execute(
        select(ExportKey.id, ExportKey.last_used_on, *_without_device())
        .join(Member, and_(Member.network_id == ExportKey.network_id, Member.id == ExportKey.member_id))
        .join(Network, Network.id == ExportKey.network_id)
        .where(
            ExportKey.key_hash == key_hash,
            ExportKey.id == key_id,
            ExportKey.revoked_at.is_(None),
            Member.disabled_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else KeySession(row[0], row[1], Session._make(row[2:]))


def _without_device() -> list[Any]:
    return [
        NO_DEVICE.get(column.key, null()) if column.class_ is Device else column for column in SESSION_COLUMNS
    ]


def list_keys(*, scope: Scope) -> list[dict[str, Any]]:
    """Own keys, for the city's office everybody's; living ones first, then the latest."""
    rows = db.session.execute(
        select(ExportKey, Member.name)
        .join(Member, and_(Member.network_id == ExportKey.network_id, Member.id == ExportKey.member_id))
        .where(*_seen(scope))
        .order_by(ExportKey.revoked_at.is_not(None), ExportKey.id.desc())
    )
    fields = ("id", "name", "created_at", "last_used_on", "revoked_at")
    return [
        {name: getattr(key, name) for name in fields}
        | {"member_name": member_name, "is_own": key.member_id == scope.member_id}
        for key, member_name in rows
    ]


def find_key(*, scope: Scope, key_id: str) -> ExportKey | None:
    """One key that this person may stop."""
    return db.session.scalar(select(ExportKey).where(ExportKey.id == key_id, *_seen(scope)))


def _seen(scope: Scope) -> list[Any]:
    """Conditions: of this network, and one's own unless the whole network is in sight."""
    own = [] if scope.level == "network" else [ExportKey.member_id == scope.member_id]
    return [ExportKey.network_id == scope.network_id, *own]
