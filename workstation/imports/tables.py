"""From bytes to rows of strings: CSV in any usual encoding and delimiter, or the first sheet of an XLSX.

Uploads are hostile until shown otherwise: sizes are limited before anything is unpacked, and nothing is
evaluated.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from workstation.imports import spreadsheets
from workstation.imports.problems import Unreadable, problem

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 200_000
ZIP_MAGIC = b"PK"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = (",", ";", "\t")

Cells = list[str]


@dataclass(frozen=True)
class Table:
    """`rows` are the non-blank ones after the head, with their number as a spreadsheet counts it."""

    head_row: int
    heads: Cells
    rows: list[tuple[int, Cells]]


def read_table(*, content: bytes) -> Table:
    """Reads CSV or XLSX. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(problem(code="import.too_large", limit="20 MB"))
    numbered = (
        spreadsheets.read_rows(content=content) if content.startswith(ZIP_MAGIC) else _csv_rows(content)
    )
    trimmed = ((number, _trimmed(cells)) for number, cells in _limited(numbered))
    filled = [(number, cells) for number, cells in trimmed if cells]
    if not filled:
        raise Unreadable(problem(code="import.empty"))
    (head_row, heads), *rows = filled
    return Table(head_row, heads, rows)


def _limited(numbered: Iterator[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
    for number, cells in numbered:
        if number > MOST_ROWS + 1:
            raise Unreadable(problem(code="import.too_large", limit=f"{MOST_ROWS} 行"))
        yield number, cells


def _trimmed(cells: Cells) -> Cells:
    """Without the blank cells at the end; nothing is left of a blank row."""
    filled = [index for index, cell in enumerate(cells) if cell.strip()]
    return cells[: filled[-1] + 1] if filled else []


def _csv_rows(content: bytes) -> Iterator[tuple[int, Cells]]:
    text = decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield number, cells
    except csv.Error as error:  # an open quote swallows all that follows: nothing after it can be trusted
        raise Unreadable(problem(code="import.row_malformed", row=number + 1)) from error


def decoded(content: bytes) -> str:
    """The text in whichever usual encoding it came. Raises Unreadable."""
    if content.startswith(UTF16_MARKS):
        raise Unreadable(problem(code="import.encoding"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(problem(code="import.encoding"))


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first filled line into most cells."""
    first = next((line for line in text.splitlines() if line.strip(" ,;\t")), "")
    return max(DELIMITERS, key=first.count)
