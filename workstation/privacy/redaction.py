"""Takes out who constituents are once the time that was promised to them is over."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, select, update

from workstation.audit.operations import Actor, Deed, note
from workstation.database import db
from workstation.keys import Keys
from workstation.local_time import local_day
from workstation.receptions.models import Constituent, Reception
from workstation.sync.held import lock_away, open_up
from workstation.sync.models import HeldEntry

LEAST_DAYS = 1
MOST_DAYS = 180


class Redacted(NamedTuple):
    """How many constituents and how many held entries were emptied."""

    constituents: int
    held_entries: int


def redact(*, network_id: int, after: timedelta, keys: Keys, now: datetime) -> Redacted:
    """Inside a write transaction. With nothing due it changes nothing; after a restore it works anew.

    Of a reception its day counts, of a held entry the day on which it was settled; one that still waits keeps
    all but the constituent.
    """
    due = local_day(now) - after
    done = Redacted(_redact_constituents(network_id, due), _redact_held(network_id, now - after, keys))
    if any(done):
        deed = Deed("constituent.redacted", "constituent", "", after=done._asdict() | {"days": after.days})
        note(actor=Actor(network_id=network_id, now=now), deeds=[deed])
    return done


def _redact_constituents(network_id: int, due: date) -> int:
    same = and_(Reception.network_id == Constituent.network_id, Reception.id == Constituent.reception_id)
    over = exists(select(1).where(same, Reception.day <= due))
    own = (Constituent.network_id == network_id) & Constituent.identity.is_not(None)
    gone = update(Constituent).where(own, over).values(identity=None).returning(Constituent.reception_id)
    return len(db.session.execute(gone.execution_options(synchronize_session=False)).all())


def _redact_held(network_id: int, before: datetime, keys: Keys) -> int:
    own = (HeldEntry.network_id == network_id) & HeldEntry.content.is_not(None)
    old = select(HeldEntry).where(own, HeldEntry.held_at <= before)
    return sum(_empty(held, before, keys) for held in db.session.scalars(old))


def _empty(held: HeldEntry, before: datetime, keys: Keys) -> bool:
    if held.state != "waiting":
        if held.settled_at is None or held.settled_at > before:
            return False
        held.content = held.amendment = None
        return True
    this: dict[str, Any] = {"network_id": held.network_id, "entry_id": held.entry_id, "keys": keys}
    content = open_up(held.content, **this)
    kept = without_constituent(content)
    if kept == content:
        return False
    held.content = lock_away(kept, **this)
    return True


def without_constituent(content: Any) -> Any:
    """The same without anything under that name, at any depth."""
    if isinstance(content, list):
        return [without_constituent(inner) for inner in content]
    if not isinstance(content, dict):
        return content
    return {name: without_constituent(inner) for name, inner in content.items() if name != "constituent"}
