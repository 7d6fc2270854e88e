"""nginx and PgBouncer are taken where they are, unpacked where that is possible, and else asked for."""

from pathlib import Path

import pytest

from setup import unpacked


def program(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which programs are found."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(unpacked, "FOLDER", tmp_path / "unpacked")
    monkeypatch.setattr(unpacked, "PACKAGES", {"a-proxy": ("a-proxy", "its-library")})
    return tmp_path


def test_an_installed_program_is_left_alone(programs: Path) -> None:
    program(programs, "a-proxy", "exit 0")
    program(programs, "apt-get", f"touch {programs}/asked")
    unpacked.install()
    assert unpacked.find("a-proxy") == str(programs / "a-proxy")
    assert not (programs / "asked").exists()


def test_a_missing_one_is_loaded_and_unpacked_but_not_installed(programs: Path) -> None:
    program(programs, "apt-get", f'echo "$@" > {programs}/asked; touch a-proxy.deb')
    program(programs, "dpkg-deb", 'mkdir -p "$3/usr/sbin" && touch "$3/usr/sbin/a-proxy"')
    unpacked.install()
    assert (programs / "asked").read_text().split() == ["download", "-q", "a-proxy", "its-library"]
    assert unpacked.find("a-proxy") == str(programs / "unpacked" / "usr" / "sbin" / "a-proxy")
    assert not list(programs.rglob("*.deb"))


def test_where_it_cannot_be_had_that_is_said_and_the_other_tests_go_on(
    programs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(programs, "apt-get", "exit 100")
    unpacked.install()
    assert "apt-get install -y nginx pgbouncer" in capsys.readouterr().out
    assert unpacked.find("a-proxy") is None


def test_unpacked_libraries_are_found_by_unpacked_programs(programs: Path) -> None:
    assert "LD_LIBRARY_PATH" not in unpacked.environment()
    (programs / "unpacked" / "usr" / "lib" / "x86_64-linux-gnu").mkdir(parents=True)
    assert unpacked.environment()["LD_LIBRARY_PATH"].endswith("x86_64-linux-gnu")
