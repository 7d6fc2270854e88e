"""What stands behind one station's figures: shifts, topics, people and their phones. Only staff, in scope."""

from datetime import timedelta
from typing import Any

from flask_smorest import Blueprint
from marshmallow import RAISE

from api.auth import caller, guard
from api.coverage import read_query_window
from api.schemas.coverage import WindowQuery
from api.schemas.station_record import StationRecordOut
from workstation.coverage.station_record import get_station_record
from workstation.local_time import local_day
from workstation.planning.queries import list_plan

blueprint = Blueprint("station_record", __name__, url_prefix="/api/v1/stations", description="Stations")
DAYS_AHEAD = timedelta(days=14)


@blueprint.route("/<station_id>/record", methods=["GET"])
@guard.staff
@blueprint.arguments(WindowQuery, location="query", unknown=RAISE)
@blueprint.response(200, StationRecordOut)
def station_record(query: dict[str, Any], station_id: str) -> dict[str, Any]:
    """Shifts of a window, what is planned next, receptions by topic, people, and what staff released."""
    scope, today = caller().scope, local_day(caller().now)
    found = get_station_record(scope=scope, station_id=station_id, window=read_query_window(query))
    plan = list_plan(scope=scope, since=today, until=today + DAYS_AHEAD, station_id=station_id)
    return found | {"planned_shifts": plan}
