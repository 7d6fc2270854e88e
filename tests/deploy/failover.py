"""The primary's machine dies under load, and etcd's leader, again and again: 0 lost, 0 doubled.

`make failover`, no test of `make test`: a silent primary is waited for by the clock, 20 seconds each time.
"""

import contextlib
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.databases import SHARED, migrate
from tests.deploy.cluster import Cluster, wait
from tests.faults.audit import compare
from tests.faults.conftest import serve
from tests.faults.crowd import at_work, enrol
from tests.live_server import LiveServer, answers

FAILOVERS = int(os.environ.get("FAILOVERS", "3"))
LOOKED_FOR_S = 25  # longer than the 20 s (`ttl`) after which a silent primary counts as gone


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    folder = Path(os.environ[SHARED]) / f"patroni-{uuid.uuid4().hex[:8]}"
    folder.mkdir()
    folder.chmod(0o711)
    made = Cluster(folder)
    try:
        made.start()
        yield made
    finally:
        print(made.logs())
        made.stop()


def test_a_primary_that_dies_under_load_costs_nothing(cluster: Cluster, tmp_path: Path) -> None:
    cluster.create_database("workstation")
    url = cluster.url("workstation")
    migrate(url, tmp_path)
    outages, unsettled = [], []
    with serve(url, tmp_path) as (server, cast):
        phones = enrol(cast, url=server.url)
        with at_work(phones, done_within_s=180):
            for _ in range(FAILOVERS):
                unsettled.append(lose_the_leader_of_etcd(cluster))
                outages.append(lose_the_primary(cluster, server))
        print(f"\n{FAILOVERS} primaries killed with their etcd: {compare(cast, phones)}")
        print(f"without a primary for {', '.join(f'{each:.0f}' for each in outages)} s")
        print(f"when etcd's leader alone was killed, for {', '.join(f'{each:.0f}' for each in unsettled)} s")
        assert sum(phone.statuses[503] for phone in phones) > 0, "nobody noticed anything"
        assert sum(phone.statuses[500] for phone in phones) == 0, server.log()


def lose_the_leader_of_etcd(cluster: Cluster) -> float:
    """Kills it under load, and brings it back later: two of three agree on another, and PostgreSQL goes on.

    The seconds in which none was primary.
    """
    time.sleep(5)
    dead = cluster.leader_of_etcd()
    dead.kill()
    began = seen = time.monotonic()
    without = 0.0
    while seen < began + LOOKED_FOR_S:
        before, seen = seen, time.monotonic()
        without += 0 if cluster.primary() else seen - before
        time.sleep(0.2)
    dead.start(cluster.etcds)
    cluster.wait_until_whole()
    return without


def lose_the_primary(cluster: Cluster, server: LiveServer) -> float:
    """Kills it, and brings the machine back when another has taken over; the seconds without one."""
    time.sleep(5)
    dead = cluster.primary()
    assert dead is not None
    print(f"\nkills {dead.name}; etcd is led by {cluster.leader_of_etcd().name}")
    began = time.monotonic()
    dead.kill()
    refused = requests.post(
        f"{server.url}/api/v1/sync", json={}, headers={"Authorization": "Bearer x"}, timeout=60
    )
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    wait("another primary", lambda: cluster.primary() is not None)
    wait("the server", lambda: answers(f"{server.url}/readyz"))
    lasted = time.monotonic() - began
    with contextlib.suppress(FileNotFoundError):
        (dead.folder / "data" / "postmaster.pid").unlink()  # as a machine does that starts anew
    dead.start()
    cluster.wait_until_whole()
    wait("the machine that came back", lambda: dead.says().get("state") in ("running", "streaming"))
    return lasted
