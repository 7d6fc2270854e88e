"""The pages that follow from the code: `make docs` writes them, and a test compares."""

import re
from pathlib import Path

from sqlalchemy import UUID, Column, Table
from sqlalchemy.dialects import postgresql

from api import models
from api.errors import status_of
from tests.conventions.source import ROOT
from workstation.database import db
from workstation.errors import ENTRY_MESSAGES, MESSAGES

assert models, "imported for the tables that it brings"

ERRORS, DATABASE = ROOT / "docs/errors.md", ROOT / "docs/database.md"
TYPES = {
    "Integer": "int", "BigInteger": "int", "Double": "real", "Boolean": "bool",
    "String": "text", "Text": "text", "LargeBinary": "bytes",
    "UtcDateTime": "time", "Date": "date", "JSON": "json",
}  # fmt: skip
# Where the drawing of a new table is put: the diagram that this one stands in.
BESIDE = "check_ins"

HEAD = """\
# Errors

Every refusal is `application/problem+json` (RFC 9457) with a stable `code` (`noun.reason`, never reused)
and a Chinese sentence that says what to do next. Field errors stand under `errors`. An unknown code is to be
shown by its `detail`. Imports have codes of their own for each cell: [imports.md](imports.md).

## Answers to a call

| code | status | 说明 |
|---|---|---|
"""
ENTRIES = """
## Reasons in the result of one entry

`status` is `held`, `conflict` or `rejected`; the call itself is 200. What is held is kept and has a receipt
number.

| code | 说明 |
|---|---|
"""


def errors_page() -> str:
    """docs/errors.md as a whole."""
    calls = [(code, words) for code, words in sorted(MESSAGES.items()) if not code.startswith("import.")]
    answers = [f"| `{code}` | {status_of(code)} | {words} |\n" for code, words in calls]
    reasons = [f"| `{code}` | {words} |\n" for code, words in sorted(ENTRY_MESSAGES.items())]
    return HEAD + "".join(answers) + ENTRIES + "".join(reasons)


def database_page(page: str) -> str:
    """docs/database.md with each table as the models have it; a new one is drawn beside the check-ins."""
    for table in db.Model.metadata.tables.values():
        drawn = re.search(rf"^    {table.name} \{{\n.*?^    \}}\n", page, re.MULTILINE | re.DOTALL)
        if drawn:
            page = page.replace(drawn[0], drawing(table))
        else:
            page = page.replace(f"    {BESIDE} {{\n", f"{drawing(table)}    {BESIDE} {{\n")
    return page


def drawing(table: Table) -> str:
    lines = [
        f"        {type_of(column)} {column.name} {keys_of(column)}".rstrip() for column in table.columns
    ]
    return "\n".join([f"    {table.name} {{", *lines, "    }\n"])


def type_of(column: Column[object]) -> str:
    is_id = isinstance(column.type.dialect_impl(postgresql.dialect()), UUID)
    return "uuid" if is_id else TYPES[type(column.type).__name__]


def keys_of(column: Column[object]) -> str:
    return ", ".join(["PK"] * column.primary_key + ["FK"] * bool(column.foreign_keys))


def put(file: Path, page: str) -> None:
    if file.read_text() != page:
        file.write_text(page)
        print(f"written: {file.relative_to(ROOT)}")


if __name__ == "__main__":
    put(ERRORS, errors_page())
    put(DATABASE, database_page(DATABASE.read_text()))
