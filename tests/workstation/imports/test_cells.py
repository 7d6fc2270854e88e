import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.imports import cells
from workstation.imports.problems import Wrong


def code_of(convert: object, text: str) -> str:
    with pytest.raises(Wrong) as wrong:
        convert(text)  # type: ignore[operator]  # one of the converters
    return wrong.value.code


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("　粤海 站 ", "粤海 站"),
        ("\ufeffA1\u200b", "A1"),
        ("一\r\n二\t三", "一 二 三"),
        ("😀站", "😀站"),
        ("\t", ""),
    ],
)
def test_spaces_of_every_width_are_forgiven(raw: str, text: str) -> None:
    assert cells.clean(raw) == text


@pytest.mark.parametrize("raw", ["a\x00b", "a\x07", "\x85a\x9f", "站\u202e点", "\ud800"])
def test_characters_that_nobody_sees_are_refused(raw: str) -> None:
    assert code_of(cells.clean, raw) == "import.control_character"


@pytest.mark.parametrize("raw", ["=1+1", " =cmd|' /C calc'!A0", "＝A1"])
def test_formulas_are_refused(raw: str) -> None:
    assert code_of(cells.clean, raw) == "import.formula"


@pytest.mark.parametrize(
    ("text", "value"), [("22.54", 22.54), ("２２．５４", 22.54), ("-3", -3), ("−3", -3), ("1e1", 10)]
)
def test_numbers_may_be_full_width(text: str, value: float) -> None:
    assert cells.number(text=text, low=-180, high=180) == value


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-Infinity", "1_0", "22°32′", "22,54", "二十二", "0x10", "1e999"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert code_of(lambda value: cells.number(text=value, low=-180, high=180), text) == "import.number"


def test_numbers_out_of_range_are_refused() -> None:
    assert code_of(lambda value: cells.number(text=value, low=50, high=1000), "49.9") == "import.range"
    assert code_of(lambda value: cells.whole_number(text=value, low=50, high=1000), "50.5") == "import.number"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21",
        "2026/11/21",
        "2026.11.21",
        "2026年11月21日",
        "20261121",
        "２０２６－１１－２１",
        "2026-11-21 00:00:00",
    ],
)
def test_dates_in_every_usual_form(text: str) -> None:
    assert cells.day(text) == date(2026, 11, 21)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "21.11.2026",
        "46347",
        "11-21",
        "0000-01-01",
        "明天",
        "2026-11-21 09:00",
        "0001-01-01",
        "1899-12-31",
        "9999-12-31",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    assert code_of(cells.day, text) == "import.date"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("09:00", 540),
        ("9:05", 545),
        ("09：00", 540),
        ("24:00", 1440),
        ("0:00", 0),
        ("9点30分", 570),
        ("09:00:00", 540),
    ],
)
def test_times_in_every_usual_form(text: str, minutes: int) -> None:
    assert cells.minutes_of_day(text) == minutes


@pytest.mark.parametrize("text", ["24:01", "9:60", "9", "上午9时", "-1:00", "99:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    assert code_of(cells.minutes_of_day, text) == "import.time"


@pytest.mark.parametrize(
    ("text", "met"), [("是", True), ("√", True), ("Ｙ", True), ("否", False), ("×", False), ("无", False)]
)
def test_yes_and_no(text: str, met: bool) -> None:
    assert cells.yes_no(text) is met


def test_an_item_is_yes_no_or_the_day_on_which_it_was_confirmed() -> None:
    assert cells.yes_no_or_day("是") is True
    assert cells.yes_no_or_day("2026/1/5") == date(2026, 1, 5)
    assert code_of(cells.yes_no_or_day, "差不多") == "import.yes_no_date"


def test_several_codes_in_one_cell() -> None:
    assert cells.several("A1、Ａ2；A3;A1,,") == ["A1", "A2", "A3"]


@given(text=st.text(max_size=40))
def test_any_text_becomes_a_value_or_a_wrong(text: str) -> None:
    for convert in (cells.clean, cells.day, cells.minutes_of_day, cells.yes_no, cells.yes_no_or_day):
        with contextlib.suppress(Wrong):
            convert(text)
