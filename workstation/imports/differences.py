"""What rows of a file change against what is stored: pure, so that a dry run and --apply agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from workstation.ids import new_id
from workstation.imports.members import MemberRow
from workstation.imports.plans import PlanRow
from workstation.imports.stations import DEFAULT_FENCE_M, StationRow
from workstation.network.rules import initials_of

NEW_STATION: dict[str, Any] = {
    "area_id": None,
    "sector": None,
    "address": None,
    "fence_radius_m": DEFAULT_FENCE_M,
    "opening_hours": None,
    "status": "open",
    "opened_on": None,
    "closed_on": None,
    "code_epoch": 1,
}
NEW_MEMBER: dict[str, Any] = {"role": "member", "sector": None, "division_id": None}
CHECKED_BY_IMPORT = "批量导入"

Stored = Mapping[str, Any]
NO_PARTS: Mapping[str, tuple[Any, Any]] = {}


@dataclass(frozen=True)
class Altered:
    """One row of the file that is new (`before` is None) or changes something.

    `parts` are what hangs on the record and changes, by name: (before, after).
    """

    number: int
    before: Stored | None
    after: Stored
    parts: Mapping[str, tuple[Any, Any]]


@dataclass
class Difference:
    """`records` are whole rows, new or changed; `parts` rows that hang on them (items, memberships)."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    records: list[dict[str, Any]] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    # Records whose memberships are replaced by `parts`.
    relinked: set[str] = field(default_factory=set)
    altered: list[Altered] = field(default_factory=list)

    def count(
        self,
        *,
        number: int,
        stored: Stored | None,
        record: dict[str, Any],
        parts: Mapping[str, tuple[Any, Any]] = NO_PARTS,
    ) -> None:
        """Takes in one row of the file, with its number there and what it is to become."""
        if stored is None:
            self.new += 1
        elif parts or record != stored:
            self.changed += 1
        else:
            self.unchanged += 1
            return
        self.records.append(record)
        self.altered.append(Altered(number, stored, record, parts))


def compare_stations(
    *,
    network_id: int,
    rows: Sequence[StationRow],
    stored: Mapping[str, Stored],
    checklists: Mapping[tuple[str, str], Stored],
    today: date,
    source: str,
) -> Difference:
    """`source` is the file's name: the proof of an item that the file states without one."""
    found = Difference()
    for row in rows:
        before = stored.get(row.code)
        record = _station_record(network_id=network_id, row=row, before=before, today=today)
        items = [
            _item_record(
                row=row, station=record, item=item, checklists=checklists, today=today, source=source
            )
            for item in row.items
        ]
        fresh = [item for item in items if item != checklists.get((record["id"], item["item"]))]
        parts = {item["item"]: (checklists.get((record["id"], item["item"])), item) for item in fresh}
        found.count(number=row.number, stored=before, record=record, parts=parts)
        found.parts += fresh
    return found


def _station_record(
    *, network_id: int, row: StationRow, before: Stored | None, today: date
) -> dict[str, Any]:
    start = before or {"network_id": network_id, "id": new_id(), "code": row.code, **NEW_STATION}
    record = {**start, **row.values, "initials": initials_of(row.values["name"])}
    # Sector and company stations serve no street unless the file says so.
    record.setdefault("serves_street", record["sector"] is None)
    record["closed_on"] = (record["closed_on"] or today) if record["status"] == "closed" else None
    return record


def _item_record(
    *,
    row: StationRow,
    station: Stored,
    item: str,
    checklists: Mapping[tuple[str, str], Stored],
    today: date,
    source: str,
) -> dict[str, Any]:
    """是 keeps the date on which it was first confirmed, so that the same file changes nothing tomorrow."""
    said = row.items[item]
    before = checklists.get((station["id"], item)) or {}
    was_met, met = bool(before.get("met")), said is not False
    confirmed_on = (before["confirmed_on"] if was_met else today) if isinstance(said, bool) else said
    return {
        "network_id": station["network_id"],
        "station_id": station["id"],
        "item": item,
        "met": met,
        "checker": row.checker or before.get("checker") or CHECKED_BY_IMPORT,
        "confirmed_on": confirmed_on if met else None,
        "proof": row.proof or before.get("proof") or source,
    }


def compare_members(
    *,
    network_id: int,
    rows: Sequence[MemberRow],
    stored: Mapping[str, Stored],
    memberships: Mapping[str, set[str]],
) -> Difference:
    """`memberships` are the stored station ids by member id."""
    found = Difference()
    for row in rows:
        before = stored.get(row.code)
        start = before or {"network_id": network_id, "id": new_id(), "code": row.code, **NEW_MEMBER}
        record = {**start, **row.values}
        former = memberships.get(record["id"], set())
        relinked = row.station_ids is not None and row.station_ids != former
        parts = {"stations": (former, row.station_ids)} if relinked else NO_PARTS
        found.count(number=row.number, stored=before, record=record, parts=parts)
        if relinked:
            found.relinked.add(record["id"])
            link = {"network_id": network_id, "member_id": record["id"]}
            found.parts += [link | {"station_id": station_id} for station_id in sorted(row.station_ids or ())]
    return found


def compare_plans(
    *, network_id: int, rows: Sequence[PlanRow], stored: Mapping[tuple[str, str, datetime], Stored]
) -> Difference:
    """A planned shift is known by station, member and start; only its end can change."""
    found = Difference()
    for row in rows:
        before = stored.get((row.station_id, row.member_id, row.starts_at))
        start = before or {
            "network_id": network_id,
            "id": new_id(),
            "station_id": row.station_id,
            "member_id": row.member_id,
            "starts_at": row.starts_at,
            "day": row.day,
        }
        found.count(number=row.number, stored=before, record={**start, "ends_at": row.ends_at})
    return found
