"""A constituent's identity on the wire: only where somebody asked for it with a reason."""

from marshmallow import fields

from api.schemas.base import Strict, Text


class RevealIn(Strict):
    reason = Text(least=1, most=500, required=True, metadata={"description": "the member concerned reads it"})


class ConstituentOut(Strict):
    name = fields.String(allow_none=True)
    contact = fields.String(allow_none=True)
    consent_version = fields.String(metadata={"description": "the wording that was agreed to"})
