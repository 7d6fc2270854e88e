"""Random figures in every form that leaves the house: none loses a digit on the way."""

import io
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from api.schemas.coverage import RowOut
from api.spreadsheets import flat, to_csv, to_xlsx
from tests.api.reporting import csv_rows, sheet_rows, word_tables
from workstation.reports.document import write_row
from workstation.reports.templates import fill, open_template

COUNTS = st.integers(0, 10**7)
HOURS = st.integers(0, 10**11).map(lambda ms: ms / 3_600_000)
RATES = st.none() | st.tuples(st.integers(0, 999), st.integers(1, 999)).map(lambda of: min(of) / max(of))
# What people call places, and what spreadsheets and Word could misread.
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)
WITH_NAMES = ("duty_hours", "person_hours")
RANGES = ("shifts", "receptions", "people_received")


def ranges(of: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(of, of).map(lambda two: {"low": min(two), "high": max(two)})


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    """A row of coverage with figures of any size."""
    made: dict[str, Any] = {}
    for field in RowOut().fields:
        if field in ("key", "name"):
            made[field] = draw(NAMES)
        elif field.endswith("rate") or field in ("gap", "effective_rate_high"):
            made[field] = draw(RATES)
        elif field in WITH_NAMES:
            made[field] = draw(ranges(HOURS))
        elif field in RANGES:
            made[field] = draw(ranges(COUNTS))
        elif field == "check_ins":
            made[field] = draw(ranges(COUNTS)) | {
                "by_evidence": draw(st.lists(COUNTS, min_size=4, max_size=4))
            }
        else:
            made[field] = draw(COUNTS)
    return made


def numbers(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in flat(row).items() if not isinstance(value, str)}


@settings(max_examples=200)
@given(st.lists(rows(), min_size=1, max_size=4))
def test_csv_and_xlsx_have_the_very_numbers(table: list[dict[str, Any]]) -> None:
    printed = csv_rows(b"".join(to_csv(table)))
    for row, cells in zip(table, printed, strict=True):
        for name, value in numbers(row).items():
            assert cells[name] == ("" if value is None else repr(value))
    with to_xlsx({"明细": table}) as file:
        kept = sheet_rows(file.read(), "明细")
    for row, cells in zip(table, kept, strict=True):
        assert {name: cells[name] for name in numbers(row)} == numbers(row)


@settings(max_examples=200)
@given(rows())
def test_a_document_rounds_once_and_only_what_it_says(row: dict[str, Any]) -> None:
    written = write_row(row)
    for field in ("stations", "tangible", "effective", "dormant", "members_active"):
        assert written[field] == str(row[field])
    for field in (*RANGES, "check_ins"):
        assert {int(end) for end in written[field].split("–")} == {row[field]["low"], row[field]["high"]}
    for field in WITH_NAMES:
        ends = {Decimal(row[field][end]).quantize(Decimal("0.1"), ROUND_HALF_UP) for end in ("low", "high")}
        assert {Decimal(end) for end in written[field].split("–")} == ends
    for field in ("tangible_rate", "effective_rate", "gap"):
        if row[field] is None:
            assert written[field] == "—"
        else:
            assert abs(Decimal(written[field].rstrip("%")) - Decimal(row[field]) * 100) <= Decimal(
                "0.0500001"
            )


def a_template() -> bytes:
    import docx

    document, file = docx.Document(), io.BytesIO()
    table = document.add_table(rows=3, cols=2)
    for row, text in enumerate(("{%tr for row in rows %}", "{{ row.name }}", "{%tr endfor %}")):
        table.rows[row].cells[0].text = text
    table.rows[1].cells[1].text = "{{ row.shifts }}"
    document.save(file)
    return file.getvalue()


TEMPLATE = a_template()


@settings(max_examples=60)
@given(st.lists(st.text("<>&{}%#=+-@'\" 站一", min_size=1, max_size=12), min_size=1, max_size=5))
def test_no_name_breaks_a_document_or_becomes_a_word_of_the_template(names: list[str]) -> None:
    context = {"rows": [{"name": name, "shifts": "1–2"} for name in names]}
    [table] = word_tables(fill(open_template(TEMPLATE), context))
    assert [tuple(row) for row in table] == [(name, "1–2") for name in names]


def test_a_workbook_never_holds_a_formula() -> None:
    named = [
        {"name": start + "1+1"} for start in ("=", "+", "-", "@", "\t=", "＝", "{=", "https://", "mailto:")
    ]
    with to_xlsx({"明细": named}) as file:
        cells = openpyxl.load_workbook(file)["明细"]["A"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
