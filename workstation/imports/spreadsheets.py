"""The first sheet of an XLSX as rows of strings. Formulas come as their text, so that they can be refused."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time

from workstation.imports.problems import Unreadable, problem

# Declared sizes can be trusted as a limit: zipfile stops reading a member at its declared size.
MOST_UNPACKED_BYTES = 100 * 1024 * 1024
MOST_COLUMNS = 100
BLANK = (None,) * MOST_COLUMNS


def read_rows(*, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows, blank ones included. Raises Unreadable for what is no XLSX or unpacks too large."""
    try:
        _refuse_bombs(content)
        yield from _rows(content)
    except Unreadable:
        raise
    except Exception as error:  # for a broken part openpyxl raises whatever its insides raise
        raise Unreadable(problem(code="import.unreadable")) from error


def _refuse_bombs(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        unpacked = sum(member.file_size for member in packed.infolist())
    if unpacked > MOST_UNPACKED_BYTES:
        raise Unreadable(problem(code="import.too_large", limit="解压后 100 MB"))


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    import openpyxl  # brings numpy along: 0.3 s that only an import of a file shall cost

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    try:
        if not book.worksheets:
            return
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a wrong size: rows beyond it would be lost
        for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), 1):
            # One cell in the last row brings a million blank rows before it.
            yield number, [] if values == BLANK else [_text(value) for value in values]
    finally:
        book.close()


def _text(value: object) -> str:
    """A cell as a person would have typed it into a CSV."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ")
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M:%S")
        case _:
            return str(value)
