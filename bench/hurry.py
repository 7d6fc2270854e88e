"""Runs phones or writers at the same time, each in a process of its own, and adds up what they did."""

import contextlib
import json
import math
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.live_server import ROOT

SLACK_S = 120


@dataclass(frozen=True)
class Pace:
    """Entries per second of all together, and what one batch took, in milliseconds."""

    entries_per_s: float
    p50_ms: float
    p99_ms: float


def hurry(module: str, tasks: Sequence[dict[str, Any]]) -> Pace:
    """Starts one process a task, lets them all prepare, and then go together.

    A task holds `size` (entries a batch) and `seconds`, beside what the module itself wants.
    """
    with _processes(module, len(tasks)) as processes:
        for process, task in zip(processes, tasks, strict=True):
            _say(process, json.dumps(task))
        for process in processes:
            assert process.stdout is not None
            if process.stdout.readline() != "ready\n":
                raise RuntimeError(f"{module} could not prepare: see above")
        for process in processes:
            _say(process, "go")
        answers = [
            _answer(process, within_s=task["seconds"] + SLACK_S)
            for process, task in zip(processes, tasks, strict=True)
        ]
    return _pace(answers, size=tasks[0]["size"])


@contextlib.contextmanager
def _processes(module: str, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(_process(module)) for _ in range(count)]


@contextlib.contextmanager
def _process(module: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", module]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def _answer(process: subprocess.Popen[str], *, within_s: float) -> dict[str, Any]:
    text, _ = process.communicate(timeout=within_s)
    if process.returncode != 0:
        raise RuntimeError("a process of the load failed: see above")
    answer: dict[str, Any] = json.loads(text)
    return answer


def _pace(answers: Sequence[dict[str, Any]], *, size: int) -> Pace:
    rates = [len(each["times_ms"]) * size / each["elapsed_s"] for each in answers]
    times = [time for each in answers for time in each["times_ms"]]
    return Pace(sum(rates), percentile(times, 50), percentile(times, 99))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that is not below `percent` of them."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]
