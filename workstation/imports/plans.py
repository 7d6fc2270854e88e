"""Rows of a plan: who is on duty where and when. Times are local (Asia/Shanghai)."""

from dataclasses import dataclass
from datetime import date, datetime

from workstation.imports.columns import Column, Row
from workstation.imports.directory import Index
from workstation.imports.members import find_member, find_station
from workstation.imports.spans import take_span

COLUMNS = (
    Column("station", "站点", required=True),
    Column("member", "委员", required=True),
    Column("date", "日期", required=True),
    Column("starts_at", "开始", required=True),
    Column("ends_at", "结束", required=True),
)


@dataclass(frozen=True)
class PlanRow:
    """One planned shift; the first three fields after the number say which it is."""

    number: int
    station_id: str
    member_id: str
    starts_at: datetime
    ends_at: datetime
    day: date


def read_plan(*, row: Row, stations: Index, members: Index) -> PlanRow | None:
    """One planned shift as the file gives it; None when a cell is wrong, which is then reported."""
    station_id = row.take("station", lambda text: find_station(text=text, stations=stations), required=True)
    member_id = row.take("member", lambda text: find_member(text=text, members=members), required=True)
    starts_at, ends_at = take_span(row=row, needs_end=True)
    if station_id is None or member_id is None or starts_at is None or ends_at is None or not row.ok:
        return None
    return PlanRow(row.number, station_id, member_id, starts_at, ends_at, starts_at.date())
