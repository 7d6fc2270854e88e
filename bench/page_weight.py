"""What a phone loads before the member's app stands: JavaScript and CSS as they are served, in gzip."""

import re
from collections.abc import Iterator
from pathlib import Path

from bench.report import Chapter, Mark, table

DIST = Path(__file__).parent.parent / "static" / "pwa" / "dist"
MOST_BYTES = 105_000
LINKED = re.compile(r'<(?:script|link)[^>]*?(?:src|href)="/(assets/[^"]+\.(?:js|css))"')
# `import{a}from"./b.js"` and `import"./b.js"`, not import("./b.js"), which waits until it is wanted.
IMPORTED = re.compile(r'(?:from|import)\s*"\./([^"]+\.js)"')


def chapter() -> Chapter:
    """The member's first page, file by file."""
    weights = weigh()
    total = sum(weights.values())
    rows = [[name, f"{weight:,}"] for name, weight in weights.items()]
    return Chapter(
        title="First load",
        text="JavaScript and CSS that the member's page needs before anything shows, in bytes of gzip as "
        "served. The build stops at the same mark.",
        tables=[table(["file", "bytes"], [*rows, ["together", f"{total:,}"]])],
        marks=[Mark(what="first load", figure=total / 1000, at_most=MOST_BYTES / 1000, unit="kB")],
    )


def weigh(dist: Path = DIST) -> dict[str, int]:
    """Bytes by file, the heaviest first. The names are without the hash of their content."""
    page = dist / "index.html"
    if not page.exists():
        raise SystemExit("static/pwa/dist is missing: make build")
    files = {dist / name for name in LINKED.findall(page.read_text())}
    for file in list(files):
        files |= set(_imported_by(file))
    weights = {_name(file): _gzip_bytes(file) for file in files}
    return dict(sorted(weights.items(), key=lambda pair: -pair[1]))


def _imported_by(file: Path, seen: frozenset[Path] = frozenset()) -> Iterator[Path]:
    if file.suffix != ".js" or file in seen:
        return
    for name in IMPORTED.findall(file.read_text()):
        yield file.parent / name
        yield from _imported_by(file.parent / name, seen | {file})


def _name(file: Path) -> str:
    return f"{file.stem[:-9]}{file.suffix}"  # name-12345678.js


def _gzip_bytes(file: Path) -> int:
    return file.with_name(f"{file.name}.gz").stat().st_size
