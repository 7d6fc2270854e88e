"""Bad days of an installation, tried: docs/operations.md has a line for each, and names its test."""

import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import hypothesis
import pytest

from tests.cast import Cast, Phone, Time
from tests.faults.audit import compare, compare_figures
from tests.faults.conftest import migrated, serve
from tests.faults.crowd import at_work, enrol
from tests.live_server import LiveServer
from tests.postgres import PostgresServer

LONG = hypothesis.settings.get_current_profile_name() == "soak"
GONE_S = 60.0 if LONG else 2.0


def status(server: LiveServer, path: str) -> int:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{server.url}{path}", timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = monotonic() + 60
    while not holds():
        assert monotonic() < deadline
        sleep(0.05)


@pytest.mark.postgresql
def test_a_database_that_is_gone_for_a_minute_costs_nothing_but_time(
    durable_postgres: PostgresServer, tmp_path: Path
) -> None:
    with serve(migrated(durable_postgres, tmp_path), tmp_path) as (server, cast):
        phones = enrol(cast, url=server.url, count=3)
        with at_work(phones, done_within_s=120):
            sleep(0.3)
            durable_postgres.stop(mode="fast")
            assert (status(server, "/readyz"), status(server, "/healthz")) == (503, 200)
            sleep(GONE_S)
            wait_until(lambda: any(phone.statuses[503] for phone in phones))
            durable_postgres.start()
            wait_until(lambda: status(server, "/readyz") == 200)
        compare(cast, phones)
        assert {phone.resets for phone in phones} == {0}, "an outage is no restore"
        assert all(phone.statuses.keys() <= {200, 503} for phone in phones)


def test_a_full_log_disk_holds_up_nobody(
    sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "server.log").symlink_to("/dev/full")
    monkeypatch.setattr(LiveServer, "log", lambda _: "it found no room")  # reading /dev/full has no end
    with serve(sqlite_database, tmp_path) as (server, cast):
        phones = enrol(cast, url=server.url, count=3)
        with at_work(phones):
            sleep(0.3)
            assert status(server, "/api/v1/nowhere") == 404
            server.kill_worker()  # now gunicorn itself has something to say
            sleep(0.5)
        compare(cast, phones)
        assert all(phone.statuses.keys() == {200} for phone in phones)


def test_a_clock_that_steps_back_an_hour_costs_no_entry_and_no_figure(cast: Cast, time: Time) -> None:
    phone, other = cast.phone("member"), cast.phone("member")
    hall = cast.here.stations["hall"]
    [before] = phone.sync(phone.check_in(hall))
    assert before["id"] in changed(other)
    seal(cast)
    time.passes(hours=-1)
    [during] = phone.sync(phone.check_in(hall))
    assert (during["status"], during["flags"]) == ("accepted", ["no_fix"])
    assert during["receipt_no"] > before["receipt_no"]
    assert during["id"] in changed(other), "the feed goes by order and not by time"
    assert phone.sync(phone.check_in(hall, at=time.now() + timedelta(hours=1)))[0]["status"] == "accepted"
    assert cast.phone("colleague").sync() == []  # codes and sign-ins go on
    seal(cast)
    time.passes(hours=1)
    compare_figures_of(cast)


def changed(phone: Phone) -> set[str]:
    return {change["id"] for change in phone.pull()}


def seal(cast: Cast) -> None:
    """The chain takes in what came, and proves it."""
    for words in (("audit", "seal"), ("audit", "verify")):
        done = cast.app.test_cli_runner().invoke(args=list(words))
        assert done.exit_code == 0, done.output


def compare_figures_of(cast: Cast) -> None:
    with cast.app.app_context():
        compare_figures(cast.here.id)
