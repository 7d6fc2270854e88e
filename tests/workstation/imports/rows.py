"""Rows of files as the tests write them."""

from datetime import UTC, date, datetime

from workstation.imports.tables import Table

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)  # noon in Shenzhen


def table_of(*rows: dict[str, str]) -> Table:
    """A table whose heads are those of the first row; rows are numbered as in a spreadsheet."""
    heads = list(rows[0])
    return Table(
        1, heads, [(number, [row.get(head, "") for head in heads]) for number, row in enumerate(rows, 2)]
    )


def station_row(**changes: str) -> dict[str, str]:
    """A good station in 福田区, by English heads."""
    return {
        "code": "A1",
        "name": "南园街道委员工作站",
        "kind": "委员工作站",
        "district": "福田区",
        "street": "南园街道",
        "lat": "22.54",
        "lon": "114.06",
    } | changes


def member_row(**changes: str) -> dict[str, str]:
    return {"编号": "W1", "姓名": "林安远"} | changes


def plan_row(**changes: str) -> dict[str, str]:
    return {"站点": "A1", "委员": "W1", "日期": "2026-12-01", "开始": "09:00", "结束": "11:30"} | changes
