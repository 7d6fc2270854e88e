"""Areas and topics of the network, set by the city office with a reason and a history."""

from typing import Any

from flask_smorest import Blueprint

from api.audit_notes import editor_of
from api.auth import caller, guard
from api.schemas.description import ProblemOut
from api.schemas.settings import NewSettingIn, RenameIn, SettingsOut
from workstation.database import writing
from workstation.network.history import Editor
from workstation.network.settings import add_to_settings, read_settings, rename_setting

blueprint = Blueprint("settings", __name__, url_prefix="/api/v1/settings", description="Settings")


@blueprint.route("", methods=["GET"])
@guard.roles("city_office")
@blueprint.response(200, SettingsOut)
def settings() -> dict[str, Any]:
    """Areas and topics with their versions, and what was changed, newest first."""
    return read_settings(network_id=caller().network_id)


@blueprint.route("", methods=["POST"])
@guard.roles("city_office")
@blueprint.arguments(NewSettingIn)
@blueprint.response(201, SettingsOut)
@blueprint.alt_response(409, schema=ProblemOut, description="setting.taken")
def add(body: dict[str, Any]) -> dict[str, Any]:
    """Adds an area or a topic; phones learn of a topic with the next pull."""
    with writing():
        add_to_settings(editor=_editor(body.pop("reason")), **body)
    return read_settings(network_id=caller().network_id)


@blueprint.route("/<thing_id>", methods=["PATCH"])
@guard.roles("city_office")
@blueprint.arguments(RenameIn)
@blueprint.response(200, SettingsOut)
@blueprint.alt_response(409, schema=ProblemOut, description="edit.conflict, setting.taken")
def rename(body: dict[str, Any], thing_id: str) -> dict[str, Any]:
    """Gives an area or a topic another name; the code stays."""
    with writing():
        rename_setting(thing_id=thing_id, editor=_editor(body.pop("reason")), **body)
    return read_settings(network_id=caller().network_id)


def _editor(reason: str) -> Editor:
    person = caller()
    return editor_of(person, reason)
