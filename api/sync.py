"""One round trip, both directions: entries up, receipts and changes down.

The numbered steps are those of docs/sync-protocol.md. The order matters. Who is calling is known before
anything is read [4.1]; entries are applied and committed before anything is answered [4.10]; and what is
sent down is read after that commit, in a transaction of its own. A failure anywhere leaves the phone
with no results, so it keeps everything and repeats.
"""

from functools import cache, partial
from typing import Any

from flask import Response, current_app, request
from flask_smorest import Blueprint
from marshmallow import ValidationError

from api.auth import Caller, app_keys, caller, guard
from api.code_attempts import count_code_attempt
from api.feed_data import changes_with_data
from api.figures import catch_up_behind
from api.json import Unreadable, dump_json, read_json
from api.metrics import count_entries
from api.packed_bodies import PackedBadly, TooLarge, read_body
from api.restores import note_unnoticed_restore
from api.schemas.description import ProblemOut
from api.schemas.entries import EntryReader
from api.schemas.sync import SyncIn, SyncOut, write_result
from workstation.database import db
from workstation.errors import ENTRY_MESSAGES, Refusal
from workstation.feed.queries import is_displaced, read_page, read_standing
from workstation.network.queries import list_topic_codes
from workstation.people.rules import STAFF, Scope
from workstation.sync.entries import Result, Sender
from workstation.sync.known import Grammar
from workstation.sync.operations import Call, receive_batch
from workstation.sync.rules import MOST_BYTES, MOST_ENTRIES, PROTOCOL_MAX
from workstation.sync.seals import seal

blueprint = Blueprint("sync", __name__, url_prefix="/api/v1/sync", description="Sync")
ENVELOPE = SyncIn()


@blueprint.route("", methods=["POST"])
@guard.any_token
@blueprint.doc(requestBody={"required": True, "content": {"application/json": {"schema": SyncIn}}})
@blueprint.alt_response(200, schema=SyncOut)
@blueprint.alt_response(400, schema=ProblemOut, description="sync.malformed")
@blueprint.alt_response(401, schema=ProblemOut, description="sign_in.required, sign_in.nonce")
@blueprint.alt_response(413, schema=ProblemOut, description="sync.too_large")
@blueprint.alt_response(415, schema=ProblemOut, description="sync.unsupported_type")
@blueprint.alt_response(426, schema=ProblemOut, description="sync.protocol_unsupported")
def sync() -> Response:
    """Takes up to 100 entries and gives one result each, then what changed for this phone.

    `Content-Encoding: gzip` is accepted. An empty `entries` is a plain pull.
    """
    person, envelope = caller(), _envelope(_body())
    _notice_restore(envelope["cursor"])  # before receipt numbers are given that phones have already
    results = _receive(person, envelope)
    count_entries(results)
    told = {result["id"] for result in results if result["status"] in ("accepted", "duplicate")}
    answer = {"server_time": person.now, "results": results} | _changes(person, envelope["cursor"], told)
    response = Response(dump_json(answer), mimetype="application/json")
    app: Any = current_app  # a proxy; behind the answer there is no current one any more
    response.call_on_close(partial(catch_up_behind, app._get_current_object(), person.network_id))
    return response


# -- reading the call [4.2] --------------------------------------------------------------------------


def _body() -> bytes:
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if request.mimetype != "application/json" or encoding not in ("identity", "gzip"):
        raise Refusal("sync.unsupported_type")
    try:
        return read_body(request, most_bytes=MOST_BYTES)
    except TooLarge:
        raise Refusal("sync.too_large") from None
    except PackedBadly:
        raise Refusal("sync.malformed") from None


def _envelope(content: bytes) -> dict[str, Any]:
    try:
        said = read_json(content)
    except Unreadable:
        raise Refusal("sync.malformed") from None
    if isinstance(said, dict) and _is_newer(said.get("protocol")):
        raise Refusal("sync.protocol_unsupported")
    try:
        envelope: dict[str, Any] = ENVELOPE.load(said)
    except ValidationError as error:
        fields = error.messages if isinstance(error.messages, dict) else {"_": error.messages}
        raise Refusal("sync.malformed", fields=fields) from None
    if len(envelope["entries"]) > MOST_ENTRIES:
        raise Refusal("sync.too_large")
    return envelope


