"""What a report's template can print: names, sentences, tables and charts, all from the stored figures."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docxtpl import DocxTemplate

from workstation.reports import changes, sentences
from workstation.reports.charts import Chart, ChartInPlace
from workstation.reports.figures import Figures, Place, window_of
from workstation.reports.periods import Period
from workstation.reports.templates import fill
from workstation.reports.wording import day, moment, optional, percent, span, tenth

# What XML has no place for. Databases take some of it.
NOT_IN_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
COUNTED = ("stations", "tangible", "effective", "streets", "streets_tangible", "streets_effective", "dormant")
DONE = ("shifts", "receptions", "people_received", "check_ins")


@dataclass(frozen=True, kw_only=True)
class Since:
    """The edition before, and what has changed in it since it was issued."""

    edition: int
    sentences: Sequence[str]
    changes: Sequence[changes.Change]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A report that could be issued now, as this edition."""

    network_name: str
    is_demo: bool
    place: Place
    period: Period
    edition: int
    figures: Figures
    since: Since | None
    last_receipt_no: int


def write_sections(draft: Draft) -> dict[str, list[str]]:
    """The sentences under each heading."""
    figures = draft.figures
    return {
        "summary": sentences.summary(figures, place=draft.place.name if draft.place.id else ""),
        "work": sentences.work(figures),
        "missing": sentences.missing(figures),
        "since": list(draft.since.sentences) if draft.since else ["这是本期的第1版，没有上一版可比。"],
        "notes": sentences.notes(figures, ends_on=draft.period.ends_on),
    }


def write_document(draft: Draft, *, template: DocxTemplate) -> bytes:
    """The Word document. Refuses with report.template_invalid."""
    charts = {name: ChartInPlace(chart, template=template) for name, chart in _charts(draft.figures).items()}
    return fill(template, _clean(_words(draft)) | charts)


def _words(draft: Draft) -> dict[str, Any]:
    figures = draft.figures
    as_of = moment(figures["as_of"])
    return {
        "network": draft.network_name,
        "is_demo": draft.is_demo,
        "place": draft.place.name,
        "period": draft.period.name,
        "edition": str(draft.edition),
        "previous": str(draft.since.edition) if draft.since else "",
        "from_day": day(figures["window"]["from"]),
        "to_day": day(window_of(figures).last_day),
        "as_of": as_of,
        "issued_on": as_of.partition("日")[0] + "日",
        "rules_version": str(figures["rules_version"]),
        "settled_until": day(figures["settled_until"]),
        "by": "街道" if figures["by"] == "street" else "区",
        "rows": [write_row(row) for row in [*figures["rows"], figures["totals"] | {"name": "合计"}]],
        "kinds": [write_row(row) for row in figures["kinds"]],
        "parts": [_write_part(part) for part in figures["parts"]],
        "changes": [changes.write(each) for each in draft.since.changes] if draft.since else [],
        **write_sections(draft),
    }


def write_row(row: Mapping[str, Any]) -> dict[str, str]:
    """A row of figures as the cells of a table."""
    return {
        "name": row["name"],
        **{field: optional(row[field]) for field in COUNTED},
        **{field: span(row[field]) for field in DONE},
        "duty_hours": span(row["duty_hours"], tenth),
        "person_hours": span(row["person_hours"], tenth),
        "members_active": optional(row["members_active"]),
        "tangible_rate": percent(row["tangible_rate"]),
        "effective_rate": percent(row["effective_rate"]),
        "gap": percent(row["gap"]),
    }


def _write_part(part: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": _part_name(part),
        **{field: span(part[field]) for field in DONE},
        "duty_hours": span(part["duty_hours"], tenth),
        "members_active": optional(part["members_active"]),
    }


def _part_name(part: Mapping[str, Any]) -> str:
    return f"{part['name']}（暂计）" if part["provisional"] else str(part["name"])


def _charts(figures: Figures) -> dict[str, Chart]:
    rows, parts = figures["rows"], figures["parts"]
    return {
        "chart_coverage": Chart(
            title="有形与有效覆盖率",
            names=_clean([row["name"] for row in rows]),
            series=[
                ("有形覆盖率", [row["tangible_rate"] for row in rows]),
                ("有效覆盖率", [row["effective_rate"] for row in rows]),
            ],
            number_format="0%",
            highest=1,
        ),
        "chart_work": Chart(
            title="值班与接待",
            names=[_part_name(part) for part in parts],
            series=[
                ("值班（次）", [part["shifts"]["low"] for part in parts]),
                ("接待（人次）", [part["people_received"]["low"] for part in parts]),
            ],
        ),
    }


def _clean(value: Any) -> Any:
    """The same without letters that a document cannot hold."""
    if isinstance(value, str):
        return NOT_IN_XML.sub("", value)
    if isinstance(value, Mapping):
        return {key: _clean(inner) for key, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, list) else value
