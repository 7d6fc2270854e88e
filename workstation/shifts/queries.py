"""Asks the database for duty: worked and planned."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from workstation.database import db
from workstation.shifts.models import PlannedShift, Shift
from workstation.shifts.rules import LONGEST


class Duty(NamedTuple):
    """One stretch of duty; an open one lasts until the rule closes it."""

    id: str
    member_id: str
    starts_at: datetime
    ends_at: datetime


def list_duties(
    *, network_id: int, member_ids: Collection[str], since: datetime, until: datetime
) -> list[Duty]:
    """The shifts of these people that may have been running between the two moments."""
    near = timedelta(days=1) + LONGEST
    rows = db.session.execute(
        select(
            Shift.id, Shift.member_id, Shift.started_at, func.coalesce(Shift.ended_at, Shift.closes_at)
        ).where(
            Shift.network_id == network_id,
            Shift.member_id.in_(member_ids),
            Shift.started_at.between(since - near, until + near),
            Shift.withdrawn.is_(False),
        )
    )
    return [Duty(*row) for row in rows]


def list_plans(
    *, network_id: int, member_ids: Collection[str], since: datetime, until: datetime
) -> list[PlannedShift]:
    """What is planned for these people around the two moments."""
    near = timedelta(days=1)
    return list(
        db.session.scalars(
            select(PlannedShift).where(
                PlannedShift.network_id == network_id,
                PlannedShift.member_id.in_(member_ids),
                PlannedShift.starts_at.between(since - near, until + near),
            )
        )
    )
