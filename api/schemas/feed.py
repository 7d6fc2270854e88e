"""What comes down to a phone besides stations, divisions and topics."""

from marshmallow import fields

from api.schemas.base import Moment, Strict


class PlanOut(Strict):
    id = fields.String()
    station_id = fields.String()
    member_id = fields.String()
    starts_at = Moment()
    ends_at = Moment()


class DutyOut(Strict):
    """A shift; without `ended_at` it is open until `closes_at` and closed by rule after."""

    id = fields.String()
    station_id = fields.String()
    member_id = fields.String()
    started_at = Moment()
    ended_at = Moment(allow_none=True)
    closes_at = Moment()
    withdrawn = fields.Boolean()
    flags = fields.List(fields.String())


class NoticeOut(Strict):
    id = fields.String()
    code = fields.String()
    data = fields.Dict()
    created_at = Moment()
