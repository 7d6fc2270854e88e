"""Judges a file row by row, compares it with what is stored, and writes all of it or nothing, set-wise.

Judging takes the longest and needs no lock. Only `save` runs inside a write transaction: it compares once
more, and its caller commits. Two imports at the same time can then only meet in a unique constraint.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import delete

from workstation.coverage.operations import touch_days
from workstation.database import db
from workstation.errors import Refusal
from workstation.feed.operations import FeedChange, publish
from workstation.geography.datum import Datum
from workstation.imports import members, plans, queries, stations
from workstation.imports.columns import Column, Row, find_columns
from workstation.imports.differences import Difference, compare_members, compare_plans, compare_stations
from workstation.imports.directory import Directory, Index
from workstation.imports.members import MemberRow
from workstation.imports.plans import PlanRow
from workstation.imports.previews import (
    MEMBER_HEADS,
    PLAN_HEADS,
    STATION_HEADS,
    digest_of,
    list_changes,
)
from workstation.imports.problems import Report, Unreadable, problem
from workstation.imports.stations import StationRow
from workstation.imports.tables import Table
from workstation.imports.writes import announce, create_groups, upsert
from workstation.local_time import LOCAL
from workstation.network.history import Editor, note_edits
from workstation.network.models import ChecklistItem, Network, Station
from workstation.people.directory import lock_officers
from workstation.people.models import Member, StationMember
from workstation.shifts.models import PlannedShift

NumberedCells = tuple[int, list[str]]
Progress = Callable[[Sequence[NumberedCells]], Iterable[NumberedCells]]


class Import(Protocol):
    """One kind of file: its columns, how to read a row, and how to compare and save what was read."""

    # What its records are called in the history of edits; empty where none is kept.
    noun: str

    @property
    def columns(self) -> Sequence[Column]: ...

    @property
    def heads(self) -> Mapping[str, str]:
        """What the columns of its records are called in a file."""

    def names(self) -> Mapping[str, str]:
        """What people call the things that its records point at, by id."""

    def read(self, row: Row) -> Hashable | None:
        """Keeps the row; its key, or None when the row is wrong."""

    def finish(self, report: Report) -> None:
        """What can be said only when all rows were read."""

    def compare(self) -> Difference: ...

    def save(self, difference: Difference) -> None: ...


def judge(*, job: Import, table: Table, progress: Progress = iter) -> Report:
    """Reads every row and says what an import would do. Changes nothing."""
    report = Report(rows=len(table.rows))
    try:
        found = find_columns(table=table, columns=job.columns, report=report)
    except Unreadable as unreadable:
        report.errors.append(unreadable.problem)
        return report
    if not table.rows:
        report.warnings.append(problem(code="import.no_rows"))
    first_seen: dict[Hashable, int] = {}
    for number, texts in progress(table.rows):
        row = Row(number=number, texts=texts, found=found, report=report)
        row.check_width(len(table.heads))
        key = job.read(row)
        if key is not None and first_seen.setdefault(key, number) != number:
            row.refuse("import.code_repeated", job.columns[0].field, first=first_seen[key])
    job.finish(report)
    _count(report=report, difference=job.compare())
    return report


def save(*, job: Import, report: Report, editor: Editor, seen: str = "") -> None:
    """Writes what was judged, inside the caller's write transaction. Only for a report without errors.

    `seen` is the digest of what somebody looked at: refuses with upload.stale when it would be something else
    by now.
    """
    difference = job.compare()
    if seen and seen != digest_of(job=job, difference=difference):
        raise Refusal("upload.stale")
    job.save(difference)
    if job.noun:
        note_edits(editor=editor, noun=job.noun, changes=list_changes(job=job, difference=difference))
    _count(report=report, difference=difference)
    report.applied = True


def _count(*, report: Report, difference: Difference) -> None:
    report.new, report.changed, report.unchanged = difference.new, difference.changed, difference.unchanged


@dataclass
class StationImport:
    """Stations with their checklists."""

    network: Network
    datum: Datum
    today: date
    source: str
    rows: list[StationRow] = field(default_factory=list)
    noun: str = "station"
    heads: Mapping[str, str] = field(default_factory=lambda: STATION_HEADS)

    def __post_init__(self) -> None:
        self.network_id = self.network.id
        self.columns = stations.columns_for(standard=self.network.standard)
        self.directory: Directory = queries.get_directory(network=self.network, today=self.today)

    def read(self, row: Row) -> Hashable | None:
        found = stations.read_station(row=row, directory=self.directory, datum=self.datum, today=self.today)
        if found is None:
            return None
        self.rows.append(found)
        return found.code

    def finish(self, report: Report) -> None:
        """Each row was judged by itself."""

    def compare(self) -> Difference:
        return compare_stations(
            network_id=self.network_id,
            rows=self.rows,
            stored=queries.stored_stations(network_id=self.network_id),
            checklists=queries.stored_checklists(network_id=self.network_id),
            today=self.today,
            source=self.source,
        )

    def save(self, difference: Difference) -> None:
        create_groups(directory=self.directory, today=self.today)
        upsert(Station, difference.records, key=("network_id", "id"))
        upsert(ChecklistItem, difference.parts, key=("network_id", "station_id", "item"))
        announce(network_id=self.network_id, noun="station", records=difference.records)

    def names(self) -> Mapping[str, str]:
        return self.directory.names()


@dataclass
class MemberImport:
    """People with their role and their stations."""

    network: Network
    today: date
    rows: list[MemberRow] = field(default_factory=list)
    noun: str = "member"
    heads: Mapping[str, str] = field(default_factory=lambda: MEMBER_HEADS)

    def __post_init__(self) -> None:
        self.network_id = self.network.id
        self.columns = members.COLUMNS
        self.directory: Directory = queries.get_directory(network=self.network, today=self.today)
        self.stations: Index = queries.get_station_index(network_id=self.network_id)

    def read(self, row: Row) -> Hashable | None:
        found = members.read_member(row=row, directory=self.directory, stations=self.stations)
        if found is None:
            return None
        self.rows.append(found)
        return found.code

    def finish(self, report: Report) -> None:
        """As on the page: somebody of the city's office has to stay."""
        if self._loses_officers():
            report.errors.append(problem(code="import.last_officer"))

    def _loses_officers(self) -> bool:
        others = [row.code for row in self.rows if row.values.get("role", "city_office") != "city_office"]
        return queries.loses_officers(network_id=self.network_id, codes=others)

    def compare(self) -> Difference:
        return compare_members(
            network_id=self.network_id,
            rows=self.rows,
            stored=queries.stored_members(network_id=self.network_id),
            memberships=queries.stored_memberships(network_id=self.network_id),
        )

    def save(self, difference: Difference) -> None:
        lock_officers(network_id=self.network_id)
        if self._loses_officers():  # somebody took the others away since the file was judged
            raise Refusal("member.last_officer")
        create_groups(directory=self.directory, today=self.today)
        upsert(Member, difference.records, key=("network_id", "id"))
        whose = StationMember.member_id.in_(difference.relinked)
        db.session.execute(delete(StationMember).where(StationMember.network_id == self.network_id, whose))
        upsert(StationMember, difference.parts, key=("network_id", "station_id", "member_id"))

    def names(self) -> Mapping[str, str]:
        return self.directory.names() | self.stations.names()


