"""A small disk whose process was killed does not stay mounted for ever."""

import os
import signal
from multiprocessing import get_context
from pathlib import Path

from tests.faults.small_disk import may_mount, mounted


def mount_and_die(folder: Path) -> None:
    with mounted(folder, megabytes=1):
        os.kill(os.getpid(), signal.SIGKILL)


if may_mount():

    def test_the_next_one_takes_away_what_a_killed_process_left(tmp_path: Path) -> None:
        left, mine = tmp_path / "left over", tmp_path / "mine"
        killed = get_context("spawn").Process(target=mount_and_die, args=(left,))
        killed.start()
        killed.join()
        assert killed.exitcode == -signal.SIGKILL
        assert left.is_mount()
        with mounted(mine, megabytes=1):
            assert mine.is_mount()
            assert not left.is_mount()
        assert not mine.is_mount()
