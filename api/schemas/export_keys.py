"""Export keys on the wire."""

from marshmallow import fields

from api.schemas.base import Moment, Strict, Text


class ExportKeyIn(Strict):
    name = Text(least=1, most=100, required=True, metadata={"description": "what it is for"})


class ExportKeyMadeOut(Strict):
    """For HTTP Basic: the id is the user name. The key itself is shown this once."""

    id = fields.String()
    key = fields.String()
    name = fields.String()


class ExportKeyRow(Strict):
    id = fields.String()
    name = fields.String()
    member_name = fields.String()
    is_own = fields.Boolean()
    created_at = Moment()
    last_used_on = fields.Date(allow_none=True)
    revoked_at = Moment(allow_none=True)


class ExportKeysOut(Strict):
    export_keys = fields.List(fields.Nested(ExportKeyRow))
