"""After an outage all phones come back at the same moment."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import herd, soak
from bench.databases import Databases
from tests.postgres import drop_database


@pytest.fixture
def postgres_place(postgres_url: str, tmp_path: Path) -> Iterator[Databases]:
    place = Databases("postgresql", tmp_path, postgres_url, prefix=f"herd_{uuid.uuid4().hex}_")
    yield place
    for name in place.names:
        drop_database(postgres_url, name)


@pytest.mark.postgresql
def test_a_herd_of_phones_is_received_wholly_and_once(postgres_place: Databases) -> None:
    outcome = herd.measure(postgres_place, herd.QUICK)
    assert (outcome.lost, outcome.doubled) == (0, 0)
    assert outcome.entries == herd.QUICK.phones * herd.QUICK.entries
    assert 0 < outcome.p50_ms <= outcome.p95_ms < outcome.seconds * 1000 + 1


def test_growth_is_seen_after_the_caches_are_warm() -> None:
    def samples(rss_of_second: list[float]) -> list[soak.Sample]:
        return [soak.Sample(1, at, rss, rss) for at, rss in enumerate(rss_of_second)]

    warming = [50.0] * 10 + [100.0] * 30
    leaking = [50.0] * 10 + [100.0 + second for second in range(30)]
    assert soak.growth(samples(warming), seconds=40) == 0
    assert soak.growth(samples(leaking), seconds=40) > 0.1
