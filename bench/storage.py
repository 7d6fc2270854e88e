"""How much disk a million facts take on PostgreSQL, table by table, and how long `flask doctor` looks.

Synthetic facts as in the chapter Scale: at each time a shift, a check-in and a reception, each with its
receipt; here with their rows in the feed, the figures and the sealed chain too. Bodies are short, nobody is
named: what people write comes on top. Indexes are counted with their table.
"""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from api import clock
from bench import province
from bench.databases import SECRET, Databases, databases, opened
from bench.report import Chapter, Mark, table
from workstation.chain.operations import seal
from workstation.database import db
from workstation.keys import Keys

ROOT = Path(__file__).parent.parent
SIZES = text(
    "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
    " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC"
)
SHOWN = 9


@dataclass(frozen=True)
class Plan:
    """How large a network, and how often doctor is asked."""

    size: province.Size
    times: int


FULL = Plan(province.Size(stations=2_420, members=3_000), times=5)
QUICK = Plan(province.Size(stations=24, members=60), times=1)


def chapter(plan: Plan) -> Chapter:
    """One table of sizes, and the time of doctor."""
    with databases("postgresql") as place:
        facts, sizes = _build(place, plan.size)
        doctor_s = statistics.median(_doctor_s(place) for _ in range(plan.times))
    million = 1_000_000 / facts
    rows = [[name, f"{size * million / 1e9:.2f}"] for name, size in sizes[:SHOWN]]
    whole = sum(size for _, size in sizes) * million / 1e9
    head = ["table with its indexes", f"GB a million facts (of {facts:,})"]
    marks = [
        Mark(what="GB a million facts", figure=whole, at_most=3, decides=False, unit="GB"),
        Mark(what="flask doctor at this size, s", figure=doctor_s, at_most=3, decides=False, unit="s"),
    ]
    return Chapter(
        title="Storage",
        text=__doc__ or "",
        tables=[table(head, [*rows, ["all tables", f"{whole:.2f}"]])],
        marks=marks,
    )


def _build(place: Databases, size: province.Size) -> tuple[int, list[tuple[str, int]]]:
    with opened(place.make("storage"), place.folder) as app:
        network_id = province.build(size, receipts=True)
        province.figures(network_id)
        keys: Keys = app.extensions["keys"]
        seal(network_id=network_id, keys=keys, now=clock.now())
        province.vacuum()
        return province.count_facts(network_id), [(row[0], int(row[1])) for row in db.session.execute(SIZES)]


def _doctor_s(place: Databases) -> float:
    """A whole run of the command, its start and end included."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "doctor"],
        cwd=ROOT,
        env=os.environ
        | {"DATABASE_URL": place.url("storage"), "DATA_DIR": str(place.folder), "SECRET_KEY": SECRET},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "出错" not in done.stdout, done.stdout
    assert done.returncode in (1, 2), done.stderr  # no backup, no PUBLIC_URL
    return time.monotonic() - began
