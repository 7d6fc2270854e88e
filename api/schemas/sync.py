"""The sync call on the wire."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from api.schemas.base import Moment, Strict, Text, WholeNumber, write_moment
from workstation.sync.rules import LARGEST_SEQ


class SyncIn(Strict):
    protocol = WholeNumber(required=True, validate=validate.Range(1))
    sent_at = Moment(required=True)
    cursor = Text(most=500, allow_none=True, load_default=None)
    pending = WholeNumber(load_default=0, validate=validate.Range(0, LARGEST_SEQ))
    entries = fields.List(
        fields.Raw(
            allow_none=True,
            metadata={"description": "an Entry whose body is that of its kind, or {id, sealed}"},
        ),
        required=True,
    )


class ResultOut(Strict):
    """The answer for one entry."""

    id = fields.Raw()
    seq = fields.Integer(allow_none=True)
    status = fields.String(validate=validate.OneOf(("accepted", "duplicate", "conflict", "held", "rejected")))
    receipt_no = fields.Integer(allow_none=True)
    received_at = Moment(allow_none=True)
    occurred_at = Moment(allow_none=True)
    clock_error_s = fields.Integer(allow_none=True)
    flags = fields.List(fields.String())
    code = fields.String(allow_none=True)
    message = fields.String(allow_none=True)
    verdict = fields.String(allow_none=True)
    distance_m = fields.Integer(allow_none=True)
    evidence = fields.Integer(allow_none=True)
    sealed = fields.String(allow_none=True)


RESULT_FIELDS = tuple(ResultOut().fields)
RESULT_MOMENTS = ("received_at", "occurred_at")


def write_result(said: Mapping[str, Any]) -> dict[str, Any]:
    """One result with every field, null where it does not apply. Plain: a call has a hundred of them."""
    result = {name: said.get(name) for name in RESULT_FIELDS}
    for name in RESULT_MOMENTS:
        result[name] = write_moment(result[name])
    return result


class ChangeOut(Strict):
    noun = fields.String()
    id = fields.String()
    op = fields.String(validate=validate.OneOf(("put", "remove")))
    data = fields.Dict(allow_none=True)


class SyncOut(Strict):
    server_time = Moment()
    results = fields.List(fields.Nested(ResultOut))
    changes = fields.List(fields.Nested(ChangeOut))
    cursor = fields.String()
    more = fields.Boolean()
    reset = fields.Boolean()
    epoch = fields.String()
