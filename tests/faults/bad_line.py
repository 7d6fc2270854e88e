"""A network between phones and server that loses, cuts, delays and repeats, at random."""

import asyncio
import contextlib
import random
import re
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from types import TracebackType

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
FATES = {
    "passes": 12,
    "late": 2,
    "request lost": 2,
    "request cut": 2,
    "answer lost": 2,
    "answer cut": 2,
    "sent twice": 2,
    "sent again later": 2,
}
LATEST_S = 0.3

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter


class Broken(Exception):
    """The line is dead from here on."""


class BadLine:
    """Listens on a port of its own and hands on to the server what it does not lose."""

    def __init__(self, *, port: int) -> None:
        self.target_port = port
        self.fates: Counter[str] = Counter()
        self.random = random.Random()
        self.deck: list[str] = []
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.ways: dict[str, Callable[[bytes], Awaitable[bytes]]] = {
            "passes": self._ask,
            "late": self._late,
            "request lost": self._lose,
            "request cut": self._cut_request,
            "answer lost": self._lose_answer,
            "answer cut": self._ask,
            "sent twice": self._twice,
            "sent again later": self._again_later,
        }

    def __enter__(self) -> "BadLine":
        self.thread.start()
        start = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.server = asyncio.run_coroutine_threadsafe(start, self.loop).result()
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(
        self, _type: type | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def _end(self) -> None:
        self.server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: Reader, writer: Writer) -> None:
        """One phone's connection, request after request."""
        with contextlib.suppress(Broken, OSError, EOFError, asyncio.CancelledError):
            while True:
                request = await _read_message(reader)
                fate = self._deal()
                answer = await self.ways[fate](request)
                is_cut = fate == "answer cut"
                writer.write(answer[: self.random.randrange(len(answer))] if is_cut else answer)
                await writer.drain()
                if is_cut:
                    break
        writer.close()

    def _deal(self) -> str:
        """At random, but of each as many as FATES says, or a short run would leave one out."""
        if not self.deck:
            self.deck = [fate for fate, count in FATES.items() for _ in range(count)]
            self.random.shuffle(self.deck)
        fate = self.deck.pop()
        self.fates[fate] += 1
        return fate

    async def _ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        try:
            writer.write(request)
            return await _read_message(reader)
        finally:
            writer.close()

    async def _late(self, request: bytes) -> bytes:
        await asyncio.sleep(self.random.uniform(0, LATEST_S))
        return await self._ask(request)

    async def _lose(self, _request: bytes) -> bytes:
        raise Broken

    async def _cut_request(self, request: bytes) -> bytes:
        """The server gets only the beginning, and the phone whatever it says to that."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        try:
            writer.write(request[: self.random.randrange(1, len(request))])
            writer.write_eof()
            return await _read_message(reader)
        finally:
            writer.close()

    async def _lose_answer(self, request: bytes) -> bytes:
        await self._ask(request)
        raise Broken

    async def _twice(self, request: bytes) -> bytes:
        """Both at the same moment; the phone gets one of the answers."""
        return self.random.choice(await asyncio.gather(self._ask(request), self._ask(request)))

    async def _again_later(self, request: bytes) -> bytes:
        answer = await self._ask(request)
        self.echo = asyncio.ensure_future(self._echo(request))
        return answer

    async def _echo(self, request: bytes) -> None:
        with contextlib.suppress(Broken, OSError, EOFError):
            await self._late(request)


async def _read_message(reader: Reader) -> bytes:
    """A request or an answer with its body; both say its length here."""
    head = await reader.readuntil(b"\r\n\r\n")
    found = LENGTH.search(head)
    return head + (await reader.readexactly(int(found[1])) if found else b"")
