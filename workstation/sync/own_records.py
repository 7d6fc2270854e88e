"""A member's own records month by month: for what a phone no longer holds."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select, union
from sqlalchemy.orm import aliased

from workstation.database import db
from workstation.feed.models import Change
from workstation.local_time import LOCAL, day_start
from workstation.shifts.rules import Span
from workstation.sync.models import Receipt

PAGE = 200
# A held entry may not say when it was recorded.
WHEN = func.coalesce(Receipt.recorded_at, Receipt.received_at)


def span_of_month(first_day: date) -> Span:
    """The local month that begins with this day."""
    year, month = divmod(first_day.year * 12 + first_day.month, 12)
    return Span(day_start(first_day), day_start(date(year, month + 1, 1)))


def list_own_records(*, network_id: int, member_id: str, month: Span, after: int = 0) -> list[Receipt]:
    """One page of what this person recorded in the month, and what others recorded of it, by number."""
    statement = (
        _own(select(Receipt), network_id=network_id, member_id=member_id)
        .where(month.starts_at <= WHEN, month.ends_at > WHEN, Receipt.receipt_no > after)
        .order_by(Receipt.receipt_no)
        .limit(PAGE)
    )
    return list(db.session.scalars(statement))


def find_earlier_month(*, network_id: int, member_id: str, before: datetime) -> date | None:
    """The first day of the latest month before this moment that has a record of this person."""
    latest = _own(select(func.max(WHEN)), network_id=network_id, member_id=member_id).where(before > WHEN)
    found = db.session.scalar(latest)
    return found.astimezone(LOCAL).date().replace(day=1) if found else None


def _own(statement: Select[Any], *, network_id: int, member_id: str) -> Select[Any]:
    """Narrows a select over Receipt to what the feed told this person, and to what was said about it.

    The feed is the list of who may see which receipt, and it is indexed by person.
    """
    told = select(Change.id).where(
        Change.network_id == network_id, Change.audience == member_id, Change.noun == "receipt"
    )
    root = aliased(Receipt)
    own = select(root.entry_id).where(
        root.network_id == network_id, root.entry_id.in_(told), root.member_id == member_id
    )
    about = select(Receipt.entry_id).where(
        Receipt.network_id == network_id, Receipt.target_id.is_not(None), Receipt.root_id.in_(own)
    )
    ids = union(told, about).subquery()
    return statement.where(Receipt.network_id == network_id, Receipt.entry_id.in_(select(ids.c.id)))
