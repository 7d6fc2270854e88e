"""The machine in one line, without its name."""

import os
import platform
import re
import subprocess
from pathlib import Path

import pysqlite3

from tests.postgres import INSTALLED


def describe() -> str:
    """Cores, CPU, memory, load, and the versions that matter."""
    facts = [
        f"{len(os.sched_getaffinity(0))} cores ({_cpu()})",
        f"{_memory_gb():.0f} GB of memory",
        f"load {os.getloadavg()[0]:.1f} at the end",
        f"{platform.system()} {platform.release().split('-')[0]}",
        f"Python {platform.python_version()}",
        f"SQLite {pysqlite3.sqlite_version}",
        f"PostgreSQL {_postgresql()}",
    ]
    return ", ".join(facts)


def _cpu() -> str:
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return " ".join(found[1].split()) if found else platform.machine()


def _memory_gb() -> float:
    found = re.search(r"^MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return int(found[1]) / 1_000_000 if found else 0.0


def _postgresql() -> str:
    program = INSTALLED / "pginstall" / "bin" / "postgres"
    answer = subprocess.check_output([program, "--version"], text=True)
    return answer.strip().rpartition(" ")[2]
