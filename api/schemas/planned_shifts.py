"""The duty plan on the wire."""

from marshmallow import fields

from api.schemas.base import Moment, Strict


class TurnOut(Strict):
    id = fields.String()
    station_id = fields.String()
    member_name = fields.String()
    is_own = fields.Boolean()
    starts_at = Moment()
    ends_at = Moment()


class TurnsOut(Strict):
    planned_shifts = fields.List(fields.Nested(TurnOut))
    as_of = Moment()
