"""Thousands of ways to break sync, searched by Hypothesis: the real server against a page of plain Python.

The short run has fixed seeds and searches 2,000 sequences on SQLite; `make soak` searches on with others.
What was found stands in test_model_found.py as tests of its own.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from api import clock
from tests.workstation.sync.model.machine import Field
from tests.workstation.sync.model.stores import PostgresStore, SqliteStore
from tests.workstation.sync.model.world import World

SEARCHES_ON = settings.get_current_profile_name() == "soak"
RUNS = settings().max_examples if SEARCHES_ON else 505  # of each shard
RUNS_ON_POSTGRESQL = RUNS // 20  # each makes a database
STEPS = 40 if SEARCHES_ON else 8


@pytest.fixture(autouse=True)
def real_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worlds set the server's clock; this puts it back."""
    monkeypatch.setattr(clock, "now", clock.now)


@pytest.mark.parametrize("shard", range(4))
def test_whatever_happens_on_sqlite_nothing_is_lost_or_doubled(
    shard: int, sqlite_template: Path, tmp_path: Path
) -> None:
    search(World(SqliteStore(sqlite_template, tmp_path), tmp_path), shard=shard, runs=RUNS)


@pytest.mark.postgresql
def test_whatever_happens_on_postgresql_nothing_is_lost_or_doubled(
    postgres_url: str, postgres_template: str, tmp_path: Path
) -> None:
    world = World(PostgresStore(postgres_url, postgres_template), tmp_path)
    search(world, shard=100, runs=RUNS_ON_POSTGRESQL)


def search(world: World, *, shard: int, runs: int) -> None:
    """Runs of `STEPS` things that happen, in one world."""

    class Here(Field):
        make_world = staticmethod(lambda: world)

    chosen = settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    try:
        run_state_machine_as_test(Here if SEARCHES_ON else seed(shard)(Here), settings=chosen)
    finally:
        world.close()
