"""Several phones at once, each in its thread, recording and sending while the test breaks things."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cast import Cast
from tests.faults.field import FieldPhone, NoAnswer

PHONES = 6
REST_S = 0.05
PEOPLE = (("member", "hall"), ("colleague", "annex"))


def enrol(cast: Cast, *, url: str, count: int = PHONES) -> list[FieldPhone]:
    """Phones of two people at two stations."""
    return [_enrol(cast, url, *PEOPLE[number % len(PEOPLE)]) for number in range(count)]


def _enrol(cast: Cast, url: str, person: str, station: str) -> FieldPhone:
    return FieldPhone(
        cast.phone(person),
        person=person,
        url=url,
        station_id=cast.here.stations[station],
        seed=random.randrange(2**32),
    )


@contextmanager
def at_work(phones: list[FieldPhone], *, done_within_s: float = 60) -> Iterator[None]:
    """The phones record and send as long as the block lasts; afterwards they send what is left."""
    stopping = threading.Event()
    failed: list[BaseException] = []

    def work(phone: FieldPhone) -> None:
        try:
            while not stopping.is_set():
                phone.record(phone.random.randrange(1, 6))
                try:
                    phone.sync()
                except NoAnswer:
                    phone.wait()
                time.sleep(phone.random.uniform(0, REST_S))
            phone.sync_until_done(timeout_s=done_within_s)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(phone,), daemon=True) for phone in phones]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join(timeout=done_within_s + 30)
    if failed:
        raise failed[0]
    assert not [thread for thread in threads if thread.is_alive()], "a phone never came to its end"
