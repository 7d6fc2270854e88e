"""What check-ins say of a station, on the wire."""

from marshmallow import fields, validate

from api.schemas.base import Moment, Strict, Text, WholeNumber
from workstation.geography.datum_guard import MISTAKES


class RemarkedOut(Strict):
    """One check-in or start of a shift, with its flags; none of them is a reproach."""

    id = fields.String()
    kind = fields.String(metadata={"description": "check_in or shift_start"})
    member_name = fields.String()
    at = Moment()
    evidence = fields.Integer()
    flags = fields.List(fields.String())


class PositionOut(Strict):
    lat = fields.Float()
    lon = fields.Float()


class DoubtOut(Strict):
    """`mistake` names two datums: the coordinates were taken for the first and were of the second."""

    mistake = fields.String(metadata={"enum": sorted(MISTAKES)})
    agreeing = fields.Integer()
    asked = fields.Integer()
    before = fields.Nested(PositionOut)
    after = fields.Nested(PositionOut)
    moves_m = fields.Integer()


class StationEvidenceOut(Strict):
    remarked = fields.List(fields.Nested(RemarkedOut))
    doubt = fields.Nested(DoubtOut, allow_none=True)
    version = fields.Integer(metadata={"description": "of the station's edits"})


class StationPlaceIn(Strict):
    version = WholeNumber(required=True, metadata={"description": "the one that the editor saw; 0 at first"})
    mistake = fields.String(required=True, validate=validate.OneOf(sorted(MISTAKES)))
    reason = Text(least=1, most=500, required=True)
