"""What stands beside the coverage table, on the wire. Answers are dumped as they are; these describe them."""

from marshmallow import fields, validate

from api.schemas.base import IdText, Moment, Strict, Text
from api.schemas.coverage import BEHIND, WITHIN, FrameOut, GapsQuery, WindowOut
from workstation.coverage.counted_facts import FIGURES


class WithinQuery(Strict):
    within = Text(most=48, metadata={"description": WITHIN})


class TodayQuery(WithinQuery):
    after = IdText(metadata={"description": "the last reception of the page before: who waits behind it"})


class FactsQuery(GapsQuery):
    figure = fields.String(required=True, validate=validate.OneOf(tuple(FIGURES)))
    station_id = IdText()
    after = Text(most=60, metadata={"description": "`next` of the page before"})


class PulseOut(Strict):
    as_of = Moment()
    behind_s = fields.Integer(metadata={"description": BEHIND})


class AtStationOut(Strict):
    id = fields.String()
    station_id = fields.String()
    station_name = fields.String()
    member_id = fields.String()
    member_name = fields.String()


class OnDutyOut(AtStationOut):
    started_at = Moment()
    closes_at = Moment(metadata={"description": "when the rule ends it, should nobody do"})


class TodayTurnOut(AtStationOut):
    starts_at = Moment()
    ends_at = Moment()
    since = Moment(allow_none=True, metadata={"description": "when the planned person came, as far as known"})


class AwaitingOut(AtStationOut):
    started_at = Moment()
    headcount = fields.Integer()
    topic = fields.String()
    days = fields.Integer(metadata={"description": "local days that it has waited"})


class ListOut(Strict):
    total = fields.Integer(metadata={"description": "of all; `rows` has 50 at most"})


class OnDutyListOut(ListOut):
    rows = fields.List(fields.Nested(OnDutyOut))


class TurnListOut(ListOut):
    rows = fields.List(fields.Nested(TodayTurnOut))


class AwaitingListOut(ListOut):
    rows = fields.List(fields.Nested(AwaitingOut))


class TodayOut(Strict):
    day = fields.Date()
    as_of = Moment()
    behind_s = fields.Integer(metadata={"description": BEHIND})
    on_duty = fields.Nested(OnDutyListOut)
    planned = fields.Nested(TurnListOut)
    soon = fields.Nested(TurnListOut)
    awaiting_reply = fields.Nested(AwaitingListOut)


class NamedStreetOut(Strict):
    division_id = fields.String()
    name = fields.String()


class ChangesOut(FrameOut):
    before = fields.Nested(WindowOut)
    gained = fields.List(fields.Nested(NamedStreetOut))
    lost = fields.List(fields.Nested(NamedStreetOut))


class PointOut(WindowOut):
    """The rates of one window; `provisional` days of it are not settled."""

    streets = fields.Integer()
    streets_tangible = fields.Integer()
    streets_effective = fields.Integer()
    streets_effective_high = fields.Integer()
    tangible_rate = fields.Float(allow_none=True)
    effective_rate = fields.Float(allow_none=True)
    effective_rate_high = fields.Float(allow_none=True)
    provisional = fields.Integer()


class TrendOut(FrameOut):
    points = fields.List(fields.Nested(PointOut))


class WeekOut(WindowOut):
    provisional = fields.Boolean(metadata={"description": "one of its days is not settled"})


class WeekRowOut(Strict):
    key = fields.String()
    name = fields.String()
    duty_hours = fields.List(fields.Float(), metadata={"description": "one for each week, not rounded"})


class WeeksOut(FrameOut):
    weeks = fields.List(fields.Nested(WeekOut))
    totals = fields.List(fields.Float())
    rows = fields.List(fields.Nested(WeekRowOut))


class WeekHoursOut(FrameOut):
    cells = fields.List(
        fields.List(fields.Float()), metadata={"description": "weekdays from Monday, 24 hours each"}
    )


class FactOut(Strict):
    """One fact with its receipt. Null where a kind has no such thing, or where no phone sent it."""

    id = fields.String()
    kind = fields.String(metadata={"description": "check_in, shift or reception"})
    day = fields.Date()
    station_id = fields.String()
    station_name = fields.String()
    member_name = fields.String()
    on_behalf = fields.Boolean()
    started_at = Moment()
    ended_at = Moment(allow_none=True)
    headcount = fields.Integer(allow_none=True)
    topic = fields.String(allow_none=True)
    evidence = fields.Integer(allow_none=True)
    verdict = fields.String(allow_none=True)
    distance_m = fields.Integer(allow_none=True)
    flags = fields.List(fields.String())
    receipt_no = fields.Integer(allow_none=True)
    recorded_at = Moment(allow_none=True)
    received_at = Moment(allow_none=True)
    clock_error_s = fields.Integer(allow_none=True)
    has_constituent = fields.Boolean(
        metadata={"description": "somebody agreed to be named; POST /receptions/{id}/constituent shows who"}
    )


class FactsOut(FrameOut):
    figure = fields.String()
    total = fields.Integer(metadata={"description": "the figure itself"})
    facts = fields.List(fields.Nested(FactOut))
    next = fields.String(allow_none=True)
