"""Whatever is repeated, hurried or killed: each entry is there once, with one number, and the phone knows."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import requests
from sqlalchemy import func, select

from tests.cast import Cast, Phone
from tests.live_server import LiveServer
from workstation.check_ins.models import CheckIn
from workstation.sync.models import Receipt

KILLS = 5
PHONES = 6


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


class Field:
    """Phones that keep sending until each entry has its receipt, through every death of the server."""

    def __init__(self, server: LiveServer, cast: Cast) -> None:
        self.server = server
        self.receipts: dict[str, int] = {}
        self.differing: list[str] = []
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.phones = [(cast.phone("member"), cast.here.stations["hall"]) for _ in range(PHONES)]

    def work(self, phone: Phone, station_id: str) -> None:
        """Records, sends, and repeats what got no answer, until told to stop and nothing is left."""
        waiting: list[dict[str, Any]] = []
        while waiting or not self.stopping.is_set():
            if not self.stopping.is_set():
                waiting += [phone.check_in(station_id) for _ in range(3)]
            batch = waiting[:25]
            try:
                answer = post(self.server, phone, batch, timeout=10)
            except requests.RequestException:
                time.sleep(0.05)
                continue
            if answer.status_code == 200:
                self.note(answer.json()["results"])
                waiting = waiting[len(batch) :]

    def note(self, results: list[dict[str, Any]]) -> None:
        with self.lock:
            for result in results:
                number = self.receipts.setdefault(result["id"], result["receipt_no"])
                if number != result["receipt_no"]:
                    self.differing.append(result["id"])


def test_a_server_killed_again_and_again_loses_nothing_and_doubles_nothing(
    served: tuple[LiveServer, Cast],
) -> None:
    server, cast = served
    field = Field(server, cast)
    threads = [threading.Thread(target=field.work, args=phone) for phone in field.phones]
    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        time.sleep(random.uniform(0.3, 1.2))
        server.kill()
        server.start()
    field.stopping.set()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    stored = cast.scalar(select(func.count()).select_from(CheckIn))
    assert field.differing == []
    assert stored == len(field.receipts) == sum(phone.seq for phone, _ in field.phones)
