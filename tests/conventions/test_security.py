"""Each claim of docs/security.md names tests, and those exist; what is not defended is said."""

import re

import pytest

from tests.conventions.source import ROOT, text

DOCUMENT = text("docs/security.md")
CLAIMS = [
    line
    for line in DOCUMENT.partition("## What is not defended")[0].splitlines()
    if line.startswith("| ") and not line.startswith("| claim")
]
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
PARTS = ("The phone", "The wire", "The server", "The office", "The door screen")
THREATS = ("Spoofing", "Tampering", "Repudiation", "Information disclosure", "Denial of service", "Elevation")


def test_each_part_is_looked_at_for_each_kind_of_threat() -> None:
    for part in PARTS:
        section = DOCUMENT.partition(f"## {part}\n")[2].partition("\n## ")[0]
        missing = [threat for threat in THREATS if f"**{threat}" not in section]
        assert not missing, part


def test_what_is_not_defended_is_said() -> None:
    said = DOCUMENT.partition("## What is not defended")[2]
    assert said.count("\n- ") >= 8


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim[2:60])
def test_a_claim_is_held_by_tests_that_exist(claim: str) -> None:
    tests = TEST.findall(claim)
    assert tests, "no test is named"
    for file, title in tests:
        source = (ROOT / file).read_text()
        assert not title or f"def {title}(" in source or f"class {title}" in source, f"{file} has no {title}"