@dataclass
class PlanImport:
    """Planned shifts. One that has started is frozen: figures rest on it."""

    network: Network
    now: datetime
    rows: list[PlanRow] = field(default_factory=list)
    noun: str = "planned_shift"
    heads: Mapping[str, str] = field(default_factory=lambda: PLAN_HEADS)

    def __post_init__(self) -> None:
        self.network_id = self.network.id
        self.columns = plans.COLUMNS
        self.stations: Index = queries.get_station_index(network_id=self.network_id)
        self.members: Index = queries.get_member_index(network_id=self.network_id)
        self.started: dict[tuple[str, str, datetime], dict[str, Any]] | None = None

    def read(self, row: Row) -> Hashable | None:
        found = plans.read_plan(row=row, stations=self.stations, members=self.members)
        if found is None:
            return None
        if found.starts_at <= self.now:
            self._check_frozen(row=row, found=found)
        self.rows.append(found)
        return (found.station_id, found.member_id, found.starts_at)

    def _check_frozen(self, *, row: Row, found: PlanRow) -> None:
        if self.started is None:
            until = self.now.astimezone(LOCAL).date()
            self.started = queries.stored_plans(network_id=self.network_id, days=(date.min, until))
        before = self.started.get((found.station_id, found.member_id, found.starts_at))
        if before is None:
            row.warn("import.plan_past", "date")
        elif before["ends_at"] != found.ends_at:
            row.refuse("import.plan_frozen", "ends_at")

    def finish(self, report: Report) -> None:
        """Each row was judged by itself."""

    def compare(self) -> Difference:
        days = [row.day for row in self.rows]
        stored = queries.stored_plans(network_id=self.network_id, days=days)
        return compare_plans(network_id=self.network_id, rows=self.rows, stored=stored)

    def save(self, difference: Difference) -> None:
        upsert(PlannedShift, difference.records, key=("network_id", "id"))
        places = {(record["station_id"], record["day"]) for record in difference.records}
        touch_days(network_id=self.network_id, touched=places)
        changes = [
            FeedChange(record["member_id"], "planned_shift", record["id"]) for record in difference.records
        ]
        publish(network_id=self.network_id, changes=changes)

    def names(self) -> Mapping[str, str]:
        return self.stations.names() | self.members.names()
