"""What a backup's file is called, and which ones are kept: decided from names alone."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

ENDING = ".backup"
# A backup that is being written, or that was cut short: never taken for a whole one.
DRAFT_ENDING = ".part"
EMPTY = "数据库里还没有表：请先运行 flask db upgrade。"
STAMP = "workstation-%Y%m%dT%H%M%S.%fZ"


class BackupProblem(Exception):
    """A backup can't be made, read or put back; the text says, in Chinese, why and what to do."""


def file_name(made_at: datetime) -> str:
    """The name of a backup made at this moment; names sort by time."""
    return f"{made_at.astimezone(UTC):{STAMP}}{ENDING}"


def made_at(name: str) -> datetime | None:
    """When the backup of this name was made, in UTC; None when it is no backup's name."""
    try:
        return datetime.strptime(name, STAMP + ENDING).replace(tzinfo=UTC)
    except ValueError:
        return None


def list_backups(folder: Path) -> list[Path]:
    """The whole backups of a folder, newest first."""
    found = folder.iterdir() if folder.is_dir() else iter(())
    return sorted((path for path in found if made_at(path.name)), key=lambda path: path.name, reverse=True)


def superseded(names: Iterable[str], *, keep: int, months: int) -> list[str]:
    """The backups that may go: not among the newest `keep`, and not the first of one of the last `months`.

    The newest always stays. Names that are no backup's are left alone.
    """
    newest_first = sorted((name for name in names if made_at(name)), reverse=True)
    first_of_month = {
        name[:18]: name for name in newest_first
    }  # "workstation-" and the month; the oldest wins
    monthly = list(first_of_month.values())[:months]
    kept = {*newest_first[: max(keep, 1)], *monthly}
    return [name for name in newest_first if name not in kept]
