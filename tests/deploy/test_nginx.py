"""The production path on loopback: nginx as deployed, gunicorn, PostgreSQL."""

import contextlib
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from setup import unpacked
from tests.deploy.conftest import Nginx
from tests.live_server import LiveServer

pytestmark = pytest.mark.postgresql
Production = tuple[Nginx, LiveServer]
HALF_SENT = 24  # three times as many as gunicorn has threads


def connect(nginx: Nginx, *, coming_from: str = "127.0.0.1") -> http.client.HTTPSConnection:
    trust = ssl.create_default_context(cafile=str(nginx.certificate))
    return http.client.HTTPSConnection(
        "localhost", nginx.https, timeout=30, context=trust, source_address=(coming_from, 0)
    )


def get(nginx: Nginx, path: str, *, coming_from: str = "127.0.0.1") -> http.client.HTTPResponse:
    """An answer, read whole."""
    connection = connect(nginx, coming_from=coming_from)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]  # for the test to look at
    connection.close()
    return answer


def test_the_configuration_is_whole(production: Production) -> None:
    nginx, _ = production
    done = subprocess.run(
        nginx.command("-t"), env=unpacked.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def test_clients_that_send_half_a_body_hold_up_nobody(production: Production) -> None:
    nginx, _ = production
    with ExitStack() as open_ones:
        for _ in range(HALF_SENT):
            connection = connect(nginx)
            open_ones.callback(connection.close)
            connection.putrequest("POST", "/api/v1/sync")
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", "200000")
            connection.endheaders()
            connection.send(b'{"protocol": 1, ' + b" " * 50_000)
        began = time.monotonic()
        assert [get(nginx, "/readyz").status for _ in range(10)] == [200] * 10
        assert time.monotonic() - began < 15


def test_a_reload_loses_no_request(production: Production) -> None:
    nginx, server = production
    statuses: Counter[int] = Counter()
    stopping = threading.Event()

    def ask() -> None:
        while not stopping.is_set():
            statuses[get(nginx, "/api/v1/time").status] += 1

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    old = set(server.worker_pids())
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGHUP)
    deadline = time.monotonic() + 60
    while old & set(server.worker_pids()):
        assert time.monotonic() < deadline, "the old workers stay"
        time.sleep(0.05)
    before = statuses[200]
    while statuses[200] < before + 20:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    stopping.set()
    for thread in threads:
        thread.join(timeout=30)
    assert set(statuses) == {200}


def test_while_the_server_is_away_phones_hear_when_to_come_back(production: Production) -> None:
    nginx, server = production
    server.kill()
    try:
        answer = get(nginx, "/api/v1/time?near=22.5431,114.0579")
    finally:
        server.start()
    errors = nginx.folder / "workstation.error.log"
    assert not errors.exists() or "22.5431" not in errors.read_text()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.body)["code"] == "server.unavailable"  # type: ignore[attr-defined]  # see get()


def test_figures_are_for_the_inner_network(production: Production) -> None:
    nginx, _ = production
    assert get(nginx, "/metrics").status == 200
    assert get(nginx, "/metrics", coming_from="127.0.0.2").status == 403


def test_the_log_keeps_no_position_and_goes_on_after_it_was_rotated(production: Production) -> None:
    nginx, _ = production
    get(nginx, "/api/v1/stations?near=22.5431,114.0579")
    kept = nginx.log.rename(nginx.log.with_suffix(".1"))
    subprocess.run(nginx.command("-s", "reopen"), env=unpacked.environment(), check=True)
    deadline = time.monotonic() + 30
    while not nginx.log.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    get(nginx, "/healthz")
    wait_until(lambda: logged(nginx).get("path") == "/healthz")
    line = kept.read_text().splitlines()[-1]
    assert json.loads(line)["path"] == "/api/v1/stations"
    assert "22.5431" not in line


def test_a_full_log_disk_holds_up_nobody(production: Production) -> None:
    nginx, _ = production
    nginx.log.unlink()
    nginx.log.symlink_to("/dev/full")
    subprocess.run(nginx.command("-s", "reopen"), env=unpacked.environment(), check=True)
    wait_until(lambda: "/dev/full" in opened_by_nginx())
    assert [get(nginx, "/healthz").status for _ in range(5)] == [200] * 5
    nginx.stop()
    nginx.log.unlink()
    nginx.start()


def opened_by_nginx() -> set[str]:
    """The files that nginx of this machine's user has open."""
    found = set()
    for place in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):
            if place.read_text().strip() == "nginx":
                found |= {os.readlink(each) for each in (place.parent / "fd").iterdir()}
    return found


def logged(nginx: Nginx) -> dict[str, Any]:
    """The latest line of the access log; nothing as long as there is none."""
    lines = nginx.log.read_text().splitlines()
    line: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return line


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_phones_id_of_a_call_leads_into_the_log_and_back(production: Production) -> None:
    nginx, _ = production
    for sent, kept in (("phone-call-0123456789", True), ("bad id", False)):
        connection = connect(nginx)
        connection.request("GET", "/healthz", headers={"X-Request-ID": sent})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        said = answer.headers["X-Request-ID"]
        assert (said == sent) is kept
        wait_until(
            lambda said=said: logged(nginx).get("request_id") == said
        )  # written once the answer is out


def test_http_leads_to_https(production: Production) -> None:
    nginx, _ = production
    with socket.create_connection(("127.0.0.1", nginx.http), timeout=30) as plain:
        plain.sendall(b"GET /staff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        head = plain.recv(2000).decode()
    assert head.startswith("HTTP/1.1 301")
    assert "Location: https://localhost/staff" in head
