"""Rescue files: what a phone could not send itself, handed in by anybody of the same network."""

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError

from api.auth import Caller, app_keys, caller, guard
from api.json import Unreadable, dump_json, read_json
from api.packed_bodies import PackedBadly, TooLarge, read_body
from api.schemas.description import ProblemOut
from api.schemas.rescue_files import RescueFileIn, RescueIn, RescueOut
from api.schemas.sync import write_result
from api.sync import entry_reader, said_of, sender_of
from workstation.errors import Refusal
from workstation.people.queries import list_names
from workstation.sync.known import Grammar
from workstation.sync.operations import Call
from workstation.sync.rescues import (
    MOST_FILE_BYTES,
    MOST_FILE_ENTRIES,
    VERSION,
    Rescue,
    hand_in,
    open_file,
)

blueprint = Blueprint("rescue_files", __name__, url_prefix="/api/v1/rescue-files", description="Rescue files")
FILE, CONTENT = RescueFileIn(), RescueIn()


@blueprint.route("", methods=["POST"])
@guard.signed_in
@blueprint.doc(requestBody={"required": True, "content": {"application/json": {"schema": RescueFileIn}}})
@blueprint.alt_response(200, schema=RescueOut)
@blueprint.alt_response(413, schema=ProblemOut, description="rescue.too_large")
@blueprint.alt_response(422, schema=ProblemOut, description="rescue.unreadable, .unknown_key, .other_network")
def rescue_files() -> Response:
    """Takes a rescue file. Entries of others are held until staff or their author's phone confirm them.

    Handing it in again changes nothing. `Content-Encoding: gzip` is accepted.
    """
    person = caller()
    rescue = _open(_body())
    if rescue.network != person.session.network_code:
        raise Refusal("rescue.other_network")
    results = _hand_in(person, rescue)
    names = list_names(network_id=person.network_id, ids=[rescue.author_id])
    answer = {"results": results, "count": len(results), "author_name": names.get(rescue.author_id)}
    return Response(dump_json(answer), mimetype="application/json")


def _body() -> bytes:
    try:
        return read_body(request, most_bytes=MOST_FILE_BYTES)
    except TooLarge:
        raise Refusal("rescue.too_large") from None
    except PackedBadly:
        raise Refusal("rescue.unreadable") from None


def _open(content: bytes) -> Rescue:
    file = _load(FILE, content)
    found = _load(CONTENT, open_file(file["jwe"], kid=file["kid"], keys=app_keys()))
    if len(found["entries"]) > MOST_FILE_ENTRIES:
        raise Refusal("rescue.too_large")
    return Rescue(found["network"], found["author_id"], found["device_id"], found["entries"])


def _load(schema: Schema, content: bytes) -> dict[str, Any]:
    """What a version of ours says; one of a newer app is told apart, since its fields may be others."""
    try:
        said = read_json(content)
        version = said.get("v") if isinstance(said, dict) else None
        if isinstance(version, int) and version > VERSION:
            raise Refusal("rescue.version_unsupported")
        return dict(schema.load(said))
    except (Unreadable, ValidationError):
        raise Refusal("rescue.unreadable") from None


def _hand_in(person: Caller, rescue: Rescue) -> list[dict[str, Any]]:
    reader = entry_reader(network_id=person.network_id)
    call = Call(
        sender=sender_of(person),
        # The phone's clock can't be compared with ours any more: it is taken as it was.
        sent_at=person.now,
        received_at=person.now,
        pending=None,
        keys=app_keys(),
        grammar=Grammar(read=reader.read, check_changes=reader.check_changes),
    )
    found = hand_in(rescue=rescue, call=call, read=reader.read)
    return [write_result(said_of(result)) for result in found]
