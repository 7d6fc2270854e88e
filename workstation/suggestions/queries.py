"""Asks the database for suggestions."""

from typing import Any

from sqlalchemy import and_, literal, select, tuple_

from workstation.database import Id, UtcDateTime, db
from workstation.errors import Refusal
from workstation.people.models import Member
from workstation.suggestions.models import Suggestion

PAGE = 50


def get_suggestion(*, network_id: int, suggestion_id: str) -> Suggestion:
    """One of this network. Refuses with suggestion.not_found."""
    found = db.session.get(Suggestion, (network_id, suggestion_id))
    if found is None:
        raise Refusal("suggestion.not_found")
    return found


LATEST_FIRST = (Suggestion.written_at.desc(), Suggestion.id.desc())


def list_own_suggestions(*, network_id: int, member_id: str) -> list[Suggestion]:
    """One person's latest 50."""
    own = (Suggestion.network_id == network_id) & (Suggestion.member_id == member_id)
    return list(db.session.scalars(select(Suggestion).where(own).order_by(*LATEST_FIRST).limit(PAGE)))


def list_suggestions(*, network_id: int, answered: bool, after: str) -> list[dict[str, Any]]:
    """One page of the network's, latest first, with names; `after` is the last id of the page before."""
    same = and_(Member.network_id == Suggestion.network_id, Member.id == Suggestion.member_id)
    statement = select(Suggestion, Member.name).join(Member, same).where(Suggestion.network_id == network_id)
    statement = statement.where(Suggestion.answer.is_not(None) if answered else Suggestion.answer.is_(None))
    if after:
        last = get_suggestion(network_id=network_id, suggestion_id=after)
        statement = statement.where(
            tuple_(Suggestion.written_at, Suggestion.id)
            < tuple_(literal(last.written_at, UtcDateTime), literal(last.id, Id))
        )
    rows = db.session.execute(statement.order_by(*LATEST_FIRST).limit(PAGE))
    return [_row(suggestion, name) for suggestion, name in rows]


def _row(suggestion: Suggestion, name: str) -> dict[str, Any]:
    names = ("id", "text", "app_version", "written_at", "answer", "answered_at")
    return {each: getattr(suggestion, each) for each in names} | {"member_name": name}
