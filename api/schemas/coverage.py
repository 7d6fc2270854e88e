"""Coverage on the wire. Answers are dumped as they are; these schemas describe and test them."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.schemas.base import IdText, Moment, Strict, Text
from workstation.coverage.gap_pages import LISTS

MOST_IDS = 100
WITHIN = "id of a division or an area, or `sector:` with a code, or `kind:` with a kind"


class WindowQuery(Strict):
    """`window` = `Nd`, N local days ending with today; or `from` and `to`, half-open local days."""

    window = Text(most=10)
    starts_on = fields.Date(data_key="from")
    ends_on = fields.Date(data_key="to")


class GapsQuery(WindowQuery):
    within = Text(most=48, metadata={"description": WITHIN})


class Version(fields.Integer):
    """The rules to judge by."""

    def __init__(self) -> None:
        told = {"description": "version of the rules to judge by; by default the one in force"}
        super().__init__(validate=validate.Range(1, 1_000_000), metadata=told)


class StationQuery(WindowQuery):
    rules_version = Version()


class JudgedQuery(GapsQuery):
    """What is judged can be judged by earlier rules; what is only counted knows no rules."""

    rules_version = Version()


class GapListsQuery(JudgedQuery):
    limit = fields.Integer(
        validate=validate.Range(1, 1_000),
        metadata={"description": "what stands first in each list; `counts` says how much there is"},
    )
    listed = fields.String(
        data_key="list",
        validate=validate.OneOf(LISTS),
        metadata={"description": "one list alone, page by page (50 where no `limit` is given)"},
    )
    after = Text(most=100, metadata={"description": "`next` of the page before"})

    @validates_schema
    def _pages_are_of_one_list(self, data: dict[str, Any], **_: Any) -> None:
        if "after" in data and "listed" not in data:
            raise ValidationError("按一个清单（list）才分页。", "after")


class IdsText(fields.Field[list[str]]):
    """Up to 100 ids with commas between them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        ids = str(value).split(",")
        if len(ids) > MOST_IDS:
            raise ValidationError(f"最多 {MOST_IDS} 个。")
        return [IdText().deserialize(each) for each in ids]


class GroupsQuery(GapsQuery):
    by = Text(most=20, load_default="network", metadata={"description": "network … station"})
    limit = fields.Integer(validate=validate.Range(1, 100_000))
    after = Text(most=40, metadata={"description": "key of the last row of the page before"})

    @validates_schema
    def _pages_are_of_stations(self, data: dict[str, Any], **_: Any) -> None:
        if data["by"] != "station" and data.keys() & {"limit", "after", "ids"}:
            raise ValidationError("只有按站点（by=station）才分页。", "limit")


class CoverageQuery(GroupsQuery):
    ids = IdsText(metadata={"description": "the rows of these stations alone, up to 100, commas between"})
    rules_version = Version()

    @validates_schema
    def _ids_are_a_page(self, data: dict[str, Any], **_: Any) -> None:
        if "ids" in data and data.keys() & {"limit", "after"}:
            raise ValidationError("已指定站点（ids），不再分页。", "ids")


class RangeOut(Strict):
    """*low* is certain; *high* adds what silent phones may still bring."""

    low = fields.Float()
    high = fields.Float()


class CheckInsOut(RangeOut):
    by_evidence = fields.List(fields.Integer(), metadata={"description": "low by evidence 0, 1, 2, 3"})


class ReleasedOut(Strict):
    """How many of the facts counted were held first, and released by staff: gates rest on them."""

    shifts = fields.Integer()
    receptions = fields.Integer()


class RowOut(Strict):
    """The figures of one group. Rates are 0 to 1, null without a denominator. Hours are not rounded."""

    key = fields.String()
    name = fields.String()
    stations = fields.Integer(metadata={"description": "open on the window's last day"})
    tangible = fields.Integer()
    effective = fields.Integer()
    effective_high = fields.Integer()
    not_judged = fields.Integer(metadata={"description": "open for too short a time (新站)"})
    dormant = fields.Integer(metadata={"description": "open, without any record in the window"})
    streets = fields.Integer(allow_none=True)
    streets_tangible = fields.Integer(allow_none=True)
    streets_effective = fields.Integer(allow_none=True)
    streets_effective_high = fields.Integer(allow_none=True)
    tangible_rate = fields.Float(allow_none=True)
    effective_rate = fields.Float(allow_none=True)
    effective_rate_high = fields.Float(allow_none=True)
    gap = fields.Float(allow_none=True, metadata={"description": "tangible_rate less effective_rate"})
    gates_judged = fields.Integer(metadata={"description": "of 5, the most at one station"})
    shifts = fields.Nested(RangeOut)
    duty_hours = fields.Nested(RangeOut)
    person_hours = fields.Nested(RangeOut)
    receptions = fields.Nested(RangeOut)
    people_received = fields.Nested(RangeOut)
    check_ins = fields.Nested(CheckInsOut)
    members_active = fields.Integer()
    silent_phones = fields.Integer()
    provisional = fields.Integer(metadata={"description": "days of the window that are not settled"})
    released = fields.Nested(ReleasedOut)


