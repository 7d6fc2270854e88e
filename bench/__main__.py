"""`make bench`, or `python -m bench NAME …`; the names are those of BENCHMARKS.

Prints tables and writes them into docs/benchmarks.md; exit status 1 when a mark is missed. `run`
downloads, `scale` takes an hour, `office`, `storage` and `restore` some minutes, so they have to be named.
`--quick` shows in a minute that everything works: tiny sizes, nothing written, nothing judged.
"""

import argparse
import contextlib
import functools
import os
import sys
from collections.abc import Callable

from bench import (
    coverage,
    figures,
    first_run,
    guards,
    herd,
    nearest,
    office,
    page_weight,
    peak,
    reach,
    restore,
    scale,
    storage,
    sync,
    trust,
)
from bench.report import DOCUMENT, Chapter, Mark, write


def _sync(quick: bool) -> Chapter:
    return sync.chapter(sync.QUICK if quick else sync.FULL)


def _nearest(quick: bool) -> Chapter:
    return nearest.chapter(nearest.QUICK if quick else nearest.FULL)


def _coverage(quick: bool) -> Chapter:
    rows = coverage.run(days=7) if quick else coverage.run()
    asked = [row for row in rows if row["question"] == "district, 365 days"]
    goals = [
        Mark(
            what=f"{sync.NAMES[row['database']]}: {row['question']}, p95",
            figure=row["p95_ms"],
            at_most=200,
            unit="ms",
            decides=False,
        )
        for row in asked
    ]
    text = (
        f"`GET /api/v1/coverage` in one process: {coverage.STATIONS} stations that were open on each of "
        f"{coverage.DAYS} days, two people each; {coverage.CALLS} calls."
    )
    return Chapter(title="Coverage", text=text, tables=[coverage.table(rows)], marks=goals)


def _herd(quick: bool) -> Chapter:
    return herd.chapter(herd.QUICK_RUNS if quick else herd.RUNS)


BENCHMARKS: dict[str, Callable[[bool], Chapter]] = {
    "sync": _sync,
    "guards": lambda quick: guards.chapter(guards.QUICK if quick else guards.FULL),
    "trust": lambda quick: trust.chapter(trust.QUICK if quick else trust.FULL),
    "figures": lambda quick: figures.chapter(figures.QUICK if quick else figures.FULL),
    "herd": _herd,
    "peak": lambda quick: peak.chapter(peak.QUICK if quick else peak.FULL),
    "nearest": _nearest,
    "coverage": _coverage,
    "page_weight": lambda _quick: page_weight.chapter(),
    "reach": lambda quick: reach.chapter(reach.QUICK if quick else reach.FULL),
    "scale": lambda quick: scale.chapter(scale.QUICK if quick else scale.FULL),
    "office": lambda quick: office.chapter(office.QUICK if quick else office.FULL),
    "storage": lambda quick: storage.chapter(storage.QUICK if quick else storage.FULL),
    "restore": lambda quick: restore.chapter(restore.QUICK if quick else restore.FULL),
    "run": lambda _quick: first_run.chapter(),
}
USUAL = ("sync", "guards", "trust", "figures", "herd", "peak", "nearest", "coverage", "page_weight", "reach")


say = functools.partial(print, file=sys.stdout, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        choices=[[], *BENCHMARKS],
        help="by default all but run, scale, office, storage and restore",
    )
    parser.add_argument("--quick", action="store_true", help="tiny sizes, nothing written")
    arguments = parser.parse_args()
    # The application logs each call to the standard output, which is ours.
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        chapters = [_measure(name, quick=arguments.quick) for name in arguments.names or USUAL]
    missed = [mark for chapter in chapters for mark in chapter.marks if mark.decides and not mark.is_reached]
    for mark in missed:
        say(f"missed: {' '.join(mark.line())}")
    return 1 if missed and not arguments.quick else 0


def _measure(name: str, *, quick: bool) -> Chapter:
    say(f"· {name}")
    chapter = BENCHMARKS[name](quick)
    say(f"\n{chapter.title}\n\n{chapter.body()}\n")
    if not quick:
        write(chapter, command=f"python -m bench {name}")
        say(f"written: docs/{DOCUMENT.name}")
    return chapter


if __name__ == "__main__":
    raise SystemExit(main())
