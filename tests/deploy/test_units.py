"""What systemd itself says of the units: without fault, little exposed, and due when the page says."""

import subprocess
from pathlib import Path

import pytest

from tests.deploy.test_files import TIMERS, UNITS, named, read
from tests.live_server import ROOT

# Of 100; systemd calls 20 and less "OK".
MOST_EXPOSED = 20
# What systemd makes of the date, and the line of docs/operations.md that says it.
DUE = {
    "workstation-backup.timer": ("*-*-* 02:30:00", "| 02:30 | `flask backup create`"),
    "workstation-housekeeping.timer": ("*-*-* 03:30:00", "| 03:30 | `flask housekeeping run`"),
    "workstation-drill.timer": ("*-*-02 04:30:00", "| each 2nd of a month | `flask backup drill`"),
    "workstation-seal.timer": ("*-*-* *:00/10:00", "| every 10 minutes | `flask audit seal`"),
}


def analyze(*words: str | Path) -> str:
    """What it says; a fault of its own is one of the unit."""
    ran = subprocess.run(
        ["systemd-analyze", "--no-pager", *words], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    """With this tree in the place of /opt/workstation."""
    for file in (*UNITS, *TIMERS):
        (tmp_path / file.name).write_text(file.read_text().replace("/opt/workstation", str(ROOT)))
    assert analyze("verify", *sorted(tmp_path.iterdir())) == ""


@pytest.mark.parametrize("file", UNITS, ids=named)
def test_systemd_calls_it_little_exposed(file: Path) -> None:
    assert "exposure level" in analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", file)


@pytest.mark.parametrize("file", TIMERS, ids=named)
def test_a_timer_is_due_when_the_page_says(file: Path) -> None:
    said = analyze("calendar", read(file)["Timer"]["OnCalendar"])
    due, line = DUE[file.name]
    assert f"Normalized form: {due}" in said
    assert line in (ROOT / "docs/operations.md").read_text()
