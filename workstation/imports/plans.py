"""Rows of a plan: who is on duty where and when. Times are local (Asia/Shanghai)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from workstation.imports import cells
from workstation.imports.columns import Column, Row
from workstation.imports.directory import Index
from workstation.imports.members import find_station
from workstation.imports.problems import Wrong
from workstation.local_time import LOCAL

LONGEST = timedelta(hours=12)
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
    member_id = row.take("member", lambda text: _member(text=text, members=members), required=True)
    day = row.take("date", cells.day, required=True)
    starts = row.take("starts_at", cells.minutes_of_day, required=True)
    ends = row.take("ends_at", cells.minutes_of_day, required=True)
    if station_id is None or member_id is None or day is None or starts is None or ends is None:
        return None
    starts_at, ends_at = _moment(day, starts), _moment(day, ends)
    if ends < starts:  # over midnight
        ends_at += timedelta(days=1)
    if not starts_at < ends_at <= starts_at + LONGEST:
        row.refuse("import.span", "ends_at")
        return None
    return PlanRow(row.number, station_id, member_id, starts_at, ends_at, starts_at.date())


def _moment(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(), LOCAL) + timedelta(minutes=minutes)


def _member(*, text: str, members: Index) -> str:
    found = members.find(text)
    if found is None:
        raise Wrong("import.member_unknown", value=text)
    return str(found.id)
