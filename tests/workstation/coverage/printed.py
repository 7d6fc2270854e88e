"""What the office's page prints of an answer: its own components, run by Node; and what it should print."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.etree
import lxml.html

from setup.environment import PWA, environment
from workstation.reports.document import write_row
from workstation.reports.wording import percent, span, tenth

Row = Mapping[str, Any]
# The page has no table with the network alone: its row stands first in each.
GROUPINGS = ("district", "street", "area", "sector", "kind", "station")
WITHOUT_FIGURES = ("place", "state", "weeks")


@dataclass(frozen=True)
class Printed:
    """Texts without the commas between thousands, which only the page has."""

    sentence: str
    totals: list[str]
    table: list[dict[str, str]]


class Page:
    """The page as a program, built into this folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        build = ["node_modules/.bin/vite", "build", "--ssr", "tests/staff/printPage.ts", "--outDir", folder]
        self._run([*build, "--logLevel", "error"])
        (folder / "node_modules").symlink_to(PWA / "node_modules")

    def print(self, answers: Sequence[tuple[str, Row]]) -> Iterator[Printed]:
        """Of each answer by its grouping, in the order in which they are given."""
        given, printed = self.folder / "given.json", self.folder / "printed.json"
        given.write_text(json.dumps([{"by": by, "coverage": answer} for by, answer in answers]))
        self._run(["node", self.folder / "printPage.js", given, printed])
        return map(_read, json.loads(printed.read_text()))

    def _run(self, command: list[Any]) -> None:
        ended = subprocess.run(
            command, cwd=PWA, env=environment(), capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr


def _read(shown: dict[str, Any]) -> Printed:
    sentences, totals, table = (_tree(shown[name]) for name in ("sentences", "totals", "table"))
    rows = [[_text(cell) for cell in row] for row in table.iterfind(".//tbody/tr")]
    return Printed(
        sentence=_text(sentences.find(".//p")),
        totals=[" ".join(_text(each) for each in said) for said in totals.iterfind(".//dd")],
        table=[_figures(dict(zip(shown["columns"], row, strict=True))) for row in rows],
    )


def _tree(text: str) -> Any:
    """Without the comments by which a browser would take the page over."""
    tree = lxml.html.fragment_fromstring(text, "div")
    lxml.etree.strip_elements(tree, lxml.etree.Comment, with_tail=False)
    return tree


def _text(element: Any) -> str:
    return " ".join(element.text_content().split()).replace(",", "")


def _figures(row: Row) -> dict[str, str]:
    """Marks stand beside a name, and a state and a curve are no figures."""
    return {column: text for column, text in row.items() if column not in ("name", *WITHOUT_FIGURES)}


def expected(answer: Row, columns: Sequence[str]) -> Printed:
    """What this answer should look like, written as the Word report writes."""
    rows = [_write(row) for row in [answer["totals"], *answer["rows"]]]
    return Printed(
        sentence=_sentence(answer["totals"]),
        totals=_totals(answer["totals"]),
        table=[{column: row[column] for column in columns} for row in rows],
    )


def _write(row: Row) -> dict[str, str]:
    written = write_row(row)
    for name in ("tangible", "effective"):
        written[f"streets_{name}"] = f"{written[f'streets_{name}']}/{written['streets']}"
    more = (row["streets_effective_high"] or 0) - (row["streets_effective"] or 0)
    written["streets_effective"] += f" +{more}" if more else ""
    written["effective"] = span({"low": row["effective"], "high": row["effective_high"]})
    low, high = written["effective_rate"], percent(row["effective_rate_high"])
    written["effective_rate"] = low if low == high else f"{low[:-1]}–{high}"
    return written


def _totals(row: Row) -> list[str]:
    streets, served, high = (row[f"streets{part}"] for part in ("", "_effective", "_effective_high"))
    tangible, maybe = row["streets_tangible"], f" · 可能到 {high}" if high > served else ""
    return [
        f"{tangible}/{streets} {percent(row['tangible_rate'])}",
        f"{served}/{streets} {percent(row['effective_rate'])}{maybe} · 已评 {row['gates_judged']}/5 项",
        f"{percent(row['gap'])} {tangible - served} 个街道只挂了牌",
        f"{row['stations']} 近期无记录 {row['dormant']}",
        _maybe(span(row["shifts"])),
        _maybe(span(row["duty_hours"], tenth)),
        _maybe(span(row["people_received"])),
        str(row["members_active"]),
    ]


def _maybe(written: str) -> str:
    low, _, high = written.partition("–")
    return f"{low} 可能到 {high}" if high else low


def _sentence(row: Row) -> str:
    streets, stations, served = row["streets"], row["stations"], row["streets_effective"]
    if not stations:
        return f"{streets} 个街道都还没有开放的站点。" if streets else "您看到的范围内还没有站点。"
    if not streets:
        return f"{stations} 个站点中，{row['effective']} 个真正有人服务。"
    more, tangible = row["streets_effective_high"] - served, row["streets_tangible"]
    return (
        f"{streets} 个街道中，{served} 个真正有人服务"
        + (f"（另可能补到 {more} 个）" if more else "")
        + (f"，{tangible - served} 个只挂了牌" if tangible > served else "")
        + (f"，{streets - tangible} 个连合格的站点也没有" if streets > tangible else "")
        + "。"
    )
