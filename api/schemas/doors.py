"""Door screens on the wire: what a screen is told, and what staff see of it."""

from marshmallow import fields

from api.schemas.base import IdText, Moment, Strict, Text


class DoorEnrolledOut(Strict):
    token = fields.String()
    server_time = Moment()


class DoorStationOut(Strict):
    """What stands on the door anyway."""

    name = fields.String()
    code = fields.String()
    address = fields.String(allow_none=True)
    opening_hours = fields.String(allow_none=True)
    status = fields.String()


class DoorDutyOut(Strict):
    starts_at = Moment()
    ends_at = Moment()
    name = fields.String(allow_none=True, metadata={"description": "only of a member who agreed"})


class DayKeyOut(Strict):
    """The key of one local day: a TOTP secret (RFC 6238, SHA-1, six digits, base32)."""

    day = fields.Date()
    starts_at = Moment()
    ends_at = Moment()
    key = fields.String()


class DoorOut(Strict):
    network_name = fields.String()
    is_demo = fields.Boolean()
    station = fields.Nested(DoorStationOut)
    duties = fields.List(fields.Nested(DoorDutyOut), metadata={"description": "today and tomorrow"})
    duties_until = Moment(metadata={"description": "the end of tomorrow: later plans are not known"})
    step_s = fields.Integer(metadata={"description": "how long a code is shown"})
    day_keys = fields.List(fields.Nested(DayKeyOut), metadata={"description": "30 local days from today"})
    server_time = Moment()


class DoorCodeIn(Strict):
    station_id = IdText(required=True)


class DoorKeysIn(Strict):
    station_id = IdText(required=True)
    reason = Text(least=1, most=500, required=True)


class DoorScreensQuery(Strict):
    station_id = IdText(required=True)


class RevocationQuery(Strict):
    is_lost = fields.Boolean(
        load_default=False, metadata={"description": "lost or stolen: the station's codes change as well"}
    )


class DoorScreenRow(Strict):
    id = fields.String()
    name = fields.String()
    enrolled_at = Moment()
    revoked_at = Moment(allow_none=True)


class DoorScreensOut(Strict):
    door_screens = fields.List(fields.Nested(DoorScreenRow))
