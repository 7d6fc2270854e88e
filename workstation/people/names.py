"""Names of people and devices for lists that hold only their ids."""

from collections.abc import Sequence

from sqlalchemy import select

from workstation.database import db
from workstation.people.models import Device, Member

MOST_NAMED = 200


def find_people_named(*, network_id: int, words: str) -> list[str]:
    """The ids of people whose name or code contains these words, at most 200."""
    fits = Member.name.contains(words, autoescape=True) | Member.code.contains(words, autoescape=True)
    found = select(Member.id).where(Member.network_id == network_id, fits)
    return list(db.session.scalars(found.order_by(Member.code).limit(MOST_NAMED)))


def list_device_names(*, network_id: int, ids: Sequence[str]) -> dict[str, str]:
    """Device id → what it calls itself."""
    found = select(Device.id, Device.name).where(Device.network_id == network_id, Device.id.in_(ids))
    return {row[0]: row[1] for row in db.session.execute(found)}
