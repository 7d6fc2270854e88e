"""What all schemas share: unknown fields are refused, numbers are numbers, text is clean."""

import math
import re
from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from workstation.ids import is_id

# What people read when a field is wrong; marshmallow's own words are English.
fields.Field.default_error_messages |= {
    "required": "必填。",
    "null": "不能为空。",
    "validator_failed": "内容不对。",
}
fields.String.default_error_messages |= {"invalid": "应为文字。", "invalid_utf8": "文字的编码不对。"}
fields.Integer.default_error_messages |= {"invalid": "应为整数。", "too_large": "数太大。"}
fields.Date.default_error_messages |= {"invalid": "应为日期，如 2026-11-01。"}
fields.Boolean.default_error_messages |= {"invalid": "应为是或否。"}
fields.Mapping.default_error_messages |= {"invalid": "应为对象。"}
fields.List.default_error_messages |= {"invalid": "应为列表。"}
fields.Nested.default_error_messages |= {"type": "应为对象。"}
validate.Range.message_min = "不能小于 {{min}}。"
validate.Range.message_max = "不能大于 {{max}}。"
validate.Range.message_all = "应在 {{min}} 至 {{max}} 之间。"
validate.Length.message_min = "至少 {min} 个字。"
validate.Length.message_max = "最多 {max} 个字。"
validate.Length.message_all = "应为 {min} 至 {max} 个字。"
validate.Length.message_equal = "应为 {equal} 个字。"
validate.OneOf.default_message = "应为这些之一：{choices}。"
validate.Equal.default_message = "应为 {other}。"


class Strict(Schema):
    """A schema that refuses what it does not know, and keeps the order of its fields."""

    error_messages = {"unknown": "不认识这个字段。", "type": "应为对象。"}

    class Meta:
        unknown = RAISE
        ordered = True


def check_text(value: str) -> None:
    """Refuses NUL and lone surrogates, which no database column takes."""
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValidationError("含有无法保存的字符。")


class Text(fields.String):
    """Clean text with a length in characters."""

    def __init__(self, *, most: int, least: int = 0, **kwargs: Any) -> None:
        super().__init__(validate=[validate.Length(min=least, max=most), check_text], **kwargs)


class IdText(fields.String):
    """A UUID of any version in canonical lower-case form."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not is_id(value):
            raise ValidationError("不是有效的编号。")
        return str(value)


class WholeNumber(fields.Integer):
    """An integer that was sent as one: neither "5" nor 5.7 nor true."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("应为整数。")
        return value


class Measure(fields.Float):
    """A finite number that was sent as one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValidationError("应为数字。")
        return float(value)


class YesNo(fields.Boolean):
    """true or false, and nothing that resembles them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("应为 true 或 false。")
        return value


RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
YEARS = range(1970, 2200)  # so that no offset or clock correction leaves the calendar


def read_moment(value: object) -> datetime:
    """An RFC 3339 time with offset, as an aware datetime in UTC. Raises ValidationError."""
    if not isinstance(value, str) or not RFC_3339.fullmatch(value):
        raise ValidationError("应为带时区的时间，例如 2026-11-21T16:03:11+08:00。")
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        raise ValidationError("没有这个时间。") from None
    if moment.year not in YEARS:
        raise ValidationError("年份超出范围。")
    return moment.astimezone(UTC)


def write_moment(value: datetime | None) -> str | None:
    """RFC 3339 in UTC with Z, to the millisecond."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Moment(fields.Field[datetime]):
    """A moment: RFC 3339 with offset in, UTC with Z out."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        return read_moment(value)

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return write_moment(value)
