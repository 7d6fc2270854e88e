"""Areas and topics of a network: added and renamed, each change a version with its reason.

None is taken away: stations stand in areas, and entries that still wait on phones name topics.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from workstation.database import db
from workstation.errors import Refusal
from workstation.feed.models import EVERYBODY
from workstation.feed.operations import FeedChange, publish
from workstation.ids import is_id, new_id
from workstation.network.history import (
    Changed,
    Editor,
    Fields,
    begin_edit,
    changed_fields,
    check_version,
    find_versions,
    list_edits,
    note_edits,
)
from workstation.network.models import Area, Topic
from workstation.network.queries import list_topics

MODELS: Mapping[str, Any] = {"area": Area, "topic": Topic}
FIELDS = {"area": ("code", "name"), "topic": ("code", "name", "position")}
Described = dict[str, Any]


def read_settings(*, network_id: int) -> Described:
    """Areas and topics with their versions, and what was changed lately, newest first."""
    areas = list(db.session.scalars(select(Area).where(Area.network_id == network_id).order_by(Area.code)))
    found: dict[str, list[Any]] = {"area": areas, "topic": list_topics(network_id=network_id)}
    edits = [
        edit | {"noun": noun, "name": name}
        for noun, things in found.items()
        for edit, name in _edits(network_id, noun, {thing.id: thing.name for thing in things})
    ]
    return {
        "areas": _described(network_id, "area", areas),
        "topics": _described(network_id, "topic", found["topic"]),
        "edits": sorted(edits, key=lambda edit: edit["made_at"], reverse=True),
    }


def _described(network_id: int, noun: str, things: list[Any]) -> list[Described]:
    versions = find_versions(network_id=network_id, noun=noun, ids=[thing.id for thing in things])
    return [
        {"id": thing.id, "version": versions.get(thing.id, 0)} | _fields_of(noun, thing) for thing in things
    ]


def _edits(network_id: int, noun: str, names: Mapping[str, str]) -> list[tuple[Described, str]]:
    edits = list_edits(network_id=network_id, noun=noun, thing_ids=names.keys(), limit=50)
    return [(edit, names[edit["thing_id"]]) for edit in edits]


def _fields_of(noun: str, thing: Any) -> Fields:
    return {name: getattr(thing, name) for name in FIELDS[noun]}


def add_to_settings(*, noun: str, code: str, name: str, editor: Editor) -> None:
    """Adds an area, or a topic at the end of the list. Refuses with setting.taken: code or name is in use."""
    model, network_id = MODELS[noun], editor.network_id
    begin_edit(network_id=network_id, noun=noun, thing_id="")
    _check_free(noun, network_id, "code", code)
    _check_free(noun, network_id, "name", name)
    own: dict[str, Any] = {"network_id": network_id, "id": new_id(), "code": code, "name": name}
    if noun == "topic":
        last = select(func.max(Topic.position)).where(Topic.network_id == network_id)
        own["position"] = (db.session.scalar(last) or 0) + 1
    thing = model(**own)
    db.session.add(thing)
    db.session.flush()
    _note(noun, Changed(thing.id, None, _fields_of(noun, thing)), editor=editor)


def rename_setting(*, noun: str, thing_id: str, version: int, name: str, editor: Editor) -> None:
    """Gives an area or topic another name; its code stays, since entries and files point at it.

    Refuses with setting.not_found, setting.taken, and edit.conflict with both names.
    """
    model, network_id = MODELS[noun], editor.network_id
    current = begin_edit(network_id=network_id, noun=noun, thing_id=thing_id)
    own = select(model).where(model.network_id == network_id, model.id == thing_id)
    thing = db.session.scalar(own) if is_id(thing_id) else None
    if thing is None:
        raise Refusal("setting.not_found")
    if version != current:
        last = list_edits(network_id=network_id, noun=noun, thing_ids=[thing_id], limit=1)
        theirs, yours = {"name": thing.name}, {"name": name}
        check_version(given=version, current=current, theirs=theirs, yours=yours, last=last[0])
    before, after = changed_fields(before=_fields_of(noun, thing), after={"name": name})
    if not after:
        return
    _check_free(noun, network_id, "name", name)
    thing.name = name
    db.session.flush()
    _note(noun, Changed(thing_id, before, after), editor=editor)


def _check_free(noun: str, network_id: int, field: str, value: str) -> None:
    model = MODELS[noun]
    taken = select(model.id).where(model.network_id == network_id, getattr(model, field) == value)
    if db.session.scalar(taken.limit(1)) is not None:
        raise Refusal("setting.taken", fields={field: ["已经有了。"]})


def _note(noun: str, change: Changed, *, editor: Editor) -> None:
    """Phones keep topics; areas are the office's own."""
    note_edits(editor=editor, noun=noun, changes=[change])
    if noun == "topic":
        publish(network_id=editor.network_id, changes=[FeedChange(EVERYBODY, noun, change.thing_id)])
