"""A liaison's page: today at the own stations. For liaisons alone; the offices have pages of their own."""

from typing import Any

from flask_smorest import Blueprint

from api.auth import caller, guard
from api.schemas.liaison_day import LiaisonDayOut
from workstation.coverage.liaison_day import (
    list_awaiting_reply,
    list_own_people,
    list_own_stations,
    list_planned,
    list_present,
    since_when,
)
from workstation.errors import ENTRY_MESSAGES
from workstation.local_time import local_day
from workstation.people.queries import list_names
from workstation.people.rules import Scope
from workstation.sync.reviews import PAGE, list_held

blueprint = Blueprint(
    "liaison_day", __name__, url_prefix="/api/v1/liaison-day", description="A liaison's own stations today"
)


@blueprint.route("", methods=["GET"])
@guard.roles("liaison")
@blueprint.response(200, LiaisonDayOut)
def liaison_day() -> dict[str, Any]:
    """Today at my stations: who is due, who is there, what waits for staff, and who waits for a reply."""
    person = caller()
    scope, day = person.scope, local_day(person.now)
    planned = list_planned(scope=scope, day=day)
    present = list_present(scope=scope, day=day, now=person.now)
    total, replies = list_awaiting_reply(scope=scope)
    held = _held(scope)
    return {
        "day": day,
        "as_of": person.now,
        "stations": list_own_stations(scope=scope),
        "planned": [turn._asdict() | {"since": since_when(turn, present)} for turn in planned],
        "present": present,
        "held": held,
        "held_more": len(held) == PAGE,
        "replies": replies,
        "replies_total": total,
        "people": list_own_people(scope=scope, also=[turn.member_id for turn in planned]),
    }


def _held(scope: Scope) -> list[dict[str, Any]]:
    """What waits for staff, without its content: that is read and decided in the office's page."""
    found = list_held(scope=scope, state="waiting")
    names = list_names(network_id=scope.network_id, ids=sorted({held.member_id for held in found}))
    return [
        {
            **{name: getattr(held, name) for name in ("receipt_no", "station_id", "code", "held_at")},
            "member_name": names[held.member_id],
            "message": ENTRY_MESSAGES.get(held.code, ""),
        }
        for held in found
    ]
