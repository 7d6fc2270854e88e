"""The sentences of a report, made from its figures alone. Nobody is ranked in them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from workstation.reports.wording import among, day, moment, optional, percent, tenth, told, whole

Figures = Mapping[str, Any]

GATES = {"G1": "按时开放", "G2": "按计划值班", "G3": "联系群众", "G4": "按时答复", "G5": "办成实事"}
ALL_GATES = len(GATES)


def summary(figures: Figures, *, place: str) -> list[str]:
    """What is so: how much is really served, by how many stations."""
    totals = figures["totals"]
    return [f"截至{moment(figures['as_of'])}，{place}{_served(totals)}", _stations(totals)]


def _served(totals: Figures) -> str:
    streets, served = totals["streets"], totals["streets_effective"]
    if not streets:
        return "范围内没有街道。"
    more = totals["streets_effective_high"] - served
    perhaps = f"（另可能补到{more}个）" if more else ""
    gap = "" if totals["gap"] is None else f"，覆盖落差{tenth(totals['gap'] * 100)}个百分点"
    return (
        f"{streets}个街道中，{served}个真正有人服务{perhaps}，有效覆盖率{percent(totals['effective_rate'])}；"
        f"{totals['streets_tangible']}个有达标挂牌的站点，有形覆盖率{percent(totals['tangible_rate'])}{gap}。"
    )


def _stations(totals: Figures) -> str:
    more = totals["effective_high"] - totals["effective"]
    perhaps = f"（另可能补到{more}个）" if more else ""
    said = [
        f"开放的站点{totals['stations']}个",
        f"其中有形{totals['tangible']}个、有效{totals['effective']}个{perhaps}",
    ]
    said += [f"新站未评{totals['not_judged']}个"] if totals["not_judged"] else []
    said += [f"近期无记录{totals['dormant']}个"] if totals["dormant"] else []
    return "，".join(said) + "。"


def work(figures: Figures) -> list[str]:
    """What was done."""
    totals = figures["totals"]
    hours = told(totals["duty_hours"], "小时", tenth)
    return [
        f"本期值班{told(totals['shifts'], '次')}，站点有人值班{hours}，各人值班合计"
        f"{told(totals['person_hours'], '小时', tenth)}。",
        f"接待{told(totals['receptions'], '次')}、{told(totals['people_received'], '人次')}；"
        f"到站登记{told(totals['check_ins'], '次')}；参与委员{whole(totals['members_active'])}人。",
    ]


def missing(figures: Figures) -> list[str]:
    """What is missing, each with the nearest fix."""
    gaps = figures["gaps"]
    said = [
        _listed(
            gaps["streets_without_station"], "没有站点的街道", "建议设一个服务本街道的站点，或由邻近站点兼顾"
        ),
        _listed(gaps["not_tangible"], "建站标准有缺项的站点", "建议补齐后登记核对人、日期和佐证"),
        _listed(gaps["dormant"], "近期无记录的站点", "建议各安排一次值班并登记到站"),
        *(f"未达到“{GATES[gate]}”的站点{count}个。" for gate, count in gaps["failing"].items()),
        f"还有{gaps['quiet_devices']}台手机可能留有记录，建议在有网处打开一次应用。"
        if gaps["quiet_devices"]
        else "",
    ]
    return [sentence for sentence in said if sentence] or ["眼下没有缺口。"]


def _listed(found: Figures, what: str, fix: str) -> str:
    names = [f"{entry['name']}" for entry in found["first"]]
    return f"{what}{found['count']}个：{among(names, total=found['count'])}。{fix}。" if names else ""


def notes(figures: Figures, *, ends_on: date) -> list[str]:
    """What is not settled, and how the figures are to be read. `ends_on` is the end of the whole period."""
    totals, window = figures["totals"], figures["window"]
    last = date.fromisoformat(window["to"]) - timedelta(days=1)
    said = [_settled(figures)]
    if date.fromisoformat(window["to"]) < ends_on:
        said.append(f"本期尚未结束，数字统计到{day(last)}。")
    if totals["silent_phones"]:
        said.append(
            f"有{totals['silent_phones']}台手机可能还有记录没有发出：能确定的列为数字，可能补到的另行注明，"
            "表中写作“低–高”。"
        )
    said += _released(totals)
    said += [
        f"站点和街道的状况以{day(last)}为准。五项达标条件中已评{optional(totals['gates_judged'])}项，其余未评，"
        "未评不作达标或未达标。",
        "比率和小时保留一位小数，其余为原数；未舍入的数字见本版的 CSV、XLSX 文件。"
        f"按规则第{figures['rules_version']}版计算。",
    ]
    return said


def _released(totals: Figures) -> list[str]:
    """Editions from before this was counted say nothing of it."""
    counts = totals.get("released") or {"shifts": 0, "receptions": 0}
    kinds = {"shifts": "次值班", "receptions": "次接待"}
    what = "、".join(f"{whole(counts[name])}{kind}" for name, kind in kinds.items() if counts[name])
    return [f"其中{what}原为待核，由工作人员放行后计入。"] if what else []


def _settled(figures: Figures) -> str:
    days, until = figures["totals"]["provisional"], day(figures["settled_until"])
    if not days:
        return "本期各日的数字均已确定。"
    return f"{until}之前的数字已确定；其中{days}天为暂计，以后收到的记录可能使数字增加。"
