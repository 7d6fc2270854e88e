"""Editing a station and its checklist: one version after the other, each with its reason, and told to phones.

A station is edited as flat fields; an item of the standard is the field `item.NAME`. Nobody types a position:
it comes in with a file that says its datum, or is put right as its check-ins propose (`move_station`).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from workstation.database import db, insert_rows, update_set
from workstation.errors import Refusal
from workstation.feed.models import EVERYBODY
from workstation.feed.operations import FeedChange, publish
from workstation.geography.distance import Position
from workstation.ids import is_id
from workstation.local_time import local_day
from workstation.network.history import (
    Changed,
    Editor,
    Fields,
    begin_edit,
    changed_fields,
    check_version,
    fields_to_undo,
    find_versions,
    get_edit,
    list_edits,
    note_edits,
    plain,
)
from workstation.network.models import Area, ChecklistItem, Network, Station
from workstation.network.queries import confine_stations, list_checklist
from workstation.network.rules import initials_of
from workstation.people.rules import Scope

NOUN = "station"
DAYS = ("opened_on", "closed_on")
COLUMNS = (
    "name",
    "address",
    "opening_hours",
    "fence_radius_m",
    "serves_street",
    "area_id",
    "status",
    "opened_on",
    "closed_on",
    "lat",
    "lon",
)
ITEM = "item."
ITEM_PARTS = ("met", "checker", "confirmed_on", "proof")
# An item that nobody has looked at yet.
UNMET: Fields = {"met": False, "checker": None, "confirmed_on": None, "proof": None}


def get_station_in_scope(*, scope: Scope, station_id: str) -> Station:
    """One station that this person of staff answers for. Refuses with station.not_found."""
    own = confine_stations(select(Station), scope=scope).where(Station.id == station_id)
    station: Station | None = db.session.scalar(own) if is_id(station_id) else None
    if station is None:
        raise Refusal("station.not_found")
    return station


def read_for_editing(*, scope: Scope, station_id: str) -> dict[str, Any]:
    """The station's fields with their version, the areas to choose from, and what was edited before."""
    station = get_station_in_scope(scope=scope, station_id=station_id)
    network_id = scope.network_id
    versions = find_versions(network_id=network_id, noun=NOUN, ids=[station_id])
    areas = select(Area.id, Area.name).where(Area.network_id == network_id).order_by(Area.code)
    return {
        "version": versions.get(station_id, 0),
        "fields": fields_of(station),
        "areas": [dict(row._mapping) for row in db.session.execute(areas)],
        "edits": list_edits(network_id=network_id, noun=NOUN, thing_ids=[station_id]),
    }


def fields_of(station: Station) -> Fields:
    """What of a station can be edited, with every item of the network's standard."""
    network = db.session.get_one(Network, station.network_id)
    items = {item.item: item for item in list_checklist(network_id=station.network_id, station_id=station.id)}
    columns = {name: plain(getattr(station, name)) for name in COLUMNS}
    return columns | {ITEM + name: _item_fields(items.get(name)) for name in network.standard}


def _item_fields(item: ChecklistItem | None) -> Fields:
    return dict(UNMET) if item is None else {name: plain(getattr(item, name)) for name in ITEM_PARTS}


def edit_station(*, scope: Scope, station_id: str, version: int, changes: Fields, editor: Editor) -> None:
    """Changes fields of a station whose version the editor saw.

    Refuses with edit.conflict, and both wordings, when it has another version by now, and with
    request.invalid and the field at fault.
    """
    station, current = _open(scope, station_id)
    before = fields_of(station)
    _check_version(station, given=version, current=current, before=before, yours=changes)
    _check(station, before, changes)
    _write(station, before, _with_closing_day(before, changes, editor), editor=editor)


def move_station(*, scope: Scope, station_id: str, version: int, position: Position, editor: Editor) -> None:
    """Puts a station elsewhere (WGS-84). Refuses like edit_station."""
    changes: Fields = {"lat": position.lat, "lon": position.lon}
    edit_station(scope=scope, station_id=station_id, version=version, changes=changes, editor=editor)


def undo_edit(*, scope: Scope, station_id: str, version: int, undoes: int, editor: Editor) -> None:
    """Puts back what one edit changed, as a further edit.

    Refuses like edit_station, and with edit.not_found, edit.not_undoable and edit.superseded.
    """
    station, current = _open(scope, station_id)
    before = fields_of(station)
    edit = get_edit(network_id=scope.network_id, noun=NOUN, thing_id=station_id, version=undoes)
    _check_version(station, given=version, current=current, before=before, yours=edit.before or {})
    _write(station, before, fields_to_undo(edit=edit, current=before), editor=editor, undoes=undoes)


def _open(scope: Scope, station_id: str) -> tuple[Station, int]:
    get_station_in_scope(scope=scope, station_id=station_id)
    version = begin_edit(network_id=scope.network_id, noun=NOUN, thing_id=station_id)
    db.session.expire_all()  # what was read before the lock may be old by now
    return get_station_in_scope(scope=scope, station_id=station_id), version


def _check_version(station: Station, *, given: int, current: int, before: Fields, yours: Fields) -> None:
    if given != current:
        network_id = station.network_id
        last = list_edits(network_id=network_id, noun=NOUN, thing_ids=[station.id], limit=1)
        theirs = {name: before.get(name) for name in yours}
        check_version(given=given, current=current, theirs=theirs, yours=yours, last=last[0] if last else {})


def _check(station: Station, before: Fields, changes: Fields) -> None:
    unknown = {name: ["本网络的标准没有这一项。"] for name in changes if name not in before}
    area_id = changes.get("area_id")
    if area_id is not None and db.session.get(Area, (station.network_id, area_id)) is None:
        unknown["area_id"] = ["没有找到这个片区。"]
    if unknown:
        raise Refusal("request.invalid", fields=unknown)


def _with_closing_day(before: Fields, changes: Fields, editor: Editor) -> Fields:
    """A station that closes has a closing day, one that is open has none."""
    status = changes.get("status", before["status"])
    if status == before["status"]:
        return changes
    closed_on = plain(local_day(editor.now)) if status == "closed" else None
    return changes | {"closed_on": closed_on}


def _write(
    station: Station, before: Fields, changes: Fields, *, editor: Editor, undoes: int | None = None
) -> None:
    """Nothing is written down when nothing changes."""
    old, new = changed_fields(before=before, after=changes)
    if not new:
        return
    columns = {name: value for name, value in new.items() if not name.startswith(ITEM)}
    for name, value in columns.items():
        setattr(station, name, _day(value) if name in DAYS else value)
    if "name" in columns:
        station.initials = initials_of(columns["name"])
    db.session.flush()
    _write_items(station, {name.removeprefix(ITEM): new[name] for name in new if name.startswith(ITEM)})
    note_edits(editor=editor, noun=NOUN, changes=[Changed(station.id, old, new)], undoes=undoes)
    if columns:
        publish(network_id=station.network_id, changes=[FeedChange(EVERYBODY, NOUN, station.id)])


def _write_items(station: Station, items: Mapping[str, Fields]) -> None:
    key = {"network_id": station.network_id, "station_id": station.id}
    rows = [key | {"item": name} | _stored_item(said) for name, said in items.items()]
    insert_rows(
        ChecklistItem, rows, conflict=update_set(ITEM_PARTS, key=("network_id", "station_id", "item"))
    )


def _stored_item(said: Fields) -> Fields:
    return {name: _day(said[name]) if name == "confirmed_on" else said[name] for name in ITEM_PARTS}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
