"""What staff decide about held entries: release them as facts, or close them with a reason."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select, tuple_, update

from workstation.database import db, lock_names
from workstation.errors import Refusal
from workstation.feed.operations import FeedChange, publish
from workstation.keys import Keys
from workstation.network.models import Station
from workstation.network.queries import confine_stations
from workstation.people.models import StationMember
from workstation.people.rules import Scope
from workstation.sync.entries import ROOT_KINDS, Entry, Sender
from workstation.sync.held import open_up
from workstation.sync.ledger import Grammar, Ledger
from workstation.sync.models import HeldEntry, Receipt
from workstation.sync.operations import write

PAGE = 50


def list_held(*, scope: Scope, state: str, after: str = "") -> list[HeldEntry]:
    """One page of held entries that this person of staff answers for, oldest number first."""
    statement = _confined(select(HeldEntry).where(HeldEntry.state == state), scope=scope)
    if after.isascii() and after.isdigit():
        statement = statement.where(HeldEntry.receipt_no > int(after[:18]))
    return list(db.session.scalars(statement.order_by(HeldEntry.receipt_no).limit(PAGE)))


def _confined(statement: Select[Any], *, scope: Scope) -> Select[Any]:
    """By the entry's station; where none is known, by the stations of the person who sent it."""
    statement = statement.where(HeldEntry.network_id == scope.network_id)
    if scope.level == "network":
        return statement
    stations = confine_stations(select(Station.id), scope=scope)
    members = select(StationMember.member_id).where(
        StationMember.network_id == scope.network_id, StationMember.station_id.in_(stations)
    )
    by_member = HeldEntry.station_id.is_(None) & HeldEntry.member_id.in_(members)
    return statement.where(or_(HeldEntry.station_id.in_(stations), by_member))


def _get(*, scope: Scope, entry_id: str, content_hash: str) -> HeldEntry:
    """One waiting entry within the scope, locked against a second decision."""
    lock_names(db.session.connection(), [f"entry {scope.network_id} {entry_id}"])
    key = tuple_(HeldEntry.entry_id, HeldEntry.content_hash) == (entry_id, content_hash)
    held: HeldEntry | None = db.session.scalar(_confined(select(HeldEntry).where(key), scope=scope))
    if held is None:
        raise Refusal("held_entry.not_found")
    if held.state != "waiting":
        raise Refusal("held_entry.closed")
    if held.member_id == scope.member_id:
        raise Refusal("held_entry.own")
    return held


def release(
    *,
    scope: Scope,
    entry_id: str,
    content_hash: str,
    device_id: str,
    reason: str,
    now: datetime,
    keys: Keys,
    grammar: Grammar,
) -> None:
    """Makes a held entry a fact, with its original times and number.

    Refuses with held_entry.not_releasable while it can't be one: not valid, its station or target not
    there, or the second wording of a conflict.
    """
    held = _get(scope=scope, entry_id=entry_id, content_hash=content_hash)
    content = open_up(held.content, network_id=scope.network_id, entry_id=entry_id, keys=keys)
    entry = grammar.read(content or {})
    if held.code == "entry.conflict" or not isinstance(entry, Entry) or entry.problem:
        raise Refusal("held_entry.not_releasable")
    sender = Sender(
        network_id=scope.network_id,
        member_id=scope.member_id,
        device_id=device_id,
        role="city_office",
        scope=replace(scope, level="network"),
    )
    ledger = Ledger(sender=sender, sent_at=now, received_at=now, keys=keys, grammar=grammar)
    _accept(ledger, entry)
    held.settled_by_id, held.reason = scope.member_id, reason
    db.session.flush()
    write(ledger)


def _accept(ledger: Ledger, entry: Entry) -> None:
    ledger.read([entry])
    kept = ledger.known[entry.id]
    if entry.kind in ROOT_KINDS and entry.station_id not in ledger.stations:
        raise Refusal("held_entry.not_releasable")
    if ledger.reason_about_target_of(replace(entry, on_behalf_of=None), kept):
        raise Refusal("held_entry.not_releasable")
    kept.state, kept.code = "accepted", None
    kept.station_id = entry.station_id if entry.kind in ROOT_KINDS else None
    kept.flags = [*kept.flags, "released"]
    ledger.changed[entry.id] = kept
    ledger.accept(kept, entry)
    ledger.settle_waiting()


def close(*, scope: Scope, entry_id: str, content_hash: str, reason: str, now: datetime) -> None:
    """Settles a held entry without making it a fact; the phone learns the reason."""
    held = _get(scope=scope, entry_id=entry_id, content_hash=content_hash)
    held.state, held.reason = "closed", reason
    held.settled_at, held.settled_by_id = now, scope.member_id
    if held.code != "entry.conflict":
        this = (Receipt.network_id == scope.network_id) & (Receipt.entry_id == entry_id)
        db.session.execute(update(Receipt).where(this).values(state="closed"))
    publish(network_id=scope.network_id, changes=[FeedChange(held.member_id, "receipt", entry_id)])
