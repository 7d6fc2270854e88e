"""What goes on today: who is on duty, who is planned and due within the hour, and who waits for a reply.

Lists for the day, cut at SHOWN with their full count beside them. Nothing here compares people.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from workstation.check_ins.models import CheckIn
from workstation.coverage.liaison_day import Planned, Present, since_when
from workstation.coverage.places import Map, get_map
from workstation.coverage.queries import seen_in
from workstation.database import begin_report, db
from workstation.errors import Refusal
from workstation.local_time import day_start, local_day
from workstation.network.models import Station
from workstation.people.models import Member
from workstation.people.rules import Scope
from workstation.receptions.models import Reception
from workstation.shifts.models import PlannedShift, Shift

SHOWN = 50
SOON = timedelta(hours=1)

Entry = dict[str, Any]
Listed = dict[str, Any]


def get_today(
    *, scope: Scope, now: datetime, within: str | None = None, after: str | None = None
) -> dict[str, Any]:
    """Four lists of the day, each `{total, rows}`; of those that wait for a reply the ones behind `after`.

    Refuses with division.not_found or coverage.after_unknown.
    """
    begin_report()
    day = local_day(now)
    ground = get_map(scope=scope, day=day, within=within)
    of_today = (
        PlannedShift.day.between(day - timedelta(days=1), day),
        PlannedShift.ends_at > day_start(day),
    )
    # The days let the index find them; around midnight both count.
    near = PlannedShift.day.between(day, local_day(now + SOON))
    due = (near, PlannedShift.starts_at > now, PlannedShift.starts_at <= now + SOON)
    return {
        "day": day,
        "as_of": now,
        "on_duty": _on_duty(ground, now),
        "planned": _plans(ground, day, of_today, now),
        "soon": _plans(ground, day, due, now),
        "awaiting_reply": _awaiting_reply(ground, now, after),
    }


def _on_duty(ground: Map, now: datetime) -> Listed:
    """Open shifts, longest first; a start by hand beside the person's own is one duty."""
    open_now = (Shift.ended_at.is_(None), Shift.closes_at > now, Shift.started_at <= now)
    rows = db.session.execute(
        _with_names(Shift, Shift.id, Shift.station_id, Shift.member_id, Shift.started_at, Shift.closes_at)
        .where(*seen_in(ground).of(Shift), *open_now, Shift.withdrawn.is_(False))
        .order_by(Shift.started_at, Shift.id)
    )
    found: dict[tuple[str, str], Entry] = {}
    for row in rows:
        found.setdefault((row.station_id, row.member_id), dict(row._mapping))
    return {"total": len(found), "rows": list(found.values())[:SHOWN]}


def _plans(ground: Map, day: date, which: tuple[ColumnElement[bool], ...], now: datetime) -> Listed:
    """Planned turns, those that are not over yet first, with when the planned person came."""
    plan, conditions = PlannedShift, (*seen_in(ground).of(PlannedShift), *which)
    total = db.session.scalar(select(func.count(plan.id)).where(*conditions))
    rows = db.session.execute(
        _with_names(plan, plan.id, plan.station_id, plan.member_id, plan.starts_at, plan.ends_at)
        .where(*conditions)
        .order_by(plan.ends_at <= now, plan.starts_at, plan.ends_at, plan.id)
        .limit(SHOWN)
    ).all()
    present = _present(ground, day, [row.member_id for row in rows])
    return {
        "total": total or 0,
        "rows": [{**row._mapping, "since": _since(row, present)} for row in rows],
    }


def _since(row: Any, present: Sequence[Present]) -> datetime | None:
    turn = Planned(row.id, row.station_id, row.member_id, row.member_name, row.starts_at, row.ends_at)
    return since_when(turn, present)


def _present(ground: Map, day: date, member_ids: Sequence[str]) -> list[Present]:
    """Where these people were since yesterday: a turn may have begun before midnight."""
    if not member_ids:
        return []

    def of(model: Any) -> tuple[ColumnElement[bool], ...]:
        days = model.day.between(day - timedelta(days=1), day)
        return (*seen_in(ground).of(model), model.member_id.in_(member_ids), days, model.withdrawn.is_(False))

    shifts = db.session.scalars(select(Shift).where(*of(Shift)))
    came = db.session.scalars(select(CheckIn).where(*of(CheckIn)))
    return [
        *(_presence("shift", one, one.started_at, one.ended_at or one.closes_at) for one in shifts),
        *(_presence("check_in", one, one.occurred_at, None) for one in came),
    ]


def _presence(kind: str, one: Shift | CheckIn, started_at: datetime, ended_at: datetime | None) -> Present:
    return Present(kind, one.id, one.station_id, one.member_id, "", started_at, ended_at, None)


def _awaiting_reply(ground: Map, now: datetime, after: str | None) -> Listed:
    """Receptions of which somebody waits for a reply, oldest first. Without what was said, and to whom."""
    waits = is_waiting(ground)
    total = db.session.scalar(select(func.count(Reception.id)).where(*waits))
    columns = (Reception.started_at, Reception.headcount, Reception.topic)
    rows = db.session.execute(
        _with_names(Reception, Reception.id, Reception.station_id, Reception.member_id, *columns)
        .where(*waits, *([] if after is None else [_is_behind(ground, after)]))
        .order_by(Reception.started_at, Reception.id)
        .limit(SHOWN)
    )
    today = local_day(now)
    return {
        "total": total or 0,
        "rows": [{**row._mapping, "days": (today - local_day(row.started_at)).days} for row in rows],
    }


def is_waiting(ground: Map) -> tuple[ColumnElement[bool], ...]:
    """Conditions: a reception in sight of which somebody waits for a reply; an index has those alone."""
    return (
        Reception.network_id == ground.network.id,
        *(() if ground.is_whole else (Reception.station_id.in_(ground.stations),)),
        Reception.wants_reply.is_(True),
        Reception.withdrawn.is_(False),
    )


def _is_behind(ground: Map, reception_id: str) -> ColumnElement[bool]:
    """Condition: later than this reception, which may have been answered meanwhile."""
    its_own = (*seen_in(ground).of(Reception), Reception.id == reception_id)
    at = db.session.scalar(select(Reception.started_at).where(*its_own))
    if at is None:
        raise Refusal("coverage.after_unknown")
    same = and_(Reception.started_at == at, Reception.id > reception_id)
    return or_(Reception.started_at > at, same)


def _with_names(model: Any, *columns: Any) -> Select[Any]:
    """With the names of person and station: few are shown, of which a province has tens of thousands."""
    place = aliased(Station)  # conditions on the stations in sight have Station itself
    who = and_(Member.network_id == model.network_id, Member.id == model.member_id)
    where = and_(place.network_id == model.network_id, place.id == model.station_id)
    names = (Member.name.label("member_name"), place.name.label("station_name"))
    return select(*columns, *names).join_from(model, Member, who).join(place, where)
