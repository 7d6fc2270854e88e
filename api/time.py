"""The server's time, and what a phone should know before it syncs."""

from typing import Any

from flask_smorest import Blueprint

from api import clock
from api.auth import app_keys, guard
from workstation.sync.rescues import public_rescue_key
from workstation.sync.rules import LIMITS, PROTOCOL_MAX, PROTOCOL_MIN

blueprint = Blueprint("time", __name__, url_prefix="/api/v1/time", description="The server's clock")


@blueprint.route("", methods=["GET"])
@guard.anyone(reason="A phone asks for the time before it has a token.")
@blueprint.response(200)
def server_time() -> dict[str, Any]:
    """Server time, the protocols understood, the limits of one call, and the key for rescue files."""
    return {
        "server_time": clock.now(),
        "protocol_min": PROTOCOL_MIN,
        "protocol_max": PROTOCOL_MAX,
        "limits": LIMITS,
        "rescue_key": public_rescue_key(app_keys()),
    }
