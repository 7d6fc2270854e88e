"""A phone as docs/sync-protocol.md describes it: what it stores, what it sends, what an answer makes of it.

The numbers in brackets are steps of that page. `Storage` is what survives a crash, and what an old copy
of the phone brings back; a `Call` is what one tab has in its memory while it waits for an answer.
"""

import json
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Wire = dict[str, Any]
BATCH = 25


@dataclass
class Row:
    """One entry in the outbox, or what is left of it. `run` is the page load that recorded it."""

    wire: Wire
    device_id: str
    run: int
    tapped_at: datetime
    state: str = "waiting"


@dataclass
class Receipt:
    """A result as the phone keeps it; `epoch` is null while its seal is asked for [8.3]."""

    result: Wire
    epoch: str | None
    sealed: str | None

    @property
    def number(self) -> int:
        return int(self.result["receipt_no"])


@dataclass
class Storage:
    """All that lies on the phone's disk."""

    device_id: str
    token: str
    entries: dict[str, Row] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    feed: dict[tuple[str, str], tuple[int, Wire]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    cursor: str | None = None
    epoch: str | None = None
    generation: int = 0
    feed_of: str = ""
    is_paused: bool = False


@dataclass
class Call:
    """One envelope on its way, and what its tab knew when it was made."""

    envelope: Wire
    token: str
    device_id: str
    cursor: str | None
    epoch: str | None
    generation: int

    @property
    def ids(self) -> list[str]:
        return [entry["id"] for entry in self.envelope["entries"]]


class Phone:
    """One person's phone. `person` is a name of the cast."""

    def __init__(self, *, person: str, network: str, device_id: str, token: str) -> None:
        self.person = person
        self.network = network
        self.storage = Storage(device_id=device_id, token=token)
        self.copy: Storage | None = None
        self.clock_error = timedelta()
        self.run = 0
        self.tabs: list[Call] = []

    # -- recording [1, 2] ---------------------------------------------------------------------------

    def record(self, *, id: str, kind: str, body: Wire, now: datetime, on_behalf_of: str | None) -> Wire:
        """Saves an entry and freezes it."""
        device_id = self.storage.device_id
        seq = self.storage.counters[device_id] = self.storage.counters.get(device_id, 0) + 1
        recorded_at = (now + self.clock_error).isoformat()
        wire = {"id": id, "seq": seq, "kind": kind, "v": 1, "recorded_at": recorded_at, "body": body}
        wire |= {"on_behalf_of": on_behalf_of} if on_behalf_of else {}
        self.storage.entries[id] = Row(wire=wire, device_id=device_id, run=self.run, tapped_at=now)
        return wire

    @property
    def waiting(self) -> list[Row]:
        """In sending order [3.2]."""
        rows = [row for row in self.storage.entries.values() if row.state == "waiting"]
        own = self.storage.device_id
        return sorted(rows, key=lambda row: (row.device_id == own, row.device_id, row.wire["seq"]))

    # -- sending [3] --------------------------------------------------------------------------------

    def prepare(self, *, now: datetime, most: int = BATCH) -> Call:
        """The next call: seals first, else what waits."""
        stored = self._synced()
        rows = self.waiting
        batch = self._seals()[:most] or [self._wire(row, now) for row in rows[:most]]
        envelope = {
            "protocol": 1,
            "sent_at": (now + self.clock_error).isoformat(),
            "cursor": stored.cursor,
            "pending": len([entry for entry in rows if entry.wire["id"] not in {e["id"] for e in batch}]),
            "entries": batch,
        }
        return Call(
            envelope=envelope,
            token=stored.token,
            device_id=stored.device_id,
            cursor=stored.cursor,
            epoch=stored.epoch,
            generation=stored.generation,
        )

    def _synced(self) -> Storage:
        """Another device id than that of the last answer starts the feed at null [7.7]."""
        if self.storage.feed_of != self.storage.device_id:
            self.storage.feed_of, self.storage.cursor = self.storage.device_id, None
        return self.storage

    def _seals(self) -> list[Wire]:
        epoch = self.storage.epoch
        if epoch is None:
            return []
        wanted = ((id, r) for id, r in sorted(self.storage.receipts.items()) if r.epoch != epoch)
        return [{"id": id, "sealed": receipt.sealed} for id, receipt in wanted if receipt.sealed]

    def _wire(self, row: Row, now: datetime) -> Wire:
        elapsed = round((now - row.tapped_at).total_seconds() * 1000) if row.run == self.run else None
        own = row.device_id == self.storage.device_id
        return row.wire | {"elapsed_ms": elapsed} | ({} if own else {"device_id": row.device_id})

    def wants_more(self) -> bool:
        return bool(self.waiting or self._seals())

    # -- an answer [5, 7, 8] ------------------------------------------------------------------------

    def take_in(self, call: Call, answer: Wire) -> None:
        """One transaction on the phone."""
        stored = self.storage
        generation = call.generation + (call.cursor is None or answer["reset"])
        if self._asks_for_seals(call, answer):
            for receipt in stored.receipts.values():
                receipt.epoch = None
        for result in answer["results"]:
            self._take_result(result, answer["epoch"])
        for change in answer["changes"]:
            self._take_change(change, answer["epoch"], generation)
        if not answer["more"]:
            stored.feed = {key: row for key, row in stored.feed.items() if row[0] >= generation}
        stored.cursor, stored.epoch, stored.generation = answer["cursor"], answer["epoch"], generation
        stored.feed_of, stored.is_paused = call.device_id, False

    @staticmethod
    def reads(content: bytes) -> bool:
        """Whether this is a whole answer; the phone takes in nothing less."""
        try:
            json.loads(content)
        except ValueError:
            return False
        return True

    @staticmethod
    def _asks_for_seals(call: Call, answer: Wire) -> bool:
        changed = call.epoch is not None and call.epoch != answer["epoch"]
        return changed or (answer["reset"] and call.cursor is not None)

    def _take_result(self, result: Wire, epoch: str) -> None:
        known = self.storage.receipts.get(result["id"])
        if result["receipt_no"] is not None:
            self.storage.receipts[result["id"]] = Receipt(result, epoch, result["sealed"])
        elif known:
            known.sealed, known.epoch = None, epoch
        row = self.storage.entries.get(result["id"])
        if row and row.state == "waiting":
            row.state = {"accepted": "received", "duplicate": "received", "rejected": "attention"}.get(
                result["status"], result["status"]
            )

    def _take_change(self, change: Wire, epoch: str, generation: int) -> None:
        if change["noun"] == "receipt":
            self._take_receipt(change, epoch)
        elif change["op"] == "put":
            self.storage.feed[change["noun"], change["id"]] = (generation, change["data"])
        else:
            self.storage.feed.pop((change["noun"], change["id"]), None)

    def _take_receipt(self, change: Wire, epoch: str) -> None:
        """Never another number's, never a fact back to held [5.7]; the seal of the result stays."""
        known, data = self.storage.receipts.get(change["id"]), change["data"]
        goes_back = known and data["status"] == "held" and known.result["status"] in ("accepted", "duplicate")
        if known and (known.number != data["receipt_no"] or goes_back):
            return
        sealed = data.get("sealed") or (known.sealed if known else None)
        self.storage.receipts[change["id"]] = Receipt(data, epoch, sealed)
        row = self.storage.entries.get(change["id"])
        if row and row.state not in ("waiting", "attention") and known:
            accepted = data["status"] == "accepted"
            row.state = "closed" if data["closed"] else "received" if accepted else row.state

    # -- what happens to phones ---------------------------------------------------------------------

    def kill(self) -> None:
        """Memory is gone, the disk stays."""
        self.run += 1
        self.tabs = []

    def keep_copy(self) -> None:
        self.copy = deepcopy(self.storage)

    def restore_copy(self) -> None:
        """The phone as it was: its entries, its counters, its cursor."""
        assert self.copy is not None
        self.storage = deepcopy(self.copy)
        self.kill()

    def sign_in(self, *, device_id: str, token: str) -> None:
        """The same person under a new device id; what waits keeps the old one [3.5]."""
        self.storage.device_id, self.storage.token, self.storage.is_paused = device_id, token, False
