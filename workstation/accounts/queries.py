"""Asks the database about a person's account."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from workstation.accounts.models import RecoveryCode, SecondFactor
from workstation.database import db
from workstation.people.models import Device, Member
from workstation.people.rules import OFFICE_PLATFORM


def find_second_factor(*, network_id: int, member_id: str) -> SecondFactor | None:
    """The second factor, also one that is not confirmed yet."""
    return db.session.get(SecondFactor, (network_id, member_id))


def _unused_codes(network_id: int, member_id: str) -> int:
    statement = select(func.count()).where(
        RecoveryCode.network_id == network_id,
        RecoveryCode.member_id == member_id,
        RecoveryCode.used_at.is_(None),
    )
    return db.session.scalar(statement) or 0


def _sessions(network_id: int, member_id: str) -> list[Device]:
    own = (Device.network_id == network_id) & (Device.member_id == member_id)
    # By id, which tells when each came: one that an office sign-in was moved to has that one's older date.
    statement = select(Device).where(own, Device.token_hash.is_not(None)).order_by(Device.id.desc())
    return list(db.session.scalars(statement))


def read_account(*, network_id: int, member_id: str, device_id: str) -> dict[str, Any]:
    """What a person may know of the own account, as seen from this device."""
    member = db.session.get_one(Member, (network_id, member_id))
    factor = find_second_factor(network_id=network_id, member_id=member_id)
    since: datetime | None = factor.confirmed_at if factor else None
    return {
        "account": member.account,
        "has_password": member.password_hash is not None,
        "second_factor_since": since,
        "recovery_codes_left": _unused_codes(network_id, member_id) if since else 0,
        "sessions": [
            {
                "id": device.id,
                "name": device.name,
                "is_office": device.platform == OFFICE_PLATFORM,
                "is_this": device.id == device_id,
                "enrolled_at": device.enrolled_at,
                "revoked_at": device.revoked_at,
            }
            for device in _sessions(network_id, member_id)
        ],
    }
