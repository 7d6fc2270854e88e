"""A person's own account on the wire."""

from marshmallow import fields

from api.schemas.base import Moment, Strict, Text, YesNo
from workstation.accounts.rules import ACCOUNT_MOST, PASSWORD_LEAST, PASSWORD_MOST


def new_password() -> Text:
    """At least 10 characters; Argon2id takes them all."""
    return Text(least=PASSWORD_LEAST, most=PASSWORD_MOST, required=True)


class OwnSessionOut(Strict):
    """One sign-in of mine. When it was last used is not kept for phones, and told for none."""

    id = fields.String(metadata={"description": "of the device"})
    name = fields.String()
    is_office = fields.Boolean(metadata={"description": "an office page, which ends by itself"})
    is_this = fields.Boolean()
    enrolled_at = Moment()
    revoked_at = Moment(allow_none=True)


class AccountOut(Strict):
    account = fields.String(allow_none=True)
    has_password = fields.Boolean()
    second_factor_since = Moment(allow_none=True)
    recovery_codes_left = fields.Integer()
    sessions = fields.List(fields.Nested(OwnSessionOut))


class PasswordIn(Strict):
    account = Text(most=ACCOUNT_MOST, allow_none=True, load_default=None)
    password = Text(most=200, allow_none=True, load_default=None, metadata={"description": "the one in use"})
    new_password = new_password()
    ends_other_pages = YesNo(load_default=True)


class ResetIn(Strict):
    code = Text(least=1, most=64, required=True)
    account = Text(most=ACCOUNT_MOST, allow_none=True, load_default=None)
    new_password = new_password()


class ResetOut(Strict):
    account = fields.String()


class OwnPasswordIn(Strict):
    password = Text(least=1, most=200, required=True)


class BegunOut(Strict):
    secret = fields.String(metadata={"description": "base32, to type by hand"})
    uri = fields.String(metadata={"description": "otpauth://, to show as a QR code"})


class OneTimeCodeIn(Strict):
    one_time_code = Text(least=1, most=40, required=True)


class ConfirmedOut(Strict):
    recovery_codes = fields.List(fields.String(), metadata={"description": "shown once"})


class RemovalIn(OwnPasswordIn):
    one_time_code = Text(least=1, most=40, required=True)
