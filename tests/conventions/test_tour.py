"""Who follows the tour, or the table of a new kind of entry, finds each name in a file named beside it."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conventions.source import ROOT, text

TOUR, CHAPTER = "docs/tour.md", "## A new kind of entry, end to end"
LINK = re.compile(r"\]\((\.\./[^)#]+\.\w+)\)")
NAME = re.compile(r"`(\w+)`")
NEW = ("visit", "visits", "tap")  # what only the new files say


def steps() -> list[tuple[str, str]]:
    """The tour's steps, each behind the one before it, whose files are still open."""
    return list(pairwise(re.split(r"\n(?=\d+\. )", text(TOUR))))


def table() -> list[str]:
    chapter = text("CONTRIBUTING.md").partition(CHAPTER)[2].partition("\n## ")[0]
    return [line for line in chapter.splitlines() if line.startswith("| ")][1:]


def files(row: str) -> Iterator[Path]:
    for name in re.findall(r"`([\w./-]+\.\w+)`", row.split("|")[1]):
        yield from ROOT.glob(name if "/" in name else f"static/pwa/src/{name}")


@pytest.mark.parametrize("number", range(1, 16))
def test_a_step_s_names_stand_in_its_files(number: int) -> None:
    before, step = steps()[number - 1]
    read = "".join((ROOT / "docs" / link).read_text() for link in LINK.findall(before + step))
    assert read
    assert [name for name in NAME.findall(step) if name not in read] == []


def test_a_new_kind_needs_no_more_files_than_are_counted() -> None:
    by_hand = [row for row in table() if not row.startswith("| by ")]
    named = [name for row in by_hand for name in re.findall(r"`[\w./-]+\.\w+`", row.split("|")[1])]
    assert len(named) == 11, named
    assert len(table()) - len(by_hand) == 2


def test_what_a_new_kind_is_added_to_is_there() -> None:
    for row in table():
        read = "".join(file.read_text() for file in files(row))
        asked = [name for name in NAME.findall(row.split("|")[2]) if name not in NEW] if read else []
        assert [name for name in asked if name not in read] == [], row
