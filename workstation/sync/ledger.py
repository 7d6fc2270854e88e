"""The working state of one sync call: read once, judged in memory in the order sent, written once.

Everything here happens inside one write transaction, after the ids that the call names were locked
(`locks`), so what was read stays true until the commit. The database remains the referee: should a
receipt stand there after all, the insert does not return it and the whole call is tried again.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from workstation.check_ins.doubted_places import place_of
from workstation.keys import Keys
from workstation.network.queries import by_station, find_places, places_of
from workstation.people.queries import find_rights, list_device_owners, list_existing_members
from workstation.prepared import Question, ask_together, lock_names, locks
from workstation.shifts.queries import Duty, list_duties
from workstation.shifts.rules import closes_at
from workstation.sync.entries import (
    ABOUT_KINDS,
    Entry,
    HeldContent,
    Kept,
    Result,
    Seal,
    Sender,
    Unusable,
    content_of,
)
from workstation.sync.held import open_up
from workstation.sync.judgement import (
    PRESENCE,
    CheckChanges,
    CountCodes,
    Witness,
    clocks_of,
    count_no_codes,
    judge_presence,
    mistaken_in,
    place_answer,
    reason_about_target,
    reason_to_hold,
)
from workstation.sync.queries import (
    about,
    find_held,
    is_waiting_for,
    list_families,
    read_standing,
    standing_of,
)
from workstation.sync.rules import Clocks
from workstation.sync.seals import Unsealed, unseal
from workstation.sync.stories import ROOTS, in_order, names_anybody
from workstation.sync.surroundings import Surroundings, ask_surroundings, read_surroundings

Incoming = Entry | Seal | Unusable


@dataclass(frozen=True, kw_only=True)
class Grammar:
    """What the wire's schemas know; handed inwards, since the domain knows no JSON."""

    read: Callable[[dict[str, Any]], Entry | Unusable | Seal]
    check_changes: CheckChanges


