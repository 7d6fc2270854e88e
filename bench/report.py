"""What a benchmark says: tables, and marks that it reaches or misses; and docs/benchmarks.md."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import describe

DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench`; a chapter says when, by which command and on what machine it was measured. Figures
in seconds depend on that machine and on who else used it, so they are goals and decide nothing. Ratios within
one run, sizes and exactness are marks: `make bench` fails when one is missed.
"""
# In this order they stand in the document, whichever was measured last.
TITLES = (
    "Sync",
    "Guards",
    "Trust",
    "Figures",
    "The herd",
    "The peak",
    "Memory",
    "Nearest stations",
    "Coverage",
    "Scale",
    "The office page",
    "Storage",
    "Restore",
    "First load",
    "The phone",
    "First run",
)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A figure and its bound. A goal (`decides=False`) is printed and never fails a run."""

    what: str
    figure: float
    at_least: float | None = None
    at_most: float | None = None
    unit: str = ""
    decides: bool = True

    @property
    def is_reached(self) -> bool:
        above = self.at_least is None or self.figure >= self.at_least
        return above and (self.at_most is None or self.figure <= self.at_most)

    def line(self) -> list[str]:
        bound = f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"
        outcome = "reached" if self.is_reached else "**missed**"
        return [
            "mark" if self.decides else "goal",
            self.what,
            f"{self.figure:,.3g} {self.unit}".strip()
            if self.figure < 1000
            else f"{self.figure:,.0f} {self.unit}",
            f"{bound} {self.unit}".strip(),
            outcome,
        ]


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One benchmark's outcome: what was measured, in words, tables, marks."""

    title: str
    text: str
    tables: Sequence[str]
    marks: Sequence[Mark] = field(default_factory=tuple)

    def body(self) -> str:
        marks = table(["", "what", "measured", "wanted", ""], [mark.line() for mark in self.marks])
        return "\n\n".join([self.text.strip(), *self.tables, *([marks] if self.marks else [])])


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; numbers and what begins with a digit stand to the right."""
    right = [all(str(row[at])[:1].isdigit() for row in rows) for at in range(len(heads))]
    lines = [heads, ["---:" if is_right else "---" for is_right in right], *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def write(chapter: Chapter, *, command: str, document: Path = DOCUMENT) -> None:
    """Puts the chapter in the place of its forerunner; the others stay."""
    chapters = _read(document) | {chapter.title: f"{_origin(command)}\n\n{chapter.body()}"}
    ordered = sorted(chapters, key=TITLES.index)
    parts = [HEAD.strip(), *(f"## {title}\n\n{chapters[title]}" for title in ordered)]
    document.write_text("\n\n".join(parts) + "\n")


def _read(document: Path) -> dict[str, str]:
    text = document.read_text() if document.exists() else ""
    _, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    found = (part.partition("\n") for part in parts)
    return {title: body.strip() for title, _, body in found if title in TITLES}


def _origin(command: str) -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, `{command}`, on {describe()}."
