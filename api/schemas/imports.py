"""Bulk imports on the wire."""

from marshmallow import fields, validate

from api.schemas.base import Strict, Text
from workstation.geography.datum import Datum


class ImportQuery(Strict):
    name = Text(most=200, load_default="", metadata={"description": "the file's name, kept as the reason"})
    datum = fields.String(
        validate=validate.OneOf([datum.value for datum in Datum]),
        metadata={
            "description": "required for stations and outlines: what their coordinates are measured against"
        },
    )
    apply = Text(
        most=64,
        load_default="",
        metadata={
            "description": "the `digest` of the dry run that somebody looked at; without it nothing changes"
        },
    )


class ImportProblemOut(Strict):
    row = fields.Integer(
        allow_none=True,
        metadata={"description": "as a spreadsheet counts, the head is 1; of outlines the feature"},
    )
    column = fields.String(allow_none=True)
    code = fields.String()
    message = fields.String()


class ImportCellOut(Strict):
    column = fields.String()
    before = fields.String(allow_none=True)
    after = fields.String()


class ImportLineOut(Strict):
    number = fields.Integer(metadata={"description": "row of the file"})
    name = fields.String()
    state = fields.String(validate=validate.OneOf(("new", "changed")))
    cells = fields.List(fields.Nested(ImportCellOut))


class ImportOut(Strict):
    """What an import would do, or did. Lists hold at most 1,000; the counts are of all."""

    rows = fields.Integer()
    new = fields.Integer()
    changed = fields.Integer()
    unchanged = fields.Integer()
    applied = fields.Boolean()
    errors_count = fields.Integer()
    warnings_count = fields.Integer()
    errors = fields.List(fields.Nested(ImportProblemOut))
    warnings = fields.List(fields.Nested(ImportProblemOut))
    lines = fields.List(fields.Nested(ImportLineOut))
    digest = fields.String(
        allow_none=True, metadata={"description": "give it back as `apply`; null where there are errors"}
    )
