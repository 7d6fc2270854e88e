"""Takes suggestions, and answers them."""

from datetime import datetime

from workstation.database import insert_rows
from workstation.errors import Refusal
from workstation.suggestions.models import Suggestion
from workstation.suggestions.queries import get_suggestion


def suggest(
    *,
    network_id: int,
    member_id: str,
    suggestion_id: str,
    text: str,
    app_version: str | None,
    now: datetime,
) -> Suggestion:
    """Keeps a suggestion; the same id again changes nothing. Another's id does not exist for the caller."""
    row = {
        "network_id": network_id,
        "id": suggestion_id,
        "member_id": member_id,
        "text": text,
        "app_version": app_version,
        "written_at": now,
    }
    insert_rows(Suggestion, [row], conflict="DO NOTHING")
    kept = get_suggestion(network_id=network_id, suggestion_id=suggestion_id)
    if kept.member_id != member_id:
        raise Refusal("suggestion.not_found")
    return kept


def answer_suggestion(
    *, network_id: int, suggestion_id: str, answer: str, answered_by_id: str, now: datetime
) -> Suggestion:
    """Answers a suggestion, or puts a better answer in place of the former."""
    suggestion = get_suggestion(network_id=network_id, suggestion_id=suggestion_id)
    suggestion.answer, suggestion.answered_at = answer, now
    suggestion.answered_by_id = answered_by_id
    return suggestion
