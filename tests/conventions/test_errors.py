"""Every code that a caller can meet is listed, has words, and stands in the documentation."""

import ast

from tests.conventions.source import calls, files, text
from workstation.errors import ENTRY_MESSAGES, MESSAGES

DOCUMENTED = text("docs/errors.md")


def test_every_code_stands_in_the_documentation() -> None:
    missing = sorted(
        code for code in MESSAGES.keys() | ENTRY_MESSAGES.keys() if f"`{code}`" not in DOCUMENTED
    )
    assert not missing, "docs/errors.md lists every code"


def test_every_refusal_in_the_code_is_a_listed_code() -> None:
    raised = {
        argument.value
        for folder in ("workstation", "api")
        for file in files(folder)
        for name, call in calls(file)
        if name == "Refusal"
        for argument in call.args[:1]
        if isinstance(argument, ast.Constant)
    }
    assert raised <= MESSAGES.keys()


def test_a_code_reads_noun_dot_reason() -> None:
    odd = [code for code in MESSAGES.keys() | ENTRY_MESSAGES.keys() if not is_noun_dot_reason(code)]
    assert not odd


def is_noun_dot_reason(code: str) -> bool:
    noun, _, reason = code.partition(".")
    return all(part.replace("_", "a").isalpha() and part.islower() for part in (noun, reason))
