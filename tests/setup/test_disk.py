"""No room and no right to write are said in one sentence."""

from pathlib import Path

import pytest

from setup.disk import check_space, check_writable


def test_a_folder_that_cannot_be_written_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        check_writable(Path("/proc/nowhere"))
    assert "Cannot write in /proc/nowhere" in capsys.readouterr().err


def test_too_little_disk_is_said_with_both_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        check_space(tmp_path, needed_mb=10**9)
    assert "Too little disk: 1000000000 MB are needed" in capsys.readouterr().err
