"""A phone that comes back after an outage, as docs/sync-protocol.md says.

An entry is kept until its receipt is here, and a call that fails is repeated after the wait of 9.1.
"""

import asyncio
import json
import random
import re
import time
from dataclasses import dataclass, field
from typing import Any

from bench.bodies import with_cursor, without_end

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
FIRST_WAIT_S = 2.0
CALL_TIMEOUT_S = 60.0


@dataclass
class Returning:
    """One phone that comes back."""

    port: int
    token: str
    waiting: list[dict[str, Any]]
    cursor: str | None = None
    numbers: dict[str, set[int]] = field(default_factory=dict)
    times_ms: list[float] = field(default_factory=list)
    failures: int = 0

    async def come_back(self) -> None:
        """Until everything is received and everything is known."""
        in_a_row, more = 0, True
        while self.waiting or more:
            try:
                more = await self._call()
                in_a_row = 0
            except (OSError, EOFError, TimeoutError, ValueError):
                in_a_row += 1
                self.failures += 1
                whole = FIRST_WAIT_S * 2 ** (in_a_row - 1)
                await asyncio.sleep(random.uniform(whole / 2, whole))

    async def _call(self) -> bool:
        body = with_cursor(without_end(self.waiting), self.cursor)
        begun = time.perf_counter()
        answer = await asyncio.wait_for(self._exchange(body), CALL_TIMEOUT_S)
        self.times_ms.append((time.perf_counter() - begun) * 1000)
        for result in answer["results"]:
            self.numbers.setdefault(result["id"], set()).add(result["receipt_no"])
        self.waiting = [entry for entry in self.waiting if entry["id"] not in self.numbers]
        self.cursor = answer["cursor"]
        return bool(answer["more"])

    async def _exchange(self, body: bytes) -> dict[str, Any]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(self._head(len(body)) + body)
            head = await reader.readuntil(b"\r\n\r\n")
            found = LENGTH.search(head)
            if not head.startswith(b"HTTP/1.1 200") or not found:
                raise ValueError(head[:200])
            answer: dict[str, Any] = json.loads(await reader.readexactly(int(found[1])))
            return answer
        finally:
            writer.close()

    def _head(self, length: int) -> bytes:
        return (
            f"POST /api/v1/sync HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {length}\r\n\r\n"
        ).encode()
