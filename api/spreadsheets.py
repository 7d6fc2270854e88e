"""Tables as CSV and XLSX with the same figures as the JSON. No name can become a formula."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import IO, Any

import xlsxwriter
from flask import Response, request
from werkzeug.wsgi import wrap_file

from workstation.exact_numbers import ExactNumber

Row = Mapping[str, Any]

# What a spreadsheet may read as the start of a formula, full-width forms included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
OFFICE = "application/vnd.openxmlformats-officedocument"
MIMETYPES = {
    "csv": "text/csv",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "docx": f"{OFFICE}.wordprocessingml.document",
}
# Plain cells only: a text stays a text, whatever it looks like.
WORKBOOK = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def flat(row: Row) -> dict[str, Any]:
    """Nested fields joined by `_`: shifts_low, check_ins_by_evidence_0. Lists of texts become one text."""
    return dict(_flatten(row, ""))


def _flatten(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flatten(inner, f"{name}_{key}" if name else str(key))
    elif isinstance(value, list | tuple) and not all(isinstance(inner, str) for inner in value):
        yield from _flatten(dict(enumerate(value)), name)
    else:
        yield name, "、".join(value) if isinstance(value, list | tuple) else value


def heads_of(rows: Iterable[Row]) -> list[str]:
    """The heads of rows that are not all alike, in the order in which they come."""
    return list(dict.fromkeys(name for row in rows for name in flat(row)))


def to_csv(rows: Iterable[Row], *, heads: Sequence[str] = ()) -> IO[bytes]:
    """UTF-8 with a BOM, which Excel needs to see Chinese, in a file without a name.

    Rows go to the disk one by one, so that what breaks on the way is an error and not half a table. They have
    the fields of the first one, or `heads`, which stand also where there are no rows.
    """
    names, table = _with_heads(rows, heads)
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the answer that sends it
    words = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(words)
    writer.writerow(names)
    writer.writerows([_text(row.get(name)) for name in names] for row in table)
    words.detach()
    file.seek(0)
    return file


def _with_heads(rows: Iterable[Row], heads: Sequence[str]) -> tuple[list[str], Iterator[Row]]:
    table = (flat(row) for row in rows)
    first = next(table, None)
    if first is None:
        return list(heads), iter(())
    return list(dict.fromkeys((*first, *heads))), chain([first], table)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else _moment(value)


def _moment(value: Any) -> str:
    """Times as in the JSON: RFC 3339 in UTC with Z."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, date) else str(value)


def to_xlsx(sheets: Mapping[str, Iterable[Row]]) -> IO[bytes]:
    """A workbook with these sheets, each with the names of its fields as head, in a file without a name.

    Rows go to the disk one by one: the workbook is never in memory as a whole.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the answer that sends it
    with xlsxwriter.Workbook(file, WORKBOOK) as workbook:
        head = workbook.add_format({"bold": True})
        for title, rows in sheets.items():
            _write_sheet(workbook.add_worksheet(title), rows, head)
    file.seek(0)
    return file


def _write_sheet(sheet: Any, rows: Iterable[Row], head: Any) -> None:
    # Only a list can have rows that differ: what streams has the fields of its first row.
    names, table = _with_heads(rows, heads_of(rows) if isinstance(rows, list) else ())
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, head)
    for number, row in enumerate(table, start=1):
        for column, name in enumerate(names):
            _write_cell(sheet, number, column, row.get(name))


def _write_cell(sheet: Any, number: int, column: int, value: Any) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(number, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(number, column, ExactNumber(value) if isinstance(value, float) else value)
    elif value is not None:
        sheet.write_string(number, column, _moment(value))


def attachment(content: bytes | IO[bytes], *, name: str, kind: str) -> Response:
    """A file to be saved under this ASCII name with the ending `kind`."""
    disposition = {
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Cache-Control": "no-store",
    }
    body = content if isinstance(content, bytes) else wrap_file(request.environ, content)
    return Response(body, mimetype=MIMETYPES[kind], headers=disposition)


def frame_row(answer: Row, filters: Row | None = None) -> dict[str, Any]:
    """What every figure of a file rests on, as a row: window, moment, rules, and what was asked for."""
    names = ("window", "as_of", "settled_until", "rules_version")
    return {name: answer[name] for name in names} | {"filters": filters or {}}


def file_name(table: str, answer: Row, within: str | None = None) -> str:
    """The name says what is in it: table, place, window, moment and version of the rules."""
    moment: datetime = answer["as_of"]
    days = f"{answer['window']['from']}_{answer['window']['to']}"
    place = f"-within-{within}" if within else ""
    return f"coverage-{table}{place}-{days}-asof-{moment:%Y%m%dT%H%MZ}-rules-{answer['rules_version']}"
