"""The suggestion box for the app itself (投诉建议): anybody writes, the city's office reads and answers."""

from typing import Any

from flask_smorest import Blueprint

from api.audit_notes import note_act
from api.auth import caller, guard
from api.schemas.suggestions import (
    AnswerIn,
    BoxOut,
    BoxQuery,
    OwnSuggestionsOut,
    SuggestionIn,
    SuggestionOut,
)
from workstation.database import writing
from workstation.errors import Refusal
from workstation.ids import is_id
from workstation.suggestions.operations import answer_suggestion, suggest
from workstation.suggestions.queries import PAGE, list_own_suggestions, list_suggestions

blueprint = Blueprint("suggestions", __name__, url_prefix="/api/v1/suggestions", description="Suggestion box")


@blueprint.route("", methods=["GET"])
@guard.signed_in
@blueprint.response(200, OwnSuggestionsOut)
def suggestions() -> dict[str, Any]:
    """What I suggested, latest first, with the office's answers."""
    person = caller()
    own = list_own_suggestions(network_id=person.network_id, member_id=person.member_id)
    return {"suggestions": own}


@blueprint.route("", methods=["POST"])
@guard.signed_in
@blueprint.arguments(SuggestionIn)
@blueprint.response(201, SuggestionOut)
def write(body: dict[str, Any]) -> object:
    """Puts a suggestion or complaint about the app into the box."""
    person = caller()
    with writing():
        return suggest(
            network_id=person.network_id,
            member_id=person.member_id,
            suggestion_id=body["id"],
            text=body["text"].strip(),
            app_version=body["app_version"],
            now=person.now,
        )


@blueprint.route("/box", methods=["GET"])
@guard.roles("city_office")
@blueprint.arguments(BoxQuery, location="query")
@blueprint.response(200, BoxOut)
def box(query: dict[str, Any]) -> dict[str, Any]:
    """Everybody's suggestions, latest first, 50 a page."""
    if query["after"] and not is_id(query["after"]):
        raise Refusal("request.invalid")
    found = list_suggestions(network_id=caller().network_id, **query)
    return {"suggestions": found, "next": found[-1]["id"] if len(found) == PAGE else None}


@blueprint.route("/<suggestion_id>/answer", methods=["PUT"])
@guard.roles("city_office")
@blueprint.arguments(AnswerIn)
@blueprint.response(200, SuggestionOut)
def answer(body: dict[str, Any], suggestion_id: str) -> object:
    """Answers it; the person reads the answer where it was written."""
    person = caller()
    if not is_id(suggestion_id):
        raise Refusal("suggestion.not_found")
    with writing():
        note_act("suggestion.answered", suggestion_id)
        return answer_suggestion(
            network_id=person.network_id,
            suggestion_id=suggestion_id,
            answer=body["answer"].strip(),
            answered_by_id=person.member_id,
            now=person.now,
        )
