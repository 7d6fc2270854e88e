"""Memory of each worker under steady load: `python -m bench.soak --minutes 60`.

Apart from `make bench`, since it means nothing in less than many minutes.
"""

import argparse
import contextlib
import functools
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from bench.bodies import walk, without_end
from bench.databases import databases, opened
from bench.network import Founded, found_network, strew
from bench.phones import Line
from bench.report import Chapter, Mark, table, write
from bench.servers import OURS, served
from setup.processes import descendants

DAYS = 90  # so that no station has hundreds of check-ins a day, which nobody has
MOST_MB, MOST_GROWTH = 150, 0.05
WARM_SHARE = 0.25  # caches fill: what comes later is compared


@dataclass(frozen=True, kw_only=True)
class Size:
    """`phones` send a batch of `batch` entries each `every_s` seconds."""

    minutes: float = 60
    phones: int = 4
    batch: int = 25
    every_s: float = 0.5
    sample_s: float = 5.0
    stations: int = 242
    workers: int = 2


@dataclass(frozen=True)
class Sample:
    """One worker at one moment, in megabytes: all that it uses, and its fair share of what is shared."""

    pid: int
    at_s: float
    rss_mb: float
    pss_mb: float


def chapter(size: Size) -> Chapter:
    """An hour, or so, on PostgreSQL."""
    with databases("postgresql") as place:
        with opened(place.make("soak"), place.folder):
            founded = found_network(places=strew(size.stations), phones=size.phones)
        url = place.url("soak")
        with served(OURS, database_url=url, data_dir=place.folder / "data", workers=size.workers) as port:
            with _load(port, founded, size) as sent:
                samples = list(_watch(size))
            return _chapter(size, samples, sum(sent))


@contextlib.contextmanager
def _load(port: int, founded: Founded, size: Size) -> Iterator[list[int]]:
    """Phones that send until the block ends; how many batches each sent."""
    stopping, sent, broken = threading.Event(), [0] * size.phones, list[BaseException]()

    def work(number: int) -> None:
        line = Line(port, founded.phones[number].token)
        first = number * size.stations * DAYS // size.phones
        for batch in walk(founded.places, days=DAYS, first=first, size=size.batch):
            if stopping.wait(size.every_s):
                return
            try:
                line.send(without_end(batch), expected=size.batch)
            except BaseException as error:
                broken.append(error)
                return
            sent[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(size.phones)]
    for thread in threads:
        thread.start()
    try:
        yield sent
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
    if broken:
        raise RuntimeError("a phone was refused") from broken[0]


def _watch(size: Size) -> Iterator[Sample]:
    begun = time.monotonic()
    while (at_s := time.monotonic() - begun) < size.minutes * 60:
        time.sleep(min(size.sample_s, size.minutes * 60 - at_s))
        for pid in workers():
            yield Sample(pid, at_s, *memory_mb(pid))


def workers() -> list[int]:
    """gunicorn's processes of the second generation: ours of the first are the master (and no shell)."""
    own = os.getpid()
    return sorted(
        pid
        for pid in descendants(own)
        if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes() and _parent(pid) != own
    )


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def memory_mb(pid: int) -> tuple[float, float]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kilobytes = {line.split()[0]: int(line.split()[1]) for line in lines[1:]}
    return kilobytes["Rss:"] / 1024, kilobytes["Pss:"] / 1024


def growth(samples: Sequence[Sample], *, seconds: float) -> float:
    """By which share one worker's memory grew from the first quarter after warming up to the last."""
    warm = [each for each in samples if each.at_s >= seconds * WARM_SHARE]
    quarter = max(1, len(warm) // 4)
    before = mean(each.rss_mb for each in warm[:quarter])
    return mean(each.rss_mb for each in warm[-quarter:]) / before - 1


def _chapter(size: Size, samples: Sequence[Sample], batches: int) -> Chapter:
    seconds = size.minutes * 60
    by_pid = {pid: [each for each in samples if each.pid == pid] for pid in sorted({e.pid for e in samples})}
    grown = [growth(own, seconds=seconds) for own in by_pid.values()]
    rows = [
        [number, f"{own[0].rss_mb:.1f}", f"{max(e.rss_mb for e in own):.1f}", f"{own[-1].rss_mb:.1f}",
         f"{own[-1].pss_mb:.1f}", f"{share:+.1%}"]
        for number, (own, share) in enumerate(zip(by_pid.values(), grown, strict=True), start=1)
    ]  # fmt: skip
    heads = ["worker", "RSS at first, MB", "RSS at most", "RSS at last", "PSS at last", "growth when warm"]
    text = (
        f"{size.minutes:g} minutes on PostgreSQL: {size.phones} phones, each a batch of {size.batch} "
        f"check-ins every {size.every_s:g} s; {batches:,} batches, {batches * size.batch:,} entries. "
        f"Growth leaves out the first {WARM_SHARE:.0%} of the time, and compares the first quarter of the "
        "rest with the last."
    )
    most = max(each.rss_mb for each in samples)
    marks = [
        Mark(what="memory of a worker", figure=most, at_most=MOST_MB, unit="MB"),
        Mark(what="workers that died", figure=len(by_pid) - size.workers, at_most=0),
        Mark(what="growth when warm, percent", figure=max(grown) * 100, at_most=MOST_GROWTH * 100),
    ]
    return Chapter(title="Memory", text=text, tables=[table(heads, rows)], marks=marks)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    minutes = parser.parse_args().minutes
    say = functools.partial(print, file=sys.stdout, flush=True)
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        found = chapter(Size(minutes=minutes))
    say(found.body())
    write(found, command=f"python -m bench.soak --minutes {minutes:g}")
    return 1 if [mark for mark in found.marks if mark.decides and not mark.is_reached] else 0


if __name__ == "__main__":
    raise SystemExit(main())
