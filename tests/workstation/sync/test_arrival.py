"""Entries may arrive in any order, in any batches, on any worker: the day that they tell is the same."""

import random
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.api.test_sync import forget
from tests.cast import NOON, Cast, Phone
from workstation.check_ins.models import CheckIn
from workstation.database import db
from workstation.shifts.models import Shift
from workstation.sync.models import HeldEntry, Receipt

IN_ANY_ORDER = settings(
    max_examples=settings().max_examples // 4, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ROUNDS_AT_ONCE = 15
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Wire = dict[str, Any]


def a_day(phone: Phone, station_id: str, other_id: str) -> list[Wire]:
    """A shift that was ended twice, put right and partly taken back, and a check-in that was taken back.

    Its tale: the shift ran from 9 to 11 at the other station, and the check-in does not count.
    """
    at = NOON - timedelta(hours=3)
    start = phone.shift_start(station_id, at=at)
    first = phone.shift_end(start["id"], at=at + timedelta(hours=1))
    second = phone.shift_end(start["id"], at=at + timedelta(hours=2))
    check_in = phone.check_in(station_id, at=at)
    moved, noted = {"station_id": other_id}, {"note": "交给同事"}

    def about(kind: str, target: Wire, hours: int, **more: Wire) -> Wire:
        body = {"target_id": target["id"], "reason": "记错了", **more}
        return phone.entry(kind, body, at=at + timedelta(hours=hours))

    return [
        start,
        first,
        second,
        about("withdrawal", first, 3),
        about("correction", start, 4, changes=moved),
        about("correction", second, 5, changes=noted),
        check_in,
        about("correction", check_in, 6, changes=noted),
        about("withdrawal", check_in, 7),
    ]


def check_day(cast: Cast, day: Sequence[Wire]) -> None:
    """What the database says of this day, whatever came first."""
    start, _, second, *_ = day
    with cast.app.app_context():
        receipts = db.session.scalars(select(Receipt).where(Receipt.entry_id.in_([e["id"] for e in day])))
        assert [(each.kind, each.code) for each in receipts if each.state != "accepted"] == []
        waiting = select(HeldEntry.entry_id).where(HeldEntry.state == "waiting")
        assert db.session.scalars(waiting).all() == []
        shift = db.session.scalars(select(Shift).where(Shift.id == start["id"])).one()
        assert (shift.end_id, shift.station_id) == (second["id"], cast.here.stations["annex"])
        assert shift.ended_at - shift.started_at == timedelta(hours=2)
        check_in = db.session.scalars(select(CheckIn).where(CheckIn.id == day[6]["id"])).one()
        assert (check_in.note, check_in.withdrawn) == ("交给同事", True)


def new_day(cast: Cast, phone: Phone) -> list[Wire]:
    return a_day(phone, cast.here.stations["hall"], cast.here.stations["annex"])


@on_sqlite
@IN_ANY_ORDER
@given(chance=st.randoms(use_true_random=False), sizes=st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_a_day_is_the_same_in_any_order_and_any_batches(
    cast: Cast, chance: random.Random, sizes: list[int]
) -> None:
    phone = cast.phone("member")
    day = new_day(cast, phone)
    shuffled = day.copy()
    chance.shuffle(shuffled)
    for size in [*sizes, len(day)]:
        batch, shuffled = shuffled[:size], shuffled[size:]
        phone.sync(*batch)
    check_day(cast, day)


@on_postgresql
def test_a_day_is_the_same_when_two_workers_get_it_at_the_same_moment(cast: Cast) -> None:
    """Cut in two at random, both halves at once: whatever speaks of another entry still finds it."""
    phone = cast.phone("member")
    phone.pull()
    for number in range(ROUNDS_AT_ONCE):
        chance = random.Random(number)
        day = new_day(cast, phone)
        shuffled = chance.sample(day, len(day))
        cut = chance.randrange(1, len(day))
        send_at_once(cast, phone, [shuffled[:cut], shuffled[cut:]])
        check_day(cast, day)


@on_postgresql
def test_what_is_given_back_after_a_restore_meets_on_two_workers_too(cast: Cast) -> None:
    """Seals name their targets only inside: one worker gets a shift's seal, the other that of its end."""
    phone = cast.phone("member")
    phone.pull()
    for number in range(ROUNDS_AT_ONCE):
        chance = random.Random(number)
        day = new_day(cast, phone)
        results = [result for entry in reversed(day) for result in phone.sync(entry)]
        forget(cast)
        seals = [{"id": result["id"], "sealed": result["sealed"]} for result in results]
        chance.shuffle(seals)
        cut = chance.randrange(1, len(seals))
        send_at_once(cast, phone, [seals[:cut], seals[cut:]])
        check_day(cast, day)


def send_at_once(cast: Cast, phone: Phone, batches: list[list[Wire]]) -> None:
    """Each batch from a thread of its own, all let go together."""
    ready = threading.Barrier(len(batches))
    failed: list[str] = []

    def send(batch: list[Wire]) -> None:
        own = Phone(cast.app.test_client(), token=phone.token, device_id=phone.device_id)
        ready.wait(20)
        answer = own.call(*batch)
        failed.extend([answer.text] if answer.status_code != 200 else [])

    threads = [threading.Thread(target=send, args=[batch]) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
