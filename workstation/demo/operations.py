"""Loads the demo network: first what stands still, then day by day what was tapped, as real entries.

The load commits in portions, since PostgreSQL can't hold the locks of 90 days of entries at once. Until it is
complete the network bears the code UNFINISHED, under which nobody can sign in and nothing lists it; what an
interrupted load left behind is removed by the next one, which then begins anew.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, select, update

from workstation.database import Base, db, writing
from workstation.demo.phones import Phone, Sending, sendings_of_day
from workstation.demo.taps import taps_of_day
from workstation.demo.world import Wish, World, settle
from workstation.keys import Keys
from workstation.local_time import LOCAL
from workstation.network.models import (
    Network,
)
from workstation.network.rules import UNFINISHED
from workstation.people.models import Device
from workstation.people.rules import Scope, level_of
from workstation.sync.entries import Sender
from workstation.sync.known import Grammar
from workstation.sync.operations import Call, apply_entries

CODE = "demo"
CALLS_A_COMMIT = 25
SILENT_PHONES = 0.02

T = TypeVar("T")
Progress = Callable[[Sequence[date]], Iterable[date]]


def load_demo(*, wish: Wish, now: datetime, keys: Keys, grammar: Grammar, progress: Progress = iter) -> World:
    """All but the secrets, under the code UNFINISHED; `open_network` is the last step. Commits by itself."""
    today = now.astimezone(LOCAL).date()
    first = today - timedelta(days=wish.days)
    with writing():
        remove_unfinished()
        world = settle(wish=wish, now=now, first=first, today=today)
    phones = {device["member_id"]: Phone(device["id"], device["member_id"]) for device in world.crowd.devices}
    senders = _senders(world)
    for day in progress([first + timedelta(days=number) for number in range(wish.days + 1)]):
        sendings = _sendings(world=world, phones=phones, day=day, now=now, random=wish.random(day))
        for portion in _portions(sendings, CALLS_A_COMMIT):
            with writing():
                for sending in portion:
                    _receive(
                        sending=sending, sender=senders[sending.phone.member_id], keys=keys, grammar=grammar
                    )
    with writing():
        _hear_from_phones(world=world, phones=phones, now=now, random=wish.random("phones"))
    return world


def remove_unfinished() -> None:
    """Takes away what an interrupted load left, children before parents."""
    network_id = db.session.scalar(select(Network.id).where(Network.code == UNFINISHED))
    if network_id is None:
        return
    for table in reversed(Base.metadata.sorted_tables):
        if "network_id" in table.c:
            # A division points at its parent in the same table, which one statement may take away with it.
            db.session.execute(delete(table).where(table.c.network_id == network_id))
    db.session.execute(delete(Network).where(Network.id == network_id))


def _senders(world: World) -> dict[str, Sender]:
    stations: dict[str, set[str]] = {}
    for link in world.crowd.memberships:
        stations.setdefault(link["member_id"], set()).add(link["station_id"])
    roles = {person["id"]: person["role"] for person in world.crowd.people}
    return {
        device["member_id"]: Sender(
            network_id=world.network_id,
            member_id=device["member_id"],
            device_id=device["id"],
            role=roles[device["member_id"]],
            scope=Scope(
                network_id=world.network_id,
                level=level_of(roles[device["member_id"]]),
                member_id=device["member_id"],
                station_ids=frozenset(stations.get(device["member_id"], ())),
            ),
        )
        for device in world.crowd.devices
    }


def _sendings(
    *, world: World, phones: dict[str, Phone], day: date, now: datetime, random: Random
) -> list[Sending]:
    duties = [duty for duty in world.duties if duty.starts_at.date() == day]
    taps = taps_of_day(day=day, duties=duties, spots=world.ground.spots, crowd=world.crowd, random=random)
    evening = datetime.combine(day + timedelta(days=1), time(), LOCAL)
    return sendings_of_day(phones=phones, taps=taps, evening=evening, now=now, random=random)


def _portions(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (things[start : start + size] for start in range(0, len(things), size))


def _receive(*, sending: Sending, sender: Sender, keys: Keys, grammar: Grammar) -> None:
    call = Call(
        sender=sender,
        sent_at=sending.sent_at,
        received_at=sending.sent_at,
        pending=sending.pending,
        keys=keys,
        grammar=grammar,
    )
    apply_entries(call=call, incoming=[grammar.read(entry) for entry in sending.entries])


def _hear_from_phones(*, world: World, phones: dict[str, Phone], now: datetime, random: Random) -> None:
    """Nearly every phone was opened lately; a few are silent, and those that hold entries have said so."""
    heard: list[dict[str, Any]] = [
        {
            "device": phone.device_id,
            "at": now - timedelta(days=4 if phone.waiting else 0, minutes=random.randrange(1, 600)),
            "holds": len(phone.waiting),
        }
        for phone in phones.values()
        if phone.waiting or random.random() >= SILENT_PHONES
    ]
    mine = (Device.network_id == world.network_id) & (Device.id == bindparam("device"))
    statement = update(Device).where(mine).values(last_sync_at=bindparam("at"), pending=bindparam("holds"))
    db.session.connection().execute(statement, heard)
