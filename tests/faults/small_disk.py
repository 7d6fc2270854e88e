"""A disk that a test can fill and empty: a small tmpfs where we may mount one, or a limit on files."""

import contextlib
import os
import resource
import subprocess
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

CHUNK = b"\0" * 65_536
ROOM_BYTES = 100_000
NAME = "workstation-test-"
Pids = Callable[[], Collection[int]]


@dataclass(frozen=True)
class SmallDisk:
    """`fill` leaves a little room that is soon used up; `free` gives it all back."""

    folder: Path
    fill: Callable[[], None]
    free: Callable[[], None]


def may_mount() -> bool:
    return os.geteuid() == 0 and Path("/proc/self/uid_map").read_text().split()[:2] == ["0", "0"]


@contextlib.contextmanager
def mounted(folder: Path, *, megabytes: int) -> Iterator[SmallDisk]:
    """A tmpfs of this size, named after this process. Only for root."""
    unmount_those_left()
    folder.mkdir()
    options = f"size={megabytes}m,mode=0755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, f"{NAME}{os.getpid()}", str(folder)], check=True)
    ballast = folder / "ballast"

    def fill() -> None:
        with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
            while True:
                file.write(CHUNK)
        os.truncate(ballast, ballast.stat().st_size - ROOM_BYTES)

    try:
        yield SmallDisk(folder, fill, ballast.unlink)
    finally:
        unmount(folder)


def unmount_those_left() -> None:
    """Of processes that were killed before they could do it themselves."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        name, place = line.split()[:2]
        if name.startswith(NAME) and not Path("/proc", name.removeprefix(NAME)).exists():
            unmount(Path(place.replace("\\040", " ")))


def unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def limited(folder: Path, pids: Pids) -> Iterator[SmallDisk]:
    """No process of `pids` may make any file longer than the database's longest, and a little room."""
    folder.mkdir()

    def limit(soft: int) -> None:
        for pid in pids():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))

    def fill() -> None:
        limit(max(path.stat().st_size for path in folder.rglob("*.db*")) + ROOM_BYTES)

    yield SmallDisk(folder, fill, lambda: limit(resource.RLIM_INFINITY))
