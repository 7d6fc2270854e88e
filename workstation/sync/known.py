"""What one sync call knows: all that its entries name, read once in a constant number of statements.

Everything here happens inside one write transaction, after the ids that the call names were locked
(`locks`), so what was read stays true until the commit.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from workstation.keys import Keys
from workstation.network.queries import by_station, find_places, places_of
from workstation.people.queries import list_device_owners, list_existing_members
from workstation.prepared import Question, ask_together, lock_names, locks
from workstation.shifts.queries import Duty, list_duties
from workstation.sync.entries import Entry, Kept, Seal, Sender, Unusable, content_of
from workstation.sync.judgement import (
    PRESENCE,
    CheckChanges,
    CountCodes,
    Witness,
    clocks_of,
    count_no_codes,
    mistaken_in,
)
from workstation.sync.queries import about, find_held, list_families, standing_of
from workstation.sync.rules import Clocks
from workstation.sync.seals import Unsealed, unseal
from workstation.sync.surroundings import ask_surroundings, read_surroundings

Incoming = Entry | Seal | Unusable


@dataclass(frozen=True, kw_only=True)
class Grammar:
    """What the wire's schemas know; handed inwards, since the domain knows no JSON."""

    read: Callable[[dict[str, Any]], Entry | Unusable | Seal]
    check_changes: CheckChanges


@dataclass(kw_only=True, eq=False)
class Known:
    """What was read for one call. Nothing is judged or written here."""

    sender: Sender
    sent_at: datetime
    received_at: datetime
    keys: Keys
    grammar: Grammar
    count_codes: CountCodes = count_no_codes
    roots_before: dict[str, list[Kept]] = field(default_factory=dict)
    unsealed: dict[str, Unsealed | None] = field(default_factory=dict)
    reread: dict[str, Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.network_id = self.sender.network_id
        self.witness = Witness(keys=self.keys, count_codes=self.count_codes)

    def read(self, incoming: Sequence[Incoming]) -> None:
        """Locks the ids of these entries and loads all that they name, in a constant number of statements."""
        entries = [each for each in incoming if isinstance(each, Entry)] + list(self.reread.values())
        ids = {str(each.id) for each in incoming if isinstance(each, Entry | Seal)}
        named, moments = self._named(incoming), self._own_moments(entries)
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
        self.read_stations({kept.station_id for kept in self.known.values()})
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
        return [clocks.occurred_at for each in own if (clocks := self.clocks_of(each))]

    def clocks_of(self, entry: Entry) -> Clocks | None:
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

    def _named(self, incoming: Iterable[Incoming]) -> set[str]:
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

    def read_stations(self, ids: Iterable[str | None]) -> None:
        missing = {id for id in ids if id} - self.stations.keys()
        self.stations |= find_places(network_id=self.network_id, ids=missing)

    def station(self, station_id: str | None) -> Any:
        """Where it stands, or None."""
        return self.stations.get(station_id) if station_id else None
