"""The plan of the stations that a person of staff answers for, and who changed it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, select, tuple_

from workstation.database import db
from workstation.errors import Refusal
from workstation.ids import is_id
from workstation.network.history import list_edits
from workstation.network.models import Edit, Station
from workstation.network.queries import confine_stations
from workstation.people.models import Member
from workstation.people.rules import Scope
from workstation.shifts.models import PlannedShift

PAGE = 200
NOUN = "planned_shift"
COLUMNS: tuple[Any, ...] = (
    PlannedShift.id,
    PlannedShift.station_id,
    Station.name.label("station_name"),
    PlannedShift.member_id,
    Member.name.label("member_name"),
    PlannedShift.starts_at,
    PlannedShift.ends_at,
)


def list_plan(
    *, scope: Scope, since: date, until: date, station_id: str = "", after: str = ""
) -> list[dict[str, Any]]:
    """Up to PAGE planned shifts of these local days (half-open), earliest first, behind the shift `after`."""
    statement = _plan(scope).where(PlannedShift.day >= since, PlannedShift.day < until)
    if station_id:
        statement = statement.where(PlannedShift.station_id == station_id)
    place = tuple_(PlannedShift.starts_at, PlannedShift.id)
    last = find_planned(scope=scope, shift_id=after) if after else None
    if last is not None:
        statement = statement.where(place > tuple_(last.starts_at, last.id))
    rows = db.session.execute(statement.order_by(PlannedShift.starts_at, PlannedShift.id).limit(PAGE))
    return [dict(row._mapping) for row in rows]


def _plan(scope: Scope) -> Select[Any]:
    station = and_(Station.network_id == PlannedShift.network_id, Station.id == PlannedShift.station_id)
    member = and_(Member.network_id == PlannedShift.network_id, Member.id == PlannedShift.member_id)
    columns: Select[Any] = select(*COLUMNS).select_from(PlannedShift)
    joined = columns.join(Station, station).join(Member, member)
    return confine_stations(joined, scope=scope)


def find_planned(*, scope: Scope, shift_id: str) -> PlannedShift | None:
    """One planned shift of a station within the scope."""
    if not is_id(shift_id):
        return None
    stations = confine_stations(select(Station.id), scope=scope)
    own = (PlannedShift.network_id == scope.network_id) & (PlannedShift.id == shift_id)
    found: PlannedShift | None = db.session.scalar(
        select(PlannedShift).where(own, PlannedShift.station_id.in_(stations))
    )
    return found


def get_planned(*, scope: Scope, shift_id: str) -> PlannedShift:
    """The same. Refuses with planned_shift.not_found."""
    found = find_planned(scope=scope, shift_id=shift_id)
    if found is None:
        raise Refusal("planned_shift.not_found")
    return found


def find_overlap(
    *, network_id: int, member_id: str, starts_at: datetime, ends_at: datetime
) -> PlannedShift | None:
    """What this person is already planned for at that time, wherever."""
    found: PlannedShift | None = db.session.scalar(
        select(PlannedShift)
        .where(
            PlannedShift.network_id == network_id,
            PlannedShift.member_id == member_id,
            PlannedShift.starts_at < ends_at,
            PlannedShift.ends_at > starts_at,
        )
        .limit(1)
    )
    return found


def list_plan_edits(*, scope: Scope, limit: int = 50) -> list[dict[str, Any]]:
    """Who added and removed shifts of these stations lately, newest first, with names instead of ids."""
    station_id = func.coalesce(Edit.after["station_id"].as_string(), Edit.before["station_id"].as_string())
    statement = select(Edit.thing_id).where(Edit.network_id == scope.network_id, Edit.noun == NOUN)
    if scope.level != "network":
        ids = list(db.session.scalars(confine_stations(select(Station.id), scope=scope)))
        statement = statement.where(station_id.in_(ids))
    latest = list(db.session.scalars(statement.order_by(Edit.made_at.desc()).limit(limit)))
    edits = list_edits(network_id=scope.network_id, noun=NOUN, thing_ids=set(latest), limit=limit)
    return [edit | {"shift": edit["after"] or edit["before"]} for edit in _named(scope.network_id, edits)]


def _named(network_id: int, edits: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    said = [edit["after"] or edit["before"] for edit in edits]
    stations = _names(Station, network_id, {each["station_id"] for each in said if "station_id" in each})
    members = _names(Member, network_id, {each["member_id"] for each in said if "member_id" in each})
    return [
        edit
        | {
            "station_name": stations.get(each.get("station_id", "")),
            "member_name": members.get(each.get("member_id", "")),
        }
        for edit, each in zip(edits, said, strict=True)
    ]


def _names(model: Any, network_id: int, ids: set[str]) -> dict[str, str]:
    rows = db.session.execute(
        select(model.id, model.name).where(model.network_id == network_id, model.id.in_(sorted(ids)))
    )
    return {row[0]: row[1] for row in rows}
