"""Standard and thresholds of a network in versions: what was proposed, who agreed, what applied when.

What is in force stands in `networks`; `rule_versions` says how it came about.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from workstation.database import db
from workstation.errors import Refusal
from workstation.ids import new_id
from workstation.network.models import Network, RuleVersion
from workstation.people.models import Member

FIRST_REASON = "建网时的设置"
FOUND_REASON = "在服务器上直接设置"
LISTED = 50


class Rules(NamedTuple):
    """What a network judges by, as it is stored."""

    standard: Sequence[str]
    thresholds: dict[str, Any]


def begin_versions(network: Network) -> None:
    """Writes down what a new network begins with, in the caller's transaction."""
    _keep(network, at=network.created_at, reason=FIRST_REASON)


def keep_present(network: Network, *, now: datetime) -> None:
    """Writes down what is in force where nobody did: it was set at the database itself."""
    own = (RuleVersion.network_id == network.id, RuleVersion.version == network.rules_version)
    if db.session.scalar(select(RuleVersion.id).where(*own)) is None:
        _keep(network, at=now, reason=FOUND_REASON)


def _keep(network: Network, *, at: datetime, reason: str) -> None:
    kept = RuleVersion(
        network_id=network.id,
        id=new_id(),
        version=network.rules_version,
        standard=list(network.standard),
        thresholds=dict(network.thresholds),
        state="agreed",
        proposed_at=at,
        reason=reason,
        decided_at=at,
        applies_from=at,
    )
    db.session.add(kept)
    db.session.flush()


def find_version(*, network_id: int, version: int) -> Rules:
    """The rules of a version that is or was in force. Refuses with rules.version_not_found."""
    own = (RuleVersion.network_id == network_id, RuleVersion.version == version)
    found = db.session.execute(select(RuleVersion.standard, RuleVersion.thresholds).where(*own)).first()
    if found is None:
        raise Refusal("rules.version_not_found")
    return Rules(*found)


def list_versions(*, network_id: int) -> list[dict[str, Any]]:
    """What was proposed, with the names of both persons, the latest first; 50 at most."""
    proposer, decider = aliased(Member), aliased(Member)
    columns = [column for column in RuleVersion.__table__.columns if column.name != "network_id"]
    found: Any = select(*columns, proposer.name.label("proposed_by"), decider.name.label("decided_by"))
    rows = db.session.execute(
        found.outerjoin(proposer, _is(proposer, RuleVersion.proposed_by_id))
        .outerjoin(decider, _is(decider, RuleVersion.decided_by_id))
        .where(RuleVersion.network_id == network_id)
        .order_by(RuleVersion.proposed_at.desc(), RuleVersion.id.desc())
        .limit(LISTED)
    )
    return [dict(row) for row in rows.mappings()]


def _is(member: Any, column: Any) -> Any:
    return (member.network_id == RuleVersion.network_id) & (member.id == column)


def count_deciders(*, network_id: int) -> int:
    """How many people of the city office can propose and agree."""
    officers = select(func.count()).where(
        Member.network_id == network_id, Member.role == "city_office", Member.disabled_at.is_(None)
    )
    return db.session.scalar(officers) or 0
