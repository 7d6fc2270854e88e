"""The wire between the phone and the server: cut, slow or losing answers on demand, it notes what it saw."""

import gzip
import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SYNC = "/api/v1/sync"
PER_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length"}
# What would let the server answer without the file as it is.
FROM_CACHE = {"Accept-Encoding", "If-None-Match", "If-Modified-Since"}


class Wire:
    """Listens on a port of its own, which is the phone's only way to the server."""

    def __init__(self, *, server_port: int) -> None:
        self.server_port = server_port
        self.is_cut = False
        self.loses_answers = False
        self.delay_s = 0.0
        # By path: what becomes of the server's file on its way.
        self.rewrites: dict[str, Callable[[bytes], bytes]] = {}
        self.calls: list[dict[str, Any]] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._listener = Listener(self)
        self.url = f"http://127.0.0.1:{self._listener.server_port}"
        threading.Thread(target=self._listener.serve_forever, args=(0.05,), daemon=True).start()

    def mend(self) -> None:
        """As it was when it was new."""
        self.is_cut = self.loses_answers = False
        self.delay_s = 0.0
        self.rewrites.clear()
        self.calls.clear()
        self.most_at_once = 0

    def close(self) -> None:
        self._listener.shutdown()
        self._listener.server_close()

    def sent_ids(self) -> list[str]:
        """The id of each entry in each call that the server took, as often as it was sent."""
        return [entry["id"] for call in self.calls for entry in call["entries"]]

    @contextmanager
    def calling(self) -> Iterator[None]:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield
        finally:
            with self._lock:
                self._at_once -= 1


class Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, wire: Wire) -> None:
        super().__init__(("127.0.0.1", 0), Carrier)
        self.wire = wire

    def handle_error(self, *_: object) -> None:
        """A phone that was killed in the middle is no error here."""


class Carrier(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Listener

    def carry(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.wire.is_cut and self.path.startswith("/api/"):
            self.close_connection = True
        elif self.path == SYNC:
            self._carry_call(body)
        else:
            self._answer(*self._ask(body))

    do_GET = do_POST = do_DELETE = carry  # noqa: N815  # the names that http.server calls

    def _carry_call(self, body: bytes) -> None:
        wire = self.server.wire
        with wire.calling():
            self._delay()
            answer = self._ask(body)
            if answer[0] == HTTPStatus.OK:  # the first call of a page only fetches a nonce
                is_packed = self.headers.get("Content-Encoding") == "gzip"
                wire.calls.append(json.loads(gzip.decompress(body) if is_packed else body))
                self._lose()
            with suppress(ConnectionError):
                self._answer(*answer)

    def _delay(self) -> None:
        began = time.monotonic()
        while time.monotonic() < began + self.server.wire.delay_s:  # which may be mended meanwhile
            time.sleep(0.02)

    def _lose(self) -> None:
        while self.server.wire.loses_answers:  # the phone waits for what will never come
            time.sleep(0.05)

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        rewrite = self.server.wire.rewrites.get(self.path.partition("?")[0])
        headers = {
            name: value for name, value in self.headers.items() if not (rewrite and name in FROM_CACHE)
        }
        server = http.client.HTTPConnection("127.0.0.1", self.server.wire.server_port, timeout=30)
        server.request(self.command, self.path, body or None, headers)
        answer = server.getresponse()
        content = answer.read()
        server.close()
        return answer.status, answer.getheaders(), rewrite(content) if rewrite else content

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in PER_CONNECTION:
                self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content if self.command != "HEAD" else b"")

    def log_message(self, *_: object) -> None:
        """Nothing to say."""
