"""The phone stays light: bytes on the wire, and nothing left behind by going through the pages.

`python -m bench reach` measures the same and the times, at full length.
"""

from pathlib import Path

from playwright.sync_api import Playwright

from bench.reach import NODES, QUICK, hurry, weigh
from tests.e2e.conftest import Demo

KB = {"first load": 105, "offline install": 300, "first sync": 40, "answer to an idle sync": 1}


def test_what_goes_over_the_wire_keeps_to_its_marks(
    demo: Demo, playwright: Playwright, tmp_path: Path
) -> None:
    weights = weigh(playwright, demo, tmp_path)
    too_heavy = {what: weights[f"{what}, kB"] for what, most in KB.items() if weights[f"{what}, kB"] > most}
    assert too_heavy == {}
    assert weights["first load, kB"] > 50  # it was counted at all


def test_a_full_phone_starts_offline_records_and_keeps_nothing_of_former_pages(
    demo: Demo, playwright: Playwright, tmp_path: Path
) -> None:
    figures = hurry(playwright, demo, tmp_path, QUICK)
    # A busy machine may be ten times slower; what would be wrong on any machine is found all the same.
    assert figures["cold offline start to usable, ms"] < 15_000
    assert figures["tap to saved, ms"] < 1_000
    assert figures["nodes held after the navigations"] < NODES
