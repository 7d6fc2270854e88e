"""One phone in a process of its own: sends batch after batch over one connection as fast as it is answered.

Bodies are made before the clock starts and answers are looked at only as bytes, since the load comes from
the same cores as the server: what it costs would be taken from the figures. An answer that does not accept
the whole batch ends the measurement.
"""

import itertools
import json
import re
import socket
import sys
import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from bench.bodies import walk, with_cursor, without_end

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CURSOR = b'"cursor":"'
ACCEPTED = b'"status":"accepted"'
DAYS = 3  # what came later would be flagged
TIMEOUT_S = 60


@dataclass
class Line:
    """One connection that is kept, and the cursor of its last answer."""

    port: int
    token: str
    cursor: str | None = None

    def __post_init__(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, begun: bytes, *, expected: int) -> None:
        """One call; returns when the whole answer is here. Ends the process unless all was accepted."""
        body = with_cursor(begun, self.cursor)
        answer = self.exchange(self._head(len(body)) + body)
        if not answer.startswith(b"HTTP/1.1 200") or answer.count(ACCEPTED) < expected:
            raise SystemExit(f"not accepted: {answer[:2000].decode(errors='replace')}")
        at = answer.rindex(CURSOR) + len(CURSOR)
        self.cursor = answer[at : answer.index(b'"', at)].decode()

    def _head(self, length: int) -> bytes:
        return (
            f"POST /api/v1/sync HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {length}\r\n\r\n"
        ).encode()

    def exchange(self, request: bytes) -> bytes:
        """The whole answer to a whole request."""
        self.socket.sendall(request)
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._more()
        found = LENGTH.search(answer)
        assert found, answer[:500]
        while len(answer) < end + 4 + int(found[1]):
            answer += self._more()
        return answer

    def _more(self) -> bytes:
        content = self.socket.recv(262_144)
        if not content:
            raise RuntimeError("the server closed the connection")
        return content


def main() -> None:
    """Reads what to do from the first line, says `ready`, waits for `go`, and writes down the times."""
    said: dict[str, Any] = json.loads(sys.stdin.readline())
    places = [SimpleNamespace(id=id, lat=lat, lon=lon) for id, lat, lon in said["places"]]
    batches = walk(places, days=DAYS, first=said["first"], size=said["size"])
    begun = [without_end(batch) for batch in itertools.islice(batches, said["most"])]
    print("ready", flush=True)
    sys.stdin.readline()
    line = Line(said["port"], said["token"])
    line.send(without_end([]), expected=0)
    times_ms = []
    start = moment = time.perf_counter()
    for each in begun:
        line.send(each, expected=said["size"])
        before, moment = moment, time.perf_counter()
        times_ms.append((moment - before) * 1000)
        if moment - start > said["seconds"]:
            break
    print(json.dumps({"times_ms": times_ms, "elapsed_s": moment - start}))


if __name__ == "__main__":
    main()
