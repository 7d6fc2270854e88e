"""The working state of one sync call: judged in memory in the order sent, written once (operations.write).

The database remains the referee: should a receipt stand there after all, the insert does not return it and
the whole call is tried again.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from workstation.check_ins.doubted_places import place_of
from workstation.shifts.queries import Duty
from workstation.shifts.rules import closes_at
from workstation.sync.entries import ABOUT_KINDS, Entry, HeldContent, Kept, Result, Unusable
from workstation.sync.held import open_up
from workstation.sync.judgement import (
    PRESENCE,
    Witness,
    judge_presence,
    place_answer,
    reason_about_target,
    reason_to_hold,
)
from workstation.sync.known import Known
from workstation.sync.stories import ROOTS, in_order, names_anybody
from workstation.sync.surroundings import Surroundings


@dataclass(kw_only=True, eq=False)
class Ledger(Known):
    """What one call knows and what it will write."""

    new: dict[str, Kept] = field(default_factory=dict)
    changed: dict[str, Kept] = field(default_factory=dict)  # held before this call, a fact after it
    new_held: dict[tuple[str, str], HeldContent] = field(default_factory=dict)
    constituents: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    # (station, where it was said to stand, what a fix answered): check_ins/doubted_places.py.
    place_answers: list[tuple[str, str, str]] = field(default_factory=list)

    def take(self, given: Entry | Unusable) -> Result:
        """What becomes of one entry [4.3–4.7]. Never raises for what a phone may send."""
        if isinstance(given, Unusable):
            return Result(id=given.id, status="rejected", code=given.code)
        seen = self.find(given.id)
        if seen is None:
            return self._take_new(given)
        if seen.content_hash != given.content_hash:
            return self._take_conflict(given)
        return self._take_repeat(given, seen)

    def find(self, entry_id: str | None) -> Kept | None:
        if entry_id is None:
            return None
        return self.new.get(entry_id) or self.changed.get(entry_id) or self.known.get(entry_id)

    def _take_new(self, entry: Entry) -> Result:
        kept = self._begin(entry)
        self._judge(entry, kept)
        self.new[entry.id] = kept
        held = self.hold(entry, kept.code) if kept.code else None
        if held is None:
            self.accept(kept, entry)
        return Result.of(kept, status=kept.state, held=held, constituent=entry.constituent)

    def _take_repeat(self, entry: Entry, seen: Kept) -> Result:
        if seen.code == "entry.carried" and seen.state == "held" and self._is_author(entry, seen):
            return self._confirm_carried(entry, seen)
        return self.say_again(seen, constituent=entry.constituent)

    def say_again(self, seen: Kept, *, constituent: dict[str, Any] | None) -> Result:
        """What is known already. The phone's next seal holds whom it named now."""
        held = self.held_content(seen.entry_id, seen.content_hash) if seen.state != "accepted" else None
        status = "duplicate" if seen.state == "accepted" else "held"
        return Result.of(seen, status=status, held=held, constituent=constituent)

    def _take_conflict(self, entry: Entry) -> Result:
        """The first wording stands; the second is kept beside it under a number of its own."""
        held = self.held_content(entry.id, entry.content_hash) or self.hold(entry, "entry.conflict")
        return Result(id=entry.id, status="conflict", code="entry.conflict", held=held, seq=entry.seq)

    def _is_author(self, entry: Entry, seen: Kept) -> bool:
        return entry.author_id in (None, self.sender.member_id) and seen.member_id == self.sender.member_id

    def _confirm_carried(self, entry: Entry, seen: Kept) -> Result:
        """The author's own phone sends what somebody else's had carried in: now it is judged as its own."""
        kept = self._begin(entry)
        kept.receipt_no, kept.received_at = seen.receipt_no, seen.received_at
        self._judge(entry, kept)
        self.changed[entry.id] = kept
        held = self.held_content(entry.id, seen.content_hash) if kept.code else None
        if kept.code is None:
            self.accept(kept, entry)
        return Result.of(kept, status=kept.state, held=held, constituent=entry.constituent)

    def _judge(self, entry: Entry, kept: Kept) -> None:
        kept.code = self.reason(entry, kept)
        kept.state = "held" if kept.code else "accepted"
        kept.code_step = kept.code_step if kept.code is None else None  # only a fact uses up a code

    def _begin(self, entry: Entry) -> Kept:
        """The receipt of a new entry with its clocks and its judged position."""
        clocks = self.clocks_of(entry)
        author = entry.author_id if entry.author_id in self.subjects else self.sender.member_id
        subject = entry.on_behalf_of if entry.on_behalf_of in self.subjects else author
        kept = Kept(
            network_id=self.network_id,
            entry_id=entry.id,
            device_id=self._device_of(entry),
            seq=entry.seq,
            member_id=subject or self.sender.member_id,
            entered_by_id=author if subject != author else None,
            kind=entry.kind,
            content_hash=entry.content_hash,
            station_id=entry.station_id if entry.kind in ROOTS else None,
            target_id=entry.target_id,
            recorded_at=entry.recorded_at,
            received_at=self.received_at,
            occurred_at=clocks and clocks.occurred_at,
            clock_error_s=clocks and clocks.clock_error_s,
            flags=[*(clocks.flags if clocks else []), *entry.flags],
        )
        judge_presence(
            kept, entry=entry, station=self.station(entry.station_id), witness=self._witness_of(kept)
        )
        return kept

    def _witness_of(self, kept: Kept) -> Witness:
        """Where the sender was says nothing of another person whose entry the sender carries in."""
        own = kept.member_id == self.sender.member_id
        return self.witness if own else replace(self.witness, around=Surroundings())

    def _device_of(self, entry: Entry) -> str | None:
        if entry.device_id in (None, self.sender.device_id):
            return self.sender.device_id
        return entry.device_id if entry.device_id in self.device_owners else None

    def reason(self, entry: Entry, kept: Kept) -> str | None:
        """Why the entry must wait; None when it is a fact. An accepted one learns its root here."""
        owner = self.device_owners.get(entry.device_id) if entry.device_id else self.sender.member_id
        reason = reason_to_hold(
            entry,
            sender=self.sender,
            is_own_device=entry.device_id in (None, self.sender.device_id) or owner == self.sender.member_id,
            subject_exists=entry.on_behalf_of is None or entry.on_behalf_of in self.subjects,
            station=self.station(entry.station_id),
        )
        return reason or self.reason_about_target_of(entry, kept)

    def reason_about_target_of(self, entry: Entry, kept: Kept) -> str | None:
        if entry.kind not in ABOUT_KINDS:
            kept.root_id = entry.id
            return None
        target = self.find(entry.target_id)
        root = self.find(target.root_id) if target else None
        reason = reason_about_target(
            entry,
            sender=self.sender,
            target=target,
            station=self.station(root.station_id) if root else None,
            check_changes=self.grammar.check_changes,
        )
        kept.root_id = root.entry_id if root and reason is None else None
        return reason

    def accept(self, kept: Kept, entry: Entry) -> None:
        kept.body = entry.body
        if kept.kind in PRESENCE:
            self._note_presence(kept, entry)
        if kept.kind == "shift_start":
            self._note_overlap(kept)
        if kept.kind == "shift_end" and kept.occurred_at:
            end = kept.occurred_at
            self.shifts = [
                duty._replace(ends_at=end) if duty.id == kept.target_id else duty for duty in self.shifts
            ]
        root_id = kept.root_id or kept.entry_id
        self.roots_before.setdefault(root_id, [])
        if entry.constituent or names_anybody(kept):
            self._note_constituent(root_id, kept, entry)

    def _note_constituent(self, root_id: str, kept: Kept, entry: Entry) -> None:
        """Who was received is what was said last, not what came last; None: a correction takes it out."""
        family = [*self.roots_before[root_id], *self.new.values(), *self.changed.values()]
        others = [each for each in family if each.root_id == root_id and each.entry_id != kept.entry_id]
        said = [each for each in others if each.state == "accepted" and names_anybody(each)]
        if in_order([*said, kept])[-1] is kept:
            self.constituents[root_id] = entry.constituent

    def _note_presence(self, kept: Kept, entry: Entry) -> None:
        station = self.station(entry.station_id)
        if kept.member_id == self.sender.member_id:
            self.witness.around.note(kept, station=station)
        said = place_answer(kept, entry=entry, station=station)
        if said:
            self.place_answers.append((station.id, place_of(station), said))

    def _note_overlap(self, kept: Kept) -> None:
        """Starting while another shift is open: both are kept, and this one says so."""
        assert kept.occurred_at is not None  # an accepted entry says when
        begins = kept.occurred_at
        open_now = (
            duty for duty in self.shifts if duty.member_id == kept.member_id and duty.id != kept.entry_id
        )
        if any(duty.starts_at <= begins < duty.ends_at for duty in open_now):
            kept.flags.append("overlap")
        self.shifts.append(Duty(kept.entry_id, kept.member_id, begins, closes_at(started_at=begins)))

    def hold(self, entry: Entry, code: str) -> HeldContent:
        held = HeldContent(
            entry_id=entry.id,
            content_hash=entry.content_hash,
            code=code,
            member_id=self.sender.member_id,
            station_id=entry.station_id if entry.station_id in self.stations else None,
            held_at=self.received_at,
            content=entry.content,
        )
        self.new_held[entry.id, entry.content_hash] = held
        return held

    def held_content(self, entry_id: str, content_hash: str) -> HeldContent | None:
        """What is held already under this id and wording, in this call or before it."""
        fresh = self.new_held.get((entry_id, content_hash))
        stored = self.held.get((entry_id, content_hash))
        if fresh or stored is None:
            return fresh
        content = open_up(stored.content, network_id=self.network_id, entry_id=entry_id, keys=self.keys)
        return HeldContent(
            entry_id=entry_id,
            content_hash=content_hash,
            code=stored.code,
            member_id=stored.member_id,
            station_id=stored.station_id,
            held_at=stored.held_at,
            content=content or {},
            receipt_no=stored.receipt_no,
        )
