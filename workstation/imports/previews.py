"""What an import would do, row by row, in the words of the file: for looking at before anything changes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any, Protocol

from workstation.geography.outlines import extent_of
from workstation.imports.differences import Altered, Difference
from workstation.imports.ledgers import CHANNELS, PARTIES
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
LEDGER_HEADS = {
    "entry": "类别",
    "station_id": "站点",
    "member_id": "委员",
    "starts_at": "开始",
    "ends_at": "结束",
    "headcount": "人数",
    "topic": "主题",
    "channel": "渠道",
    "party_kind": "对象",
    "answered_on_spot": "当场答复",
    "wants_reply": "需要回复",
    "summary": "摘要",
    "note": "备注",
}
OUTLINE_HEADS = {"geometry": "轮廓"}
# By column; the first name of each value is the one that templates give.
WORDS = {
    column: {value: name for name, value in reversed(list(choices.items()))}
    for column, choices in (
        ("kind", KINDS),
        ("status", STATUSES),
        ("role", ROLES),
        ("channel", CHANNELS),
        ("party_kind", PARTIES),
    )
}
POINTERS = {"division_id", "area_id", "sector", "station_id", "member_id", "topic"}


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
    for line, altered in zip(_lines(job, difference), difference.altered, strict=True):
        # An outline is described by its size only.
        digest.update(repr((line, altered.after.get("geometry"))).encode())
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
        name = part if part in heads else f"item.{part}"
        old[name], new[name] = _kept_part(former), _kept_part(latter)
    return Changed(str(after["id"]), None if before is None else old, new)


def _kept_part(part: Mapping[str, Any] | Collection[str] | None) -> Any:
    """An item as workstation/network/station_edits.py has it, stations as workstation/people/directory.py."""
    if part is not None and not isinstance(part, Mapping):
        return sorted(part)
    said = part or {"met": False}  # one that nobody has looked at is not met
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
        known = WORDS.get(name) or (names if name in POINTERS else None)
        return _text(known.get(value, value) if known else value)

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
    if isinstance(value, Mapping):
        size = extent_of(geometry=value)
        middle = f"{size.middle.lat:.4f}, {size.middle.lon:.4f}"
        return f"{size.parts} 片 · {size.points} 个点 · 约 {size.area_km2:.1f} 平方公里 · 中心 {middle}"
    return f"{value.astimezone(LOCAL):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def _part(value: Any, names: Mapping[str, str]) -> str:
    """Stations of a person by name, or an item of the standard with who checked it."""
    if not isinstance(value, Mapping):
        return "、".join(sorted(names[each] for each in value or ()))
    said: Sequence[Any] = (value["confirmed_on"], value["checker"], value["proof"])
    return " · ".join(["是" if value["met"] else "否", *(str(each) for each in said if each)])
