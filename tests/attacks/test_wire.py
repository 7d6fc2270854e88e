"""Between the browser and the server, against gunicorn as it runs. The numbers are those of README.md.

67, slow heads and bodies: tests/deploy/test_nginx.py. 63, 64 and 72: tests/api/test_attacks.py.
"""

import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.pwa import DIST
from api.security_headers import CONTENT_SECURITY_POLICY
from tests.cast import Cast
from tests.conventions.source import calls, files, imports
from tests.live_server import LiveServer


@pytest.fixture(scope="module")
def server(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """gunicorn with the project's settings, for all attacks of this file."""
    folder = tmp_path_factory.mktemp("wire")
    shutil.copy(sqlite_template, folder / "w.db")
    server = LiveServer(database_url=f"sqlite:///{folder / 'w.db'}", data_dir=folder, workers=1).start()
    yield server
    server.stop()


def spoken(server: LiveServer, *lines: bytes, body: bytes = b"") -> bytes:
    """What comes back for these very bytes until the server hangs up or is silent for a moment."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        line.shutdown(socket.SHUT_WR)
        heard = b""
        while more := line.recv(65536):
            heard += more
    return heard


POST, HOST, KIND = b"POST /api/v1/sign-ins HTTP/1.1", b"Host: x", b"Content-Type: application/json"
INNER = b"GET /api/v1/time HTTP/1.1\r\nHost: x\r\n\r\n"
SMUGGLED = {
    "length-and-chunks": (
        [POST, HOST, KIND, b"Content-Length: 4", b"Transfer-Encoding: chunked"],
        b"0\r\n\r\n" + INNER,
    ),
    "two-lengths": ([POST, HOST, KIND, b"Content-Length: 2", b"Content-Length: 60"], b"{}" + INNER),
    "odd-chunks": ([POST, HOST, KIND, b"Transfer-Encoding: xchunked"], INNER),
    "chunks-twice": (
        [POST, HOST, KIND, b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"],
        b"0\r\n\r\n" + INNER,
    ),
    "space-before-colon": ([POST, HOST, KIND, b"Content-Length : 60"], INNER),
    "folded": ([POST, HOST, b"X-A: b", b" Content-Length: 60", KIND], INNER),
    "minus": ([POST, HOST, KIND, b"Content-Length: -1"], INNER),
    "plus": ([POST, HOST, KIND, b"Content-Length: +60"], INNER),
    "nul": ([POST, HOST, b"X-A: a\x00b", KIND], INNER),
    "bare-line-feed": ([POST + b"\nX-A: b", HOST, KIND], INNER),
}


@pytest.mark.parametrize(("lines", "body"), SMUGGLED.values(), ids=SMUGGLED)
def test_66_one_request_with_two_readings_gets_one_refusal(
    server: LiveServer, lines: list[bytes], body: bytes
) -> None:
    heard = spoken(server, *lines, body=body)
    said = re.findall(rb"HTTP/1\.[01] (\d+)", heard)
    assert b"server_time" not in heard
    assert all(status.startswith(b"4") or status == b"501" for status in said), heard[:300]


@pytest.mark.parametrize(
    "path",
    [
        b"//evil.example",
        b"/\\evil.example",
        b"/staff//evil.example",
        b"/api/docs/..//evil.example",
        b"http://evil.example/",
    ],
    ids=["two-slashes", "backslash", "below-staff", "below-docs", "whole-address"],
)
def test_65_no_address_leads_to_another_host(server: LiveServer, path: bytes) -> None:
    heard = spoken(server, b"GET " + path + b" HTTP/1.1", HOST, b"Connection: close")
    head = heard.partition(b"\r\n\r\n")[0].lower()
    assert not re.findall(rb"\nlocation: (\S+)", head)
    assert heard.startswith(b"HTTP/1.1")


@pytest.mark.parametrize(
    "path",
    [b"/api//v1/time", b"//", b"/api/v1/time//", b"//door", b"/api/docs/", b"/healthz/"],
    ids=["within", "alone", "at the end", "before", "one at the end", "behind"],
)
def test_63_no_answer_repeats_the_host_that_was_asked_for(server: LiveServer, path: bytes) -> None:
    """A shared cache that keeps it would lead everybody there."""
    heard = spoken(server, b"GET " + path + b" HTTP/1.1", b"Host: evil.example", b"Connection: close")
    assert b"evil.example" not in heard
    assert not heard.startswith(b"HTTP/1.1 3")


def test_68_the_service_workers_file_is_asked_for_each_time(server: LiveServer) -> None:
    """Nor does any answer widen what a worker may reach, and no private answer may be stored."""
    heads = {
        path: spoken(server, b"GET " + path + b" HTTP/1.1", HOST, b"Connection: close").partition(
            b"\r\n\r\n"
        )[0]
        for path in (b"/", b"/sw.js", b"/api/v1/me", b"/api/v1/time", b"/assets/gone.js")
    }
    if (DIST / "sw.js").exists():
        assert b"cache-control: no-cache" in heads[b"/sw.js"].lower()
        assert b"javascript" in heads[b"/sw.js"].lower()
    for head in heads.values():
        assert b"service-worker-allowed" not in head.lower()
        assert b"access-control-allow" not in head.lower()
        assert b"set-cookie" not in head.lower()
    assert b"no-store" in heads[b"/api/v1/me"].lower()


def test_69_a_missing_piece_of_the_app_is_no_page(server: LiveServer) -> None:
    heard = spoken(server, b"GET /assets/index-0000.js HTTP/1.1", HOST, b"Connection: close")
    assert heard.startswith(b"HTTP/1.1 404")
    assert b"<html" not in heard


def test_68_the_worker_keeps_no_answer_of_the_api() -> None:
    source = "".join(file.read_text() for file in files("static/pwa/src", "sw*.ts"))
    assert "precache" in source
    assert not re.findall(r"(registerRoute|NetworkFirst|StaleWhileRevalidate|CacheFirst)[^;]*api", source)


def test_62_nothing_frames_the_page_and_it_reaches_no_other_host() -> None:
    said = dict(part.strip().partition(" ")[::2] for part in CONTENT_SECURITY_POLICY.split(";"))
    assert said["frame-ancestors"] == "'none'"
    assert said["base-uri"] in ("'none'", "'self'")
    assert said["form-action"] in ("'none'", "'self'")
    assert said["script-src"] == "'self'"
    assert said.get("object-src", said["default-src"]) == "'none'"


def test_70_the_built_pages_hold_no_script_of_their_own() -> None:
    pages = list(DIST.glob("*.html"))
    for page in pages:
        assert not re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", page.read_text()), page.name
        assert not re.findall(r"\son\w+=", page.read_text()), page.name


# What opens a connection, and why: to its own address, at the command line.
OPENS = {"api/certificate.py"}


def test_71_the_server_follows_no_address_that_somebody_sends() -> None:
    """No library that fetches is imported where requests are answered."""
    fetching = {
        "requests",
        "urllib.request",
        "http.client",
        "httpx",
        "aiohttp",
        "ftplib",
        "smtplib",
        "socket.create_connection",
    }
    sources = [
        file for folder in ("api", "workstation") for file in files(folder) if "commands" not in file.parts
    ]
    found = {
        str(file.relative_to(file.parents[len(file.parts) - 2]))
        for file in sources
        if imports(file) & fetching or any(name.endswith("create_connection") for name, _ in calls(file))
    }
    assert {name for name in found if not any(name.endswith(allowed) for allowed in OPENS)} == set()


def test_72_what_anybody_may_read_says_nothing_about_people(attacked: Cast) -> None:
    attacked.phone("member").sync()
    for path in ("/metrics", "/readyz", "/healthz", "/api/v1/time", "/api/v1/openapi.json"):
        answer = attacked.client.get(path)
        for word in (
            "（测试）",
            "member@here",
            *attacked.here.members.values(),
            *attacked.here.stations.values(),
        ):
            assert word not in answer.text, path
