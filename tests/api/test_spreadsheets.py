"""Files of any length: written row by row, read back to the last digit."""

import csv
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask

from api.spreadsheets import attachment, to_csv, to_xlsx

ROWS = 100_000
MORE_MIB = 8
ROOT = Path(__file__).parents[2]


def many_rows(count: int) -> Iterator[dict[str, Any]]:
    """As an export has them, made one at a time."""
    for number in range(count):
        yield {
            "key": f"{number:08}",
            "name": f"=SUM(A{number})",
            "shifts": {"low": number, "high": number + 1},
            "rate": number / 7,
        }


EXPORT = """
import resource, sys
from api.spreadsheets import to_csv, to_xlsx
from tests.api.test_spreadsheets import many_rows
rows = many_rows(int(sys.argv[2]))
size = sum(map(len, to_csv(rows))) if sys.argv[1] == "csv" else to_xlsx({"Rows": rows}).seek(0, 2)
print(size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def export(kind: str, count: int) -> tuple[int, int]:
    """Bytes written, and the most MiB that a process of its own needed for it."""
    command = [sys.executable, "-c", EXPORT, kind, str(count)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    size, peak = done.stdout.split()
    return int(size), int(peak)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_hundred_thousand_rows_take_no_more_memory_than_a_hundred(kind: str) -> None:
    small, few = export(kind, 100)
    large, many = export(kind, ROWS)
    assert large > 200 * small
    assert many < few + MORE_MIB, f"{few} MiB grew to {many}"


def test_what_was_written_in_pieces_reads_as_one_table() -> None:
    pieces = list(to_csv(many_rows(5_000)))
    assert len(pieces) > 2
    rows = list(csv.DictReader(io.StringIO(b"".join(pieces).decode("utf-8-sig"))))
    assert [row["name"] for row in rows[:2]] == ["'=SUM(A0)", "'=SUM(A1)"]
    assert [float(row["rate"]) for row in rows] == [number / 7 for number in range(5_000)]


def test_a_workbook_has_the_very_numbers(app: Flask) -> None:
    with app.test_request_context():
        answer = attachment(to_xlsx({"明细": many_rows(50)}), name="table", kind="xlsx")
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.response)))["明细"]  # type: ignore[arg-type]  # not streamed: bytes
    heads, *rows = sheet.iter_rows(values_only=True)
    assert heads == ("key", "name", "shifts_low", "shifts_high", "rate")
    assert rows[7] == ("00000007", "=SUM(A7)", 7, 8, 1.0)
    assert [row[4] for row in rows] == [number / 7 for number in range(50)]


def test_rows_that_are_not_alike_share_all_heads() -> None:
    rows = [{"a": 1}, {"b": [1, 2]}, {"a": None, "c": ["x", "y"]}]
    file = to_xlsx({"列": rows, "空": []})
    book = openpyxl.load_workbook(file)
    assert list(book["列"].iter_rows(values_only=True)) == [
        ("a", "b_0", "b_1", "c"),
        (1, None, None, None),
        (None, 1, 2, None),
        (None, None, None, "x、y"),
    ]
    assert book["空"].max_row == 1
    assert b"".join(to_csv([], heads=["key", "name"])) == "\ufeffkey,name\r\n".encode()
