"""Reading files: every usual encoding and delimiter, and nothing hostile."""

import contextlib
import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.imports import spreadsheets
from workstation.imports.problems import Unreadable
from workstation.imports.tables import MOST_BYTES, read_table

HEADS = "编码,名称"
ROW = "A1,粤海街道委员工作站"


def xlsx_of(*rows: list[Any], sheets: int = 1) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for number in range(1, sheets):
        book.create_sheet(f"另一页{number}").append(["别的", "内容"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def code_of(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read_table(content=content)
    return refused.value.problem.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_usual_csv_reads_the_same(encoding: str, delimiter: str, line_end: str) -> None:
    text = line_end.join((HEADS, ROW, "")).replace(",", delimiter)
    table = read_table(content=text.encode(encoding))
    assert table.heads == ["编码", "名称"]
    assert table.rows == [(2, ["A1", "粤海街道委员工作站"])]


def test_rows_are_numbered_as_a_spreadsheet_counts_them_blank_ones_included() -> None:
    table = read_table(content=f'{HEADS}\n\n ,\n{ROW}\n"a\nb",c\nd,e\n'.encode())
    assert [number for number, _ in table.rows] == [4, 5, 6]


def test_a_quoted_delimiter_does_not_cut() -> None:
    assert read_table(content='编码;名称\nA1;"甲;乙"\n'.encode()).rows == [(2, ["A1", "甲;乙"])]


def test_emoji_and_rare_characters_survive() -> None:
    table = read_table(content=f"{HEADS}\nA1,😀𠮷站\n".encode("gb18030"))
    assert table.rows[0][1][1] == "😀𠮷站"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n , ,\n", b"   "])
def test_an_empty_file_says_so(content: bytes) -> None:
    assert code_of(content) == "import.empty"


def test_wrong_encodings_say_so() -> None:
    assert code_of(f"{HEADS}\n".encode("utf-16")) == "import.encoding"
    assert code_of(b"\x81\xff\xff,\x80") == "import.encoding"


def test_an_open_quote_names_its_row() -> None:
    with pytest.raises(Unreadable) as refused:
        read_table(content=f'{HEADS}\n{ROW}\nA2,"open\nA3,x\n'.encode())
    assert (refused.value.problem.code, refused.value.problem.row) == ("import.row_malformed", 3)


def test_a_huge_file_is_refused_before_it_is_read() -> None:
    assert code_of(b"a" * (MOST_BYTES + 1)) == "import.too_large"


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workstation.imports.tables.MOST_ROWS", 2)
    assert code_of(b"a\n1\n2\n3\n") == "import.too_large"


def test_the_first_sheet_of_an_xlsx_reads_like_a_csv() -> None:
    content = xlsx_of(["编码", "名称"], [], [440303001, "站"], [1.5, True], sheets=2)
    table = read_table(content=content)
    assert table.heads == ["编码", "名称"]
    assert table.rows == [(3, ["440303001", "站"]), (4, ["1.5", "是"])]


def test_dates_and_times_of_an_xlsx_read_as_typed() -> None:
    row = [date(2026, 11, 21), datetime(2026, 11, 21), time(9, 5), datetime(2026, 11, 21, 9, 5)]  # noqa: DTZ001
    table = read_table(content=xlsx_of(["a", "b", "c", "d"], row))
    assert table.rows[0][1] == ["2026-11-21", "2026-11-21", "09:05:00", "2026-11-21 09:05:00"]


def test_a_formula_comes_as_its_text() -> None:
    assert read_table(content=xlsx_of(["a"], ["=1+1"])).rows == [(2, ["=1+1"])]


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (spreadsheets.MOST_UNPACKED_BYTES + 1))
    assert len(file.getvalue()) < 1_000_000
    assert code_of(file.getvalue()) == "import.too_large"


MULTIPLY = '<!DOCTYPE s [<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
)
OUTSIDE = '<!DOCTYPE s [<!ENTITY a11 SYSTEM "file:///etc/hostname">'


@pytest.mark.parametrize("entities", [MULTIPLY, OUTSIDE], ids=["that multiply", "from outside"])
def test_entities_are_refused(entities: str) -> None:
    content = xlsx_of(["a"], ["b"])
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as good, zipfile.ZipFile(file, "w") as bad:
        for name in good.namelist():
            text = good.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = text.replace(b"<worksheet", f"{entities}]><worksheet".encode(), 1)
                text = text.replace(
                    b"</sheetData>", b"<row><c t='inlineStr'><is><t>&a11;</t></is></c></row></sheetData>"
                )
            bad.writestr(name, text)
    assert code_of(file.getvalue()) == "import.unreadable"


@pytest.mark.parametrize("content", [b"PK", b"PK\x03\x04" + b"\0" * 100, xlsx_of(["a"])[:-200]])
def test_what_only_looks_like_an_xlsx_is_refused(content: bytes) -> None:
    assert code_of(content) == "import.unreadable"


def test_a_zip_without_a_workbook_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("readme.txt", "hello")
    assert code_of(file.getvalue()) == "import.unreadable"


@given(
    content=st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda tail: b"PK\x03\x04" + tail))
)
def test_whatever_comes_is_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert read_table(content=content).heads
