"""Stations: the whole list, filtered, or by distance."""

from hashlib import sha256
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from api import clock
from api.auth import caller, guard
from api.json import dump_json
from api.schemas.network import StationOut, StationsOut, StationsQuery
from workstation.geography.datum import Datum, to_wgs84
from workstation.geography.distance import Position
from workstation.network.models import Station
from workstation.network.queries import get_station, list_nearest_stations, list_stations

NEAREST = 20
blueprint = Blueprint("stations", __name__, url_prefix="/api/v1/stations", description="Stations")


@blueprint.route("", methods=["GET"])
@guard.signed_in
@blueprint.arguments(StationsQuery, location="query")
@blueprint.alt_response(200, schema=StationsOut)
def stations_list(query: dict[str, Any]) -> Response:
    """The network's stations; with `near` the nearest, each with `distance_m`.

    The position is used for this answer and kept nowhere. The answer carries a strong ETag.
    """
    names = {"division": "division_id", "sector": "sector", "kind": "kind", "q": "q"}
    filters = {names[name]: value for name, value in query.items() if name in names}
    if "near" in query:
        return _answer(_near(query, filters), kept="no-store")  # the address says where somebody stands
    most = query.get("limit") if "q" in query else None  # without words it is the whole list
    found = list_stations(network_id=caller().network_id, limit=most, **filters)
    return _answer(StationOut(many=True).dump(found))


@blueprint.route("/<station_id>", methods=["GET"])
@guard.signed_in
@blueprint.response(200, StationOut)
def station(station_id: str) -> Station:
    """One station of the network."""
    return get_station(network_id=caller().network_id, station_id=station_id)


def _near(query: dict[str, Any], filters: dict[str, str]) -> list[dict[str, Any]]:
    origin = to_wgs84(position=Position(*query["near"]), datum=Datum(query["datum"]))
    near = list_nearest_stations(
        network_id=caller().network_id, origin=origin, limit=query.get("limit", NEAREST), **filters
    )
    dump = StationOut().dump
    return [dump(each.place) | {"distance_m": round(each.distance_m)} for each in near]


def _answer(stations: list[dict[str, Any]], *, kept: str = "private, no-cache") -> Response:
    etag = sha256(dump_json(stations)).hexdigest()[:32]
    response = Response(mimetype="application/json")
    response.set_etag(etag)
    response.headers["Cache-Control"] = kept
    if request.if_none_match.contains(etag):
        response.status_code = 304
        return response
    response.set_data(dump_json({"stations": stations, "as_of": clock.now()}))
    return response
