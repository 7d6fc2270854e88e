"""What the OpenAPI document must be told: our fields, our errors, and the kinds of entries."""

from flask_smorest import Api
from marshmallow import fields

from api.schemas.base import IdText, Moment, Strict
from api.schemas.entries import BODIES, EntryIn


class ProblemOut(Strict):
    """A refusal as application/problem+json (RFC 9457); docs/errors.md lists the codes."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String(metadata={"description": "in Chinese; says what to do next"})
    code = fields.String(metadata={"description": "stable, noun.reason"})
    errors = fields.Dict(metadata={"description": "what is wrong with which field"})


def describe_fields(api: Api) -> None:
    """Registers our own fields, and the bodies of entries, which no route names by itself."""
    api.register_field(Moment, "string", "date-time")
    api.register_field(IdText, "string", "uuid")
    api.spec.components.schema("Entry", schema=EntryIn)
    for body in BODIES.values():
        api.spec.components.schema(type(body).__name__, schema=type(body))
