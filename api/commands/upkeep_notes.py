"""When this machine was last tidied up, and what came of it: a small file beside the database."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

NAME = "housekeeping.json"
DRILLS = "drills.jsonl"

Notes = dict[str, Any]


def note(data_dir: Path, more: Notes) -> None:
    """Adds to what is noted; whole or not at all."""
    path = data_dir / NAME
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(read(data_dir) | more, ensure_ascii=False, indent=1))
    draft.replace(path)


def read(data_dir: Path) -> Notes:
    """What is noted; empty when nothing is, or when it can't be read."""
    try:
        found = json.loads((data_dir / NAME).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def note_drill(folder: Path, outcome: Notes) -> None:
    """One line for each drill, beside the backups."""
    with (folder / DRILLS).open("a") as lines:
        lines.write(json.dumps(outcome, ensure_ascii=False) + "\n")


def read_last_drill(folder: Path) -> tuple[datetime | None, bool]:
    """When the last drill began, None when there was none, and whether it passed."""
    try:
        last = json.loads((folder / DRILLS).read_text().splitlines()[-1])
    except (OSError, ValueError, IndexError):
        return None, False
    return datetime.fromisoformat(last["began_at"]), bool(last["passed"])
