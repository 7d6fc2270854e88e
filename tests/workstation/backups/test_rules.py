"""Names of backups, and which ones are kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from workstation.backups.rules import DRAFT_ENDING, file_name, list_backups, made_at, superseded

NIGHT = datetime(2026, 11, 22, 18, 30, 1, 250, tzinfo=UTC)
NIGHTS = [file_name(NIGHT - timedelta(days=days)) for days in range(100)]


def test_a_name_says_when_the_backup_was_made() -> None:
    assert file_name(NIGHT) == "workstation-20261122T183001.000250Z.backup"
    assert made_at(file_name(NIGHT)) == NIGHT


def test_names_sort_by_time() -> None:
    assert sorted(NIGHTS) == list(reversed(NIGHTS))


def test_a_draft_and_a_strange_file_are_no_backups(tmp_path: Path) -> None:
    for name in (NIGHTS[1], NIGHTS[0], NIGHTS[0] + DRAFT_ENDING, "drills.jsonl", "workstation-x.backup"):
        (tmp_path / name).touch()
    assert [path.name for path in list_backups(tmp_path)] == NIGHTS[:2]


def test_a_folder_that_is_not_there_has_no_backups(tmp_path: Path) -> None:
    assert list_backups(tmp_path / "none") == []


def test_the_newest_stay_and_the_first_of_each_month() -> None:
    kept = sorted({*NIGHTS} - set(superseded(NIGHTS, keep=30, months=12)), reverse=True)
    assert kept[:30] == NIGHTS[:30]
    # From 22 November back to 15 August: the first of each month that there is.
    assert [name[12:20] for name in kept[30:]] == ["20261001", "20260901", "20260815"]


def test_months_can_be_done_without() -> None:
    assert superseded(NIGHTS, keep=2, months=0) == NIGHTS[2:]


def test_the_newest_always_stays() -> None:
    assert superseded(NIGHTS[:3], keep=0, months=0) == NIGHTS[1:3]


def test_what_is_no_backup_is_never_removed() -> None:
    assert superseded(["drills.jsonl", "photo.jpg"], keep=1, months=0) == []
