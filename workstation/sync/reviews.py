"""What waits for staff and what they decided: read within their scope, closed with a reason."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from workstation.database import db
from workstation.errors import Refusal
from workstation.feed.operations import FeedChange, publish
from workstation.ids import new_id
from workstation.network.models import Station
from workstation.network.queries import confine_stations
from workstation.people.models import Member, StationMember
from workstation.people.rules import Scope
from workstation.prepared import lock_names
from workstation.sync.models import HeldEntry, Receipt

PAGE = 50
CONFLICT = "entry.conflict"


class Settled(NamedTuple):
    """What staff decided about a held entry, why, and who."""

    state: str
    is_amended: bool
    reason: str | None
    by_name: str | None


def list_held(*, scope: Scope, state: str, after: str = "") -> list[HeldEntry]:
    """One page of held entries that this person of staff answers for, oldest number first."""
    statement = _confined(select(HeldEntry).where(HeldEntry.state == state), scope=scope)
    if after.isascii() and after.isdigit():
        statement = statement.where(HeldEntry.receipt_no > int(after[:18]))
    return list(db.session.scalars(statement.order_by(HeldEntry.receipt_no).limit(PAGE)))


def measure_waiting(*, scope: Scope) -> tuple[int, datetime | None]:
    """How many held entries wait for this person of staff, and since when the oldest does."""
    waiting = _confined(select(HeldEntry.held_at).where(HeldEntry.state == "waiting"), scope=scope).subquery()
    found = db.session.execute(select(func.count(), func.min(waiting.c.held_at))).one()
    return int(found[0]), found[1]


def _confined(statement: Select[Any], *, scope: Scope) -> Select[Any]:
    """By the entry's station, or that of what it speaks about; where none is known, by the people's."""
    statement = statement.where(HeldEntry.network_id == scope.network_id)
    if scope.level == "network":
        return statement
    stations = confine_stations(select(Station.id), scope=scope)
    members = select(StationMember.member_id).where(
        StationMember.network_id == scope.network_id, StationMember.station_id.in_(stations)
    )
    receipt, target, root = aliased(Receipt), aliased(Receipt), aliased(Receipt)
    same = and_(receipt.network_id == HeldEntry.network_id, receipt.entry_id == HeldEntry.entry_id)
    by_member = HeldEntry.member_id.in_(members) | exists(
        select(1).where(same, receipt.member_id.in_(members))
    )
    by_target = exists(
        select(1)
        .select_from(receipt)
        .join(target, and_(target.network_id == receipt.network_id, target.entry_id == receipt.target_id))
        .join(root, and_(root.network_id == target.network_id, root.entry_id == target.root_id))
        .where(same, root.station_id.in_(stations))
    )
    unplaced = HeldEntry.station_id.is_(None) & by_member
    return statement.where(or_(HeldEntry.station_id.in_(stations), by_target, unplaced))


def list_authors(held: Sequence[HeldEntry]) -> dict[int, str]:
    """Receipt number → whose entry it is, where others sent it for them."""
    carried = {each.receipt_no: each.member_id for each in held if each.code != CONFLICT}
    rows = db.session.execute(
        select(Receipt.receipt_no, Receipt.member_id).where(
            Receipt.network_id.in_({each.network_id for each in held}),
            Receipt.receipt_no.in_(carried),
        )
    )
    return {number: author for number, author in rows if author != carried[number]}


def find_waiting(*, scope: Scope, entry_id: str, content_hash: str) -> HeldEntry:
    """One waiting entry within the scope.

    Refuses with held_entry.not_found, held_entry.closed once it is settled, and held_entry.own.
    """
    key = and_(HeldEntry.entry_id == entry_id, HeldEntry.content_hash == content_hash)
    held: HeldEntry | None = db.session.scalar(_confined(select(HeldEntry).where(key), scope=scope))
    if held is None:
        raise Refusal("held_entry.not_found")
    _check(held, receipt=find_receipt(held), scope=scope)
    return held


def find_receipt(held: HeldEntry) -> Receipt | None:
    """The receipt under its id: its own, or for a conflict that of the first wording."""
    return db.session.get(Receipt, (held.network_id, held.entry_id), populate_existing=True)


def _check(held: HeldEntry, *, receipt: Receipt | None, scope: Scope) -> None:
    if held.state != "waiting":
        raise Refusal("held_entry.closed")
    concerned = {held.member_id} | _people_of(receipt if held.code != CONFLICT else None)
    if scope.member_id in concerned:
        raise Refusal("held_entry.own")


def lock_waiting(*, held: HeldEntry, scope: Scope, names: Collection[str] = ()) -> Receipt | None:
    """Bars a second decision, and whatever else touches these entries; gives the receipt of its id."""
    ids = {held.entry_id, *names}
    lock_names(f"entry {scope.network_id} {id}" for id in ids)
    db.session.refresh(held)
    receipt = find_receipt(held)
    _check(held, receipt=receipt, scope=scope)
    return receipt


def _people_of(receipt: Receipt | None) -> set[str]:
    """Whose entry it is, and who entered it."""
    return {id for id in (receipt.member_id, receipt.entered_by_id) if id} if receipt else set()


def list_concerned(held: HeldEntry) -> tuple[str, frozenset[str]]:
    """Whose entry it is, and everybody whose it is, who entered it or who sent it."""
    receipt = find_receipt(held) if held.code != CONFLICT else None
    author = receipt.member_id if receipt and receipt.member_id else held.member_id
    return author, frozenset({held.member_id} | _people_of(receipt))


def close(*, scope: Scope, entry_id: str, content_hash: str, reason: str, now: datetime) -> None:
    """Settles a held entry without making it a fact; the phones learn the reason."""
    held = find_waiting(scope=scope, entry_id=entry_id, content_hash=content_hash)
    receipt = lock_waiting(scope=scope, held=held)
    held.state, held.reason = "closed", reason
    held.settled_at, held.settled_by_id = now, scope.member_id
    if held.code == CONFLICT:
        tell_of_conflict(held)
        return
    this = (Receipt.network_id == scope.network_id) & (Receipt.entry_id == entry_id)
    db.session.execute(update(Receipt).where(this).values(state="closed"))
    people = sorted({held.member_id} | _people_of(receipt))
    news = [FeedChange(person, "receipt", entry_id) for person in people]
    publish(network_id=scope.network_id, changes=news)


def tell_of_conflict(held: HeldEntry) -> None:
    """Its sender learns that it is settled, under an id of its own: the entry's id stands for the first."""
    held.feed_id = new_id()
    db.session.flush()
    news = FeedChange(held.member_id, "receipt", held.feed_id)
    publish(network_id=held.network_id, changes=[news])


def list_settled(*, network_id: int, entry_ids: Collection[str]) -> dict[tuple[str, str], Settled]:
    """What staff decided about these entries, by id and content."""
    if not entry_ids:
        return {}
    columns = (HeldEntry.entry_id, HeldEntry.content_hash, HeldEntry.state, HeldEntry.amendment)
    by = and_(Member.network_id == HeldEntry.network_id, Member.id == HeldEntry.settled_by_id)
    rows = db.session.execute(
        select(*columns, HeldEntry.reason, Member.name)
        .outerjoin(Member, by)
        .where(
            HeldEntry.network_id == network_id,
            HeldEntry.entry_id.in_(sorted(entry_ids)),
            HeldEntry.state != "waiting",
        )
    )
    return {
        (entry_id, content_hash): Settled(state, amendment is not None, reason, name)
        for entry_id, content_hash, state, amendment, reason, name in rows
    }


def list_news_of_conflicts(*, network_id: int, feed_ids: Collection[str]) -> list[HeldEntry]:
    """The settled conflicts that the feed names by these ids."""
    if not feed_ids:
        return []
    named = HeldEntry.feed_id.in_(sorted(feed_ids))
    return list(db.session.scalars(select(HeldEntry).where(HeldEntry.network_id == network_id, named)))
