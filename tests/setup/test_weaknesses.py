"""The gate fails for a known weakness, passes when there is none, and says so when nobody could be asked."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from setup import weaknesses
from setup.terminal import ROOT
from setup.weaknesses import WEAK, Package, ask, pinned_npm, pinned_python

ASKED = [Package("PyPI", "flask", "3.1.3"), Package("npm", "vue", "3.5.0")]
CANARY = {WEAK.name: ["PYSEC-2018-49"]}


class Advisories(HTTPServer):
    """A collection of advisories on this machine, as OSV answers; `says` replaces the whole answer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.known: dict[str, list[str]] = CANARY
        self.says: bytes | None = None
        self.asked: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/querybatch"


class Answering(BaseHTTPRequestHandler):
    server: Advisories

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        self.server.asked = asked
        ids = [self.server.known.get(each["package"]["name"]) for each in asked]
        told = {"results": [{"vulns": [{"id": id} for id in found]} if found else {} for found in ids]}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode() if self.server.says is None else self.server.says)

    def log_message(self, *_: object) -> None:
        """The test looks at what was asked."""


@pytest.fixture
def advisories(monkeypatch: pytest.MonkeyPatch) -> Iterator[Advisories]:
    monkeypatch.setenv("NO_PROXY", "*")
    server = Advisories()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def run(url: str, *more: str, monkeypatch: pytest.MonkeyPatch) -> subprocess.CompletedProcess[str]:
    """The gate's own command."""
    monkeypatch.setenv("ADVISORIES_URL", url)
    command = [sys.executable, "-B", "-m", "setup.weaknesses", *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_a_known_weakness_fails_the_gate_and_is_named(
    advisories: Advisories, monkeypatch: pytest.MonkeyPatch
) -> None:
    advisories.known = CANARY | {"flask": ["GHSA-flask"], "vue": ["GHSA-vue-1", "GHSA-vue-2"]}
    done = run(advisories.url, monkeypatch=monkeypatch)
    assert done.returncode == 1
    weak = [line for line in done.stdout.splitlines() if "已知漏洞" in line]
    assert len(weak) == 2
    assert weak[0].endswith("(PyPI): GHSA-flask")
    assert weak[1].endswith("GHSA-vue-1, GHSA-vue-2")


def test_where_there_is_none_it_passes(advisories: Advisories, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(advisories.url, "--must-answer", monkeypatch=monkeypatch)
    assert done.returncode == 0
    assert "没有已知漏洞" in done.stdout


def test_where_nobody_answers_that_is_said_and_fails_only_who_wants_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody = "http://127.0.0.1:9/v1/querybatch"
    done = run(nobody, monkeypatch=monkeypatch)
    assert done.returncode == 0
    assert "未能查询" in done.stdout
    assert "没有已知漏洞" not in done.stdout
    assert run(nobody, "--must-answer", monkeypatch=monkeypatch).returncode == 1


@pytest.mark.parametrize(
    "says",
    [b"", b"<html>sign in to the network</html>", b"{}", b"[]", b'{"results": 1}', b'{"results": [{}, {}]}'],
    ids=["nothing", "a-page", "no-results", "a-list", "a-number", "too-few"],
)
def test_what_is_no_answer_is_none(advisories: Advisories, says: bytes) -> None:
    advisories.says = says
    assert ask(ASKED, url=advisories.url).why_not is not None


def test_an_answer_that_is_no_http_is_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_babble, args=[server], daemon=True).start()
        answer = ask(ASKED, url=f"http://127.0.0.1:{server.getsockname()[1]}/")
    assert answer.why_not is not None


def _babble(server: socket.socket) -> None:
    caller, _ = server.accept()
    with caller:
        caller.recv(65536)
        caller.sendall(b"220 this is a mail server\r\n")
        caller.shutdown(socket.SHUT_WR)
        while caller.recv(65536):  # closing with something unread would break the connection instead
            pass


def test_who_has_no_advice_about_anything_is_not_believed(advisories: Advisories) -> None:
    advisories.known = {}
    assert ask(ASKED, url=advisories.url).why_not is not None


def test_what_does_not_reach_us_is_left_out_by_name(
    advisories: Advisories, monkeypatch: pytest.MonkeyPatch
) -> None:
    advisories.known = CANARY | {"flask": ["A-1", "A-2"]}
    monkeypatch.setattr(weaknesses, "ACCEPTED", {"A-1": "we have no such route"})
    assert ask(ASKED, url=advisories.url).found == ("flask 3.1.3 (PyPI): A-2",)


def test_every_pinned_package_is_asked_about(advisories: Advisories, monkeypatch: pytest.MonkeyPatch) -> None:
    run(advisories.url, monkeypatch=monkeypatch)
    asked = {each["package"]["name"]: each["version"] for each in advisories.asked}
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line]
    assert len(pinned_python(ROOT / "requirements.txt")) == len(lines) > 30
    assert {"flask", "psycopg", "typing-extensions", "vue", "dexie"} <= asked.keys()
    assert "vitest" not in asked
    assert (
        asked["vue"]
        == json.loads((ROOT / "static/pwa/package-lock.json").read_text())["packages"]["node_modules/vue"][
            "version"
        ]
    )


def test_packages_within_packages_are_read_too(tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    inner = {"version": "2.0.0"}
    lock.write_text(
        json.dumps(
            {
                "packages": {
                    "": {"version": "1.0.0"},
                    "node_modules/a/node_modules/@b/c": inner,
                    "node_modules/d": {"version": "3.0.0", "dev": True},
                    "node_modules/short": {"version": "4.0.0", "name": "the-long-one"},
                    "node_modules/ours": {"resolved": "ours", "link": True},
                }
            }
        )
    )
    assert pinned_npm(lock) == [Package("npm", "@b/c", "2.0.0"), Package("npm", "the-long-one", "4.0.0")]
