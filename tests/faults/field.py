"""Phones in the field: they record, and keep each entry until its receipt is here.

What a phone does here follows docs/sync-protocol.md, whose steps are cited; its waits are a hundredth of
those of 9.1. A phone is used by one thread at a time.
"""

import gzip
import json
import random
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import requests

from tests.cast import Phone
from tests.faults.day import Day, Entry

BATCH = 25
CALL_TIMEOUT_S = 30
LONGEST_WAIT_S = 0.5


class NoAnswer(Exception):
    """The call did not go through, as far as the phone knows [6.4]."""


class FieldPhone:
    """One phone and what it holds: what waits, the receipts, and where it is in the feed."""

    def __init__(self, phone: Phone, *, person: str, url: str, station_id: str, seed: int) -> None:
        self.phone = phone
        self.person = person
        self.url = url
        self.day = Day(phone, station_id=station_id, seed=seed)
        self.random = random.Random(seed)
        self.connection = requests.Session()
        self.connection.trust_env = False
        # What the phone holds.
        self.recorded: dict[str, Entry] = {}
        self.waiting: dict[str, Entry] = {}
        self.attention: dict[str, Entry] = {}
        self.receipts: dict[str, dict[str, Any]] = {}
        self.given_back: set[str] = set()
        self.rows: dict[tuple[str, str], Any] = {}
        self.epoch: str | None = None
        self.cursor: str | None = None
        self.failures = 0
        # What the test wants to know.
        self.renumbered: list[str] = []
        self.resets = 0
        self.calls = 0
        self.answered = 0
        self.statuses: Counter[int] = Counter()

    def record(self, count: int = 1) -> None:
        """What the day brings; from now on it is here until its receipt is."""
        for _ in range(count):
            self.keep(self.day.next())

    def keep(self, entry: Entry) -> None:
        self.recorded[entry["id"]] = self.waiting[entry["id"]] = entry

    # -- sending [3, 6] -----------------------------------------------------------------------------

    def sync(self) -> None:
        """Sends what waits and pulls what is new; raises NoAnswer when a call did not go through."""
        again = True
        while again:
            again = self._exchange(self._next_batch()) or bool(self.waiting or self.seals())

    def sync_until_done(self, *, timeout_s: float = 60) -> None:
        """Tries again and again, as taps would [9.2], until nothing waits."""
        deadline = time.monotonic() + timeout_s
        while True:
            self.tap()
            try:
                self.sync()
            except NoAnswer:
                assert time.monotonic() < deadline, f"{len(self.waiting)} entries still wait: {self.statuses}"
                self.wait()
            else:
                if not self.attention:
                    return

    def tap(self) -> None:
        """A tap asks again for what needs attention [5.4]."""
        self.waiting = dict(sorted((self.attention | self.waiting).items(), key=lambda item: item[1]["seq"]))
        self.attention = {}

    def wait(self) -> None:
        """Longer after each failure in a row, and never quite as long as the others [9.1]."""
        whole = min(0.02 * 2 ** min(self.failures, 10), LONGEST_WAIT_S)
        time.sleep(self.random.uniform(whole / 2, whole))

    def seals(self) -> list[Entry]:
        """Receipts that this epoch of the server has not seen [8.3]."""
        return (
            [
                {"id": id, "sealed": receipt["sealed"]}
                for id, receipt in self.receipts.items()
                if receipt.get("sealed") and id not in self.given_back
            ]
            if self.epoch
            else []
        )

    def _next_batch(self) -> list[Entry]:
        return (self.seals() or list(self.waiting.values()))[:BATCH]

    def _exchange(self, batch: list[Entry]) -> bool:
        """One batch, halved as often as needed [6.1]. True when there is more to pull."""
        status, answer = self._call(batch)
        if status == 413 or (status == 400 and answer.get("code") == "sync.malformed"):
            return self._halve(batch)
        if status != 200:
            self.failures += 1
            raise NoAnswer(status)
        self.failures = 0
        self.answered += 1
        return self._take_in(batch, answer)

    def _halve(self, batch: list[Entry]) -> bool:
        if not batch:
            raise NoAnswer("an empty call is too large")
        if len(batch) > 1:
            middle = (len(batch) + 1) // 2
            return self._exchange(batch[:middle]) | self._exchange(batch[middle:])
        (entry,) = batch
        if "sealed" in entry:
            self.given_back.add(entry["id"])
        else:
            self.attention[entry["id"]] = self.waiting.pop(entry["id"])
        return True

    def _call(self, batch: list[Entry]) -> tuple[int, dict[str, Any]]:
        envelope = {
            "protocol": 1,
            "sent_at": datetime.now(UTC).isoformat(),
            "cursor": self.cursor,
            "pending": len(self.waiting) + len(self.attention) - len([e for e in batch if "seq" in e]),
            "entries": batch,
        }
        headers = self.phone.headers | {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        self.calls += 1
        try:
            answer = self.connection.post(
                f"{self.url}/api/v1/sync",
                data=gzip.compress(json.dumps(envelope).encode(), 1),
                headers=headers,
                timeout=CALL_TIMEOUT_S,
            )
            said = answer.json()
        except (requests.RequestException, ValueError) as error:
            self.failures += 1
            raise NoAnswer(str(error)) from error
        self.statuses[answer.status_code] += 1
        return answer.status_code, said

    # -- what an answer makes of it [5, 7, 8] -------------------------------------------------------

    def _take_in(self, batch: list[Entry], answer: dict[str, Any]) -> bool:
        if (self.epoch not in (None, answer["epoch"])) or (answer["reset"] and self.cursor is not None):
            self.given_back.clear()
            self.resets += 1
        self.epoch = answer["epoch"]
        results = {result["id"]: result for result in answer["results"]}
        assert results.keys() <= {entry["id"] for entry in batch}, "a result for what was not sent"
        for result in results.values():
            self._take_result(result)
        for change in answer["changes"]:
            self._take_change(change)
        self.cursor = answer["cursor"]
        if len(results) < len(batch):
            raise NoAnswer("some entries got no result")
        return bool(answer["more"])

    def _take_result(self, result: dict[str, Any]) -> None:
        id = result["id"]
        self.given_back.add(id)
        if result.get("receipt_no") is not None:
            self._note_number(id, result["receipt_no"])
            self.receipts[id] = result
            self.waiting.pop(id, None)
        elif id in self.waiting:
            self.attention[id] = self.waiting.pop(id)
        else:
            self.receipts[id]["sealed"] = None

    def _take_change(self, change: dict[str, Any]) -> None:
        noun, id, data = change["noun"], change["id"], change.get("data")
        self.rows[noun, id] = data if change["op"] == "put" else None
        if noun == "receipt" and id in self.receipts and data:
            self._note_number(id, data["receipt_no"])
            self.receipts[id] |= {"status": data["status"]}

    def _note_number(self, id: str, number: int) -> None:
        if id in self.receipts and self.receipts[id]["receipt_no"] != number:
            self.renumbered.append(id)
