"""Check-ins and shifts that carry a remark worth a second look by somebody who knows the place."""

from collections.abc import Iterable
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import and_, select

from workstation.check_ins.models import CheckIn
from workstation.database import db
from workstation.people.models import Member
from workstation.shifts.models import Shift

# What may be seen in the open and is nobody's business but the person's own (no_fix, stated …) is not here.
REMARKS = frozenset(
    {"clock_impossible", "code_guesses", "code_repeated", "code_unverified", "many_people", "too_fast"}
)
SHOWN = 20
LOOKED_AT = 2_000  # of a station's latest; more than half a year of a busy one


def list_remarked(*, network_id: int, station_id: str, since: date) -> list[dict[str, Any]]:
    """The latest of a station with a remark, latest first."""
    found = [
        *_of(CheckIn, CheckIn.occurred_at, "check_in", network_id, station_id, since),
        *_of(Shift, Shift.started_at, "shift_start", network_id, station_id, since),
    ]
    return sorted(found, key=lambda row: row["at"], reverse=True)[:SHOWN]


def _of(
    model: Any, at: Any, kind: str, network_id: int, station_id: str, since: date
) -> Iterable[dict[str, Any]]:
    same = and_(Member.network_id == model.network_id, Member.id == model.member_id)
    rows = db.session.execute(
        select(model.id, Member.name.label("member_name"), at.label("at"), model.evidence, model.flags)
        .join(Member, same)
        .where(
            model.network_id == network_id,
            model.station_id == station_id,
            model.day >= since,
            model.withdrawn.is_(False),
        )
        .order_by(at.desc())
        .limit(LOOKED_AT)
    )
    remarked = (dict(row._mapping) | {"kind": kind} for row in rows if REMARKS.intersection(row.flags))
    return islice(remarked, SHOWN)
