"""Asks the audit log."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select

from workstation.audit.models import AuditEvent
from workstation.database import db

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Search:
    """What an auditor looks for; what is not given does not narrow. Moments are half-open.

    `words` are looked for in reason, action and thing; `people` are those whose names the words fit.
    """

    network_id: int
    since: datetime | None = None
    until: datetime | None = None
    action: str = ""
    thing_id: str = ""
    words: str = ""
    people: tuple[str, ...] = ()


def list_events(*, search: Search, before_no: int | None = None, limit: int = PAGE) -> list[AuditEvent]:
    """The latest events that fit, newest first, below the number `before_no`."""
    statement = _narrowed(select(AuditEvent), search)
    if before_no is not None:
        statement = statement.where(AuditEvent.no < before_no)
    return list(db.session.scalars(statement.order_by(AuditEvent.no.desc()).limit(limit)))


def _narrowed(statement: Select[AuditEvent], search: Search) -> Select[AuditEvent]:
    statement = statement.where(AuditEvent.network_id == search.network_id)
    if search.since:
        statement = statement.where(AuditEvent.at >= search.since)
    if search.until:
        statement = statement.where(AuditEvent.at < search.until)
    if search.action:
        statement = statement.where(AuditEvent.action.in_(_beginning(search)))
    if search.thing_id:
        statement = statement.where(AuditEvent.thing_id == search.thing_id)
    return statement.where(_says(search)) if search.words else statement


def _says(search: Search) -> ColumnElement[bool]:
    written = (AuditEvent.reason, AuditEvent.action, AuditEvent.thing_id)
    found = [column.contains(search.words, autoescape=True) for column in written]
    by_or_about = (AuditEvent.member_id.in_(search.people), AuditEvent.about_id.in_(search.people))
    return or_(*found, *by_or_about)


def _beginning(search: Search) -> list[str]:
    """The deeds that begin like this: no index of PostgreSQL's finds a beginning in every language."""
    return [
        action for action in list_actions(network_id=search.network_id) if action.startswith(search.action)
    ]


def list_actions(*, network_id: int) -> list[str]:
    """Every deed that the log of this network knows, by name: a step in the index for each of them."""
    first = select(func.min(AuditEvent.action).label("action")).where(AuditEvent.network_id == network_id)
    known = first.cte("known", recursive=True)
    following = (
        select(func.min(AuditEvent.action))
        .where(AuditEvent.network_id == network_id, AuditEvent.action > known.c.action)
        .scalar_subquery()
    )
    known = known.union_all(select(following).where(known.c.action.is_not(None)))
    return sorted(db.session.scalars(select(known.c.action).where(known.c.action.is_not(None))))
