"""strace is taken where it is, installed where that is allowed, and asked for otherwise."""

from pathlib import Path

import pytest

from setup import strace


def program(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which programs are found."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_an_installed_strace_is_left_alone(programs: Path) -> None:
    program(programs, "strace", "exit 0")
    program(programs, "apt-get", "exit 1")
    strace.install()


def test_a_missing_strace_is_installed_by_the_package_manager(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(programs, "apt-get", f'echo "$@" >> {programs}/asked')
    monkeypatch.setattr(strace, "package_manager", lambda: [str(programs / "apt-get")])
    strace.install()
    assert (programs / "asked").read_text().splitlines() == ["update", "install -y strace"]


def test_where_it_cannot_be_installed_the_way_out_is_said(
    programs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        strace.install()
    assert "apt-get install -y strace" in "".join(capsys.readouterr())
