"""What came from a phone, read but not yet judged, and what was kept of it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from workstation.check_ins.rules import Fix
from workstation.people.rules import Scope

# Kinds that say something about another entry; those that are a thing of their own stand in stories.py.
ABOUT_KINDS = ("shift_end", "correction", "withdrawal")


@dataclass(kw_only=True)
class Entry:
    """One entry as a phone sent it.

    `body` is validated and holds no position (that is `fix`) and no constituent; `content` is the whole
    entry as it came, less its position, for the case that staff must read it.
    """

    id: str
    seq: int | None
    kind: str | None
    body: dict[str, Any]
    content: dict[str, Any]
    content_hash: str
    recorded_at: datetime | None
    elapsed_ms: int | None = None
    device_id: str | None = None
    author_id: str | None = None
    on_behalf_of: str | None = None
    fix: Fix | None = None
    station_code: str | None = None
    stated_at: datetime | None = None
    constituent: dict[str, Any] | None = None
    flags: list[str] = field(default_factory=list)
    # Why it cannot be a fact as it stands: entry.invalid or entry.newer_version.
    problem: str | None = None

    @property
    def target_id(self) -> str | None:
        """The entry that this one speaks about, if it does."""
        name = "shift_id" if self.kind == "shift_end" else "target_id"
        return self.body.get(name) if self.kind in ABOUT_KINDS else None

    @property
    def station_id(self) -> str | None:
        """The station that this entry names, or would move its target to."""
        said = self.body.get("changes", {}) if self.kind == "correction" else self.body
        return said.get("station_id")


@dataclass(kw_only=True)
class Seal:
    """What a phone gives back after the server lost it: opaque to the phone."""

    id: str
    sealed: str
    # Its number was given to another entry before anybody noticed the restore.
    needs_number: bool = False


@dataclass(kw_only=True)
class Unusable:
    """Not even an entry; `id` as sent."""

    id: object = None
    code: str = "entry.unusable"


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who sends, from which device, and what that is worth today."""

    network_id: int
    member_id: str
    device_id: str
    role: str
    scope: Scope
    is_revoked: bool = False
    is_disabled: bool = False


@dataclass(kw_only=True)
class Kept:
    """One row of receipts: what the server answered and what it keeps."""

    network_id: int
    entry_id: str
    receipt_no: int | None = None
    device_id: str | None
    seq: int | None
    member_id: str
    entered_by_id: str | None = None
    kind: str | None
    state: str = "accepted"
    code: str | None = None
    content_hash: str
    body: dict[str, Any] | None = None
    station_id: str | None = None
    target_id: str | None = None
    root_id: str | None = None
    recorded_at: datetime | None
    received_at: datetime
    occurred_at: datetime | None
    clock_error_s: int | None
    flags: list[str]
    verdict: str | None = None
    distance_m: int | None = None
    accuracy_m: int | None = None
    evidence: int | None = None
    # Which of the station's codes counted for it.
    code_step: int | None = None


@dataclass(kw_only=True)
class HeldContent:
    """One row of held_entries before it is encrypted."""

    entry_id: str
    content_hash: str
    code: str
    member_id: str
    station_id: str | None
    held_at: datetime
    content: dict[str, Any]
    receipt_no: int | None = None


@dataclass(kw_only=True)
class Result:
    """The answer for one entry, as contract and OpenAPI name its fields."""

    id: object
    status: str
    # The receipt as it was when the entry was applied, and the row that will be written: its number.
    kept: Kept | None = None
    source: Kept | None = None
    held: HeldContent | None = None
    code: str | None = None
    seq: int | None = None
    constituent: dict[str, Any] | None = None

    @classmethod
    def of(
        cls,
        kept: Kept,
        *,
        status: str,
        held: HeldContent | None,
        constituent: dict[str, Any] | None,
    ) -> "Result":
        """What is so of an entry at this moment: what follows in the same call changes the row, not this."""
        return cls(
            id=kept.entry_id,
            status=status,
            kept=replace(kept),
            source=kept,
            held=held,
            constituent=constituent,
        )


def content_of(kept: Kept) -> dict[str, Any]:
    """A kept entry in the form in which it once came, less its position."""
    return {
        "id": kept.entry_id,
        "seq": kept.seq,
        "kind": kept.kind,
        "v": 1,
        "recorded_at": kept.recorded_at.isoformat() if kept.recorded_at else None,
        "on_behalf_of": kept.member_id if kept.entered_by_id else None,
        "body": kept.body,
    }
