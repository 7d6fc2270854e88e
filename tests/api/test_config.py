"""What the server must not be started with."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.config import Settings, UnsafeSettings

RANDOM = "3f9a1c7be2d04856a1b2c3d4e5f60718"


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder that everybody may look into, and an environment with nothing else of ours."""
    for name in ("DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "PORT", "DEMO", "FLASK_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    kept = os.umask(0o022)
    yield tmp_path
    os.umask(kept)


def test_a_fresh_folder_gets_a_key_of_its_own_that_nobody_else_reads(data_dir: Path) -> None:
    first = Settings.from_environment()
    assert stat.S_IMODE((data_dir / "secret.key").stat().st_mode) == 0o600
    assert Settings.from_environment().secret_key == first.secret_key


def test_what_is_written_from_then_on_is_private(data_dir: Path) -> None:
    Settings.from_environment()
    (data_dir / "any").touch()
    assert stat.S_IMODE((data_dir / "any").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SECRET_KEY", "short", "32 characters"),
        ("SECRET_KEY", "changeme" * 5, "random"),
        ("FLASK_DEBUG", "1", "FLASK_DEBUG"),
        ("FLASK_DEBUG", "true", "FLASK_DEBUG"),
        ("PUBLIC_URL", "workstation.example.org", "PUBLIC_URL"),
        ("PUBLIC_URL", "https://name:secret@workstation.example.org", "PUBLIC_URL"),
        ("PUBLIC_URL", "https://workstation.example.org/app", "PUBLIC_URL"),
        ("PORT", "eight", "PORT"),
        ("OFFICE_IDLE_HOURS", "-1", "OFFICE_IDLE_HOURS"),
        ("PHONE_IDLE_DAYS", "7", "PHONE_IDLE_DAYS"),
        ("CALLS_A_MINUTE", "599", "CALLS_A_MINUTE"),
        ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES"),
        ("TRUSTED_PROXIES", "one", "TRUSTED_PROXIES"),
    ],
)
def test_what_is_unsafe_or_unreadable_is_refused_by_name(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UnsafeSettings, match=says):
        Settings.from_environment()


def test_a_key_file_that_others_can_read_is_refused(data_dir: Path) -> None:
    (data_dir / "secret.key").write_text(RANDOM)
    with pytest.raises(UnsafeSettings, match="chmod 600"):
        Settings.from_environment()


def test_a_database_that_everybody_can_reach_and_read_is_refused(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", RANDOM)
    database = data_dir / "workstation.db"
    database.write_bytes(b"")
    open_to_all = [folder for folder in (data_dir, *data_dir.parents) if not folder.stat().st_mode & 0o001]
    for folder in open_to_all:
        folder.chmod(folder.stat().st_mode | 0o001)
    try:
        with pytest.raises(UnsafeSettings, match="read by everybody"):
            Settings.from_environment()
        data_dir.chmod(0o700)  # nobody gets past the folder
        Settings.from_environment()
        data_dir.chmod(0o711)
        database.chmod(0o600)
        Settings.from_environment()
    finally:
        for folder in open_to_all:
            folder.chmod(0o700)


def test_a_database_whose_key_is_gone_is_not_given_a_new_one(data_dir: Path) -> None:
    (data_dir / "workstation.db").write_bytes(b"something")
    (data_dir / "workstation.db").chmod(0o600)
    with pytest.raises(UnsafeSettings, match="is gone"):
        Settings.from_environment()
    assert not (data_dir / "secret.key").exists()


def test_settings_are_read_in_their_units(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "OFFICE_IDLE_HOURS": "2",
        "OFFICE_DAYS": "7",
        "PHONE_DAYS": "90",
        "PUBLIC_URL": "https://gzz.example/",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    found = Settings.from_environment()
    assert (found.office_lifetime.idle.total_seconds(), found.office_lifetime.lives.days) == (7200, 7)
    assert (found.phone_lifetime.lives.days, found.public_url) == (90, "https://gzz.example")
