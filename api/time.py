"""The server's time, and what a phone should know before it syncs."""

from typing import Any

from flask_smorest import Blueprint

from api import clock
from api.auth import guard
from workstation.sync.rules import LIMITS, PROTOCOL_MAX, PROTOCOL_MIN

blueprint = Blueprint("time", __name__, url_prefix="/api/v1/time", description="The server's clock")


@blueprint.route("", methods=["GET"])
@guard.anyone(reason="A phone asks for the time before it has a token.")
@blueprint.response(200)
def server_time() -> dict[str, Any]:
    """Server time, the protocols understood, and the limits of one call."""
    return {
        "server_time": clock.now(),
        "protocol_min": PROTOCOL_MIN,
        "protocol_max": PROTOCOL_MAX,
        "limits": LIMITS,
    }
