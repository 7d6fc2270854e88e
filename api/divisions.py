"""Administrative divisions and the outlines that are known of them."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.auth import caller, guard
from api.json import dump_json
from api.schemas.network import DivisionOut, DivisionsOut
from workstation.network.queries import list_outlines, read_divisions

FIELDS = tuple(DivisionOut().fields)
blueprint = Blueprint("divisions", __name__, url_prefix="/api/v1/divisions", description="Divisions")


@blueprint.route("", methods=["GET"])
@guard.signed_in
@blueprint.response(200, DivisionsOut)
def divisions() -> Response:
    """Every division of the network, also those no longer valid."""
    found = read_divisions(network_id=caller().network_id, fields=FIELDS)
    return Response(dump_json({"divisions": found}), mimetype="application/json")


@blueprint.route("/outlines", methods=["GET"])
@guard.signed_in
@blueprint.response(200)
def outlines() -> dict[str, Any]:
    """The known outlines as a GeoJSON FeatureCollection in WGS-84. Not an official map."""
    features = [
        {
            "type": "Feature",
            "properties": {"id": division.id, "name": division.name, "level": division.level},
            "geometry": geometry,
        }
        for division, geometry in list_outlines(network_id=caller().network_id)
    ]
    return {"type": "FeatureCollection", "features": features}
