"""Signing in, devices and people on the wire."""

from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from marshmallow import ValidationError, fields, validate

from api.schemas.base import IdText, Moment, Strict, Text, YesNo


def check_public_key(value: dict[str, Any]) -> None:
    """A public P-256 key as JWK (RFC 7517); a private one must never leave the phone."""
    try:
        key = ECKey.import_key(value)
        usable = value.get("crv") == "P-256" and not key.is_private
    except (JoseError, ValueError, TypeError, KeyError):
        usable = False
    if not usable:
        raise ValidationError("不是可用的公钥。")


class DeviceIn(Strict):
    """What an installation says of itself."""

    name = Text(least=1, most=100, required=True)
    installation_id = IdText(allow_none=True, load_default=None)
    platform = Text(most=60, allow_none=True, load_default=None)
    app_version = Text(most=40, allow_none=True, load_default=None)
    public_key = fields.Dict(
        keys=fields.String(), allow_none=True, load_default=None, validate=check_public_key
    )


class EnrolmentIn(Strict):
    code = Text(least=1, most=64, required=True)
    device = fields.Nested(DeviceIn, required=True)


class SignInIn(Strict):
    account = Text(least=1, most=60, required=True)
    password = Text(least=1, most=200, required=True)
    one_time_code = Text(
        most=40,
        allow_none=True,
        load_default=None,
        metadata={
            "description": "of the authenticator, or a recovery code; asked for by sign_in.second_factor"
        },
    )
    device = fields.Nested(DeviceIn, required=True)


class NetworkOut(Strict):
    id = fields.Integer()
    code = fields.String()
    name = fields.String()
    is_demo = fields.Boolean()


class MemberOut(Strict):
    id = fields.String()
    code = fields.String()
    name = fields.String()
    sector = fields.String(allow_none=True, metadata={"description": "code"})
    sector_name = fields.String(allow_none=True)
    station_ids = fields.List(fields.String())
    shows_name_at_door = fields.Boolean()


class MeIn(Strict):
    shows_name_at_door = YesNo(required=True, metadata={"description": "the own name on door screens"})


class DeviceOut(Strict):
    id = fields.String()
    name = fields.String()


class ScopeOut(Strict):
    level = fields.String(validate=validate.OneOf(("own", "stations", "district", "network")))
    station_ids = fields.List(fields.String())
    division_id = fields.String(allow_none=True)


class MeOut(Strict):
    member = fields.Nested(MemberOut)
    device = fields.Nested(DeviceOut)
    network = fields.Nested(NetworkOut)
    roles = fields.List(fields.String())
    scope = fields.Nested(ScopeOut)


class SignedInOut(Strict):
    token = fields.String()
    device_id = fields.String()
    me = fields.Nested(MeOut)
    server_time = Moment()


class CodeIn(Strict):
    member_id = IdText(required=True)


class SheetIn(Strict):
    member_ids = fields.List(IdText(), required=True, validate=validate.Length(min=1, max=200))


class CodeOut(Strict):
    code = fields.String()
    url = fields.String()
    expires_at = Moment()


class SheetCodeOut(CodeOut):
    member_id = fields.String()


class SheetOut(Strict):
    codes = fields.List(fields.Nested(SheetCodeOut))


class PeopleQuery(Strict):
    q = Text(most=100, load_default="")
    after = Text(most=40, load_default="")


class DeviceRow(Strict):
    """A device as staff need it to stop it. When it was last used is nobody's business."""

    id = fields.String()
    name = fields.String()
    revoked_at = Moment(allow_none=True)


class PersonRow(Strict):
    id = fields.String()
    code = fields.String()
    name = fields.String()
    role = fields.String()
    disabled_at = Moment(allow_none=True)
    sector = fields.String(allow_none=True)
    stations = fields.List(fields.String(), metadata={"description": "names of the stations"})
    devices = fields.List(fields.Nested(DeviceRow))


class PeopleOut(Strict):
    members = fields.List(fields.Nested(PersonRow))
    next = fields.String(allow_none=True)
