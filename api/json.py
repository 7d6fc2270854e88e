"""JSON in and out: orjson where it can, the standard library where a phone sent what orjson refuses."""

import json
import math
from datetime import date, datetime
from typing import Any

import orjson
from flask.json.provider import JSONProvider

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
MAX_DEPTH = 64


class Unreadable(ValueError):
    """Not JSON, or JSON with numbers that do not exist (NaN, Infinity), or nested without end."""


def dump_json(value: object) -> bytes:
    """UTF-8 bytes; aware datetimes become RFC 3339 in UTC with Z."""
    try:
        return orjson.dumps(value, option=OPTIONS)
    except orjson.JSONEncodeError:
        # A lone surrogate that a phone once sent, or an integer without end: said again as escaped text.
        return json.dumps(value, default=_moment).encode()


def _moment(value: object) -> str:
    if not isinstance(value, date | datetime):
        raise TypeError(f"no JSON for {type(value).__name__}")
    return value.isoformat().replace("+00:00", "Z")


def read_json(content: bytes) -> Any:
    """What was sent. Lone surrogates pass, since one bad entry must not cost the whole call."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        value = _read_leniently(content)
    if not _is_shallow(value, MAX_DEPTH):
        raise Unreadable("nested too deeply")
    return value


def _read_leniently(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from None


def _refuse(text: str) -> None:
    raise Unreadable(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Unreadable("infinite number")
    return number


def _is_shallow(value: Any, depth: int) -> bool:
    if isinstance(value, dict):
        return depth > 0 and all(_is_shallow(inner, depth - 1) for inner in value.values())
    if isinstance(value, list):
        return depth > 0 and all(_is_shallow(inner, depth - 1) for inner in value)
    return True


class OrjsonProvider(JSONProvider):
    """Flask's own JSON through the same two functions."""

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        return dump_json(obj).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        return read_json(s.encode() if isinstance(s, str) else s)
