"""The fleet on the wire, for staff."""

from marshmallow import fields

from api.schemas.base import Moment, Strict, Text
from api.schemas.coverage import BEHIND


class SpanOut(Strict):
    first = fields.Integer()
    last = fields.Integer()


class HoldingOut(Strict):
    """A phone that holds something. Listed only as long as it does; no history, and no times of use."""

    device_id = fields.String()
    name = fields.String()
    member_id = fields.String()
    member_name = fields.String()
    pending = fields.Integer(metadata={"description": "entries that its last call left in the outbox"})
    missing = fields.List(
        fields.Nested(SpanOut), metadata={"description": "gaps in its numbers, the first 20"}
    )
    missing_count = fields.Integer()
    unsettled = fields.List(
        fields.Date(), metadata={"description": "days of this station that are over and wait for it"}
    )
    silent_days = fields.Integer(metadata={"description": "local days since it was last heard of"})
    app_version = fields.String(allow_none=True)
    clock_off_s = fields.Integer(
        allow_none=True, metadata={"description": "how far its clock is behind, when more than 5 minutes"}
    )


class AtStationOut(Strict):
    station_id = fields.String(allow_none=True)
    station_name = fields.String(allow_none=True)
    phones = fields.List(fields.Nested(HoldingOut))


class FleetOut(Strict):
    as_of = Moment()
    behind_s = fields.Integer(metadata={"description": BEHIND})
    stations = fields.List(fields.Nested(AtStationOut))


class NameIn(Strict):
    name = Text(least=1, most=100, required=True)
