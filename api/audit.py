"""The audit log: searched, read and saved by auditors, and by nobody whom it is about."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from api.audit_notes import note_fetched
from api.auth import caller, guard
from api.json import dump_json
from api.schemas.audit import AuditEventsOut, AuditFilesQuery, AuditQuery
from api.schemas.base import write_moment
from api.spreadsheets import attachment, to_csv, to_xlsx
from workstation.audit.models import AuditEvent
from workstation.audit.operations import SYSTEM_USER
from workstation.audit.queries import PAGE, Search, list_actions, list_events
from workstation.local_time import day_start
from workstation.network.queries import find_stations
from workstation.people.names import find_people_named, list_device_names
from workstation.people.queries import list_names

blueprint = Blueprint("audit", __name__, url_prefix="/api/v1", description="The audit log")
KIND = "any(csv, xlsx):kind"
MOST_EXPORTED = 100_000
HEADS = (
    "no", "at", "action", "thing_id", "thing_name", "by_name", "system_user", "device_name", "about_name",
    "reason", "before", "after",
)  # fmt: skip


@blueprint.route("/audit-events", methods=["GET"])
@guard.roles("auditor")
@blueprint.arguments(AuditQuery, location="query")
@blueprint.response(200, AuditEventsOut)
def audit_events(query: dict[str, Any]) -> dict[str, Any]:
    """Who saw or changed what, latest first, 50 a page."""
    after = query.pop("after")
    found = list_events(search=_search(query), before_no=int(after) if after else None)
    return {
        "audit_events": _told(found),
        "next": str(found[-1].no) if len(found) == PAGE else None,
        # The page asks once what there is to choose from.
        "actions": [] if after else list_actions(network_id=caller().network_id),
    }


@blueprint.route(f"/audit-events.<{KIND}>", methods=["GET"])
@guard.roles("auditor")
@blueprint.arguments(AuditFilesQuery, location="query")
def audit_file(query: dict[str, Any], kind: str) -> Response:
    """The same as a table, at most the latest 100,000. Fetching it stands in the log itself."""
    note_fetched()
    rows = _rows(_search(query))
    name = f"audit-events-asof-{caller().now:%Y%m%dT%H%MZ}"
    if kind == "csv":
        return attachment(to_csv(rows, heads=HEADS), name=name, kind=kind)
    return attachment(to_xlsx({"审计": rows}), name=name, kind=kind)


def _search(query: dict[str, Any]) -> Search:
    network_id, words = caller().network_id, query["words"]
    return Search(
        network_id=network_id,
        since=query["since"] and day_start(query["since"]),
        until=query["until"] and day_start(query["until"]),
        action=query["action"],
        thing_id=query["thing_id"],
        words=words,
        people=tuple(find_people_named(network_id=network_id, words=words)) if words else (),
    )


def _rows(search: Search) -> Iterator[dict[str, Any]]:
    """As a spreadsheet shows them, page by page."""
    before_no, count = None, 0
    while count < MOST_EXPORTED and (found := list_events(search=search, before_no=before_no, limit=1000)):
        for told in _told(found):
            objects = {name: _written(told[name]) for name in ("before", "after")}
            yield {name: told[name] for name in HEADS} | objects | {"at": write_moment(told["at"])}
        before_no, count = found[-1].no, count + len(found)


def _written(value: Any) -> str | None:
    return None if value is None else dump_json(value).decode()


def _told(events: Sequence[AuditEvent]) -> list[dict[str, Any]]:
    """With the names of people, devices and stations beside their ids."""
    network_id = caller().network_id
    things = {event.noun: set[str]() for event in events}
    for event in events:
        things[event.noun].add(event.thing_id)
    people = {id for event in events for id in (event.member_id, event.about_id) if id}
    names = list_names(network_id=network_id, ids=sorted(people | things.get("member", set())))
    used = {event.device_id for event in events if event.device_id}
    devices = list_device_names(network_id=network_id, ids=sorted(used | things.get("device", set())))
    stations = find_stations(network_id=network_id, ids=sorted(things.get("station", set())))
    named = names | devices | {id: station.name for id, station in stations.items()}
    return [_row(event, names, devices, named) for event in events]


PLAIN = ("no", "at", "action", "noun", "thing_id", "device_id", "about_id", "reason", "before")


def _row(
    event: AuditEvent, names: dict[str, str], devices: dict[str, str], things: dict[str, str]
) -> dict[str, Any]:
    after = dict(event.after or {})
    return {name: getattr(event, name) for name in PLAIN} | {
        "system_user": after.pop(SYSTEM_USER, None),
        "after": after or None,
        "by_id": event.member_id,
        "by_name": names.get(event.member_id or ""),
        "device_name": devices.get(event.device_id or ""),
        "about_name": names.get(event.about_id or ""),
        "thing_name": things.get(event.thing_id),
    }
