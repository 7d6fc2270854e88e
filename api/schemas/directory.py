"""Editing people on the wire."""

from marshmallow import ValidationError, fields, validate

from api.schemas.base import IdText, Strict, Text, WholeNumber, YesNo, check_text
from api.schemas.people import PersonRow
from api.schemas.station_edits import ChoiceOut, EditOut
from workstation.people.rules import ROLES


def check_trimmed(value: str) -> None:
    """A code is typed and scanned: a space at its end would make it another one."""
    if value != value.strip():
        raise ValidationError("首尾不能有空格。")


ROLE = validate.OneOf(ROLES)
STATIONS_MOST = 200


class PersonChangesIn(Strict):
    """Only the fields that change."""

    name = Text(least=1, most=100)
    role = fields.String(validate=ROLE)
    sector = Text(least=1, most=40, allow_none=True, metadata={"description": "code"})
    division_id = IdText(allow_none=True, metadata={"description": "of a district officer"})
    stations = fields.List(IdText(), validate=validate.Length(max=STATIONS_MOST))
    disabled = YesNo()


class PersonEditIn(Strict):
    """Either what changes, or the version to take back."""

    version = WholeNumber(required=True, metadata={"description": "the one that the editor saw; 0 at first"})
    reason = Text(least=1, most=500, required=True)
    changes = fields.Nested(PersonChangesIn, load_default=dict)
    undoes = WholeNumber(allow_none=True, load_default=None)


class NewPersonIn(Strict):
    code = fields.String(required=True, validate=[validate.Length(1, 40), check_text, check_trimmed])
    name = Text(least=1, most=100, required=True)
    role = fields.String(required=True, validate=ROLE)
    sector = Text(least=1, most=40, allow_none=True, load_default=None)
    division_id = IdText(allow_none=True, load_default=None)
    stations = fields.List(IdText(), load_default=list, validate=validate.Length(max=STATIONS_MOST))
    reason = Text(least=1, most=500, required=True)


class PersonChoicesOut(Strict):
    roles = fields.List(fields.String(), metadata={"description": "that the caller may give"})
    sectors = fields.List(fields.Nested(ChoiceOut))
    districts = fields.List(fields.Nested(ChoiceOut))


class PersonOut(PersonChoicesOut):
    person = fields.Nested(PersonRow)
    version = fields.Integer()
    fields_ = fields.Dict(data_key="fields", attribute="fields")
    may_edit = fields.Boolean()
    is_own = fields.Boolean(metadata={"description": "the caller's: role and state are others' to change"})
    stations = fields.List(fields.Nested(ChoiceOut), metadata={"description": "names of those mentioned"})
    edits = fields.List(fields.Nested(EditOut))
