"""From the text of one cell to a value, or Wrong with a stable code. Full-width digits are forgiven."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from math import isfinite

from workstation.imports.problems import Wrong

YES = {"是", "有", "√", "✓", "y", "yes", "true", "1"}
NO = {"否", "无", "×", "✗", "n", "no", "false", "0"}
INVISIBLE_ENDS = "\ufeff\u200b"
# Bidirectional overrides make a text read other than it is stored.
BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|(\d{2})(\d{2}))(?: 00:00(?::00)?)?")
TIME = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")
YEARS = range(1900, 2201)
SEPARATORS = re.compile(r"[、;；,，]")


def clean(raw: str) -> str:
    """Without surrounding spaces of any width, line breaks as spaces. Wrong: control characters, formulas."""
    text = re.sub(r"\s*[\r\n\t]+\s*", " ", raw).strip().strip(INVISIBLE_ENDS).strip()
    if any(unicodedata.category(char) in ("Cc", "Cs") or char in BIDI for char in text):
        raise Wrong("import.control_character")
    if text.startswith(("=", "＝")):
        raise Wrong("import.formula")
    return text


def narrow(text: str) -> str:
    """Full-width digits, letters and signs as half-width: for codes, numbers, dates."""
    return unicodedata.normalize("NFKC", text).strip()


def limited(*, text: str, limit: int) -> str:
    if len(text) > limit:
        raise Wrong("import.too_long", limit=limit)
    return text


def number(*, text: str, low: float, high: float) -> float:
    """A finite number from low to high, both included."""
    try:
        value = float(narrow(text).replace("−", "-"))
    except ValueError:
        raise Wrong("import.number", value=text) from None
    if not isfinite(value) or "_" in text:
        raise Wrong("import.number", value=text)
    if not low <= value <= high:
        raise Wrong("import.range", value=text, low=f"{low:g}", high=f"{high:g}")
    return value


def whole_number(*, text: str, low: int, high: int) -> int:
    value = number(text=text, low=low, high=high)
    if value != int(value):
        raise Wrong("import.number", value=text)
    return int(value)


def day(text: str) -> date:
    """2026-11-21, 2026/11/21, 2026.11.21, 2026年11月21日 or 20261121."""
    plain = re.sub(r"[/.年月]", "-", narrow(text)).replace("日", "").strip("- ")
    found = DATE.fullmatch(plain)
    try:
        year, month, day_of_month = [int(part) for part in found.groups() if part] if found else []
        said = date(year, month, day_of_month)
    except ValueError:
        raise Wrong("import.date", value=text) from None
    if year not in YEARS:  # a slip of the pen, and the calendar's ends cannot be told in UTC
        raise Wrong("import.date", value=text)
    return said


def minutes_of_day(text: str) -> int:
    """09:00 as 540; 24:00 is 1440, the end of the day."""
    found = TIME.fullmatch(narrow(text).replace("时", ":").replace("点", ":").replace("分", ""))
    hours, minutes = (int(part) for part in found.groups()) if found else (99, 0)
    if minutes > 59 or hours * 60 + minutes > 24 * 60:
        raise Wrong("import.time", value=text)
    return hours * 60 + minutes


def yes_no(text: str) -> bool:
    plain = narrow(text).lower()
    if plain not in YES | NO:
        raise Wrong("import.yes_no", value=text)
    return plain in YES


def yes_no_or_day(text: str) -> bool | date:
    """Whether an item is met, or the day on which that was confirmed."""
    try:
        return yes_no(text)
    except Wrong:
        pass
    try:
        return day(text)
    except Wrong:
        raise Wrong("import.yes_no_date", value=text) from None


def choice(*, text: str, choices: Mapping[str, str]) -> str:
    """The value whose Chinese or English name was given; `choices` maps names to values."""
    found = choices.get(narrow(text).lower()) or choices.get(text)
    if found is None:
        names = [name for name in choices if not name.isascii()]
        raise Wrong("import.choice", value=text, choices="、".join(names))
    return found


def several(text: str) -> list[str]:
    """The parts between 、 ; or commas, in order, each once."""
    parts = (narrow(part) for part in SEPARATORS.split(text))
    return list(dict.fromkeys(part for part in parts if part))
