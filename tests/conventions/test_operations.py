"""The pages on running it: every bad day names the test that tried it, and both languages say the same."""

import re

import pytest

from setup.rehearsal.__main__ import read_blocks
from tests.conventions.source import ROOT, text

ENGLISH, CHINESE = "docs/operations.md", "docs/operations.zh-CN.md"
HEADS = {ENGLISH: "Bad days", CHINESE: "出事的时候"}
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def bad_days(page: str) -> list[str]:
    chapter = text(page).partition(f"\n## {HEADS[page]}\n")[2].partition("\n## ")[0]
    return [line for line in chapter.splitlines() if line.startswith("| ")][1:]


def commands(page: str) -> list[str]:
    """The lines of all shell blocks, without their comments."""
    blocks = re.findall(r"```sh\n(.*?)```", text(page), re.DOTALL)
    lines = [re.sub(r"(^|\s)#\s.*", "", line).rstrip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def test_every_bad_day_of_the_list_has_a_line() -> None:
    assert len(bad_days(ENGLISH)) == len(bad_days(CHINESE)) == 12


@pytest.mark.parametrize("page", HEADS)
def test_a_bad_day_was_tried_by_a_test_that_exists(page: str) -> None:
    for line in bad_days(page):
        assert NAMED.findall(line), f"no test is named: {line}"
        for file, name in NAMED.findall(line):
            assert f"def {name}(" in (ROOT / file).read_text(), f"{file} has no {name}"


def test_both_languages_name_the_same_tests() -> None:
    tried = [[NAMED.findall(line) for line in bad_days(page)] for page in HEADS]
    assert tried[0] == tried[1]


def test_both_languages_give_the_same_commands() -> None:
    assert commands(ENGLISH) == commands(CHINESE)


def test_the_rehearsal_reads_an_installation_from_the_page() -> None:
    first, *others = read_blocks(text(ENGLISH))
    assert "make build" in first
    assert {"ws db upgrade", "systemctl daemon-reload", "nginx -t"} <= {
        part.strip() for block in others for line in block.splitlines() for part in line.split("&&")
    }