def _is_newer(protocol: object) -> bool:
    return isinstance(protocol, int | float) and not isinstance(protocol, bool) and protocol > PROTOCOL_MAX


def _notice_restore(cursor: str | None) -> None:
    if is_displaced(read_standing(), cursor=cursor, keys=app_keys()):
        note_unnoticed_restore(cursor=cursor)


# -- entries up [4.3] -------------------------------------------------------------------------------


def _receive(person: Caller, envelope: dict[str, Any]) -> list[dict[str, Any]]:
    reader = entry_reader(network_id=person.network_id)
    call = Call(
        sender=sender_of(person),
        sent_at=envelope["sent_at"],
        received_at=person.now,
        pending=envelope["pending"],
        keys=app_keys(),
        grammar=Grammar(read=reader.read, check_changes=reader.check_changes),
        app_version=request.headers.get("X-App-Version", "")[:40] or None,
        count_codes=count_code_attempt,
    )
    incoming = [reader.read(raw) for raw in envelope["entries"]]
    results = receive_batch(call=call, incoming=incoming)
    return [_wire_result(result, network_id=person.network_id) for result in results]


def entry_reader(*, network_id: int) -> EntryReader:
    """Reads entries as this network's list of topics allows."""
    return EntryReader(keys=app_keys(), topics=cache(partial(list_topic_codes, network_id=network_id)))


def grammar_of(*, network_id: int) -> Grammar:
    """What the schemas know, as the domain wants it."""
    reader = entry_reader(network_id=network_id)
    return Grammar(read=reader.read, check_changes=reader.check_changes)


def sender_of(person: Caller) -> Sender:
    """The person and device behind a call, and what that is worth today."""
    own = Scope(network_id=person.network_id, level="own", member_id=person.member_id)
    return Sender(
        network_id=person.network_id,
        member_id=person.member_id,
        device_id=person.device_id,
        role=person.role,
        scope=person.scope if person.role in STAFF else own,
        is_revoked=person.session.revoked_at is not None,
        is_disabled=person.session.disabled_at is not None,
    )


def said_of(result: Result) -> dict[str, Any]:
    """What an answer says of one entry, without its seal."""
    kept, held = result.kept, result.held
    said: dict[str, Any] = {"seq": result.seq, "flags": []}
    if kept is not None:
        said |= vars(kept)
    elif held is not None:
        said |= {"receipt_no": held.receipt_no, "received_at": held.held_at}
    code = None if result.status in ("accepted", "duplicate") else result.code or said.get("code")
    return said | {
        "id": result.id,
        "status": result.status,
        "code": code,
        "message": ENTRY_MESSAGES.get(code or ""),
    }


def _wire_result(result: Result, *, network_id: int) -> dict[str, Any]:
    said, held = said_of(result), result.held
    if result.status != "rejected":
        said["sealed"] = seal(
            network_id=network_id,
            entry_id=str(result.id),
            kept=result.source,
            held=None if result.source and result.source.state == "accepted" else held,
            constituent=result.constituent,
            keys=app_keys(),
        )
    return write_result(said)


# -- changes down [7] -------------------------------------------------------------------------------


def _changes(person: Caller, cursor: str | None, told: set[str]) -> dict[str, Any]:
    """The next page for this phone; nothing at all for one that was revoked.

    `told` are entries that this answer calls facts already: their receipts are not said twice.
    """
    db.session.rollback()  # what is read now is what is committed
    if not person.is_welcome:
        none = {"changes": [], "cursor": cursor or "", "more": False, "reset": False}
        return none | {"epoch": read_standing().epoch}
    page = read_page(
        network_id=person.network_id,
        member_id=person.member_id,
        cursor=cursor,
        keys=app_keys(),
        told=told,
    )
    changes = changes_with_data(network_id=person.network_id, changes=page.changes)
    return page._asdict() | {"changes": changes}
