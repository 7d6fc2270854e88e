"""What a page sends and gets, in bytes on the wire with their headers, by Chromium's own network log."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

FIRST_LINES = 60  # `POST /api/v1/sync HTTP/1.1` and the like, which the log leaves out


@dataclass
class Exchange:
    """One request and its answer."""

    url: str = ""
    up: int = 0
    down: int = 0
    is_from_worker: bool = False


@dataclass
class Traffic:
    """Everything a page asked for since `watch`; what the service worker fetches for itself is not in it."""

    exchanges: dict[str, Exchange] = field(default_factory=dict)

    @classmethod
    def watch(cls, page: Page) -> "Traffic":
        traffic, log = cls(), page.context.new_cdp_session(page)
        steps: dict[str, Callable[[Exchange, dict[str, Any]], None]] = {
            "requestWillBeSent": _asked,
            "requestWillBeSentExtraInfo": _head_sent,
            "responseReceived": _answered,
            "loadingFinished": _finished,
        }
        for name, step in steps.items():
            log.on(f"Network.{name}", traffic._noting(step))
        log.send("Network.enable")
        return traffic

    def _noting(self, step: Callable[[Exchange, dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
        return lambda event: step(self.exchanges.setdefault(event["requestId"], Exchange()), event)

    def of(self, *endings: str) -> list[Exchange]:
        """Those whose address ends so and that came over the network."""
        return [
            each
            for each in self.exchanges.values()
            if each.url.endswith(endings) and each.down and not each.is_from_worker
        ]


def _asked(exchange: Exchange, event: dict[str, Any]) -> None:
    exchange.url = event["request"]["url"]
    exchange.up += len(event["request"].get("postData", "").encode())


def _head_sent(exchange: Exchange, event: dict[str, Any]) -> None:
    exchange.up += FIRST_LINES + sum(len(name) + len(value) + 4 for name, value in event["headers"].items())


def _answered(exchange: Exchange, event: dict[str, Any]) -> None:
    exchange.is_from_worker = bool(event["response"].get("fromServiceWorker"))


def _finished(exchange: Exchange, event: dict[str, Any]) -> None:
    exchange.down = int(event["encodedDataLength"])
