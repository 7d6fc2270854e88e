"""Areas and topics of a network, on the wire."""

from marshmallow import fields, validate

from api.schemas.base import Strict, Text, WholeNumber
from api.schemas.station_edits import EditOut


class SettingOut(Strict):
    id = fields.String()
    code = fields.String()
    name = fields.String()
    position = fields.Integer(metadata={"description": "topics only"})
    version = fields.Integer()


class SettingEditOut(EditOut):
    noun = fields.String()
    name = fields.String()


class SettingsOut(Strict):
    areas = fields.List(fields.Nested(SettingOut))
    topics = fields.List(fields.Nested(SettingOut))
    edits = fields.List(fields.Nested(SettingEditOut))


NOUN = validate.OneOf(("area", "topic"))


class NewSettingIn(Strict):
    noun = fields.String(required=True, validate=NOUN)
    code = Text(least=1, most=40, required=True)
    name = Text(least=1, most=100, required=True)
    reason = Text(least=1, most=500, required=True)


class RenameIn(Strict):
    noun = fields.String(required=True, validate=NOUN)
    version = WholeNumber(required=True)
    name = Text(least=1, most=100, required=True)
    reason = Text(least=1, most=500, required=True)
