"""Which column of a file is which, and reading one row through them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from workstation.imports import cells
from workstation.imports.problems import Problem, Report, Unreadable, Wrong, problem
from workstation.imports.tables import Table

T = TypeVar("T")


@dataclass(frozen=True)
class Column:
    """One column by its English and its Chinese head."""

    field: str
    head: str
    required: bool = False


@dataclass(frozen=True)
class Found:
    """Where a column stands and what its head reads in this file."""

    index: int
    head: str


class Row:
    """One row being read. What is wrong goes into the report, and reading goes on to the row's end."""

    def __init__(
        self, *, number: int, texts: Sequence[str], found: Mapping[str, Found], report: Report
    ) -> None:
        self.number = number
        self.ok = True
        self._texts, self._found, self._report = texts, found, report

    def has(self, field: str) -> bool:
        """Whether the file has this column at all."""
        return field in self._found

    def take(self, field: str, convert: Callable[[str], T], *, required: bool = False) -> T | None:
        """The cell's value; None when it is blank, missing or wrong (wrong ones are reported)."""
        try:
            text = cells.clean(self._text(field))
            if text:
                return convert(text)
            if required:
                raise Wrong("import.required")
        except Wrong as wrong:
            self.refuse(wrong.code, field, **wrong.values)
        return None

    def raw(self, field: str) -> str:
        """The cell as it came: for what was read by a program before."""
        return self._text(field)

    def refuse(self, code: str, field: str | None = None, **values: object) -> None:
        """Reports an error of this row; the file will not be applied."""
        self.ok = False
        self._report.errors.append(self._problem(code, field, values))

    def warn(self, code: str, field: str | None = None, **values: object) -> None:
        self._report.warnings.append(self._problem(code, field, values))

    def check_width(self, width: int) -> None:
        """Refuses filled cells beyond the head: a stray delimiter has moved what comes after it."""
        if any(text.strip() for text in self._texts[width:]):
            self.refuse("import.cells_extra")

    def _text(self, field: str) -> str:
        found = self._found.get(field)
        return self._texts[found.index] if found and found.index < len(self._texts) else ""

    def _problem(self, code: str, field: str | None, values: Mapping[str, object]) -> Problem:
        head = self._found[field].head if field and field in self._found else field
        return problem(code=code, row=self.number, column=head, **values)


def find_columns(*, table: Table, columns: Sequence[Column], report: Report) -> dict[str, Found]:
    """The file's columns by field; unknown ones become warnings. Unreadable when a required one lacks."""
    names = {name.lower(): column.field for column in columns for name in (column.field, column.head)}
    found: dict[str, Found] = {}
    for index, raw in enumerate(table.heads):
        head = _plain(raw)
        field = names.get(head.lower())
        if field in found:
            report.errors.append(problem(code="import.column_repeated", row=table.head_row, column=head))
        elif field:
            found[field] = Found(index, head)
        elif head:
            report.warnings.append(problem(code="import.column_unknown", row=table.head_row, column=head))
    _check_required(table=table, columns=columns, found=found, report=report)
    return found


def _check_required(
    *, table: Table, columns: Sequence[Column], found: Mapping[str, Found], report: Report
) -> None:
    for column in columns:
        if column.required and column.field not in found:
            report.errors.append(
                problem(
                    code="import.column_missing",
                    row=table.head_row,
                    column=column.head,
                    head=column.head,
                    field=column.field,
                )
            )
    if report.errors:
        raise Unreadable(report.errors.pop())


def _plain(raw: str) -> str:
    return cells.narrow(raw).strip(cells.INVISIBLE_ENDS).rstrip("*").strip()