class Ledger:
    """What one call knows and what it will write."""

    def __init__(
        self,
        *,
        sender: Sender,
        sent_at: datetime,
        received_at: datetime,
        keys: Keys,
        grammar: Grammar,
        count_codes: CountCodes = count_no_codes,
    ) -> None:
        self.sender = sender
        self.network_id = sender.network_id
        self.sent_at = sent_at
        self.received_at = received_at
        self.keys = keys
        self.grammar = grammar
        self.witness = Witness(keys=keys, count_codes=count_codes)
        # (station, where it was said to stand, what a fix answered): check_ins/doubted_places.py.
        self.place_answers: list[tuple[str, str, str]] = []
        self.new: dict[str, Kept] = {}
        self.changed: dict[str, Kept] = {}  # held before this call, a fact after it
        self.new_held: dict[tuple[str, str], HeldContent] = {}
        self.constituents: dict[str, dict[str, Any] | None] = {}
        self.roots_before: dict[str, list[Kept]] = {}
        self.unsealed: dict[str, Unsealed | None] = {}
        self.reread: dict[str, Entry] = {}

    # -- reading ------------------------------------------------------------------------------------

    def read(self, incoming: Sequence[Incoming]) -> None:
        """Locks the ids of these entries and loads all that they name, in a constant number of statements."""
        entries = [each for each in incoming if isinstance(each, Entry)] + list(self.reread.values())
        ids = {str(each.id) for each in incoming if isinstance(each, Entry | Seal)}
        named, moments = self.named(incoming), self._own_moments(entries)
        *_, standing, places = ask_together(
            *locks(f"entry {self.network_id} {id}" for id in named),
            about(network_id=self.network_id, ids=named),
            self._places(entries, moments),
        )
        self.known, self.waiting = standing_of(standing, ids=named)
        if moments:
            places, self.witness.around = read_surroundings(places)
            self.witness.around.mistaken = frozenset(filter(None, map(mistaken_in, entries)))
        self.stations = by_station(places)
        sealed = {each.id for each in incoming if isinstance(each, Seal)}
        self.held = find_held(network_id=self.network_id, ids=self._held_or_other(entries) & ids | sealed)
        self._lock_stories(entries)
        self._read_families({kept.root_id for kept in self.known.values() if kept.root_id})
        self._read_stations({kept.station_id for kept in self.known.values()})
        others = {each.device_id for each in entries if each.device_id not in (None, self.sender.device_id)}
        self.device_owners = list_device_owners(
            network_id=self.network_id, device_ids=sorted(filter(None, others))
        )
        people = {id for each in entries for id in (each.on_behalf_of, each.author_id) if id}
        people |= self._sealed_people()
        self.subjects = list_existing_members(network_id=self.network_id, ids=sorted(people))
        self._read_shifts(entries)

    def _places(self, entries: Sequence[Entry], moments: Sequence[datetime]) -> Question:
        """Where the stations of these entries stand and, if they tell of presence, what surrounds that."""
        ids = {each.station_id for each in entries if each.station_id}
        if not moments:
            return places_of(network_id=self.network_id, ids=ids)
        return ask_surroundings(sender=self.sender, station_ids=ids, moments=moments, now=self.received_at)

    def _own_moments(self, entries: Sequence[Entry]) -> list[datetime]:
        """When the sender was somewhere; what is stated is a person's word, and not compared."""
        own = (each for each in entries if each.kind in PRESENCE and each.stated_at is None)
        return [clocks.occurred_at for each in own if (clocks := self._clocks_of(each))]

    def _clocks_of(self, entry: Entry) -> Clocks | None:
        return clocks_of(entry, sent_at=self.sent_at, received_at=self.received_at)

    def _lock_stories(self, entries: Iterable[Entry]) -> None:
        """Locks the roots that these entries speak about, through whichever door.

        A word about a shift and one about its end name no entry in common, and rewrite the same row. Always
        after the entries' own names, so without deadlock.
        """
        targets = (self.known.get(each.target_id) for each in entries if each.target_id)
        roots = {target.root_id for target in targets if target and target.root_id}
        if roots:
            lock_names(f"story {self.network_id} {id}" for id in roots)

    def named(self, incoming: Iterable[Incoming]) -> set[str]:
        """Ids that two calls at the same moment could both touch: those given, and what they speak about."""
        given = {str(each.id) for each in incoming if isinstance(each, Entry | Seal)}
        said = {each.target_id for each in incoming if isinstance(each, Entry)}
        sealed = {opened.kept.target_id for opened in self.unsealed.values() if opened and opened.kept}
        return {*given, *filter(None, said | sealed)}

    def open_seals(self, incoming: Iterable[Incoming]) -> None:
        """Opens what phones give back after a restore, and reads the entries in it anew."""
        seals = [each for each in incoming if isinstance(each, Seal)]
        # By the seal itself: a fact and the second wording of its conflict share their id.
        self.unsealed = {
            each.sealed: unseal(each, network_id=self.network_id, keys=self.keys) for each in seals
        }
        for sealed, opened in self.unsealed.items():
            if opened and opened.kept and opened.held is None:
                entry = self.grammar.read(content_of(opened.kept))
                if isinstance(entry, Entry):
                    self.reread[sealed] = replace(entry, constituent=opened.constituent)

    def _sealed_people(self) -> set[str]:
        """Whose facts the opened seals hold, and who had entered them."""
        kept = [opened.kept for opened in self.unsealed.values() if opened and opened.kept]
        return {id for each in kept for id in (each.member_id, each.entered_by_id) if id}

    def _read_shifts(self, entries: Iterable[Entry]) -> None:
        starts = [each for each in entries if each.kind == "shift_start" and each.recorded_at]
        self.shifts: list[Duty] = []
        if starts:
            moments = [moment for each in starts for moment in (each.recorded_at, each.stated_at) if moment]
            members = {self.sender.member_id} | {each.on_behalf_of for each in starts if each.on_behalf_of}
            self.shifts = list_duties(
                network_id=self.network_id, member_ids=sorted(members), since=min(moments), until=max(moments)
            )

    def _held_or_other(self, entries: Iterable[Entry]) -> set[str]:
        """Ids whose held row matters: known as held, or known with another wording."""
        said = {entry.id: entry.content_hash for entry in entries}
        return {
            id
            for id, kept in self.known.items()
            if kept.state != "accepted" or said.get(id, kept.content_hash) != kept.content_hash
        }

    def _read_families(self, root_ids: set[str]) -> None:
        family = list_families(network_id=self.network_id, root_ids=root_ids - self.roots_before.keys())
        for root_id in root_ids - self.roots_before.keys():
            self.roots_before[root_id] = [kept for kept in family.values() if kept.root_id == root_id]
        self.known |= {id: kept for id, kept in family.items() if id not in self.known}

    def _read_stations(self, ids: Iterable[str | None]) -> None:
        missing = {id for id in ids if id} - self.stations.keys()
        self.stations |= find_places(network_id=self.network_id, ids=missing)

    # -- taking, in the order sent ------------------------------------------------------------------

    def take(self, given: Incoming) -> Result:
        """What becomes of one entry [4.3–4.7]. Never raises for what a phone may send."""
        if isinstance(given, Unusable):
            return Result(id=given.id, status="rejected", code=given.code)
        if isinstance(given, Seal):
            return self._restore(given)
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
        kept.code = self._reason(entry, kept)
        kept.state = "held" if kept.code else "accepted"
        kept.code_step = kept.code_step if kept.code is None else None  # only a fact uses up a code
        self.new[entry.id] = kept
        held = self._hold(entry, kept.code) if kept.code else None
        if held is None:
            self.accept(kept, entry)
        # The result says what the entry was when it was applied; what follows changes the row, not this.
        return Result(
            id=entry.id,
            status=kept.state,
            kept=replace(kept),
            source=kept,
            held=held,
            constituent=entry.constituent,
        )

    def _take_repeat(self, entry: Entry, seen: Kept) -> Result:
        if seen.code == "entry.carried" and seen.state == "held" and self._is_author(entry, seen):
            return self._confirm_carried(entry, seen)
        held = self._held_content(entry.id, seen.content_hash) if seen.state != "accepted" else None
        status = "duplicate" if seen.state == "accepted" else "held"
        return Result(
            id=entry.id,
            status=status,
            kept=replace(seen),
            source=seen,
            held=held,
            constituent=entry.constituent,
        )

    def _take_conflict(self, entry: Entry) -> Result:
        """The first wording stands; the second is kept beside it under a number of its own."""
        held = self._held_content(entry.id, entry.content_hash) or self._hold(entry, "entry.conflict")
        return Result(id=entry.id, status="conflict", code="entry.conflict", held=held, seq=entry.seq)

    def _is_author(self, entry: Entry, seen: Kept) -> bool:
        return entry.author_id in (None, self.sender.member_id) and seen.member_id == self.sender.member_id

    def _confirm_carried(self, entry: Entry, seen: Kept) -> Result:
        """The author's own phone sends what somebody else's had carried in: now it is judged as its own."""
        kept = self._begin(entry)
        kept.receipt_no, kept.received_at = seen.receipt_no, seen.received_at
        kept.code = self._reason(entry, kept)
        kept.state = "held" if kept.code else "accepted"
        kept.code_step = kept.code_step if kept.code is None else None
        self.changed[entry.id] = kept
        held = None
        if kept.state == "accepted":
            self.accept(kept, entry)
        else:
            held = self._held_content(entry.id, seen.content_hash)
        return Result(
            id=entry.id,
            status=kept.state,
            kept=replace(kept),
            source=kept,
            held=held,
            constituent=entry.constituent,
        )

    # -- judging ------------------------------------------------------------------------------------

    def _begin(self, entry: Entry) -> Kept:
        """The receipt of a new entry with its clocks and its judged position."""
        clocks = self._clocks_of(entry)
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
            kept, entry=entry, station=self._station(entry.station_id), witness=self._witness_of(kept)
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

    def _station(self, station_id: str | None) -> Any:
        return self.stations.get(station_id) if station_id else None

    def _reason(self, entry: Entry, kept: Kept) -> str | None:
        """Why the entry must wait; None when it is a fact. An accepted one learns its root here."""
        owner = self.device_owners.get(entry.device_id) if entry.device_id else self.sender.member_id
        reason = reason_to_hold(
            entry,
            sender=self.sender,
            is_own_device=entry.device_id in (None, self.sender.device_id) or owner == self.sender.member_id,
            subject_exists=entry.on_behalf_of is None or entry.on_behalf_of in self.subjects,
            station=self._station(entry.station_id),
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
            station=self._station(root.station_id) if root else None,
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
        station = self._station(entry.station_id)
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

    def _hold(self, entry: Entry, code: str) -> HeldContent:
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

    def _held_content(self, entry_id: str, content_hash: str) -> HeldContent | None:
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

    # -- what follows -------------------------------------------------------------------------------

    def settle_waiting(self) -> None:
        """Applies what waited for a target that is here now, until nothing more follows [4.8]."""
        arrived = {id for id, kept in (self.new | self.changed).items() if kept.state == "accepted"}
        arrived |= self._targets_here()
        stored = {id: kept for id, kept in self.waiting.items() if is_waiting_for(kept, arrived)}
        while arrived:
            self.held |= find_held(network_id=self.network_id, ids=stored.keys())
            said = self.new | self.changed
            here = {id: kept for id, kept in said.items() if is_waiting_for(kept, arrived)}
            waiting = in_order((stored | here).values())
            self._read_more(waiting)
            arrived = {kept.entry_id for kept in waiting if self._try_again(kept)}
            stored = read_standing(network_id=self.network_id, ids=arrived).waiting

    def _targets_here(self) -> set[str]:
        """Facts that something given back waits for: when it was sealed they were not here yet."""
        waiting = [kept for kept in self.new.values() if is_waiting_for(kept, {kept.target_id or ""})]
        targets = [self.find(kept.target_id) for kept in waiting]
        return {target.entry_id for target in targets if target and target.state == "accepted"}

    def _read_more(self, waiting: Sequence[Kept]) -> None:
        """Stations and people that only the waiting entries name."""
        contents = (self._held_content(kept.entry_id, kept.content_hash) for kept in waiting)
        entries = [self.grammar.read(held.content) for held in contents if held]
        self._read_stations(each.station_id for each in entries if isinstance(each, Entry))

    def _try_again(self, kept: Kept) -> bool:
        """Judges a waiting entry by the rights of whoever sent it; whether it became a fact."""
        held = self._held_content(kept.entry_id, kept.content_hash)
        entry = self.grammar.read(held.content) if held else None
        if not isinstance(entry, Entry):
            return False
        kept.code = self._as_sender_of(kept).reason_about_target_of(entry, kept)
        self.changed |= {} if kept.entry_id in self.new else {kept.entry_id: kept}
        if fresh := self.new_held.get((kept.entry_id, kept.content_hash)):
            fresh.code = kept.code or fresh.code
        if kept.code is None:
            kept.state = "accepted"
            self.new_held.pop((kept.entry_id, kept.content_hash), None)
            self.accept(kept, entry)
        return kept.code is None

    def _as_sender_of(self, kept: Kept) -> "Ledger":
        sender_id = kept.entered_by_id or kept.member_id
        if sender_id == self.sender.member_id:
            return self
        role, scope = find_rights(network_id=self.network_id, member_id=sender_id)
        other = copy(self)
        other.sender = replace(self.sender, member_id=sender_id, role=role, scope=scope)
        return other

    # -- giving back after a restore ----------------------------------------------------------------

    def _restore(self, given: Seal) -> Result:
        """Takes back what the server itself had kept [8.4]; numbers and judgement stay as they were."""
        opened = self.unsealed[given.sealed]
        if opened is None:
            return Result(id=given.id, status="rejected", code="entry.seal_invalid")
        for part in (opened.kept, opened.held):
            if part is not None and given.needs_number:
                part.receipt_no = None
        if opened.kept is None:
            return self._restore_conflict(opened)
        seen = self.find(given.id)
        if seen is None:
            return self._restore_kept(opened.kept, opened, entry=self.reread.get(given.sealed), into=self.new)
        if seen.content_hash != opened.kept.content_hash:
            return self._restore_beside(opened.kept, opened)
        own = self.sender.member_id == (opened.kept.entered_by_id or opened.kept.member_id)
        if own and seen.state == "held" and seen.code == "entry.carried" and given.sealed in self.reread:
            # Another person's phone had handed it in; now its author's own does.
            entry = self.reread[given.sealed]
            return self._restore_kept(opened.kept, opened, entry=entry, into=self.changed)
        held = self._held_content(seen.entry_id, seen.content_hash) if seen.state != "accepted" else None
        status = "duplicate" if seen.state == "accepted" else "held"
        return Result(
            id=given.id,
            status=status,
            kept=replace(seen),
            source=seen,
            held=held,
            constituent=opened.constituent,  # the phone's next seal takes this one's place
        )

    def _restore_kept(
        self, kept: Kept, opened: Unsealed, *, entry: Entry | None, into: dict[str, Kept]
    ) -> Result:
        owner = kept.entered_by_id or kept.member_id
        kept.device_id = kept.device_id if self._knows_device(kept.device_id) else None
        kept.member_id = kept.member_id if kept.member_id in self.subjects else self.sender.member_id
        into[kept.entry_id] = kept
        held = opened.held
        if entry is not None:
            kept.code = "entry.carried" if owner != self.sender.member_id else self._reason(entry, kept)
            kept.state = "held" if kept.code else "accepted"
            held = self._hold(entry, kept.code) if kept.code else None
            if held is None:
                self.accept(kept, entry)
        elif held is not None:
            kept.state = "held"  # what staff had closed, they close again: their reason is not in the seal
            self.new_held[kept.entry_id, kept.content_hash] = held
        if held is not None:
            held.receipt_no, held.content_hash = kept.receipt_no, kept.content_hash
            kept.body = None
        return Result(
            id=kept.entry_id,
            status=kept.state,
            kept=replace(kept),
            source=kept,
            held=held,
            constituent=opened.constituent,
        )

    def _knows_device(self, device_id: str | None) -> bool:
        return device_id == self.sender.device_id or device_id in self.device_owners

    def _restore_beside(self, kept: Kept, opened: Unsealed) -> Result:
        """Since the restore something else was said under its id: kept beside it, with its own number."""
        held = HeldContent(
            entry_id=kept.entry_id,
            content_hash=kept.content_hash,
            code="entry.conflict",
            member_id=kept.entered_by_id or kept.member_id,
            station_id=kept.station_id if kept.station_id in self.stations else None,
            held_at=kept.received_at,
            content=opened.held.content if opened.held else content_of(kept),
            receipt_no=kept.receipt_no,
        )
        return self._restore_conflict(opened._replace(held=held))

    def _restore_conflict(self, opened: Unsealed) -> Result:
        held = opened.held
        assert held is not None  # a seal without a receipt is the seal of a conflict
        stored = self._held_content(held.entry_id, held.content_hash)
        if stored is None:
            self.new_held[held.entry_id, held.content_hash] = held
        return Result(id=held.entry_id, status="conflict", code="entry.conflict", held=stored or held)
