"""Tables as CSV and XLSX with the same figures as the JSON. No name can become a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from flask import Response

Row = Mapping[str, Any]

# What a spreadsheet may read as the start of a formula, full-width forms included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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


def to_csv(rows: Sequence[Row], *, heads: Sequence[str] = ()) -> bytes:
    """UTF-8 with a BOM, which Excel needs to see Chinese. `heads` are used when there are no rows."""
    file = io.StringIO()
    table = [flat(row) for row in rows]
    names = list(dict.fromkeys(name for row in table for name in row)) or list(heads)
    writer = csv.writer(file)
    writer.writerow(names)
    writer.writerows([_text(row.get(name)) for name in names] for row in table)
    return file.getvalue().encode("utf-8-sig")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else _moment(value)


def _moment(value: Any) -> str:
    """Times as in the JSON: RFC 3339 in UTC with Z."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, date) else str(value)


def to_xlsx(sheets: Mapping[str, Iterable[Row]]) -> bytes:
    """A workbook with these sheets, each with the names of its fields as head."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, WORKBOOK) as workbook:
        head = workbook.add_format({"bold": True})
        for title, rows in sheets.items():
            _write_sheet(workbook.add_worksheet(title), [flat(row) for row in rows], head)
    return file.getvalue()


def _write_sheet(sheet: Any, rows: Sequence[Row], head: Any) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, head)
    for number, row in enumerate(rows, start=1):
        for column, name in enumerate(names):
            _write_cell(sheet, number, column, row.get(name))


def _write_cell(sheet: Any, number: int, column: int, value: Any) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(number, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(number, column, value)
    elif value is not None:
        sheet.write_string(number, column, _moment(value))


def attachment(content: bytes, *, name: str, kind: str) -> Response:
    """A file to be saved under this ASCII name with the ending `kind`, csv or xlsx."""
    mimetype = "text/csv" if kind == "csv" else XLSX
    disposition = {
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Cache-Control": "no-store",
    }
    return Response(content, mimetype=mimetype, headers=disposition)


def frame_row(answer: Row) -> dict[str, Any]:
    """What every figure of a file rests on, as a row."""
    return {name: answer[name] for name in ("window", "as_of", "settled_until", "rules_version")}


def file_name(table: str, answer: Row) -> str:
    """The name says what is in it: table, window, moment and version of the rules."""
    moment: datetime = answer["as_of"]
    days = f"{answer['window']['from']}_{answer['window']['to']}"
    return f"coverage-{table}-{days}-asof-{moment:%Y%m%dT%H%MZ}-rules-{answer['rules_version']}"
