"""The server's half of tests/contracts: the phone knows a case for everything the server can answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.errors import status_of
from api.schemas.sync import ResultOut
from workstation.errors import ENTRY_MESSAGES

CASES = Path(__file__).parent.parent / "contracts"
NOT_HELD = {"entry.conflict", "entry.unusable", "entry.seal_invalid"}


def cases(name: str) -> list[dict[str, Any]]:
    return list(json.loads((CASES / f"{name}.json").read_text()))


def test_the_phone_has_a_case_for_every_reason_to_hold() -> None:
    held = {
        case["result"]["code"]
        for case in cases("entry-results")
        if case["becomes"] == "held" and case["result"].get("code")
    }
    assert held == ENTRY_MESSAGES.keys() - NOT_HELD


def test_the_phone_has_a_case_for_every_status_of_a_result() -> None:
    [known] = (validator.choices for validator in ResultOut().fields["status"].validators)
    assert set(known) <= {case["result"]["status"] for case in cases("entry-results") if case["result"]}


@pytest.mark.parametrize("case", [case for case in cases("call-answers") if case["code"]])
def test_a_code_has_the_status_that_the_phone_expects(case: dict[str, Any]) -> None:
    assert status_of(case["code"]) == case["status"]
