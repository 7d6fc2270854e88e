"""What a reception can be about."""

from typing import Any

from flask_smorest import Blueprint

from api.auth import caller, guard
from api.schemas.network import TopicsOut
from workstation.network.queries import list_topics

blueprint = Blueprint("topics", __name__, url_prefix="/api/v1/topics", description="Topics")


@blueprint.route("", methods=["GET"])
@guard.signed_in
@blueprint.response(200, TopicsOut)
def topics() -> dict[str, Any]:
    """The network's list of topics, in its order."""
    return {"topics": list_topics(network_id=caller().network_id)}
