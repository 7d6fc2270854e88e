"""Each sentence of the written promise names tests, and those exist."""

import re

import pytest

from tests.conventions.source import ROOT, text

PROMISES = [
    line
    for line in text("docs/reliability.md").partition("## What is not promised")[0].splitlines()
    if line.startswith("| ") and not line.startswith("| promise")
]
PYTHON = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PHONE = re.compile(r"`(static/pwa/tests/[\w/.]+\.ts)` ((?:“[^”]+”(?: · )?)+)")


def named(promise: str) -> list[tuple[str, str]]:
    """File and title of each test that a promise names."""
    on_phone = [
        (file, title) for file, titles in PHONE.findall(promise) for title in re.findall("“([^”]+)”", titles)
    ]
    return PYTHON.findall(promise) + on_phone


def test_something_is_promised() -> None:
    assert len(PROMISES) > 20


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.split(" | ")[0][2:60])
def test_a_promise_is_held_by_tests_that_exist(promise: str) -> None:
    assert named(promise), "no test is named"
    for file, title in named(promise):
        source = (ROOT / file).read_text()
        assert f"def {title}(" in source or f"'{title}'" in source, f"{file} has no {title}"
