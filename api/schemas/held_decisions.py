"""Several held entries at once, on the wire."""

from marshmallow import fields, validate

from api.schemas.base import IdText, Strict, Text

MOST = 100


class HeldNameIn(Strict):
    id = IdText(required=True)
    content_hash = Text(least=64, most=64, required=True)


class DecisionsIn(Strict):
    how = fields.String(required=True, validate=validate.OneOf(("release", "close")))
    code = Text(least=1, most=40, required=True, metadata={"description": "why all of them are held"})
    reason = Text(least=1, most=500, required=True)
    entries = fields.List(
        fields.Nested(HeldNameIn),
        required=True,
        validate=validate.Length(1, MOST, error="应为 1 至 100 条。"),
    )


class DecidedOut(Strict):
    """What became of one; `code` says why nothing did."""

    id = fields.String()
    content_hash = fields.String()
    done = fields.Boolean()
    code = fields.String(allow_none=True)
    message = fields.String(allow_none=True)


class DecisionsOut(Strict):
    results = fields.List(fields.Nested(DecidedOut), metadata={"description": "in the order sent"})
