"""Standard and thresholds of the network: proposed by one officer of the city, agreed to by another."""

from typing import Any

from flask_smorest import Blueprint

from api.audit_notes import editor_of, note_act
from api.auth import caller, guard
from api.schemas.description import ProblemOut
from api.schemas.rules import RulesDecisionIn, RulesIn, RulesOut
from workstation.coverage.rule_changes import decide_rules, propose_rules, read_rules
from workstation.coverage.rules import Thresholds
from workstation.database import writing
from workstation.errors import Refusal
from workstation.network.history import Editor

blueprint = Blueprint("rules", __name__, url_prefix="/api/v1/rules", description="Rules of coverage")


@blueprint.route("", methods=["GET"])
@guard.staff
@blueprint.response(200, RulesOut)
def rules() -> dict[str, Any]:
    """The rules in force, between which values each may be set, and what was proposed, latest first."""
    return read_rules(network_id=caller().network_id)


@blueprint.route("/proposals", methods=["POST"])
@guard.roles("city_office")
@blueprint.arguments(RulesIn)
@blueprint.response(201, RulesOut)
@blueprint.alt_response(
    409, schema=ProblemOut, description="rules.proposed_already, rules.unchanged, edit.conflict with both"
)
def propose(body: dict[str, Any]) -> dict[str, Any]:
    """Proposes rules; they count once another person of the city office agrees."""
    with writing():
        propose_rules(
            standard=body["standard"],
            thresholds=_thresholds(body["thresholds"]),
            version=body["version"],
            editor=_editor(body["reason"]),
        )
        said = {"standard": body["standard"], "thresholds": body["thresholds"]}
        note_act("rules.proposed", reason=body["reason"], after=said)
    return read_rules(network_id=caller().network_id)


@blueprint.route("/proposals/<proposal_id>/decision", methods=["POST"])
@guard.roles("city_office")
@blueprint.arguments(RulesDecisionIn)
@blueprint.response(200, RulesOut)
@blueprint.alt_response(403, schema=ProblemOut, description="rules.own_proposal, rules.not_yours")
@blueprint.alt_response(409, schema=ProblemOut, description="rules.decided")
def decide(body: dict[str, Any], proposal_id: str) -> dict[str, Any]:
    """Another person agrees or declines with a reason; the proposer can only withdraw."""
    if body["decision"] == "decline" and not body["reason"].strip():
        raise Refusal("request.invalid", fields={"reason": ["不同意要写明原因。"]})
    with writing():
        decide_rules(proposal_id=proposal_id, decision=body["decision"], by=_editor(body["reason"]))
        note_act(f"rules.{body['decision']}", proposal_id, reason=body["reason"])
    return read_rules(network_id=caller().network_id)


def _thresholds(said: dict[str, float]) -> Thresholds:
    """Shares to whole percents: what is shown is what counts."""
    return Thresholds(**{name: round(value, 2) for name, value in said.items()})  # type: ignore[arg-type]  # by the schema whole where they must be


def _editor(reason: str) -> Editor:
    person = caller()
    return editor_of(person, reason)
