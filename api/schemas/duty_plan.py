"""Planning duty on the wire."""

from marshmallow import fields

from api.schemas.base import IdText, Moment, Strict, Text
from api.schemas.station_edits import EditOut


class PlanQuery(Strict):
    since = fields.Date(data_key="from", required=True)
    until = fields.Date(data_key="to", required=True, metadata={"description": "half-open, 92 days at most"})
    station_id = IdText(load_default="")
    after = Text(most=36, load_default="")


class NewlyPlannedOut(Strict):
    id = fields.String()
    station_id = fields.String()
    member_id = fields.String()
    starts_at = Moment()
    ends_at = Moment()


class PlannedTurnOut(NewlyPlannedOut):
    station_name = fields.String()
    member_name = fields.String()


class PlanEditOut(EditOut):
    """Who added or removed which shift."""

    shift = fields.Dict()
    station_name = fields.String(allow_none=True)
    member_name = fields.String(allow_none=True)


class DutyPlanOut(Strict):
    planned_shifts = fields.List(fields.Nested(PlannedTurnOut))
    next = fields.String(allow_none=True)
    edits = fields.List(fields.Nested(PlanEditOut), metadata={"description": "with the first page"})


class PlanIn(Strict):
    station_id = IdText(required=True)
    member_id = IdText(required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    reason = Text(least=1, most=500, required=True)


class ReasonIn(Strict):
    reason = Text(least=1, most=500, required=True)
