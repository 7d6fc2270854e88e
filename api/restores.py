"""Counts restores outside the database, since a restored database forgets that it was restored."""

import fcntl
import os
from pathlib import Path

import structlog
from flask import current_app

from api.auth import app_keys
from workstation.database import writing
from workstation.feed.operations import begin_epoch
from workstation.feed.queries import is_displaced, read_standing
from workstation.prepared import lock_names

log = structlog.get_logger()


def note_unnoticed_restore(*, cursor: str | None) -> None:
    """This database is not the one its epoch began on: begins a new one, once, however many phones say so."""
    with writing():
        lock_names(["epoch"])
        if is_displaced(read_standing(), cursor=cursor, keys=app_keys()):
            restores = begin_counted_epoch(data_dir=current_app.config["SETTINGS"].data_dir)
            log.warning("epoch.began", restores=restores)


def begin_counted_epoch(*, data_dir: Path) -> int:
    """Begins an epoch in the caller's transaction; how many restores there were, this one included."""
    restores, noted = count_restore(data_dir / "restores"), data_dir / "last_epoch_start"
    above = int(noted.read_text()) if noted.exists() else 0
    start = begin_epoch(restores=restores, above=above)
    _write_durably(noted, str(start))
    return restores


def _write_durably(path: Path, content: str) -> None:
    draft = path.with_suffix(".draft")
    with draft.open("w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def count_restore(path: Path) -> int:
    """How many restores there were, this one included. Raises OSError when it can't be written down."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        count = int(file.read().strip() or 0) + 1
        file.seek(0)
        file.write(str(count))  # in place: a count only grows, so no crash can leave less than there was
        file.flush()
        os.fsync(file.fileno())
    return count
