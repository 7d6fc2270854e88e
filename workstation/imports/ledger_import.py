"""Old paper ledgers: every row goes through the same door as what phones send, in the name of who imports it.

Receipts, figures, notices to the person concerned: all follows as for any entry on behalf. No device recorded
it, so it has no place in a phone's numbering, and no phone is awaited for it.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workstation.errors import Refusal
from workstation.imports import ledgers, queries
from workstation.imports.columns import Column, Row
from workstation.imports.differences import Difference
from workstation.imports.ledger_entries import RECEPTION, SHIFT, Body
from workstation.imports.ledgers import Known, LedgerRow
from workstation.imports.previews import LEDGER_HEADS
from workstation.imports.problems import Report, problem
from workstation.keys import Keys
from workstation.network.models import Network
from workstation.prepared import lock_names
from workstation.receptions.models import Reception
from workstation.shifts.models import Shift
from workstation.shifts.rules import Span
from workstation.sync.entries import Entry, Sender
from workstation.sync.keeping import write
from workstation.sync.known import Grammar
from workstation.sync.ledger import Ledger
from workstation.sync.waiting import settle_waiting

# PostgreSQL holds a lock for each entry until the end, and has room for some thousands.
MOST_ROWS = 2_000
ROWS_AT_ONCE = 250
SAME_THING = timedelta(minutes=30)
MODELS: Mapping[str, type[Shift] | type[Reception]] = {SHIFT: Shift, RECEPTION: Reception}


@dataclass
class LedgerImport:
    """Past shifts and receptions. `sender` is who imports, and enters each row on behalf of its person."""

    network: Network
    sender: Sender
    now: datetime
    keys: Keys
    grammar: Grammar
    rows: list[LedgerRow] = field(default_factory=list)
    read_rows: dict[int, Row] = field(default_factory=dict)
    noun: str = ""
    columns: Sequence[Column] = ledgers.COLUMNS
    heads: Mapping[str, str] = field(default_factory=lambda: LEDGER_HEADS)

    def __post_init__(self) -> None:
        self.network_id = self.network.id
        self.known = Known(
            network_code=self.network.code,
            stations=queries.get_own_station_index(scope=self.sender.scope),
            members=queries.get_member_index(network_id=self.network_id),
            topics=queries.get_topic_index(network_id=self.network_id),
            now=self.now,
        )

    def read(self, row: Row) -> Hashable | None:
        found = ledgers.read_ledger(row=row, known=self.known)
        if found is None:
            return None
        self.rows.append(found)
        self.read_rows[found.number] = row
        return found.id

    def finish(self, report: Report) -> None:
        """Holds the rows against what stands in the database: the same thing may have come by phone."""
        if report.rows > MOST_ROWS:
            report.errors.append(problem(code="import.too_large", limit=f"{MOST_ROWS} 行"))
            return
        known = self._known_ids()
        for row in self.rows:
            if row.id in known and not known.issuperset(row.ids):
                self.read_rows[row.number].refuse("import.ledger_other", "ends_at")
        for row in self._near([row for row in self.rows if row.id not in known]):
            self.read_rows[row.number].warn("import.ledger_near", "starts_at")

    def _known_ids(self) -> set[str]:
        ids = [id for row in self.rows for id in row.ids]
        return queries.known_entries(network_id=self.network_id, ids=ids)

    def _near(self, fresh: Sequence[LedgerRow]) -> Iterator[LedgerRow]:
        for kind, model in MODELS.items():
            rows = [row for row in fresh if row.kind == kind]
            facts = self._facts_around(model, rows)
            for row in rows:
                there = facts[row.station_id, row.member_id]
                if any(ledgers.is_near(row, fact=fact, within=SAME_THING) for fact in there):
                    yield row

    def _facts_around(
        self, model: type[Shift] | type[Reception], rows: Sequence[LedgerRow]
    ) -> Mapping[tuple[str, str], list[queries.Fact]]:
        found: dict[tuple[str, str], list[queries.Fact]] = defaultdict(list)
        if rows:
            starts = [row.starts_at for row in rows]
            facts = queries.stored_facts(
                network_id=self.network_id,
                model=model,
                member_ids={row.member_id for row in rows},
                span=Span(min(starts), max(starts)),
            )
            for fact in facts:
                found[fact.station_id, fact.member_id].append(fact)
        return found

    def compare(self) -> Difference:
        found, known = Difference(), self._known_ids()
        for row in self.rows:
            record = ledgers.describe(row)
            found.count(number=row.number, stored=record if row.id in known else None, record=record)
        return found

    def save(self, difference: Difference) -> None:
        """Oldest first, some hundred at a time. Refuses with upload.stale when one would not be a fact."""
        lock_names([f"ledger of {self.network_id}"])  # two imports may not take their locks crosswise
        fresh = {record["id"] for record in difference.records}
        rows = sorted((row for row in self.rows if row.id in fresh), key=lambda row: row.starts_at)
        for first in range(0, len(rows), ROWS_AT_ONCE):
            self._enter(rows[first : first + ROWS_AT_ONCE])

    def _enter(self, rows: Sequence[LedgerRow]) -> None:
        ledger = Ledger(
            sender=self.sender, sent_at=self.now, received_at=self.now, keys=self.keys, grammar=self.grammar
        )
        entries = [self._entry(raw) for row in rows for raw in row.entries]
        ledger.read(entries)
        results = [ledger.take(entry) for entry in entries]
        if any(result.status != "accepted" for result in results):
            raise Refusal("upload.stale")
        settle_waiting(ledger)
        for kept in ledger.new.values():
            kept.device_id = kept.seq = None
        write(ledger)

    def _entry(self, raw: Body) -> Entry:
        entry = self.grammar.read(raw)
        assert isinstance(entry, Entry)  # it has an id and is small
        if entry.stated_at is None:  # a reception states its time in its body
            entry.flags.append("stated")
        return entry

    def names(self) -> Mapping[str, str]:
        topics = {topic.code: topic.name for topic in self.known.topics.by_code.values()}
        return self.known.stations.names() | self.known.members.names() | topics
