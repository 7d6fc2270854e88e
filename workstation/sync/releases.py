"""Makes a held entry a fact, as it came or as staff put it right: same id, same number, same times.

What the phone said stays: in the receipt where it was right, in the held entry where staff changed it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from workstation.database import db
from workstation.errors import Refusal
from workstation.ids import new_id
from workstation.keys import Keys
from workstation.people.rules import Scope
from workstation.sync.entries import Entry, Kept, Sender
from workstation.sync.held import amended, lock_away, open_up
from workstation.sync.judgement import PRESENCE, scope_has
from workstation.sync.keeping import write
from workstation.sync.known import Grammar
from workstation.sync.late_codes import use_code
from workstation.sync.ledger import Ledger
from workstation.sync.models import HeldEntry
from workstation.sync.reviews import CONFLICT, find_waiting, lock_waiting, tell_of_conflict
from workstation.sync.stories import ROOTS, corrected
from workstation.sync.waiting import as_author, settle_waiting

Amendment = Mapping[str, Any]

OUT_OF_SCOPE = "不在您的范围内，请由上级办公室处理。"
IN_THE_WAY = {
    "entry.target_missing": "所指的那条记录还没有到。",
    "entry.invalid": "与所指的记录不相符。",
    "entry.not_allowed": OUT_OF_SCOPE,
    "target.not_yours": OUT_OF_SCOPE,
}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Who of the staff decides, on what grounds, and what they put right (sync.held.amended)."""

    scope: Scope
    role: str
    device_id: str
    reason: str
    now: datetime
    amendment: Amendment | None = None


def release(*, decision: Decision, entry_id: str, content_hash: str, keys: Keys, grammar: Grammar) -> None:
    """Makes a held entry a fact, with its original times and number.

    Of a conflict the second wording becomes a correction of the first. Refuses with
    held_entry.not_releasable, and the fields at fault, while it can't be a fact.
    """
    held = find_waiting(scope=decision.scope, entry_id=entry_id, content_hash=content_hash)
    entry = _read(held, decision=decision, keys=keys, grammar=grammar)
    lock_waiting(scope=decision.scope, held=held, names=[entry.target_id] if entry.target_id else [])
    ledger = _ledger(decision, keys=keys, grammar=grammar)
    ledger.read([entry])
    if held.code == CONFLICT:
        _correct_first(ledger, entry, decision=decision)
    else:
        _accept(ledger, entry, decision=decision)
    _settle(held, entry, decision=decision, keys=keys)
    write(ledger)
    if held.code == CONFLICT:
        tell_of_conflict(held)


def _read(held: HeldEntry, *, decision: Decision, keys: Keys, grammar: Grammar) -> Entry:
    """The entry as it shall be; refused with what is still wrong with it."""
    content = open_up(held.content, network_id=held.network_id, entry_id=held.entry_id, keys=keys) or {}
    content.pop("errors", None)  # what was wrong with it on arrival is no word of the phone
    amendment = decision.amendment
    raw = content if amendment is None or not content else amended(content, amendment)
    entry = grammar.read(raw)
    if not isinstance(entry, Entry):
        raise Refusal("held_entry.not_releasable")
    if entry.problem:
        raise Refusal("held_entry.not_releasable", fields=dict(entry.content["errors"]))
    return entry


def _ledger(decision: Decision, *, keys: Keys, grammar: Grammar) -> Ledger:
    sender = Sender(
        network_id=decision.scope.network_id,
        member_id=decision.scope.member_id,
        device_id=decision.device_id,
        role=decision.role,
        scope=decision.scope,
    )
    return Ledger(sender=sender, sent_at=decision.now, received_at=decision.now, keys=keys, grammar=grammar)


def _settle(held: HeldEntry, entry: Entry, *, decision: Decision, keys: Keys) -> None:
    """Notes who decided. What was put right keeps the phone's words beside it."""
    held.settled_by_id, held.settled_at, held.reason = decision.scope.member_id, decision.now, decision.reason
    if decision.amendment is not None:
        held.station_id = entry.station_id or held.station_id  # whose staff look it up again
        held.amendment = lock_away(
            decision.amendment, network_id=held.network_id, entry_id=held.entry_id, keys=keys
        )
    if decision.amendment is not None or held.code == CONFLICT:
        held.state = "released"  # others are settled with the facts, and their words are in the receipt
    db.session.flush()


# -- a fact of its own --------------------------------------------------------------------------------


