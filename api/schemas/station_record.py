"""What stands behind one station's figures, on the wire."""

from marshmallow import fields

from api.schemas.base import Moment, Strict
from api.schemas.coverage import ReleasedOut
from api.schemas.duty_plan import PlannedTurnOut
from api.schemas.people import DeviceRow


class StationShiftOut(Strict):
    """One shift that figures count. Without `ended_at` it closes, or closed, by rule at `closes_at`."""

    id = fields.String()
    member_name = fields.String()
    started_at = Moment()
    ended_at = Moment(allow_none=True)
    closes_at = Moment()
    evidence = fields.Integer()
    flags = fields.List(fields.String())
    on_behalf = fields.Boolean()


class TopicCountOut(Strict):
    topic = fields.String()
    name = fields.String()
    receptions = fields.Integer()
    people_received = fields.Integer()


class StationPersonOut(Strict):
    id = fields.String()
    code = fields.String()
    name = fields.String()
    role = fields.String()
    devices = fields.List(fields.Nested(DeviceRow))


class StationRecordOut(Strict):
    shifts = fields.List(fields.Nested(StationShiftOut), metadata={"description": "the latest 20"})
    shifts_count = fields.Integer()
    planned_shifts = fields.List(
        fields.Nested(PlannedTurnOut), metadata={"description": "of the next 14 days"}
    )
    receptions_by_topic = fields.List(fields.Nested(TopicCountOut))
    released = fields.Nested(ReleasedOut)
    people = fields.List(fields.Nested(StationPersonOut))
