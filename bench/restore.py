"""How long a million facts take to be backed up and put back on PostgreSQL: the very commands of the page.

Synthetic facts as in the chapter Storage, with receipts, feed and figures. The commands are processes
of their own, from their start to their end; afterwards the rows are counted and compared with those before.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bench import province
from bench.databases import SECRET, Databases, databases, opened
from bench.report import Chapter, Mark, table
from workstation.database import db

ROOT = Path(__file__).parent.parent
WITHIN_S = 300
COUNTED = ("receipts", "check_ins", "shifts", "receptions", "changes", "station_days")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How large a network is put back."""

    size: province.Size


FULL = Plan(size=province.Size(stations=2_420, members=3_000))
QUICK = Plan(size=province.Size(stations=24, members=60))


def chapter(plan: Plan) -> Chapter:
    """One line for each command."""
    with databases("postgresql") as place:
        facts = _build(place, plan.size)
        before = _count(place)
        taken = [
            _took(place, words) for words in (("create",), ("verify",), ("restore", "--latest", "--yes"))
        ]
        lost = sum(abs(was - now) for was, now in zip(before, _count(place), strict=True))
        megabytes = sum(file.stat().st_size for file in _backups(place).iterdir()) / 1e6
    rows = [
        [words, f"{seconds:.0f}"]
        for words, seconds in zip(("backup", "verify", "restore"), taken, strict=True)
    ]
    return Chapter(
        title="Restore",
        text=f"{__doc__}\n{facts:,} facts; the file has {megabytes:.0f} MB.",
        tables=[table(["command", "seconds"], rows)],
        marks=[
            Mark(what="rows that are not as before", figure=lost, at_most=0),
            Mark(what="restore", figure=taken[-1], at_most=WITHIN_S, decides=False, unit="s"),
        ],
    )


def _build(place: Databases, size: province.Size) -> int:
    with opened(place.make("restore"), place.folder):
        network_id = province.build(size, receipts=True)
        province.figures(network_id)
        province.vacuum()
        return province.count_facts(network_id)


def _count(place: Databases) -> list[int]:
    with opened(place.url("restore"), place.folder):
        return [db.session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in COUNTED]


def _backups(place: Databases) -> Path:
    return place.folder / "backups"


def _took(place: Databases, words: Sequence[str]) -> float:
    """Seconds of a whole `flask backup …`."""
    settings = {
        "DATABASE_URL": place.url("restore"),
        "DATA_DIR": str(place.folder),
        "BACKUP_DIR": str(_backups(place)),
        "SECRET_KEY": SECRET,
    }
    began = time.monotonic()
    done = subprocess.run(
        [str(Path(sys.executable).with_name("flask")), "--app", "wsgi", "backup", *words],
        cwd=ROOT,
        env=os.environ | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return time.monotonic() - began
