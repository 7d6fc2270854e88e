"""Which failed tests are run once more, and how they are named."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from setup.tests import MOST_AGAIN, look_again, name_of


def test_a_report_s_case_is_named_as_pytest_takes_it() -> None:
    case = ElementTree.fromstring(
        '<testcase file="tests/e2e/test_a.py" classname="tests.e2e.test_a.TestB" name="test_c[x-1]"/>'
    )
    assert name_of(case) == "tests/e2e/test_a.py::TestB::test_c[x-1]"


@pytest.mark.parametrize(
    "failed",
    [
        pytest.param([], id="none"),
        pytest.param(["tests/e2e/test_a.py::test_b", "tests/api/test_c.py::test_d"], id="one of pure rules"),
        pytest.param([f"tests/e2e/test_a.py::test_{n}" for n in range(MOST_AGAIN + 1)], id="too many"),
    ],
)
def test_nothing_else_is_looked_at_again(failed: list[str], tmp_path: Path) -> None:
    report = tmp_path / "again.xml"
    assert look_again({}, report, failed) == []
    assert not report.exists()  # nothing ran
