"""Makes, marks and stops export keys."""

from datetime import date, datetime

from sqlalchemy import update

from workstation.database import db
from workstation.exports.models import ExportKey
from workstation.ids import new_id


def make_key(*, network_id: int, member_id: str, name: str, key_hash: str, now: datetime) -> ExportKey:
    """A new key of this person; the key itself is known to the caller alone."""
    key = ExportKey(
        network_id=network_id,
        id=new_id(),
        member_id=member_id,
        name=name,
        key_hash=key_hash,
        created_at=now,
    )
    db.session.add(key)
    db.session.flush()
    return key


def mark_used(*, network_id: int, key_id: str, day: date) -> None:
    """That the key was used on this local day."""
    db.session.execute(
        update(ExportKey)
        .where(ExportKey.network_id == network_id, ExportKey.id == key_id)
        .values(last_used_on=day)
    )


def revoke_key(key: ExportKey, *, now: datetime) -> None:
    """Stops a key; one that is stopped stays as it was."""
    key.revoked_at = key.revoked_at or now
