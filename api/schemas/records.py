"""A member's own records and months on the wire."""

import re
from datetime import date

from marshmallow import ValidationError, fields, validate

from api.schemas.base import Moment, Strict
from api.schemas.sync import ResultOut

MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


class Month(fields.Field[date]):
    """A local month, `2026-11`: the day on which it begins."""

    def _deserialize(self, value: object, attr: str | None, data: object, **kwargs: object) -> date:
        try:
            if not MONTH.fullmatch(str(value)):
                raise ValueError
            return date(int(str(value)[:4]), int(str(value)[5:]), 1)
        except ValueError:
            raise ValidationError("请写成“年-月”，例如 2026-11。") from None

    def _serialize(self, value: date | None, attr: str | None, obj: object, **kwargs: object) -> str | None:
        return write_month(value)


def write_month(day: date | None) -> str | None:
    """The month of a day as it is written."""
    return f"{day:%Y-%m}" if day else None


class RecordsQuery(Strict):
    month = Month(required=True)
    after = fields.Integer(load_default=0, validate=validate.Range(0, 2**53))


class RecordOut(ResultOut):
    """A receipt with what was recorded. Names are null where they are one's own."""

    kind = fields.String(allow_none=True)
    station_id = fields.String(allow_none=True)
    target_id = fields.String(allow_none=True)
    body = fields.Dict(allow_none=True)
    recorded_at = Moment(allow_none=True)
    closed = fields.Boolean()
    by_name = fields.String(allow_none=True, metadata={"description": "who wrote it"})
    for_name = fields.String(allow_none=True, metadata={"description": "in whose name"})


class RecordsOut(Strict):
    month = Month()
    records = fields.List(fields.Nested(RecordOut))
    next = fields.Integer(allow_none=True, metadata={"description": "give it as `after` for the next page"})
    earlier = Month(allow_none=True, metadata={"description": "the latest month before it with any record"})


class YearQuery(Strict):
    year = fields.Integer(required=True, validate=validate.Range(1970, 2199))


class HoursOut(Strict):
    low = fields.Float()
    high = fields.Float()


class OwnSumOut(Strict):
    shifts = fields.Integer()
    hours = fields.Nested(HoursOut)
    receptions = fields.Integer()
    people_received = fields.Integer()
    check_ins = fields.Integer()


class OwnMonthOut(OwnSumOut):
    month = Month()


class OwnMonthsOut(Strict):
    year = fields.Integer()
    as_of = Moment()
    months = fields.List(fields.Nested(OwnMonthOut))
    first_year = fields.Integer(allow_none=True)
