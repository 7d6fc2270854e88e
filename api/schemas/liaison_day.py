"""A liaison's day on the wire."""

from marshmallow import fields

from api.schemas.base import Moment, Strict


class OwnStationOut(Strict):
    id = fields.String()
    name = fields.String()
    status = fields.String()
    opening_hours = fields.String(allow_none=True)


class PlannedOut(Strict):
    id = fields.String()
    station_id = fields.String()
    member_id = fields.String()
    member_name = fields.String()
    starts_at = Moment()
    ends_at = Moment()
    since = Moment(allow_none=True, metadata={"description": "when the planned person came, as far as known"})


class PresentOut(Strict):
    id = fields.String()
    kind = fields.String(metadata={"description": "shift or check_in"})
    station_id = fields.String()
    member_id = fields.String()
    member_name = fields.String()
    started_at = Moment()
    ended_at = Moment(allow_none=True)
    closes_at = Moment(allow_none=True)


class HeldOut(Strict):
    receipt_no = fields.Integer()
    station_id = fields.String(allow_none=True)
    member_name = fields.String()
    code = fields.String()
    message = fields.String()
    held_at = Moment()


class ReplyOut(Strict):
    id = fields.String()
    station_id = fields.String()
    member_name = fields.String()
    started_at = Moment()
    headcount = fields.Integer()
    topic = fields.String()
    summary = fields.String()


class OwnPersonOut(Strict):
    id = fields.String()
    name = fields.String()
    station_ids = fields.List(fields.String())


class LiaisonDayOut(Strict):
    day = fields.Date()
    as_of = Moment()
    stations = fields.List(fields.Nested(OwnStationOut))
    planned = fields.List(fields.Nested(PlannedOut))
    present = fields.List(fields.Nested(PresentOut))
    held = fields.List(fields.Nested(HeldOut))
    held_more = fields.Boolean(metadata={"description": "there are more than the 50 given"})
    replies = fields.List(fields.Nested(ReplyOut), metadata={"description": "the 50 oldest"})
    replies_total = fields.Integer()
    people = fields.List(fields.Nested(OwnPersonOut))
