"""Whatever is repeated or hurried: each entry is there once, with one number."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import requests
from sqlalchemy import func, select

from tests.cast import Cast, Phone
from tests.live_server import LiveServer
from workstation.check_ins.models import CheckIn
from workstation.shifts.models import Shift
from workstation.sync.models import Receipt


def post(server: LiveServer, phone: Phone, entries: list[Any], *, timeout: float = 30) -> requests.Response:
    envelope = {
        "protocol": 1,
        "sent_at": datetime.now(UTC).isoformat(),
        "cursor": None,
        "pending": 0,
        "entries": entries,
    }
    return requests.post(f"{server.url}/api/v1/sync", json=envelope, headers=phone.headers, timeout=timeout)


def test_fifty_identical_batches_at_once_give_each_entry_one_number(served: tuple[LiveServer, Cast]) -> None:
    server, cast = served
    phone = cast.phone("member")
    batch = [phone.check_in(cast.here.stations["hall"]) for _ in range(10)]
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: post(server, phone, batch), range(50)))
    assert {answer.status_code for answer in answers} == {200}
    for position in range(10):
        results = [answer.json()["results"][position] for answer in answers]
        assert Counter(result["status"] for result in results) == {"accepted": 1, "duplicate": 49}
        assert len({result["receipt_no"] for result in results}) == 1
    assert cast.scalar(select(func.count()).select_from(CheckIn)) == 10


def test_batches_that_overlap_in_any_order_neither_lock_up_nor_lose(served: tuple[LiveServer, Cast]) -> None:
    server, cast = served
    phone = cast.phone("member")
    entries = [phone.check_in(cast.here.stations["hall"]) for _ in range(20)]

    def hurry(seed: int) -> int:
        mixed = entries.copy()
        random.Random(seed).shuffle(mixed)
        return post(server, phone, mixed).status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(hurry, range(32))) == {200}
    assert cast.scalar(select(func.count()).select_from(CheckIn)) == 20


def test_an_end_and_its_start_arriving_together_always_meet(served: tuple[LiveServer, Cast]) -> None:
    server, cast = served
    first, second = cast.phone("member"), cast.phone("member")
    pairs = []
    for _ in range(30):
        start = first.shift_start(cast.here.stations["hall"])
        pairs.append((start, second.shift_end(start["id"])))
    with ThreadPoolExecutor(8) as pool:
        for start, end in pairs:
            calls = [pool.submit(post, server, first, [start]), pool.submit(post, server, second, [end])]
            assert {call.result().status_code for call in calls} == {200}
    states = select(func.count()).select_from(Receipt).where(Receipt.state != "accepted")
    assert cast.scalar(states) == 0


def test_two_corrections_of_one_shift_through_different_doors_both_stand(
    served: tuple[LiveServer, Cast],
) -> None:
    """One speaks about the start, the other about its end: they name no entry in common."""
    server, cast = served
    first, second = cast.phone("member"), cast.phone("member")
    stated_at = datetime.now(UTC).replace(microsecond=0)
    with ThreadPoolExecutor(2) as pool:
        for _ in range(20):
            start = first.shift_start(cast.here.stations["hall"])
            end = first.shift_end(start["id"])
            post(server, first, [start, end])
            about_start = first.about("correction", start["id"], changes={"note": "起"})
            about_end = second.about("correction", end["id"], changes={"stated_at": stated_at.isoformat()})
            calls = [
                pool.submit(post, server, first, [about_start]),
                pool.submit(post, server, second, [about_end]),
            ]
            assert {call.result().json()["results"][0]["status"] for call in calls} == {"accepted"}
    told = (Shift.note == "起") & (Shift.ended_at == stated_at)
    assert cast.scalar(select(func.count()).select_from(Shift).where(told)) == 20
