"""Every form in which a position could lie somewhere, and the search for it."""

import struct
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

NEARBY_BYTES = 64  # how far apart latitude and longitude may lie to be one position
Position = tuple[float, float]


class Trace(NamedTuple):
    """One way to write a number. A short one is found by chance: it counts only with its partner near it."""

    name: str
    content: bytes
    is_short: bool


@cache
def traces_of(degrees: float) -> tuple[Trace, ...]:
    """Digits, doubles and floats in both byte orders, scaled integers as text and bytes.

    More digits than these begin with these.
    """
    return (*_texts(degrees), *_floats(degrees), *_integers(degrees))


def _texts(degrees: float) -> Iterator[Trace]:
    for places in (5, 7):
        for how, digits in (("rounded", f"{degrees:.{places}f}"), ("cut", f"{degrees:.15f}"[: places - 15])):
            # The seconds of some moment look like a latitude of up to six places.
            is_short = float(digits) < 60 and places < 7
            yield from _as_text(digits, f"{places} digits {how}", is_short=is_short)
            yield Trace(f"{places} digits {how}, comma", digits.replace(".", ",").encode(), is_short)
        whole = str(int(degrees * 10**places))
        yield from _as_text(whole, f"digits × 10^{places}", is_short=len(whole) < 8)


def _as_text(digits: str, name: str, *, is_short: bool) -> Iterator[Trace]:
    yield Trace(name, digits.encode(), is_short)
    yield Trace(f"{name}, UTF-16", digits.encode("utf-16-le"), is_short)


def _floats(degrees: float) -> Iterator[Trace]:
    for places in (5, 6, 7, 15):
        for order in ("<", ">"):
            value = round(degrees, places)
            yield Trace(f"double {order} of {places} digits", struct.pack(f"{order}d", value), is_short=False)
            yield Trace(f"float {order} of {places} digits", struct.pack(f"{order}f", value), is_short=True)


def _integers(degrees: float) -> Iterator[Trace]:
    for scale in (5, 6, 7, 9):
        whole = round(degrees * 10**scale)
        for order in ("<", ">"):
            yield Trace(f"int64 {order} × 10^{scale}", struct.pack(f"{order}q", whole), is_short=False)
            if whole < 2**31:
                yield Trace(f"int32 {order} × 10^{scale}", struct.pack(f"{order}i", whole), is_short=True)


def find_traces(content: bytes, positions: Mapping[str, Position]) -> set[str]:
    """What was found of these positions, by their names."""
    found = set()
    for axis in (0, 1):
        ways = zip(*(traces_of(position[axis]) for position in positions.values()), strict=True)
        for same in ways:
            if _common_part([trace.content for trace in same]) in content:
                found |= {
                    f"{name}: {'lat' if axis == 0 else 'lon'} as {trace.name}"
                    for (name, position), trace in zip(positions.items(), same, strict=True)
                    if _is_there(content, trace, axis, position)
                }
    return found


def _common_part(contents: list[bytes]) -> bytes:
    """What all begin or end with: positions near each other are not there where this is not."""
    begin = _common_start(contents)
    end = _common_start([each[::-1] for each in contents])[::-1]
    return max(begin, end, key=len)


def _common_start(contents: list[bytes]) -> bytes:
    first, last = min(contents), max(contents)
    length = next(
        (at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), None
    )
    return first[:length]


def _is_there(content: bytes, trace: Trace, axis: int, position: Position) -> bool:
    if not trace.is_short:
        return trace.content in content
    if axis == 1:
        return False  # found with its latitude
    partners = [each.content for each in traces_of(position[1])]
    at = content.find(trace.content)
    while at >= 0:
        around = content[max(0, at - NEARBY_BYTES) : at + NEARBY_BYTES]
        if any(each in around for each in partners):
            return True
        at = content.find(trace.content, at + 1)
    return False
