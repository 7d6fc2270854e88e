"""/metrics: what is counted, what is asked of the database, and sums over several processes."""

import time as real_time
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from api import metrics
from tests.cast import Cast, Time
from tests.live_server import LiveServer

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]
SYNC = "/api/v1/sync"


def read(text: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def sample(found: Samples, name: str, **labels: str) -> float:
    return found.get((name, frozenset(labels.items())), 0)


def scrape(cast: Cast) -> Samples:
    return read(cast.client.get("/metrics").text)


def test_calls_are_counted_by_route_and_status_and_timed(cast: Cast) -> None:
    phone, before = cast.phone("member"), scrape(cast)
    phone.sync()
    cast.client.get("/api/v1/me")
    phone.get(f"/api/v1/stations/{cast.here.stations['hall']}")
    found = scrape(cast)

    def grown(name: str, **labels: str) -> float:
        return sample(found, name, **labels) - sample(before, name, **labels)

    assert grown("workstation_calls_total", route=SYNC, method="POST", status="200") == 1
    assert grown("workstation_calls_total", route="/api/v1/me", method="GET", status="401") == 1
    assert grown("workstation_call_seconds_count", route=SYNC) == 1
    assert grown("workstation_call_seconds_bucket", route=SYNC, le="30.0") == 1
    names = {dict(labels).get("route", "") for _, labels in found}
    assert not [name for name in names if cast.here.stations["hall"] in name]


def test_wrong_addresses_are_one_line_however_many(cast: Cast) -> None:
    before = sample(scrape(cast), "workstation_calls_total", route="other", method="GET", status="404")
    for name in ("a", "b", "c"):
        cast.client.get(f"/api/v1/{name}")
    found = scrape(cast)
    assert sample(found, "workstation_calls_total", route="other", method="GET", status="404") == before + 3


def test_made_up_methods_are_one_line_however_many(cast: Cast) -> None:
    for number in range(3):
        cast.client.open("/api/v1/time", method=f"MADEUP{number}")
    methods = {dict(labels).get("method", "") for _, labels in scrape(cast)}
    assert "other" in methods
    assert not [method for method in methods if method.startswith("MADEUP")]


def test_entries_are_counted_by_what_became_of_them(cast: Cast) -> None:
    phone, before = cast.phone("member"), scrape(cast)
    entry = phone.check_in(cast.here.stations["hall"])
    phone.sync(entry, phone.check_in("01a20313-3df1-7506-975d-620c66c049b0"), "no entry")
    phone.sync(entry)
    found = scrape(cast)
    for status in ("accepted", "held", "rejected", "duplicate"):
        name = "workstation_entries_total"
        assert sample(found, name, status=status) - sample(before, name, status=status) == 1


def test_the_network_is_told_as_it_is_now(cast: Cast, time: Time) -> None:
    phone = cast.phone("member")
    phone.sync(
        phone.shift_start(cast.here.stations["hall"]), phone.check_in("01a20313-3df1-7506-975d-620c66c049b0")
    )
    phone.sync(pending=2)
    found = scrape(cast)
    assert sample(found, "workstation_database_up") == 1
    assert sample(found, "workstation_held_entries", network="here") == 1
    assert sample(found, "workstation_phones", network="here") == 1
    assert sample(found, "workstation_quiet_phones", network="here") == 0
    time.passes(hours=13)
    assert sample(scrape(cast), "workstation_auto_closed_shifts", network="here") == 1
    time.passes(days=3)
    assert sample(scrape(cast), "workstation_quiet_phones", network="here") == 1
    assert sample(scrape(cast), "workstation_quiet_phones", network="elsewhere") == 0


def test_a_database_that_is_away_is_told_and_the_counts_stay(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.phone("member").sync()

    def away() -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(metrics, "measure_lag", away)
    found = scrape(cast)
    assert sample(found, "workstation_database_up") == 0
    assert sample(found, "workstation_calls_total", route=SYNC, method="POST", status="200") >= 1


def test_connections_at_work_come_back_to_none(cast: Cast) -> None:
    before = sample(scrape(cast), "workstation_pool_in_use")
    for _ in range(3):
        cast.phone("member").sync()
    assert sample(scrape(cast), "workstation_pool_in_use") == before


def test_several_processes_say_the_same_and_a_dead_one_is_not_forgotten(
    sqlite_database: str, tmp_path: Path
) -> None:
    server = LiveServer(database_url=sqlite_database, data_dir=tmp_path, workers=2).start()
    try:
        for _ in range(30):
            asked(server, "/api/v1/time")
        counted = [count_of_time(server) for _ in range(6)]
        assert counted == [30] * 6
        server.kill_worker()
        deadline = real_time.monotonic() + 60
        while len(server.worker_pids()) < 2:
            assert real_time.monotonic() < deadline
            real_time.sleep(0.05)
        assert count_of_time(server) == 30
    finally:
        server.kill()


def asked(server: LiveServer, path: str) -> str:
    with urllib.request.urlopen(f"{server.url}{path}", timeout=30) as answer:
        return str(answer.read().decode())


def count_of_time(server: LiveServer) -> float:
    found = read(asked(server, "/metrics"))
    return sample(found, "workstation_calls_total", route="/api/v1/time", method="GET", status="200")


def test_a_writers_wait_is_seen(cast: Cast) -> None:
    before = sample(scrape(cast), "workstation_writer_wait_seconds_count")
    cast.phone("member").sync()
    grew = sample(scrape(cast), "workstation_writer_wait_seconds_count") > before
    is_sqlite = str(cast.app.config["SETTINGS"].sqlalchemy_url).startswith("sqlite")
    assert grew == is_sqlite
