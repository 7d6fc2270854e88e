"""The phone stays light: bytes on the wire. `python -m bench reach` measures the same, and the times."""

from pathlib import Path

from playwright.sync_api import Playwright

from bench.reach import weigh
from tests.e2e.conftest import Demo

KB = {"first load": 105, "offline install": 300, "first sync": 40, "answer to an idle sync": 1}


def test_what_goes_over_the_wire_keeps_to_its_marks(
    demo: Demo, playwright: Playwright, tmp_path: Path
) -> None:
    weights = weigh(playwright, demo, tmp_path)
    too_heavy = {what: weights[f"{what}, kB"] for what, most in KB.items() if weights[f"{what}, kB"] > most}
    assert too_heavy == {}
    assert weights["first load, kB"] > 50  # it was counted at all
