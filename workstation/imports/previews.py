"""What an import would do, row by row, in the words of the file: for looking at before anything changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any, Protocol

from workstation.imports.differences import Altered, Difference
from workstation.imports.members import ROLES
from workstation.imports.stations import KINDS, STATUSES
from workstation.local_time import LOCAL
from workstation.network.history import Changed, plain

MOST_ROWS = 1_000  # more than anybody reads; the counts are of all
STATION_HEADS = {
    "name": "名称",
    "kind": "类型",
    "division_id": "所在区划",
    "area_id": "片区",
    "sector": "界别",
    "address": "地址",
    "lat": "纬度",
    "lon": "经度",
    "fence_radius_m": "围栏半径",
    "opening_hours": "开放时间",
    "serves_street": "服务街道",
    "status": "状态",
    "opened_on": "开站日期",
    "closed_on": "关站日期",
}
MEMBER_HEADS = {
    "name": "姓名",
    "role": "角色",
    "sector": "界别",
    "division_id": "区",
    "stations": "所属站点",
}
PLAN_HEADS = {"station_id": "站点", "member_id": "委员", "starts_at": "开始", "ends_at": "结束"}
# By column; the first name of each value is the one that templates give.
WORDS = {
    column: {value: name for name, value in reversed(list(choices.items()))}
    for column, choices in (("kind", KINDS), ("status", STATUSES), ("role", ROLES))
}
POINTERS = {"division_id", "area_id", "sector", "station_id", "member_id"}


class Described(Protocol):
    """What of a kind of file is needed to describe its rows."""

    @property
    def heads(self) -> Mapping[str, str]: ...

    def names(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Cell:
    """One cell that changes, as texts; `before` is None in a new row."""

    column: str
    before: str | None
    after: str


@dataclass(frozen=True)
class Line:
    """One row of the file that is new or changes something. `number` as a spreadsheet counts it."""

    number: int
    name: str
    state: str
    cells: list[Cell]


def list_lines(*, job: Described, difference: Difference, limit: int = MOST_ROWS) -> list[Line]:
    """The first rows that an import would write."""
    return list(islice(_lines(job, difference), limit))


def digest_of(*, job: Described, difference: Difference) -> str:
    """Says whether an import would do the same as when somebody looked at it."""
    digest = sha256()
    for line in _lines(job, difference):
        digest.update(repr(line).encode())
    return digest.hexdigest()


def list_changes(*, job: Described, difference: Difference) -> list[Changed]:
    """The same for the history of edits: fields as on the wire, items of the standard as `item.NAME`."""
    return [_changed(altered, job.heads) for altered in difference.altered]


def _changed(altered: Altered, heads: Mapping[str, str]) -> Changed:
    before, after = altered.before, altered.after
    names = [name for name in heads if name in after and (before is None or before[name] != after[name])]
    old = {name: plain(before[name]) for name in names} if before is not None else {}
    new = {name: plain(after[name]) for name in names}
    for part, (former, latter) in altered.parts.items():
        old[f"item.{part}"], new[f"item.{part}"] = _item(former), _item(latter)
    return Changed(str(after["id"]), None if before is None else old, new)


def _item(item: Mapping[str, Any] | None) -> dict[str, Any]:
    """As workstation/network/station_edits.py has it; one that nobody has looked at is not met."""
    said = item or {"met": False}
    return {name: plain(said.get(name)) for name in ("met", "checker", "confirmed_on", "proof")}


def _lines(job: Described, difference: Difference) -> Iterator[Line]:
    names = job.names()
    for altered in difference.altered:
        state = "new" if altered.before is None else "changed"
        name = altered.after.get("name") or names[altered.after["station_id"]]
        yield Line(altered.number, name, state, _cells(altered, job.heads, names))


def _cells(altered: Altered, heads: Mapping[str, str], names: Mapping[str, str]) -> list[Cell]:
    before, after = altered.before, altered.after

    def text(name: str, value: Any) -> str:
        return _text(WORDS.get(name, names if name in POINTERS else {}).get(value, value))

    columns = [
        Cell(head, None if before is None else text(name, before[name]), text(name, after[name]))
        for name, head in heads.items()
        if name in after and (after[name] is not None if before is None else before[name] != after[name])
    ]
    parts = [
        Cell(heads.get(name, name), None if before is None else _part(old, names), _part(new, names))
        for name, (old, new) in altered.parts.items()
    ]
    return columns + parts


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value.astimezone(LOCAL):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def _part(value: Any, names: Mapping[str, str]) -> str:
    """Stations of a person by name, or an item of the standard with who checked it."""
    if not isinstance(value, Mapping):
        return "、".join(sorted(names[each] for each in value or ()))
    said: Sequence[Any] = (value["confirmed_on"], value["checker"], value["proof"])
    return " · ".join(["是" if value["met"] else "否", *(str(each) for each in said if each)])
