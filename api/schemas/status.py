"""How the installation is, on the wire."""

from marshmallow import fields, validate

from api.schemas.base import Moment, Strict

STATES = {"description": "ok: nothing to do; soon: this week; now: today"}
NAMES = (
    *("backup", "drill", "housekeeping", "figures", "chain", "disk", "clock"),
    *("held", "phones"),
)


class StatusItemOut(Strict):
    """One thing: when it was last done, or since when it waits, and how many there are."""

    name = fields.String(validate=validate.OneOf(NAMES))
    state = fields.String(validate=validate.OneOf(("ok", "soon", "now")), metadata=STATES)
    at = Moment(allow_none=True)
    count = fields.Integer(allow_none=True)


class StatusOut(Strict):
    as_of = Moment()
    state = fields.String(validate=validate.OneOf(("ok", "soon", "now")), metadata=STATES)
    items = fields.List(fields.Nested(StatusItemOut))
