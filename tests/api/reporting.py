"""What the tests of reports and exports read: tables of Word, XLSX and CSV as plain rows."""

import csv
import io
from typing import Any

import docx
import openpyxl
from werkzeug.test import TestResponse

from tests.cast import Phone

NOVEMBER = "2026-11"
# The columns of the document's first table.
COLUMNS = (
    "name", "streets", "streets_tangible", "streets_effective", "tangible_rate", "effective_rate", "gap",
    "stations", "effective", "dormant", "shifts", "duty_hours", "people_received",
)  # fmt: skip


def preview(phone: Phone, **query: Any) -> dict[str, Any]:
    answer = phone.get("/api/v1/reports/preview", query_string={"period": NOVEMBER} | query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def try_to_issue(phone: Phone, *, edition: int = 1, **body: Any) -> TestResponse:
    return phone.post("/api/v1/reports", {"period": NOVEMBER, "edition": edition} | body)


def issue(phone: Phone, *, edition: int = 1, **body: Any) -> dict[str, Any]:
    answer = try_to_issue(phone, edition=edition, **body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def fetched(phone: Phone, path: str) -> bytes:
    answer = phone.get(path)
    assert answer.status_code == 200, answer.text
    return answer.data


def csv_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def sheet_rows(content: bytes, title: str) -> list[dict[str, Any]]:
    heads, *rows = openpyxl.load_workbook(io.BytesIO(content))[title].iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def word_tables(content: bytes) -> list[list[list[str]]]:
    """Every table as rows of texts."""
    tables = docx.Document(io.BytesIO(content)).tables
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in tables]


def word_text(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs)
