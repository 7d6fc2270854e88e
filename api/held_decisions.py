"""Deciding about several held entries of one code at once: each a decision of its own, none stops another."""

from typing import Any

from flask_smorest import Blueprint

from api.audit_notes import note_act
from api.auth import Caller, app_keys, caller, guard
from api.schemas.held_decisions import DecisionsIn, DecisionsOut
from api.sync import entry_reader
from workstation.database import writing
from workstation.errors import Refusal
from workstation.sync.known import Grammar
from workstation.sync.late_codes import try_twice
from workstation.sync.releases import Decision, release
from workstation.sync.reviews import close, find_waiting

blueprint = Blueprint(
    "held_decisions", __name__, url_prefix="/api/v1/held-entries", description="Held entries"
)


@blueprint.route("/decisions", methods=["POST"])
@guard.staff
@blueprint.arguments(DecisionsIn)
@blueprint.response(200, DecisionsOut)
def decisions(body: dict[str, Any]) -> dict[str, Any]:
    """Releases or closes up to 100 of one code with one reason; says of each what became of it."""
    person = caller()
    reader = entry_reader(network_id=person.network_id)
    grammar = Grammar(read=reader.read, check_changes=reader.check_changes)
    return {"results": [_decide(person, body, entry, grammar) for entry in body["entries"]]}


def _decide(person: Caller, body: dict[str, Any], entry: dict[str, str], grammar: Grammar) -> dict[str, Any]:
    try:
        try_twice(lambda: _settle(person, body, entry, grammar))
    except Refusal as refusal:
        return entry | {"done": False, "code": refusal.code, "message": refusal.message}
    return entry | {"done": True, "code": None, "message": None}


def _settle(person: Caller, body: dict[str, Any], entry: dict[str, str], grammar: Grammar) -> None:
    this = {"entry_id": entry["id"], "content_hash": entry["content_hash"]}
    with writing():
        held = find_waiting(scope=person.scope, **this)
        if held.code != body["code"]:
            raise Refusal("held_entry.other_code")
        if body["how"] == "release":
            decision = _decision(person, body["reason"])
            release(decision=decision, **this, keys=app_keys(), grammar=grammar)
            note_act("held_entry.released", entry["id"], reason=body["reason"])
        else:
            close(scope=person.scope, **this, reason=body["reason"], now=person.now)
            note_act("held_entry.closed", entry["id"], reason=body["reason"])


def _decision(person: Caller, reason: str) -> Decision:
    return Decision(
        scope=person.scope, role=person.role, device_id=person.device_id, reason=reason, now=person.now
    )
