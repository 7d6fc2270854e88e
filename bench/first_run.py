"""How long `make run` takes from a fresh clone until it is ready, and the second time."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.report import Chapter, table
from tests.conventions.source import ROOT, tracked_files
from tests.live_server import free_port

MOST_MINUTES = 30
# What an own server of whoever measures may have set.
SETTINGS = ("DATA_DIR", "DATABASE_URL", "DEMO", "PUBLIC_URL", "SECRET_KEY", "VIRTUAL_ENV", "WEB_CONCURRENCY")


def chapter() -> Chapter:
    """Two starts in a folder of their own."""
    with tempfile.TemporaryDirectory(prefix="workstation-clone-") as name:
        folder = Path(name)
        _copy(folder)
        first, second = _start(folder), _start(folder)
    rows = [["the first", f"{first:,.0f}"], ["the second", f"{second:,.1f}"]]
    text = (
        "`make run` in a copy of the files that git keeps, until it says `ready:` with the demo network "
        "loaded. pip and npm use the machine's caches and its network."
    )
    return Chapter(title="First run", text=text, tables=[table(["start", "seconds"], rows)])


def _copy(folder: Path) -> None:
    for file in tracked_files():
        target = folder / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)


def _start(folder: Path) -> float:
    """Seconds until it is ready; then it is stopped as Ctrl-C would."""
    variables = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    began = time.perf_counter()
    process = subprocess.Popen(
        ["make", "run"],
        cwd=folder,
        env=variables | {"PORT": str(free_port())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    alarm = threading.Timer(MOST_MINUTES * 60, _interrupt, [process])
    alarm.start()
    try:
        return _seconds_to_ready(process, began)
    finally:
        alarm.cancel()
        _interrupt(process)
        process.wait(timeout=60)


def _seconds_to_ready(process: subprocess.Popen[str], began: float) -> float:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        print(f"  {line}", end="", file=sys.stderr)
        if line.startswith("ready:"):
            return time.perf_counter() - began
    raise RuntimeError(f"make run ended before it was ready:\n{''.join(said[-30:])}")


def _interrupt(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
