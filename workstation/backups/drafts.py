"""Files that are not whole yet, and scratch folders: held while somebody works on them, else removed."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from workstation.backups.rules import DRAFT_ENDING, ENDING

# What is removed by this name must be nobody else's: somebody may well keep a folder "backup-2026" here.
SCRATCH = ".workstation-scratch-"


@contextlib.contextmanager
def draft(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A file under a draft's name, renamed when all of it is on the disk, else gone."""
    own = path.with_name(path.name + DRAFT_ENDING)
    try:
        with open(own, "xb", opener=private) as file, _held(own):
            yield path, file
            file.flush()
            os.fsync(file.fileno())
            own.rename(path)
        _sync_folder(path.parent)
    except BaseException:
        own.unlink(missing_ok=True)
        raise


def private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _held(path: Path) -> Iterator[None]:
    """As long as it is held, no other run takes it for abandoned; a killed run's lock ends with it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_free(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


@contextlib.contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """A folder that goes away; what killed runs left in `parent` goes too."""
    remove_abandoned_scratch(parent)
    with TemporaryDirectory(dir=parent, prefix=SCRATCH) as name, _held(Path(name)):
        yield Path(name)


def remove_abandoned_scratch(parent: Path) -> None:
    """A scratch folder that nobody holds belonged to a run that was killed."""
    for folder in parent.glob(f"{SCRATCH}*"):
        if folder.is_dir() and _is_free(folder):
            shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned(folder: Path) -> None:
    """A draft that nobody holds was cut short: no backup, and never one by name."""
    for left in folder.glob(f"*{ENDING}{DRAFT_ENDING}"):
        if _is_free(left):
            left.unlink(missing_ok=True)
