"""What the server of one network should do with entries, in a page of plain Python.

Written from docs/sync-protocol.md and not from the code under test: no database, no locks, no set-wise
writing. The model asks both and compares. A backup of the server is a copy of this.
"""

import json
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

ROOTS = ("check_in", "shift_start", "reception")
STAFF = ("liaison", "city_office")
# The fields that a correction may change, of those that the model changes.
CHANGEABLE = {
    "check_in": {"note", "station_id"},
    "shift_start": {"note", "station_id"},
    "shift_end": {"note"},
    "reception": {"summary", "station_id"},
}

Wire = dict[str, Any]


def wording(entry: Wire) -> str:
    """What an entry says, by which a repeat is told from a conflict [4.5]."""
    body = {
        name: value
        for name, value in entry["body"].items()
        if value is not None and name not in ("fix", "no_fix_reason")
    }
    return json.dumps([entry["kind"], entry["v"], entry["recorded_at"], body], sort_keys=True)


@dataclass
class Kept:
    """One receipt: what became of an entry. `state` is accepted, held or closed."""

    entry: Wire
    said: str
    state: str
    code: str | None
    member: str
    entered_by: str | None
    root: str | None = None
    number: int | None = None

    @property
    def id(self) -> str:
        return str(self.entry["id"])

    @property
    def kind(self) -> str:
        return str(self.entry["kind"])

    @property
    def sender(self) -> str:
        return self.entered_by or self.member

    @property
    def target(self) -> str | None:
        body = self.entry["body"]
        return body.get("shift_id") if self.kind == "shift_end" else body.get("target_id")

    @property
    def audience(self) -> set[str]:
        return {self.member, self.sender}


@dataclass
class Second:
    """The second wording of a conflict, under its own number."""

    entry: Wire
    sender: str
    state: str = "waiting"
    number: int | None = None


@dataclass(frozen=True)
class Expected:
    """What the server should answer for one entry, and what holds its number."""

    status: str
    code: str | None = None
    holder: Kept | Second | None = None


@dataclass
class Device:
    member: str
    is_revoked: bool = False


