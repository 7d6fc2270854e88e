"""Each attempt of README.md has been made: by a test here that bears its number, or by one that is named."""

import re

from tests.conventions.source import ROOT, files, text

LIST = text("tests/attacks/README.md")


def test_every_attempt_is_made() -> None:
    attempts = {int(number) for number in re.findall(r"^(\d+)\. ", LIST, re.MULTILINE)}
    here = "".join(file.read_text() for file in files("tests/attacks"))
    made = {
        int(number) for name in re.findall(r"def test((?:_\d\d)+)_", here) for number in name[1:].split("_")
    }
    elsewhere = re.findall(r"^\| (\d+) \| `([^:]+)::(\w+)` \|$", LIST, re.MULTILINE)
    named = {int(number) for number, file, name in elsewhere if f"def {name}(" in (ROOT / file).read_text()}
    assert len(attempts) >= 40
    assert attempts - made - named == set()
