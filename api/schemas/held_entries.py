"""Held entries on the wire, for staff."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from api.schemas.base import Moment, Strict, Text, read_moment
from api.schemas.entries import BODIES
from workstation.sync.held import UNAMENDABLE


class HeldEntriesQuery(Strict):
    state = fields.String(load_default="waiting", validate=validate.OneOf(("waiting", "released", "closed")))
    after = Text(most=20, load_default="")


class HeldEntryOut(Strict):
    """One held entry. `content` is what the phone said, less its position and the constituent's identity."""

    id = fields.String()
    content_hash = fields.String()
    receipt_no = fields.Integer()
    code = fields.String()
    message = fields.String()
    kind = fields.String(allow_none=True)
    held_at = Moment()
    station_id = fields.String(allow_none=True)
    station_name = fields.String(allow_none=True)
    member_name = fields.String(metadata={"description": "who sent it"})
    author_name = fields.String(
        allow_none=True, metadata={"description": "whose entry it is, when somebody else sent it"}
    )
    content = fields.Dict(allow_none=True)
    has_constituent = fields.Boolean(
        metadata={"description": "somebody agreed to be named; POST …/constituent shows who"}
    )
    state = fields.String()
    reason = fields.String(allow_none=True)
    settled_at = Moment(allow_none=True)
    settled_by_name = fields.String(allow_none=True)
    amendment = fields.Dict(allow_none=True, metadata={"description": "what staff put right"})


class HeldEntriesOut(Strict):
    held_entries = fields.List(fields.Nested(HeldEntryOut))
    next = fields.String(allow_none=True)


class DecisionIn(Strict):
    content_hash = Text(least=64, most=64, required=True)
    reason = Text(least=1, most=500, required=True)


def _check_body(body: dict[str, Any]) -> None:
    """Staff add no position, no station code and nobody's name; a name can only be taken out."""
    forbidden = sorted(name for name in body if name in UNAMENDABLE)
    if body.get("constituent") is not None:
        forbidden.append("constituent")
    if forbidden:
        raise ValidationError({name: ["不能更改。"] for name in forbidden})


class AmendmentIn(Strict):
    """What staff put right. Fields of `body` replace those of the entry; one that is null goes."""

    kind = fields.String(validate=validate.OneOf(tuple(BODIES)))
    recorded_at = fields.String(
        validate=read_moment, metadata={"description": "only where the phone's own can't be read"}
    )
    body = fields.Dict(keys=fields.String(), load_default=dict, validate=_check_body)


class ReleaseIn(DecisionIn):
    amendment = fields.Nested(AmendmentIn, allow_none=True, load_default=None)