BEHIND = "how many seconds `as_of` lies back, because a replica answered or nothing can be written"


class WindowOut(Strict):
    starts_on = fields.Date(data_key="from")
    ends_on = fields.Date(data_key="to")


class FrameOut(Strict):
    """What every figure carries. Each day before `settled_until` is settled."""

    window = fields.Nested(WindowOut)
    as_of = Moment()
    behind_s = fields.Integer(metadata={"description": BEHIND})
    settled_until = fields.Date()
    rules_version = fields.Integer()


class CoverageOut(FrameOut):
    totals = fields.Nested(RowOut)
    rows = fields.List(fields.Nested(RowOut))


class GateOut(Strict):
    """`have` and `need` in the unit that `note` names."""

    gate = fields.String()
    state = fields.String(validate=validate.OneOf(("passed", "failed", "not_judged")))
    have = fields.Float(allow_none=True)
    need = fields.Float(allow_none=True)
    fix = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    released = fields.Integer(metadata={"description": "of the facts it rests on, held first"})


class ItemOut(Strict):
    item = fields.String()
    state = fields.String(validate=validate.OneOf(("met", "review", "missing")))
    met = fields.Boolean()
    checker = fields.String(allow_none=True)
    proof = fields.String(allow_none=True)
    confirmed_on = fields.Date(allow_none=True)


class DayOut(Strict):
    day = fields.Date()
    shifts = fields.Integer()
    kept = fields.Integer()
    planned = fields.Integer()
    planned_kept = fields.Integer()
    duty_hours = fields.Nested(RangeOut)
    receptions = fields.Integer()
    people_received = fields.Integer()
    check_ins = fields.Integer()
    provisional = fields.Boolean()


class StationCoverageOut(FrameOut, RowOut):
    gates = fields.List(fields.Nested(GateOut))
    standard = fields.List(fields.Nested(ItemOut))
    days = fields.List(fields.Nested(DayOut))


class StreetGapOut(Strict):
    division_id = fields.String()
    name = fields.String()
    district_name = fields.String(allow_none=True)


class StationGapOut(Strict):
    station_id = fields.String()
    name = fields.String()
    district_name = fields.String(allow_none=True)
    last_open_on = fields.Date(allow_none=True)
    days = fields.Integer(allow_none=True, metadata={"description": "days since the last kept shift"})


class DormantOut(StationGapOut):
    fix = fields.String()


class FailingOut(StationGapOut, GateOut):
    pass


class NotTangibleOut(StationGapOut):
    items = fields.List(fields.String())
    fix = fields.String()


class QuietDeviceOut(Strict):
    """A phone that may hold something, listed only as long as it does, without history."""

    device_id = fields.String()
    name = fields.String()
    station_id = fields.String(allow_none=True)
    station_name = fields.String(allow_none=True)
    last_sync_at = Moment()
    pending = fields.Integer()
    days = fields.Integer()
    fix = fields.String()


class GapsOut(FrameOut):
    streets_without_station = fields.List(fields.Nested(StreetGapOut))
    dormant = fields.List(fields.Nested(DormantOut))
    failing = fields.List(fields.Nested(FailingOut))
    not_tangible = fields.List(fields.Nested(NotTangibleOut))
    quiet_devices = fields.List(fields.Nested(QuietDeviceOut))
    counts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata={
            "description": "with `limit`: by list, streets, stations or phones; failing ones not dormant"
        },
    )
    next = fields.String(
        allow_none=True, metadata={"description": "with `list`: where its next page begins, if there is one"}
    )


class PointsOfDivisionOut(Strict):
    division_id = fields.String()
    stations = fields.List(
        fields.List(fields.Raw()),
        metadata={
            "description": "id, code, name, latitude, longitude, state, and a number of bits: 1 open,"
            " 2 tangible, 4 effective, 8 dormant"
        },
    )


class PointsOut(FrameOut):
    divisions = fields.List(fields.Nested(PointsOfDivisionOut))