@dataclass
class Reference:
    """The server's memory of one network. People are named by id; `roles` and `stations` never change."""

    roles: dict[str, str]
    stations: set[str]
    stations_of: dict[str, set[str]]
    topics: set[str]
    tokens: dict[str, str] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)
    kept: dict[str, Kept] = field(default_factory=dict)
    seconds: dict[tuple[str, str], Second] = field(default_factory=dict)

    def copy(self) -> "Reference":
        return deepcopy(self)

    # -- a call ------------------------------------------------------------------------------------

    def receive(self, *, token: str, entries: list[Any]) -> list[Expected]:
        """One answer for each entry; then what waited for a target that is here applies itself [4.8]."""
        device_id = self.tokens[token]
        expected = [self._take(each, device_id) for each in entries]
        self.settle()
        return expected

    def _take(self, given: Any, device_id: str) -> Expected:
        sender = self.devices[device_id].member
        if isinstance(given, Seal):
            return self._give_back(given, device_id)
        seen = self.kept.get(given["id"])
        if seen is None:
            return self._take_new(self._judged(given, device_id))
        if seen.said != wording(given):
            return self._conflict(given, sender)
        if seen.code == "entry.carried" and seen.state == "held" and seen.member == sender:
            return self._take_new(replace(self._judged(given, device_id), number=seen.number))
        return Expected("duplicate" if seen.state == "accepted" else "held", seen.code, seen)

    def _take_new(self, kept: Kept) -> Expected:
        self.kept[kept.id] = kept
        return Expected(kept.state, kept.code, kept)

    def _conflict(self, entry: Wire, sender: str, number: int | None = None) -> Expected:
        second = self.seconds.setdefault(
            (entry["id"], wording(entry)), Second(entry=entry, sender=sender, number=number)
        )
        return Expected("conflict", "entry.conflict", second)

    def _give_back(self, seal: "Seal", device_id: str) -> Expected:
        """After a restore [8.4]: numbers stay; a fact is judged again, what was held stays held."""
        sealed = seal.content
        seen = self.kept.get(sealed.entry["id"])
        if isinstance(sealed, Second):
            return self._conflict(sealed.entry, sealed.sender, sealed.number)
        if seen is not None and seen.said != sealed.said:
            return self._conflict(sealed.entry, sealed.sender, sealed.number)
        if seen is not None:
            return Expected("duplicate" if seen.state == "accepted" else "held", seen.code, seen)
        if sealed.state == "accepted":
            plain = sealed.entry | {"device_id": None}
            return self._take_new(replace(self._judged(plain, device_id), number=sealed.number))
        return self._take_new(replace(sealed, state="held"))  # also what staff had closed

    # -- judging -----------------------------------------------------------------------------------

    def _judged(self, entry: Wire, device_id: str) -> Kept:
        sender = self.devices[device_id].member
        subject = entry.get("on_behalf_of") or sender
        kept = Kept(
            entry=entry,
            said=wording(entry),
            state="held",
            code=None,
            member=sender if self._is_invalid(entry) else subject,
            entered_by=sender if subject != sender and not self._is_invalid(entry) else None,
        )
        self._decide(kept, self._reason(entry, device_id) or self._reason_about(kept))
        return kept

    def _decide(self, kept: Kept, code: str | None) -> None:
        kept.code, kept.state = code, "held" if code else "accepted"
        if code is None:
            target = self.kept[kept.target] if kept.target and kept.kind not in ROOTS else None
            kept.root = target.root if target else kept.id

    def _is_invalid(self, entry: Wire) -> bool:
        return entry["kind"] == "reception" and entry["body"]["topic"] not in self.topics

    def _reason(self, entry: Wire, device_id: str) -> str | None:
        """Why staff must look at it first, whatever it speaks about."""
        device = self.devices[device_id]
        via = self.devices.get(entry.get("device_id") or device_id)
        said = entry["body"].get("changes", {}) if entry["kind"] == "correction" else entry["body"]
        station = said.get("station_id")
        reasons = {
            "device.revoked": device.is_revoked,
            "person.disabled": device.member in self.disabled,
            "entry.invalid": self._is_invalid(entry),
            "entry.carried": via is None or via.member != device.member,
            "entry.station_unknown": station is not None and station not in self.stations,
            "entry.not_allowed": not self._may_enter_for(entry, device.member),
        }
        return next((code for code, holds in reasons.items() if holds), None)

    def _may_enter_for(self, entry: Wire, sender: str) -> bool:
        behalf = entry.get("on_behalf_of")
        return behalf in (None, sender) or self.answers_for(sender, entry["body"].get("station_id"))

    def answers_for(self, person: str, station: str | None) -> bool:
        if self.roles[person] not in STAFF:
            return False
        return self.roles[person] == "city_office" or station in self.stations_of[person]

    def _reason_about(self, kept: Kept, *, by_office: bool = False) -> str | None:
        """Why something about another entry can't apply yet."""
        if kept.kind in ROOTS:
            return None
        target = self.kept.get(kept.target or "")
        if target is None or target.state != "accepted":
            return "entry.target_missing"
        if not _fits(kept, target):
            return "entry.invalid"
        station = self.kept[target.root or target.id].entry["body"]["station_id"]
        if by_office or self.answers_for(kept.sender, station):
            return None
        return None if kept.sender in target.audience else "target.not_yours"

    def settle(self) -> None:
        """Until nothing more follows."""
        changed = True
        while changed:
            waiting = [kept for kept in self.kept.values() if kept.code == "entry.target_missing"]
            ready = [kept for kept in waiting if kept.state == "held" and self._is_target_here(kept)]
            for kept in ready:
                self._decide(kept, self._reason_about(kept))
            changed = bool(ready)

    def _is_target_here(self, kept: Kept) -> bool:
        target = self.kept.get(kept.target or "")
        return target is not None and target.state == "accepted"

    def readers_of(self, id: str, data: Wire) -> set[str]:
        """Who may learn of this receipt; a settled conflict has an id of its own and is its sender's."""
        if id in self.kept:
            return self.kept[id].audience
        return {each.sender for each in self.seconds.values() if each.number == data["receipt_no"]}

    # -- staff -------------------------------------------------------------------------------------

    def release(self, entry_id: str, said: str) -> bool:
        """Whether it could become a fact; then it is one. `said` tells a wording from another."""
        kept = self.kept.get(entry_id)
        if kept is None or kept.said != said or self._is_invalid(kept.entry):
            return False
        body = kept.entry["body"]
        named = body.get("changes", body).get("station_id")
        if named is not None and named not in self.stations:
            return False
        if self._reason_about(kept, by_office=True):
            return False
        self._decide(kept, None)
        self.settle()
        return True

    def close(self, entry_id: str, said: str) -> None:
        if (entry_id, said) in self.seconds:
            self.seconds[entry_id, said].state = "closed"
        else:
            self.kept[entry_id].state = "closed"

    def held(self) -> list[tuple[str, str]]:
        """Id and wording of all that waits for staff."""
        firsts = [(kept.id, kept.said) for kept in self.kept.values() if kept.state == "held"]
        return firsts + [key for key, second in self.seconds.items() if second.state == "waiting"]


@dataclass(frozen=True)
class Seal:
    """What stood in a sealed text when the server gave it."""

    content: Kept | Second


def _fits(kept: Kept, target: Kept) -> bool:
    if kept.kind == "shift_end":
        return target.kind == "shift_start"
    if target.kind not in CHANGEABLE:
        return False
    return kept.kind == "withdrawal" or kept.entry["body"]["changes"].keys() <= CHANGEABLE[target.kind]
