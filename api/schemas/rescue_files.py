"""Rescue files on the wire: the envelope that anybody can read, and what is encrypted in it."""

from marshmallow import fields, validate

from api.schemas.base import IdText, Moment, Strict, Text, WholeNumber
from api.schemas.sync import ResultOut
from workstation.sync.rescues import FORMAT


class RescueFileIn(Strict):
    """The file as a phone saves it. `count` is for people; what is in it decides."""

    format = fields.String(required=True, validate=validate.Equal(FORMAT))
    v = WholeNumber(required=True, validate=validate.Range(1))
    kid = Text(least=1, most=100, required=True, metadata={"description": "of `rescue_key` in /time"})
    made_at = Moment(required=True)
    count = WholeNumber(required=True, validate=validate.Range(0))
    jwe = fields.String(
        required=True, metadata={"description": "compact JWE (RFC 7516), ECDH-ES and A256GCM, no zip"}
    )


class RescueIn(Strict):
    """What is encrypted: one person's entries from one device, each as `/sync` takes it."""

    v = WholeNumber(required=True, validate=validate.Range(1))
    network = Text(least=1, most=40, required=True, metadata={"description": "code of the network"})
    author_id = IdText(required=True)
    device_id = IdText(required=True)
    made_at = Moment(required=True)
    entries = fields.List(fields.Raw(allow_none=True), required=True)


class RescueOut(Strict):
    results = fields.List(fields.Nested(ResultOut), metadata={"description": "in the order of the file"})
    count = fields.Integer()
    author_name = fields.String(allow_none=True)
