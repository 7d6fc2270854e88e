"""Ending what was started, and nothing else."""

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

GRACE_S = 20
PR_SET_PDEATHSIG = 1


def stop_on_sigterm() -> None:
    """SIGTERM unwinds like Ctrl-C does, so that every `finally` runs."""

    def unwind(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, unwind)


def end_with_parent() -> None:
    """If the process that started this one is killed outright, this one gets SIGTERM."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def running() -> dict[int, int]:
    """Every running process and its parent."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # "pid (name) state parent …", and a name may hold spaces and parentheses.
            state, parent = stat.read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state not in "ZX":
                parents[int(stat.parent.name)] = int(parent)
    return parents


def descendants(ancestor: int) -> set[int]:
    """Processes begun by this one, directly or not. The process group may hold the caller's shell too."""
    parents = running()
    found: set[int] = set()
    frontier = {ancestor}
    while frontier:
        frontier = {pid for pid, parent in parents.items() if parent in frontier}
        found |= frontier
    return found


def end_descendants() -> None:
    """SIGTERM, and after the grace SIGKILL, to every process that this one started."""
    started = descendants(os.getpid())
    send(started, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while (left := started & running().keys()) and time.monotonic() < deadline:
        time.sleep(0.05)
    send(left, signal.SIGKILL)


def send(pids: Iterable[int], what: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, what)
