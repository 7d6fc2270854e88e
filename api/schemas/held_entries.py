"""Held entries on the wire, for staff."""

from marshmallow import fields, validate

from api.schemas.base import Moment, Strict, Text


class HeldEntriesQuery(Strict):
    state = fields.String(load_default="waiting", validate=validate.OneOf(("waiting", "released", "closed")))
    after = Text(most=20, load_default="")


class HeldEntryOut(Strict):
    """One held entry. `content` is what the phone said, less its position and the constituent's identity."""

    id = fields.String()
    content_hash = fields.String()
    receipt_no = fields.Integer()
    code = fields.String()
    message = fields.String()
    kind = fields.String(allow_none=True)
    held_at = Moment()
    station_id = fields.String(allow_none=True)
    station_name = fields.String(allow_none=True)
    member_name = fields.String()
    content = fields.Dict(allow_none=True)
    state = fields.String()
    reason = fields.String(allow_none=True)


class HeldEntriesOut(Strict):
    held_entries = fields.List(fields.Nested(HeldEntryOut))
    next = fields.String(allow_none=True)


class DecisionIn(Strict):
    content_hash = Text(least=64, most=64, required=True)
    reason = Text(least=1, most=500, required=True)
