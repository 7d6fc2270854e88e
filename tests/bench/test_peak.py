"""The peak of a day in its smallest form, and the processor time that it rests on."""

import os
import time
from pathlib import Path

import pytest

from bench import peak
from bench.databases import Databases
from bench.processes import cpu_s, descendants


def test_members_with_keys_call_when_they_are_due_and_all_is_counted(tmp_path: Path) -> None:
    size = peak.Size(members=80, seconds=1.5, warm_up_s=0.5, lines=4, stations=10)
    outcome = peak.measure(Databases("sqlite", tmp_path), size)
    assert len(outcome.calls) == pytest.approx(size.members / peak.EVERY_S * size.seconds, abs=1)
    assert all(call.took_ms > 0 and call.entries in peak.ENTRIES for call in outcome.calls)
    assert outcome.database_s == 0  # it is in the server's own processes


def test_processor_time_is_what_the_kernel_counts() -> None:
    mine, before, began = [os.getpid()], cpu_s([os.getpid()]), time.process_time()
    while time.process_time() - began < 0.2:
        pass
    assert cpu_s(mine) - before >= 0.15
    assert os.getpid() in descendants([os.getppid()])


def test_what_a_core_carries_follows_from_the_processor_time_of_a_call() -> None:
    calls = [peak.Call(0, 0, 10.0)] * 100
    outcome = peak.Outcome(calls, seconds=2, server_s=0.9, database_s=0.1)
    marks = {mark.what: mark for mark in peak._marks(outcome, peak.Size())}
    assert marks["processor time of a call"].figure == pytest.approx(10)
    assert marks["members that one core carries"].figure == pytest.approx(2_000)
