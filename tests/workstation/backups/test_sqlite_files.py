"""Putting a file in the place of a SQLite database: there is one at each moment."""

import errno
from datetime import UTC, datetime
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from workstation.backups.sqlite_files import put_in_place

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)


def database(path: Path, content: int) -> Path:
    connection = sqlite.connect(path)
    connection.execute(f"PRAGMA user_version={content}")
    connection.close()
    return path


def content(path: Path) -> int:
    connection = sqlite.connect(path)
    [(version,)] = connection.execute("PRAGMA user_version")
    connection.close()
    return int(version)


def test_the_former_database_keeps_another_name(tmp_path: Path) -> None:
    live, copy = database(tmp_path / "live.db", 1), database(tmp_path / "copy.db", 2)
    aside = put_in_place(copy, live=live, now=NOW)
    assert aside is not None
    assert (content(live), content(aside)) == (2, 1)


def test_what_cannot_take_its_place_leaves_the_former_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, copy = database(tmp_path / "live.db", 1), database(tmp_path / "copy.db", 2)

    def on_another_disk(_self: Path, _target: Path) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(Path, "replace", on_another_disk)
    with pytest.raises(OSError, match="cross-device"):
        put_in_place(copy, live=live, now=NOW)
    assert content(live) == 1
