"""What check-ins say of a station: those worth a second look, and whether it stands where it is said to."""

from datetime import timedelta
from typing import Any

from flask_smorest import Blueprint

from api.audit_notes import editor_of
from api.auth import caller, guard
from api.schemas.description import ProblemOut
from api.schemas.station_edits import StationEditsOut
from api.schemas.station_evidence import StationEvidenceOut, StationPlaceIn
from workstation.check_ins.doubted_places import find_doubt, put_station_right
from workstation.check_ins.remarked import list_remarked
from workstation.coverage.operations import catch_up
from workstation.database import writing
from workstation.local_time import local_day
from workstation.network.station_edits import get_station_in_scope, read_for_editing

blueprint = Blueprint("station_evidence", __name__, url_prefix="/api/v1/stations", description="Stations")
LOOKS_BACK = timedelta(days=90)


@blueprint.route("/<station_id>/evidence", methods=["GET"])
@guard.staff
@blueprint.response(200, StationEvidenceOut)
def station_evidence(station_id: str) -> dict[str, Any]:
    """The latest 20 check-ins and shifts of 90 days with a remark, and a proposal to put the place right."""
    person = caller()
    get_station_in_scope(scope=person.scope, station_id=station_id)
    catch_up(network_id=person.network_id)
    station = get_station_in_scope(scope=person.scope, station_id=station_id)
    since = local_day(person.now) - LOOKS_BACK
    return {
        "remarked": list_remarked(network_id=person.network_id, station_id=station_id, since=since),
        "doubt": find_doubt(station=station),
        "version": read_for_editing(scope=person.scope, station_id=station_id)["version"],
    }


@blueprint.route("/<station_id>/place", methods=["POST"])
@guard.roles("district_office", "city_office")
@blueprint.arguments(StationPlaceIn)
@blueprint.response(201, StationEditsOut)
@blueprint.alt_response(409, schema=ProblemOut, description="edit.conflict, with `theirs` and `yours`")
@blueprint.alt_response(422, schema=ProblemOut, description="station.not_doubted")
def place(body: dict[str, Any], station_id: str) -> dict[str, Any]:
    """Puts a station's place right as proposed: an edit like any other, of which phones learn."""
    person = caller()
    with writing():
        put_station_right(
            scope=person.scope,
            station_id=station_id,
            version=body["version"],
            mistake=body["mistake"],
            editor=editor_of(person, body["reason"]),
        )
    return read_for_editing(scope=person.scope, station_id=station_id)
