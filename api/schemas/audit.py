"""The audit log on the wire, for auditors."""

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from api.schemas.base import Moment, Strict, Text


def _number(text: str) -> None:
    if text and not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValidationError("不是有效的位置。")


class AuditFilesQuery(Strict):
    """What to look for: half-open local days; how a deed begins; one thing; words, or a name."""

    since = fields.Date(data_key="from", load_default=None)
    until = fields.Date(data_key="to", load_default=None)
    action = Text(most=60, load_default="")
    thing_id = Text(most=200, load_default="")
    words = Text(most=100, load_default="", data_key="q")

    @validates_schema
    def check_days(self, data: dict[str, Any], **_: Any) -> None:
        since, until = data.get("since"), data.get("until")
        if isinstance(since, date) and isinstance(until, date) and since >= until:
            raise ValidationError({"to": ["应晚于开始。"]})


class AuditQuery(AuditFilesQuery):
    after = fields.String(load_default="", validate=_number)


class AuditEventOut(Strict):
    """Who saw or changed what. Personal values in `before` and `after` are masked."""

    no = fields.Integer()
    at = Moment()
    action = fields.String(metadata={"description": "noun.deed, such as station.edited"})
    noun = fields.String()
    thing_id = fields.String()
    thing_name = fields.String(allow_none=True)
    by_id = fields.String(allow_none=True, metadata={"description": "null at the server's command line"})
    by_name = fields.String(allow_none=True)
    system_user = fields.String(
        allow_none=True, metadata={"description": "the machine's user who ran the command, where it was one"}
    )
    device_id = fields.String(allow_none=True)
    device_name = fields.String(allow_none=True)
    about_id = fields.String(allow_none=True)
    about_name = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    before = fields.Dict(allow_none=True)
    after = fields.Dict(allow_none=True)


class AuditEventsOut(Strict):
    audit_events = fields.List(fields.Nested(AuditEventOut))
    next = fields.String(allow_none=True)
    actions = fields.List(
        fields.String(), metadata={"description": "every deed in this log; with the first page"}
    )
