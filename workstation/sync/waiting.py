"""What follows when a target arrives: entries that waited for it are judged again."""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace

from workstation.people.queries import find_rights
from workstation.sync.entries import Entry, Kept
from workstation.sync.ledger import Ledger
from workstation.sync.queries import find_held, is_waiting_for, read_standing
from workstation.sync.stories import in_order


def settle_waiting(ledger: Ledger) -> None:
    """Applies what waited for a target that is here now, until nothing more follows [4.8]."""
    arrived = {id for id, kept in (ledger.new | ledger.changed).items() if kept.state == "accepted"}
    arrived |= _targets_here(ledger)
    stored = {id: kept for id, kept in ledger.waiting.items() if is_waiting_for(kept, arrived)}
    while arrived:
        ledger.held |= find_held(network_id=ledger.network_id, ids=stored.keys())
        said = ledger.new | ledger.changed
        here = {id: kept for id, kept in said.items() if is_waiting_for(kept, arrived)}
        waiting = in_order((stored | here).values())
        _read_more(ledger, waiting)
        arrived = {kept.entry_id for kept in waiting if _try_again(ledger, kept)}
        stored = read_standing(network_id=ledger.network_id, ids=arrived).waiting


def _targets_here(ledger: Ledger) -> set[str]:
    """Facts that something given back waits for: when it was sealed they were not here yet."""
    waiting = [kept for kept in ledger.new.values() if is_waiting_for(kept, {kept.target_id or ""})]
    targets = [ledger.find(kept.target_id) for kept in waiting]
    return {target.entry_id for target in targets if target and target.state == "accepted"}


def _read_more(ledger: Ledger, waiting: Sequence[Kept]) -> None:
    """Stations and people that only the waiting entries name."""
    contents = (ledger.held_content(kept.entry_id, kept.content_hash) for kept in waiting)
    entries = [ledger.grammar.read(held.content) for held in contents if held]
    ledger.read_stations(each.station_id for each in entries if isinstance(each, Entry))


def _try_again(ledger: Ledger, kept: Kept) -> bool:
    """Judges a waiting entry by the rights of whoever sent it; whether it became a fact."""
    held = ledger.held_content(kept.entry_id, kept.content_hash)
    entry = ledger.grammar.read(held.content) if held else None
    if not isinstance(entry, Entry):
        return False
    kept.code = as_author(ledger, kept).reason_about_target_of(entry, kept)
    ledger.changed |= {} if kept.entry_id in ledger.new else {kept.entry_id: kept}
    if fresh := ledger.new_held.get((kept.entry_id, kept.content_hash)):
        fresh.code = kept.code or fresh.code
    if kept.code is None:
        kept.state = "accepted"
        ledger.new_held.pop((kept.entry_id, kept.content_hash), None)
        ledger.accept(kept, entry)
    return kept.code is None


def as_author(ledger: Ledger, kept: Kept) -> Ledger:
    """The same ledger with the rights of whoever recorded the entry."""
    author_id = kept.entered_by_id or kept.member_id
    if author_id == ledger.sender.member_id:
        return ledger
    role, scope = find_rights(network_id=ledger.network_id, member_id=author_id)
    other = copy(ledger)
    other.sender = replace(ledger.sender, member_id=author_id, role=role, scope=scope)
    return other
