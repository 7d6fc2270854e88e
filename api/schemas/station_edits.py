"""Editing stations on the wire."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.schemas.base import IdText, Moment, Strict, Text, WholeNumber, YesNo


class ItemIn(Strict):
    """One item of the standard: met or not, by whom and when it was checked, with what proof."""

    met = YesNo(required=True)
    checker = Text(most=100, allow_none=True, load_default=None)
    confirmed_on = fields.Date(allow_none=True, load_default=None)
    proof = Text(most=200, allow_none=True, load_default=None)

    @validates_schema
    def check(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Who says that an item is met says who checked it and when."""
        if data["met"] and not (data["checker"] and data["confirmed_on"]):
            raise ValidationError("已核的项目要写明核对人和日期。", "checker")


class StationChangesIn(Strict):
    """Only the fields that change."""

    name = Text(least=1, most=100)
    address = Text(least=1, most=200, allow_none=True)
    opening_hours = Text(least=1, most=200, allow_none=True)
    fence_radius_m = WholeNumber(validate=validate.Range(50, 1000))
    serves_street = YesNo()
    area_id = IdText(allow_none=True)
    status = fields.String(validate=validate.OneOf(("planned", "open", "suspended", "closed")))
    opened_on = fields.Date(allow_none=True)


class StationEditIn(Strict):
    """Either what changes, or the version to take back."""

    version = WholeNumber(required=True, metadata={"description": "the one that the editor saw; 0 at first"})
    reason = Text(least=1, most=500, required=True)
    changes = fields.Nested(StationChangesIn, load_default=dict)
    items = fields.Dict(
        keys=Text(most=60),
        values=fields.Nested(ItemIn),
        load_default=dict,
        metadata={"description": "by the item's name in the network's standard"},
    )
    undoes = WholeNumber(allow_none=True, load_default=None)


class EditOut(Strict):
    """One change: `before` is null where it was new, `after` where it was taken away."""

    version = fields.Integer()
    made_at = Moment()
    by_name = fields.String(allow_none=True, metadata={"description": "null: at the command line"})
    reason = fields.String()
    before = fields.Dict(allow_none=True)
    after = fields.Dict(allow_none=True)
    undoes = fields.Integer(allow_none=True)


class ChoiceOut(Strict):
    id = fields.String()
    name = fields.String()


class StationEditsOut(Strict):
    version = fields.Integer()
    fields_ = fields.Dict(
        data_key="fields", attribute="fields", metadata={"description": "items as `item.NAME`"}
    )
    areas = fields.List(fields.Nested(ChoiceOut))
    edits = fields.List(fields.Nested(EditOut))
