"""The project's own source, read but not run."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
NOT_OURS = {"node_modules", "dist", ".venv", "var", "__pycache__"}


def files(folder: str, pattern: str = "*.py") -> list[Path]:
    """Files below a folder of the tree, without what is built or installed."""
    found = (ROOT / folder).rglob(pattern)
    return sorted(file for file in found if not NOT_OURS & set(file.relative_to(ROOT).parts))


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(file: Path) -> set[str]:
    """Modules that a file imports, in full: `from a import b` gives a.b where that is a module of ours."""
    found: set[str] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {full_name(node.module, alias.name) for alias in node.names}
    return found


def full_name(module: str, name: str) -> str:
    below = ROOT.joinpath(*module.split("."), name)
    return f"{module}.{name}" if below.is_dir() or below.with_suffix(".py").exists() else module


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), filename=str(file))


def calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a file, by its dotted name as written."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def text(name: str) -> str:
    """A file of the tree; empty when it is missing, so that a test names what it misses."""
    file = ROOT / name
    return file.read_text() if file.exists() else ""


def tracked_files() -> list[Path]:
    """Files that git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return [file for name in listed.stdout.split("\0") if name and (file := ROOT / name).is_file()]
