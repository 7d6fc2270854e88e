"""Rows of a member file: who, in which role, at which stations."""

from dataclasses import dataclass
from typing import Any

from workstation.imports import cells
from workstation.imports.columns import Column, Row
from workstation.imports.directory import Directory, Index
from workstation.imports.problems import Wrong
from workstation.imports.stations import take_group, text_up_to

ROLES = {
    "委员": "member",
    "联络员": "liaison",
    "区办": "district_office",
    "市办": "city_office",
    "审计": "auditor",
    "站长": "liaison",
} | {role: role for role in ("member", "liaison", "district_office", "city_office", "auditor")}
COLUMNS = (
    Column("code", "编号", required=True),
    Column("name", "姓名", required=True),
    Column("sector", "界别"),
    Column("stations", "所属站点"),
    Column("role", "角色"),
    Column("district", "区"),
)


@dataclass
class MemberRow:
    """`values` are the members columns that the file speaks of; no `station_ids` without that column."""

    number: int
    code: str
    values: dict[str, Any]
    station_ids: frozenset[str] | None


def read_member(*, row: Row, directory: Directory, stations: Index) -> MemberRow | None:
    """One person as the file gives it; None when a cell is wrong, which is then reported."""
    code = row.take("code", lambda text: cells.limited(text=cells.narrow(text), limit=40), required=True)
    values: dict[str, Any] = {"name": row.take("name", text_up_to(100), required=True)}
    if row.has("sector"):
        values["sector"] = take_group(row=row, field="sector", find=directory.sector)
    if row.has("role"):
        values["role"] = row.take("role", lambda text: cells.choice(text=text, choices=ROLES)) or "member"
    values |= _district(row=row, directory=directory, role=values.get("role", ""))
    station_ids = row.take("stations", lambda text: _stations(text=text, stations=stations)) or frozenset()
    if not (row.ok and code):
        return None
    return MemberRow(row.number, code, values, station_ids if row.has("stations") else None)


def _district(*, row: Row, directory: Directory, role: str) -> dict[str, Any]:
    """Only a district officer has a district: it decides what that person may see."""
    district = row.take("district", directory.district)
    if role == "district_office":
        if district is None and row.ok:
            row.refuse("import.district_required", "district")
        return {"division_id": district.id if district else None}
    return {"division_id": None} if role else {}


def _stations(*, text: str, stations: Index) -> frozenset[str]:
    return frozenset(find_station(text=one, stations=stations) for one in cells.several(text))


def find_station(*, text: str, stations: Index) -> str:
    """The id of the station with this code or name. Raises Wrong."""
    found = stations.find(text)
    if found is None:
        raise Wrong("import.station_unknown", value=text)
    return str(found.id)


def find_member(*, text: str, members: Index) -> str:
    """The id of the person with this code, or with this name if only one bears it. Raises Wrong."""
    found = members.find(text)
    if found is None:
        raise Wrong("import.member_unknown", value=text)
    return str(found.id)
