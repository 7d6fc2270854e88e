"""Adds planned shifts and takes them out again while they have not begun. The member's phone learns it."""

from datetime import datetime

from sqlalchemy import delete

from workstation.coverage.operations import touch_days
from workstation.database import db
from workstation.errors import Refusal
from workstation.feed.operations import FeedChange, publish
from workstation.ids import new_id
from workstation.local_time import local_day
from workstation.network.history import Changed, Editor, Fields, note_edits, plain
from workstation.network.station_edits import get_station_in_scope
from workstation.people.queries import find_member
from workstation.people.rules import Scope
from workstation.planning.queries import NOUN, find_overlap, get_planned
from workstation.planning.rules import fault_of_span
from workstation.prepared import lock_names
from workstation.shifts.models import PlannedShift


def plan_shift(
    *, scope: Scope, station_id: str, member_id: str, starts_at: datetime, ends_at: datetime, editor: Editor
) -> PlannedShift:
    """Plans somebody for a station within the scope.

    Refuses with station.not_found, member.not_found, request.invalid and the field at fault, and
    planned_shift.overlaps when the person is planned somewhere at that time already.
    """
    get_station_in_scope(scope=scope, station_id=station_id)
    member = find_member(network_id=scope.network_id, member_id=member_id)
    if member is None or member.disabled_at is not None:
        raise Refusal("member.not_found")
    fault = fault_of_span(starts_at=starts_at, ends_at=ends_at, now=editor.now)
    if fault:
        raise Refusal("request.invalid", fields={fault[0]: [fault[1]]})
    lock_names([f"plan {scope.network_id} {member_id}"])
    network_id = scope.network_id
    if find_overlap(network_id=network_id, member_id=member_id, starts_at=starts_at, ends_at=ends_at):
        raise Refusal("planned_shift.overlaps")
    shift = PlannedShift(
        network_id=network_id,
        id=new_id(),
        station_id=station_id,
        member_id=member_id,
        starts_at=starts_at,
        ends_at=ends_at,
        day=local_day(starts_at),
    )
    db.session.add(shift)
    db.session.flush()
    _tell(shift, Changed(shift.id, None, _fields(shift)), op="put", editor=editor)
    return shift


def unplan_shift(*, scope: Scope, shift_id: str, editor: Editor) -> None:
    """Takes a planned shift out.

    Refuses with planned_shift.not_found, and planned_shift.begun once it has: figures rest on it.
    """
    shift = get_planned(scope=scope, shift_id=shift_id)
    lock_names([f"plan {scope.network_id} {shift.member_id}"])
    shift = get_planned(scope=scope, shift_id=shift_id)
    if shift.starts_at <= editor.now:
        raise Refusal("planned_shift.begun")
    own = (PlannedShift.network_id == scope.network_id) & (PlannedShift.id == shift_id)
    _tell(shift, Changed(shift.id, _fields(shift), None), op="remove", editor=editor)
    db.session.execute(delete(PlannedShift).where(own))


def _tell(shift: PlannedShift, change: Changed, *, op: str, editor: Editor) -> None:
    """In the history, to the figures, and to the phones of whoever is planned."""
    note_edits(editor=editor, noun=NOUN, changes=[change])
    touch_days(network_id=shift.network_id, touched={(shift.station_id, shift.day)})
    publish(network_id=shift.network_id, changes=[FeedChange(shift.member_id, NOUN, shift.id, op)])


def _fields(shift: PlannedShift) -> Fields:
    return {name: plain(getattr(shift, name)) for name in ("station_id", "member_id", "starts_at", "ends_at")}
