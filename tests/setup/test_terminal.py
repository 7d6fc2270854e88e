"""A step that fails shows why, and ends with one sentence."""

import sys

import pytest

from setup.terminal import step

ADVICE = ("It did not work.", "没有成功。")


def run(script: str) -> None:
    step("a step", [sys.executable, "-c", script], otherwise=ADVICE)


def test_a_step_that_works_says_how_long_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    run("print('working')")
    said = capsys.readouterr().out
    assert "working" in said
    assert "✓ a step (" in said


def test_a_step_that_fails_shows_its_last_lines_and_the_advice(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("print('the reason'); raise SystemExit(3)")
    said = capsys.readouterr().err
    assert "│ the reason" in said
    assert said.rstrip().endswith("✗ It did not work.\n  没有成功。")


def test_a_full_disk_is_told_from_the_words_of_the_step(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("print('OSError: [Errno 28] No space left on device'); raise SystemExit(1)")
    assert "✗ The disk is full." in capsys.readouterr().err
