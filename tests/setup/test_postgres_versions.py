"""`make postgres-versions` tries each release that it finds whole, oldest first."""

from pathlib import Path

import pytest

from setup import postgres_versions
from setup.postgres_versions import NEEDED, main, releases


def wheel(folder: Path, release: str, *, lacks: str = "") -> Path:
    programs = folder / f"wheel-of-{release}" / "pginstall" / "bin"
    programs.mkdir(parents=True)
    for name in set(NEEDED) - {lacks}:
        (programs / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {release}'\n")
        (programs / name).chmod(0o755)
    return programs


def test_releases_are_in_order_and_one_without_its_own_pg_dump_is_left_out(tmp_path: Path) -> None:
    newer, older = wheel(tmp_path, "17.10"), wheel(tmp_path, "15.5")
    wheel(tmp_path, "16.14", lacks="pg_dump")
    assert list(releases(tmp_path).items()) == [("15.5", older), ("17.10", newer)]


@pytest.mark.parametrize(("majors", "tried"), [([], ["15.5", "17.10"]), (["17"], ["17.10"])])
def test_each_has_its_line_and_one_failure_fails_all(
    majors: list[str],
    tried: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    results = {wheel(tmp_path, "15.5"): (900, 0), wheel(tmp_path, "17.10"): (899, 1)}
    monkeypatch.setattr(postgres_versions, "FOLDER", tmp_path)
    monkeypatch.setattr(postgres_versions, "try_release", results.__getitem__)
    monkeypatch.setattr("setup.strace.install", lambda: None)
    monkeypatch.setattr("setup.unpacked.install", lambda: None)
    monkeypatch.setattr("setup.postgres_versions.stop_on_sigterm", lambda: None)
    monkeypatch.setattr("setup.postgres_versions.end_descendants", lambda: None)
    assert main(majors) == 1
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in said] == [f"PostgreSQL {name}" for name in tried]
    assert said[-1] == "PostgreSQL 17.10: 899 passed, 1 failed"


def test_a_release_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_versions, "FOLDER", tmp_path)
    monkeypatch.setattr("setup.postgres_versions.stop_on_sigterm", lambda: None)
    with pytest.raises(SystemExit):
        main(["14"])