def _accept(ledger: Ledger, entry: Entry, *, decision: Decision) -> None:
    kept = ledger.known[entry.id]
    _check_times(kept, decision.amendment)
    if entry.on_behalf_of is not None and entry.on_behalf_of not in ledger.subjects:
        raise _refusal(on_behalf_of="没有找到这位人员。")
    _check_right(ledger, entry, kept)
    if decision.amendment is not None:
        _put_right(kept, entry)
    kept.state, kept.code = "accepted", None
    kept.station_id = entry.station_id if entry.kind in ROOTS else None
    kept.flags = [*kept.flags, "released", *(["amended"] if decision.amendment is not None else [])]
    use_code(kept, entry=entry, station=ledger.stations.get(kept.station_id or ""), keys=ledger.keys)
    ledger.changed[entry.id] = kept
    ledger.accept(kept, entry)
    settle_waiting(ledger)


def _refusal(**fields: str) -> Refusal:
    return Refusal("held_entry.not_releasable", fields={name: [why] for name, why in fields.items()})


def _check_times(kept: Kept, amendment: Amendment | None) -> None:
    """When it was recorded is the phone's word, as long as it can be read."""
    if amendment and amendment.get("recorded_at") and kept.recorded_at is not None:
        raise _refusal(recorded_at="记录时间以手机为准，不能更改。")


def _check_right(ledger: Ledger, entry: Entry, kept: Kept) -> None:
    """Staff make facts of their own stations; elsewhere only what its author could have made one."""
    station = ledger.stations.get(entry.station_id or "")
    if station is None and (entry.kind in ROOTS or entry.station_id is not None):
        raise _refusal(station_id="没有找到这个站点。")
    if entry.kind in ROOTS and not scope_has(ledger.sender.scope, station):
        raise _refusal(station_id=OUT_OF_SCOPE)
    plain = replace(entry, on_behalf_of=None)
    reason = ledger.reason_about_target_of(plain, kept)
    if reason and as_author(ledger, kept).reason_about_target_of(plain, kept):
        raise _refusal(target_id=IN_THE_WAY[reason])


def _put_right(kept: Kept, entry: Entry) -> None:
    """The receipt follows what staff changed. Of another station nothing is known any more."""
    if entry.kind in PRESENCE and (kept.evidence is None or kept.station_id != entry.station_id):
        kept.verdict, kept.distance_m, kept.accuracy_m, kept.evidence = None, None, None, 0
    kept.kind, kept.target_id = entry.kind, entry.target_id
    kept.recorded_at = kept.recorded_at or entry.recorded_at
    if entry.stated_at is not None:
        kept.occurred_at, kept.evidence = entry.stated_at, kept.evidence and 0
        kept.flags = [*kept.flags, *({"stated"} - set(kept.flags))]
    kept.occurred_at = kept.occurred_at or entry.recorded_at


# -- the second wording of a conflict -----------------------------------------------------------------


def _correct_first(ledger: Ledger, second: Entry, *, decision: Decision) -> None:
    """What the second wording says otherwise becomes a correction of the first, by staff."""
    first = ledger.known.get(second.id)
    if first is None or first.state != "accepted" or first.kind != second.kind:
        raise _refusal(target_id="第一份记录还没有计入，请先处理那一份。")
    changes = _differences(ledger, first, second)
    if not changes:
        raise _refusal(target_id="与第一份没有可以更正的差别，请写明原因后关闭。")
    body = {"target_id": first.entry_id, "changes": changes, "reason": decision.reason}
    raw = {"id": new_id(), "seq": 1, "kind": "correction", "v": 1}
    correction = ledger.grammar.read(raw | {"recorded_at": decision.now.isoformat(), "body": body})
    assert isinstance(correction, Entry)  # it has an id and is no larger than the entry
    ledger.read([correction])
    if ledger.take(correction).status != "accepted":
        raise _refusal(target_id=OUT_OF_SCOPE)
    ledger.new[correction.id].seq = None  # no phone numbered it


def _differences(ledger: Ledger, first: Kept, second: Entry) -> dict[str, Any]:
    now, _ = corrected(first, ledger.roots_before[first.root_id or first.entry_id])
    said = {
        name: second.body.get(name) for name in now | second.body if second.body.get(name) != now.get(name)
    }
    check = ledger.grammar.check_changes
    return {name: value for name, value in said.items() if not check(first.kind or "", {name: value})}
