"""`make postgres-versions`: all tests that meet PostgreSQL, on each release in var/postgresql, oldest first.

Its programs stand first in PATH, so that backups are made and put back by that release's own.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from setup import environment, strace, tests, unpacked
from setup.processes import end_descendants, stop_on_sigterm
from setup.terminal import ROOT, fail, speak_utf8

FOLDER = ROOT / "var" / "postgresql"
NEEDED = ("postgres", "initdb", "pg_ctl", "pg_dump", "pg_restore", "pg_basebackup", "psql")
CHOSEN = ("-m", "postgresql", "tests/api", "tests/workstation", "tests/faults", "tests/deploy")


def releases(folder: Path) -> dict[str, Path]:
    """The folders of programs by their release, such as 15.5, oldest first."""
    found = {release(programs): programs for programs in folder.glob("*/pginstall/bin") if is_whole(programs)}
    return dict(sorted(found.items(), key=lambda one: [int(part) for part in one[0].split(".")]))


def is_whole(programs: Path) -> bool:
    return all((programs / program).exists() for program in NEEDED)


def release(programs: Path) -> str:
    said = subprocess.check_output([programs / "postgres", "--version"], text=True)
    found = re.search(r"\(PostgreSQL\) ([\d.]+)", said)
    assert found is not None, said
    return found[1]


def try_release(programs: Path) -> tuple[int, int]:
    """How many tests passed on it, and how many failed."""
    variables = environment.environment()
    variables |= {"POSTGRES_PROGRAMS": str(programs), "PATH": f"{programs}:{variables['PATH']}"}
    with tempfile.TemporaryDirectory() as folder:
        return tests.pytest(variables, Path(folder) / "pytest.xml", coverage=False, chosen=list(CHOSEN))


def main(majors: list[str]) -> int:
    """Those of these majors, or all; 1 when a test failed on any."""
    speak_utf8()
    stop_on_sigterm()
    chosen = {
        name: programs
        for name, programs in releases(FOLDER).items()
        if not majors or name.split(".")[0] in majors
    }
    if not chosen:
        fail("No such release in var/postgresql.", "var/postgresql 里没有这个版本。")
    strace.install()
    unpacked.install()
    try:
        told = {name: try_release(programs) for name, programs in chosen.items()}
    finally:
        end_descendants()
    for name, (passed, failed) in told.items():
        print(f"PostgreSQL {name}: {passed} passed, {failed} failed", flush=True)
    return 1 if any(failed for _, failed in told.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
