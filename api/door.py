"""What a door screen asks for: to be enrolled, and what it shows. Its token opens nothing else."""

from datetime import date, datetime, timedelta
from typing import Any

from flask_smorest import Blueprint

from api.auth import app_keys, door_caller, guard
from api.codes import code_hash
from api.schemas.doors import DoorEnrolledOut, DoorOut
from api.schemas.people import EnrolmentIn
from api.sign_in_answers import admit
from workstation.check_ins.operations import redeem_door_code
from workstation.check_ins.queries import DoorSession
from workstation.check_ins.station_codes import STEP_S, DayKey, day_keys
from workstation.local_time import day_start, local_day
from workstation.network.queries import get_station
from workstation.people.rules import plain_code
from workstation.shifts.queries import DoorDuty, list_door_duties

blueprint = Blueprint("door", __name__, url_prefix="/api/v1/door", description="The screen at a door")

DUTY_DAYS = timedelta(days=2)


@blueprint.route("", methods=["POST"])
@guard.anyone(reason="A screen that is enrolled has no token yet; the one-time code is the right.")
@blueprint.arguments(EnrolmentIn)
@blueprint.response(201, DoorEnrolledOut)
def enrol(body: dict[str, Any]) -> dict[str, Any]:
    """Redeems a station's one-time code for the token of a door screen."""
    code = plain_code(body["code"])
    hashed = code_hash(code, keys=app_keys())
    token, now = admit(
        device=body["device"],
        guessed=code,
        let_in=lambda card, now: redeem_door_code(code_hash=hashed, card=card, now=now),
    )
    return {"token": token, "server_time": now}


@blueprint.route("", methods=["GET"])
@guard.door
@blueprint.response(200, DoorOut)
def door() -> dict[str, Any]:
    """The station, who is on duty today and tomorrow, and the keys of 30 days. Never the secret."""
    session, now = door_caller()
    station = get_station(network_id=session.network_id, station_id=session.station_id)
    today = local_day(now)
    return {
        "network_name": session.network_name,
        "is_demo": session.is_demo,
        "station": station,
        "duties": _duties(session, today=today),
        "duties_until": day_start(today + DUTY_DAYS),
        "step_s": STEP_S,
        "day_keys": _keys(session, epoch=station.code_epoch, now=now),
        "server_time": now,
    }


def _duties(session: DoorSession, *, today: date) -> list[DoorDuty]:
    return list_door_duties(
        network_id=session.network_id, station_id=session.station_id, since=today, until=today + DUTY_DAYS
    )


def _keys(session: DoorSession, *, epoch: int, now: datetime) -> list[DayKey]:
    return day_keys(
        network_id=session.network_id, station_id=session.station_id, epoch=epoch, now=now, keys=app_keys()
    )
