"""Changing what coverage is judged by: one officer proposes, another one agrees, and only then it counts.

A proposal that waits bars further ones, so two officers who want different rules meet before either counts.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal

from sqlalchemy import select, update

from workstation.coverage.limits import COUNTED_IN, LIMITS, counts_again
from workstation.coverage.models import StationDay, TouchedDays
from workstation.coverage.operations import list_parts, lock_figures
from workstation.coverage.rules import Thresholds
from workstation.database import db, insert_rows
from workstation.errors import Refusal
from workstation.ids import is_id, new_id
from workstation.network.founding import DEFAULT_STANDARD
from workstation.network.history import Editor, check_version
from workstation.network.models import Network, RuleVersion
from workstation.network.rule_versions import count_deciders, keep_present, list_versions
from workstation.prepared import lock_names

Decision = Literal["agree", "decline", "withdraw"]
STATES: dict[Decision, str] = {"agree": "agreed", "decline": "declined", "withdraw": "withdrawn"}
Described = dict[str, Any]
PLACES_A_NOTE = 10  # so that the figures take in some 3,000 station-days at a time: half a second


def read_rules(*, network_id: int) -> Described:
    """What is in force, between which values each threshold may be set, and every proposal, latest first.

    Each has what it changes of the version it is based on: standard and thresholds by name.
    """
    network = db.session.get_one(Network, network_id)
    rows = list_versions(network_id=network_id)
    present = {network.rules_version: _present(network)}  # also where it is no longer among the latest
    known = present | {
        row["version"]: describe(row["standard"], row["thresholds"]) for row in rows if row["version"]
    }
    return {
        "version": network.rules_version,
        "rules": present[network.rules_version],
        "limits": [{"name": name, **limit._asdict()} for name, limit in LIMITS.items()],
        "deciders": count_deciders(network_id=network_id),
        "proposals": [_described(row, known.get(row["base_version"])) for row in rows],
    }


def _described(row: Described, before: Described | None) -> Described:
    after = describe(row["standard"], row["thresholds"])
    changes = changed(before, after) if before else []
    again = any(change["name"] in COUNTED_IN for change in changes)
    return row | {"rules": after, "changes": changes, "counts_again": again}


def describe(standard: Sequence[str], thresholds: dict[str, Any]) -> Described:
    """The standard, and every threshold by its name, also those that the network left as they are."""
    return {"standard": list(standard)} | asdict(Thresholds.of(thresholds or {}))


def _present(network: Network) -> Described:
    return describe(network.standard or DEFAULT_STANDARD, network.thresholds)


def changed(before: Described, after: Described) -> list[Described]:
    """What differs, in the order of showing."""
    names = ("standard", *LIMITS)
    differing = [name for name in names if before[name] != after[name]]
    return [{"name": name, "before": before[name], "after": after[name]} for name in differing]


def propose_rules(*, standard: Sequence[str], thresholds: Thresholds, version: int, editor: Editor) -> None:
    """Puts rules before a second person; nothing changes yet.

    Refuses with edit.conflict and both wordings when others are in force by now, rules.proposed_already, and
    rules.unchanged.
    """
    network = _locked(editor.network_id)
    wanted = describe(standard, asdict(thresholds))
    present = _present(network)
    _check_version(network, given=version, theirs=present, yours=wanted)
    if _is_any_open(network.id):
        raise Refusal("rules.proposed_already")
    if wanted == present:
        raise Refusal("rules.unchanged")
    keep_present(network, now=editor.now)
    proposal = RuleVersion(
        network_id=network.id,
        id=new_id(),
        base_version=network.rules_version,
        standard=list(standard),
        thresholds=asdict(thresholds),
        state="proposed",
        proposed_at=editor.now,
        proposed_by_id=editor.member_id,
        reason=editor.reason,
    )
    db.session.add(proposal)
    db.session.flush()


def _locked(network_id: int) -> Network:
    lock_names([f"rules {network_id}"])
    db.session.expire_all()  # what was read before the lock may be old by now
    return db.session.get_one(Network, network_id)


def _is_any_open(network_id: int) -> bool:
    own = (RuleVersion.network_id == network_id, RuleVersion.state == "proposed")
    return db.session.scalar(select(RuleVersion.id).where(*own)) is not None


def _check_version(network: Network, *, given: int, theirs: Described, yours: Described) -> None:
    if given == network.rules_version:
        return
    last = next((each for each in list_versions(network_id=network.id) if each["version"]), {})
    said = {
        "by_name": last.get("proposed_by"),
        "reason": last.get("reason"),
        "made_at": last.get("applies_from"),
    }
    names = [change["name"] for change in changed(theirs, yours)]
    check_version(
        given=given,
        current=network.rules_version,
        theirs={name: theirs[name] for name in names},
        yours={name: yours[name] for name in names},
        last=said,
    )


def decide_rules(*, proposal_id: str, decision: Decision, by: Editor) -> None:
    """A second person agrees or declines, or the proposer withdraws; only agreeing changes the rules.

    Refuses with rules.proposal_not_found, rules.decided, rules.own_proposal (nobody decides about an own one)
    and rules.not_yours (withdrawing another's).
    """
    network = _locked(by.network_id)
    proposal = _get_open(network.id, proposal_id)
    _check_person(proposal, decision, by)
    said = {"state": STATES[decision], "decided_at": by.now, "decided_by_id": by.member_id}
    said["decision_reason"] = by.reason or None
    if decision == "agree":
        said |= {"version": network.rules_version + 1, "applies_from": by.now}
    own = (RuleVersion.network_id == network.id, RuleVersion.id == proposal_id)
    db.session.execute(update(RuleVersion).where(*own).values(said))
    if decision == "agree":
        _put_in_force(network, proposal)


def _get_open(network_id: int, proposal_id: str) -> RuleVersion:
    found = db.session.get(RuleVersion, (network_id, proposal_id)) if is_id(proposal_id) else None
    if found is None:
        raise Refusal("rules.proposal_not_found")
    if found.state != "proposed":
        raise Refusal("rules.decided")
    return found


def _check_person(proposal: RuleVersion, decision: Decision, by: Editor) -> None:
    own = by.member_id == proposal.proposed_by_id
    if decision == "withdraw" and not own:
        raise Refusal("rules.not_yours")
    if decision != "withdraw" and own:
        raise Refusal("rules.own_proposal")


def _put_in_force(network: Network, proposal: RuleVersion) -> None:
    before, after = (Thresholds.of(one.thresholds or {}) for one in (network, proposal))
    # Whoever takes days in under the old rules ends first: what it adds is noted below as well.
    lock_figures(network_id=network.id)
    network.standard, network.thresholds = list(proposal.standard), dict(proposal.thresholds)
    network.rules_version += 1
    db.session.flush()
    if counts_again(before, after):
        _note_all_days(network.id)


def _note_all_days(network_id: int) -> None:
    """Every station-day waits to be counted again; who looks next, or `flask coverage rebuild`, does it."""
    for stations in list_parts(network_id=network_id):
        own = (StationDay.network_id == network_id, StationDay.station_id.in_(stations))
        rows = db.session.execute(select(StationDay.station_id, StationDay.day).where(*own))
        places = [(station_id, day.isoformat()) for station_id, day in rows]
        parts = [places[start : start + PLACES_A_NOTE] for start in range(0, len(places), PLACES_A_NOTE)]
        insert_rows(
            TouchedDays, [{"network_id": network_id, "id": new_id(), "places": part} for part in parts]
        )


def open_proposal(*, network_id: int) -> str:
    """The id of the proposal that waits. Refuses with rules.proposal_not_found."""
    own = (RuleVersion.network_id == network_id, RuleVersion.state == "proposed")
    found = db.session.scalar(select(RuleVersion.id).where(*own))
    if found is None:
        raise Refusal("rules.proposal_not_found")
    return found
