"""What is there is not made again, and only a Node that will do is taken."""

from pathlib import Path

import pytest

from setup import environment


@pytest.mark.parametrize(
    ("version", "good"),
    [
        ("v18.20.4", False),
        ("v20.18.3", False),
        ("v20.19.0", True),
        ("v21.7.3", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.19.0", True),
        ("not a version", False),
    ],
)
def test_a_node_will_do_when_vite_says_so(tmp_path: Path, version: str, good: bool) -> None:
    program(tmp_path / "node", f"echo {version}")
    program(tmp_path / "npm", "true")
    assert environment.node_is_good({"PATH": f"{tmp_path}:/bin"}) is good


def test_a_node_without_npm_will_not_do(tmp_path: Path) -> None:
    program(tmp_path / "node", "echo v24.19.0")
    assert not environment.node_is_good({"PATH": str(tmp_path)})


def program(file: Path, line: str) -> None:
    file.write_text(f"#!/bin/sh\n{line}\n")
    file.chmod(0o755)


def test_a_stamp_tells_a_changed_file_and_a_changed_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    file = tmp_path / "a"
    file.write_text("one")
    before = environment.digest([file])
    assert environment.digest([file]) == before
    file.write_text("two")
    assert environment.digest([file]) != before
    file.write_text("one")
    assert environment.digest([file.rename(tmp_path / "b")]) != before
