"""Processor time of the server and of PostgreSQL, as the kernel counts it."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def find_family(folder: Path) -> dict[str, list[int]]:
    """The server that this process started, and the PostgreSQL, if any, that keeps its data in `folder`."""
    server = [pid for pid in descendants([os.getpid()]) if b"gunicorn" in _command(pid)]
    database = [int(file.read_text().split()[0]) for file in folder.rglob("postmaster.pid")]
    return {"server": server, "database": database}


def cpu_s(pids: Iterable[int]) -> float:
    """Seconds that these and all that came from them have used, also those that are gone."""
    return sum(_times(pid) for pid in {*pids, *descendants(pids)}) / TICKS


def descendants(pids: Iterable[int]) -> set[int]:
    """Children, and theirs."""
    parents = {pid: _parent(pid) for pid in _all()}
    found, new = set[int](), set(pids)
    while new:
        new = {pid for pid, parent in parents.items() if parent in new} - found
        found |= new
    return found


def _all() -> list[int]:
    return [int(each.name) for each in PROC.iterdir() if each.name.isdigit()]


def _command(pid: int) -> bytes:
    try:
        return (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return b""


def _stat(pid: int) -> list[str]:
    """The fields behind the name, or none when it is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _parent(pid: int) -> int:
    stat = _stat(pid)  # once: it may be gone by the second time
    return int(stat[1]) if stat else 0


def _times(pid: int) -> int:
    """utime, stime, and those of children that were waited for."""
    return sum(int(each) for each in _stat(pid)[11:15])
