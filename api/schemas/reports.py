"""Reports and their editions on the wire."""

from marshmallow import fields

from api.schemas.base import IdText, Moment, Strict, Text, WholeNumber
from api.schemas.coverage import CheckInsOut, FrameOut, RangeOut, RowOut, WindowOut


class ReportQuery(Strict):
    """`period` is 2026-11, 2026-Q4 or 2026; `district_id` is an officer's own district by default."""

    period = Text(least=4, most=10, required=True)
    district_id = IdText()


class ReportIn(ReportQuery):
    edition = WholeNumber(
        required=True, metadata={"description": "as the preview said: a repeated tap issues no second one"}
    )


class ReportsQuery(Strict):
    after = IdText(metadata={"description": "id of the last edition of the page before"})


class ReportRow(Strict):
    id = fields.String()
    place_name = fields.String(allow_none=True, metadata={"description": "null: the whole network"})
    place_id = fields.String(allow_none=True)
    period = fields.String()
    period_name = fields.String()
    edition = fields.Integer()
    window = fields.Nested(WindowOut)
    as_of = Moment()
    issued_by = fields.String()


class ReportsOut(Strict):
    reports = fields.List(fields.Nested(ReportRow))
    next = fields.String(allow_none=True)


class ReportPeriodOut(Strict):
    name = fields.String(metadata={"description": "this_month, last_month, this_quarter …"})
    period = fields.String()
    period_name = fields.String()


class ReportDistrictOut(Strict):
    id = fields.String()
    name = fields.String()


class ReportTemplateOut(Strict):
    name = fields.String()
    placed_at = Moment()


class ReportChoicesOut(Strict):
    """On what one can report."""

    periods = fields.List(fields.Nested(ReportPeriodOut))
    districts = fields.List(fields.Nested(ReportDistrictOut))
    template = fields.Nested(ReportTemplateOut, allow_none=True, metadata={"description": "the office's own"})


class ReportPartOut(Strict):
    """A month of a quarter or year, or a week of a month: what was done in it."""

    name = fields.String()
    window = fields.Nested(WindowOut)
    shifts = fields.Nested(RangeOut)
    duty_hours = fields.Nested(RangeOut)
    person_hours = fields.Nested(RangeOut)
    receptions = fields.Nested(RangeOut)
    people_received = fields.Nested(RangeOut)
    check_ins = fields.Nested(CheckInsOut)
    members_active = fields.Integer()
    provisional = fields.Integer()


class ReportChangeOut(Strict):
    """A certain figure that is another one now; null where its row was not there."""

    key = fields.String()
    name = fields.String()
    field = fields.String()
    before = fields.Float(allow_none=True)
    after = fields.Float(allow_none=True)


class SinceOut(Strict):
    """The edition before, measured again over the same days."""

    edition = fields.Integer()
    sentences = fields.List(fields.String())
    changes = fields.List(fields.Nested(ReportChangeOut))


class FiguresOut(FrameOut):
    by = fields.String()
    totals = fields.Nested(RowOut)
    rows = fields.List(fields.Nested(RowOut))
    kinds = fields.List(fields.Nested(RowOut))
    parts = fields.List(fields.Nested(ReportPartOut))
    gaps = fields.Dict(metadata={"description": "counts, and the first of each list by name"})
    since = fields.Nested(SinceOut, allow_none=True)


class SectionsOut(Strict):
    summary = fields.List(fields.String())
    work = fields.List(fields.String())
    missing = fields.List(fields.String())
    since = fields.List(fields.String())
    notes = fields.List(fields.String())


class PreviewOut(Strict):
    period = fields.String()
    period_name = fields.String()
    place_name = fields.String()
    edition = fields.Integer(metadata={"description": "that it would get"})
    sections = fields.Nested(SectionsOut)
    figures = fields.Nested(FiguresOut)


class ReportOut(ReportRow):
    figures = fields.Nested(FiguresOut)


class ReportTemplateQuery(Strict):
    """The body is the .docx itself, of at most 2 MiB."""

    name = Text(least=1, most=100, required=True)
