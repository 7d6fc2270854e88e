"""What late facts changed in an issued report: the same days, measured again, against what was printed."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from workstation.reports.wording import day, moment, tenth, whole
from workstation.sync.stories import ROOTS

Figures = Mapping[str, Any]

WORDS = {
    "stations": "开放站点",
    "tangible": "有形站",
    "effective": "有效站",
    "streets": "街道",
    "streets_tangible": "有形街道",
    "streets_effective": "有效街道",
    "shifts": "值班（次）",
    "duty_hours": "值班（小时）",
    "person_hours": "各人值班合计（小时）",
    "receptions": "接待（次）",
    "people_received": "接待（人次）",
    "check_ins": "到站登记（次）",
    "members_active": "参与委员",
}
RECEIVED = {
    **{kind: root.name for kind, root in ROOTS.items()},
    "shift_end": "结束值班",
    "correction": "更正",
    "withdrawal": "撤回",
}


class Change(NamedTuple):
    """One certain figure that is another one now; None where a row was not there."""

    key: str
    name: str
    field: str
    before: float | None
    after: float | None


def compare(*, before: Figures, after: Figures) -> list[Change]:
    """Every certain figure that differs: the totals first, then row by row in the present order."""
    printed = {row["key"]: row for row in before["rows"]}
    present = {row["key"]: row for row in after["rows"]}
    found = list(_differences(before["totals"], after["totals"], name="合计"))
    for key in [*present, *(key for key in printed if key not in present)]:
        found += _differences(printed.get(key), present.get(key))
    return found


def _differences(before: Figures | None, after: Figures | None, *, name: str = "") -> Iterator[Change]:
    row = after or before or {}
    for field in WORDS:
        was, now = _certain(before, field), _certain(after, field)
        if was != now:
            yield Change(row["key"], name or row["name"], field, was, now)


def _certain(row: Figures | None, field: str) -> float | None:
    value = None if row is None else row[field]
    found: float | None = value["low"] if isinstance(value, Mapping) else value
    return found


def write(change: Change) -> dict[str, str]:
    """A change as a row of the document."""
    how = tenth if change.field.endswith("hours") else whole
    before, after = ("无" if value is None else how(value) for value in (change.before, change.after))
    return {"name": change.name, "figure": WORDS[change.field], "before": before, "after": after}


def sentences(*, edition: int, before: Figures, after: Figures, received: Mapping[str, int]) -> list[str]:
    """What happened since an edition was printed, in words. `received` counts by kind what came since."""
    said = [
        f"第{edition}版的数据截至{moment(before['as_of'])}，统计到{day(before['window']['to'])}之前。"
        "下表是同一时段重新统计后的变动。"
    ]
    if received:
        kinds = "、".join(f"{RECEIVED[kind]}{received[kind]}条" for kind in RECEIVED if kind in received)
        said.append(f"此后收到属于这一时段的记录：{kinds}。")
    if before["rules_version"] != after["rules_version"]:
        said.append(
            f"规则由第{before['rules_version']}版改为第{after['rules_version']}版，变动也可能由此而来。"
        )
    return said
