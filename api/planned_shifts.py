"""The duty plan of one's own stations."""

from datetime import timedelta
from typing import Any

from flask_smorest import Blueprint

from api.auth import caller, guard
from api.schemas.planned_shifts import TurnsOut
from workstation.local_time import local_day
from workstation.shifts.queries import list_turns

blueprint = Blueprint(
    "planned_shifts", __name__, url_prefix="/api/v1/planned-shifts", description="The duty plan"
)
DAYS = 35


@blueprint.route("", methods=["GET"])
@guard.signed_in
@blueprint.response(200, TurnsOut)
def planned_shifts() -> dict[str, Any]:
    """Who is planned at my own stations from today on, 35 days."""
    person = caller()
    today = local_day(person.now)
    turns = list_turns(
        network_id=person.network_id,
        member_id=person.member_id,
        since=today,
        until=today + timedelta(days=DAYS),
    )
    return {"planned_shifts": turns, "as_of": person.now}
