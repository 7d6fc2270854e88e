"""Held entries: read, release, close. Only staff, only within their scope, nobody their own."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.audit_notes import actor_of, note_act
from api.auth import app_keys, caller, guard
from api.schemas.constituents import ConstituentOut
from api.schemas.held_entries import DecisionIn, HeldEntriesOut, HeldEntriesQuery, ReleaseIn
from api.sync import entry_reader
from workstation.database import writing
from workstation.errors import ENTRY_MESSAGES, Refusal
from workstation.ids import is_id
from workstation.network.queries import find_stations
from workstation.people.queries import list_names
from workstation.sync.held import masked, open_up
from workstation.sync.held_constituents import find_constituent, reveal_held
from workstation.sync.known import Grammar
from workstation.sync.late_codes import try_twice
from workstation.sync.models import HeldEntry
from workstation.sync.releases import Decision, release
from workstation.sync.reviews import PAGE, close, list_authors, list_held

blueprint = Blueprint("held_entries", __name__, url_prefix="/api/v1/held-entries", description="Held entries")


@blueprint.route("", methods=["GET"])
@guard.staff
@blueprint.arguments(HeldEntriesQuery, location="query")
@blueprint.response(200, HeldEntriesOut)
def held_entries(query: dict[str, Any]) -> dict[str, Any]:
    """What waits for staff, oldest number first, 50 a page."""
    person = caller()
    found = list_held(scope=person.scope, state=query["state"], after=query["after"])
    authors = list_authors(found)
    people = {id for held in found for id in (held.member_id, held.settled_by_id) if id}
    names = list_names(network_id=person.network_id, ids=sorted(people | {*authors.values()}))
    stations = find_stations(
        network_id=person.network_id, ids=sorted({held.station_id for held in found if held.station_id})
    )
    rows = []
    for held in found:
        station = stations.get(held.station_id or "")
        said = {
            "member_name": names[held.member_id],
            "author_name": names.get(authors.get(held.receipt_no, "")),
            "station_name": station and station.name,
            "settled_by_name": names.get(held.settled_by_id or ""),
        }
        rows.append(_row(held) | said)
    return {"held_entries": rows, "next": str(found[-1].receipt_no) if len(found) == PAGE else None}


PLAIN = ("content_hash", "receipt_no", "code", "held_at", "state", "station_id", "reason", "settled_at")


def _row(held: HeldEntry) -> dict[str, Any]:
    content, amendment = _opened(held, held.content), _opened(held, held.amendment)
    kind = content.get("kind") if content else None
    return {
        **{name: getattr(held, name) for name in PLAIN},
        "id": held.entry_id,
        "message": ENTRY_MESSAGES.get(held.code, ""),
        "kind": kind if isinstance(kind, str) else None,
        "content": masked(content),
        "amendment": masked(amendment),
        "has_constituent": held.state == "waiting" and find_constituent(content) is not None,
    }


def _opened(held: HeldEntry, stored: bytes | None) -> dict[str, Any] | None:
    return open_up(stored, network_id=held.network_id, entry_id=held.entry_id, keys=app_keys())


@blueprint.route("/<entry_id>/constituent", methods=["POST"])
@guard.staff
@blueprint.arguments(DecisionIn)
@blueprint.response(200, ConstituentOut)
def constituent(body: dict[str, Any], entry_id: str) -> dict[str, Any]:
    """Name and contact in what waits, for a reason: audited, and told to whoever recorded it."""
    person = caller()
    _check(entry_id)
    scope = person.scope
    with writing():
        return reveal_held(scope=scope, entry_id=entry_id, **body, actor=actor_of(person), keys=app_keys())


@blueprint.route("/<entry_id>/release", methods=["POST"])
@guard.staff
@blueprint.arguments(ReleaseIn)
@blueprint.response(204)
def release_one(body: dict[str, Any], entry_id: str) -> Response:
    """Makes it a fact, as it came or put right by `amendment`, with its original times and number."""
    person = caller()
    _check(entry_id)
    reader = entry_reader(network_id=person.network_id)
    decision = Decision(
        scope=person.scope,
        role=person.role,
        device_id=person.device_id,
        reason=body["reason"],
        now=person.now,
        amendment=body["amendment"],
    )

    def settle() -> None:
        with writing():
            release(
                decision=decision,
                entry_id=entry_id,
                content_hash=body["content_hash"],
                keys=app_keys(),
                grammar=Grammar(read=reader.read, check_changes=reader.check_changes),
            )
            note_act("held_entry.released", entry_id, reason=body["reason"], after=body["amendment"])

    try_twice(settle)
    return Response(status=204)


@blueprint.route("/<entry_id>/close", methods=["POST"])
@guard.staff
@blueprint.arguments(DecisionIn)
@blueprint.response(204)
def close_one(body: dict[str, Any], entry_id: str) -> Response:
    """Settles it without making it a fact; the phone learns the reason."""
    person = caller()
    _check(entry_id)
    scope = person.scope
    with writing():
        close(
            scope=scope,
            entry_id=entry_id,
            content_hash=body["content_hash"],
            reason=body["reason"],
            now=person.now,
        )
        note_act("held_entry.closed", entry_id, reason=body["reason"])
    return Response(status=204)


def _check(entry_id: str) -> None:
    if not is_id(entry_id):
        raise Refusal("held_entry.not_found")
