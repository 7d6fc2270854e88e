"""Takes a batch: judged in memory, written set-wise, in one transaction [4.9, 4.10].

The statements of a call do not grow with its entries. When the set cannot be written as a whole the
entries are written one by one, each in a savepoint, so that a poisonous one costs only itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, Update, bindparam, cast, func, true, update
from sqlalchemy.exc import DataError, IntegrityError

from workstation import database
from workstation.database import Id, db, writing
from workstation.keys import Keys
from workstation.people.models import Device
from workstation.prepared import Prepared, Question, ask_together
from workstation.sync.entries import Entry, Kept, Result, Seal, Sender
from workstation.sync.giving_back import give_back
from workstation.sync.judgement import CountCodes, count_no_codes
from workstation.sync.keeping import Overtaken, write
from workstation.sync.known import Grammar, Incoming
from workstation.sync.ledger import Ledger
from workstation.sync.waiting import settle_waiting

MOST_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Call:
    """One sync call: who, when by which clock, and with what keys and schemas to read it.

    `pending` is how many entries the phone still holds; None where another phone's entries are handed in,
    which says nothing about this one.
    """

    sender: Sender
    sent_at: datetime
    received_at: datetime
    pending: int | None
    keys: Keys
    grammar: Grammar
    app_version: str | None = None
    count_codes: CountCodes = count_no_codes


def receive_batch(*, call: Call, incoming: Sequence[Incoming]) -> list[Result]:
    """Commits what these entries say and gives one result each, in the order sent.

    Returns only after the commit is durable. Anything it raises means that nothing was kept.
    """
    for _ in range(MOST_TRIES):
        try:
            with writing(says_who=False):  # the first statement of a call does: LOCK or NOTE_CALL
                return apply_entries(call=call, incoming=incoming)
        except Overtaken:
            continue
        except (IntegrityError, DataError):
            break
    with writing(says_who=False):
        return [_apply_alone(call=call, given=given) for given in incoming]


def _apply_alone(*, call: Call, given: Incoming) -> Result:
    """One entry in a savepoint of its own; what the database refuses is held for staff instead."""
    try:
        with db.session.begin_nested():
            return apply_entries(call=call, incoming=[given])[0]
    except (IntegrityError, DataError, Overtaken) as error:
        if isinstance(given, Seal):
            return _apply_renumbered(call=call, seal=given)
        if isinstance(error, Overtaken) or not isinstance(given, Entry):
            raise
        given.problem = "entry.invalid"
        with db.session.begin_nested():
            return apply_entries(call=call, incoming=[given])[0]


def _apply_renumbered(*, call: Call, seal: Seal) -> Result:
    """A copied-back database may have given the seal's number away before anybody noticed [8.4]."""
    seal.needs_number = True
    try:
        with db.session.begin_nested():
            return apply_entries(call=call, incoming=[seal])[0]
    except (IntegrityError, DataError):
        return Result(id=seal.id, status="rejected", code="entry.seal_invalid")


def apply_entries(*, call: Call, incoming: Sequence[Incoming]) -> list[Result]:
    """Reads, judges and writes inside the caller's transaction. An empty call is only a sign of life."""
    if not incoming:
        ask_together(*notes_of(call, {}))
        return []
    ledger = Ledger(
        sender=call.sender,
        sent_at=call.sent_at,
        received_at=call.received_at,
        keys=call.keys,
        grammar=call.grammar,
        count_codes=call.count_codes,
    )
    ledger.open_seals(incoming)
    ledger.read(incoming)
    results = [_take(ledger, given) for given in incoming]
    settle_waiting(ledger)
    write(ledger, also=notes_of(call, ledger.new))
    for result in results:
        if result.kept and result.source:
            result.kept.receipt_no = result.source.receipt_no
    return results


def _take(ledger: Ledger, given: Incoming) -> Result:
    return give_back(ledger, given) if isinstance(given, Seal) else ledger.take(given)


def _note_call(dialect: str) -> Update:
    """Keeps what is known where a call says nothing new of it. PostgreSQL is told which call it is."""
    own = [Device.network_id == bindparam("network"), Device.id == bindparam("device")]
    if dialect == "postgresql":
        own.append(func.set_config("application_name", bindparam("call"), true()).is_not(None))
    return (
        update(Device)
        .where(*own)
        .values(
            last_sync_at=bindparam("at"),
            pending=bindparam("left"),
            skew_ms=bindparam("skew"),
            app_version=func.coalesce(cast(bindparam("version"), String), Device.app_version),
            last_station_id=func.coalesce(cast(bindparam("station"), Id), Device.last_station_id),
        )
    )


NOTE_CALL = Prepared(_note_call)


def notes_of(call: Call, new: Mapping[str, Kept]) -> list[Question]:
    """Keeps what this call said of the phone: last contact, what it still holds, its clock. No history."""
    if call.pending is None:
        return []
    station_id = next((kept.station_id for kept in reversed(list(new.values())) if kept.station_id), None)
    skew = call.received_at - call.sent_at
    who = {"call": database.name_of_call()} if db.engine.dialect.name == "postgresql" else {}
    said = NOTE_CALL.given(
        **who,
        network=call.sender.network_id,
        device=call.sender.device_id,
        at=call.received_at,
        left=call.pending,
        skew=round(skew / timedelta(milliseconds=1)),
        version=call.app_version,
        station=station_id,
    )
    return [said]
