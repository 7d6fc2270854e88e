"""What was started is ended, down to the grandchildren, and nothing else."""

import subprocess
import sys

import pytest

from setup.processes import running
from tests.conventions.source import ROOT

# A child and a grandchild, then the end; with `trap` they do not listen to SIGTERM.
FAMILY = """
import subprocess
from setup import processes
processes.GRACE_S = 0.5
script = "{trap} sleep 60 & echo $!; wait"
child = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True)
print(child.pid, child.stdout.readline().strip(), *processes.descendants({bystander}))
processes.end_descendants()
"""


@pytest.mark.parametrize("trap", ["", "trap '' TERM;"], ids=["who listen", "who do not listen"])
def test_children_and_grandchildren_are_ended(trap: str) -> None:
    with subprocess.Popen(["sleep", "60"]) as bystander:
        script = FAMILY.format(trap=trap, bystander=bystander.pid)
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True
        )
        alive = running()
        bystander.kill()
    family = {int(pid) for pid in done.stdout.split()}
    assert len(family) == 2
    assert not family & alive.keys()
    assert bystander.pid in alive
