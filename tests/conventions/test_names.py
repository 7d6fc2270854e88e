"""Names say what is in a file, and inner layers are told the time, they do not look it up."""

import ast
from pathlib import Path

import pytest

from tests.conventions.source import calls, files, module_name, tree

SAYS_NOTHING = {
    "common",
    "helper",
    "helpers",
    "manager",
    "managers",
    "misc",
    "service",
    "services",
    "util",
    "utils",
}
FOLDERS = ("workstation", "api", "tests", "setup", "bench", "deploy", "migrations", "static/pwa")
SOURCES = [f for folder in FOLDERS for kind in ("*.py", "*.ts", "*.vue") for f in files(folder, kind)]

CLOCK_AND_ENVIRONMENT = {
    "date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "os.getenv",
    "time.monotonic",
    "time.time",
}


def test_no_file_is_a_drawer_for_anything() -> None:
    drawers = [file for file in SOURCES if SAYS_NOTHING & {word.lower() for word in words(file)}]
    assert not drawers


def words(file: Path) -> set[str]:
    return set(file.stem.replace("-", "_").split("_")) | {file.parent.name}


@pytest.mark.parametrize("file", files("workstation"), ids=module_name)
def test_the_domain_is_told_the_time_and_the_settings(file: Path) -> None:
    asked = {name for name, _ in calls(file)} & CLOCK_AND_ENVIRONMENT
    assert not asked


@pytest.mark.parametrize(
    "file", [f for f in files("api") if f.name not in ("clock.py", "config.py")], ids=module_name
)
def test_the_api_reads_the_clock_in_one_place(file: Path) -> None:
    asked = {name for name, _ in calls(file)} & (CLOCK_AND_ENVIRONMENT - {"time.monotonic"})
    assert not asked


@pytest.mark.parametrize("file", files("workstation", "operations.py"), ids=module_name)
def test_operations_are_domain_verbs(file: Path) -> None:
    names = [node.name for node in tree(file).body if isinstance(node, ast.FunctionDef)]
    assert not [name for name in names if name.startswith(("process_", "handle_", "do_"))]
