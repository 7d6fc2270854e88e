"""What the office changed, in versions: read, and written down with the change itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, func, select

from workstation.audit.operations import Actor, Deed, note
from workstation.database import db, insert_rows
from workstation.errors import Refusal
from workstation.network.models import Edit
from workstation.people.models import Member
from workstation.prepared import lock_names

Fields = dict[str, Any]
IDS_A_STATEMENT = 500


@dataclass(frozen=True, kw_only=True)
class Editor:
    """Who changes something, when, why and on which device. Nobody at the server's command line."""

    network_id: int
    member_id: str | None
    now: datetime
    reason: str
    device_id: str | None = None


class Changed(NamedTuple):
    """One thing's fields before and after; None where it did not exist, or does no longer."""

    thing_id: str
    before: Fields | None
    after: Fields | None


def begin_edit(*, network_id: int, noun: str, thing_id: str) -> int:
    """Waits for whoever edits the same thing; gives its version. Inside a write transaction."""
    lock_names([f"edit {network_id} {noun} {thing_id}"])
    return find_versions(network_id=network_id, noun=noun, ids=[thing_id]).get(thing_id, 0)


def find_versions(*, network_id: int, noun: str, ids: Sequence[str]) -> dict[str, int]:
    """Thing id → how often it was edited; those that never were are left out."""
    versions: dict[str, int] = {}
    for start in range(0, len(ids), IDS_A_STATEMENT):
        these = Edit.thing_id.in_(ids[start : start + IDS_A_STATEMENT])
        rows = db.session.execute(
            select(Edit.thing_id, func.max(Edit.version))
            .where(Edit.network_id == network_id, Edit.noun == noun, these)
            .group_by(Edit.thing_id)
        )
        versions |= {row[0]: row[1] for row in rows}
    return versions


def note_edits(*, editor: Editor, noun: str, changes: Sequence[Changed], undoes: int | None = None) -> None:
    """Writes down what the caller's transaction changed, as the next version of each thing."""
    versions = find_versions(
        network_id=editor.network_id, noun=noun, ids=[change.thing_id for change in changes]
    )
    rows = [
        {
            "network_id": editor.network_id,
            "noun": noun,
            "thing_id": change.thing_id,
            "version": versions.get(change.thing_id, 0) + 1,
            "made_at": editor.now,
            "member_id": editor.member_id,
            "reason": editor.reason,
            "before": change.before,
            "after": change.after,
            "undoes": undoes,
        }
        for change in changes
    ]
    insert_rows(Edit, rows)
    _audit(editor, noun, changes)


def _audit(editor: Editor, noun: str, changes: Sequence[Changed]) -> None:
    """The same for the auditor, who sees it beside all else that was done."""
    actor = Actor(
        network_id=editor.network_id,
        now=editor.now,
        member_id=editor.member_id,
        device_id=editor.device_id,
    )
    note(actor=actor, deeds=[_deed(noun, change) for change in changes], reason=editor.reason)


def _deed(noun: str, change: Changed) -> Deed:
    what = "made" if change.before is None else "removed" if change.after is None else "edited"
    whose = (change.after or change.before or {}).get("member_id")
    return Deed(f"{noun}.{what}", noun, change.thing_id, change.before, change.after, whose)


def list_edits(
    *, network_id: int, noun: str, thing_ids: Collection[str], limit: int = 100
) -> list[dict[str, Any]]:
    """The latest edits of these things with the name of who made them, newest first."""
    by = and_(Member.network_id == Edit.network_id, Member.id == Edit.member_id)
    columns = (Edit.thing_id, Edit.version, Edit.made_at, Edit.reason, Edit.before, Edit.after, Edit.undoes)
    rows: Sequence[Row[Any]] = db.session.execute(
        select(*columns, Member.name.label("by_name"))
        .outerjoin(Member, by)
        .where(Edit.network_id == network_id, Edit.noun == noun, Edit.thing_id.in_(sorted(thing_ids)))
        .order_by(Edit.made_at.desc(), Edit.version.desc())
        .limit(limit)
    ).all()
    return [dict(row._mapping) for row in rows]


def get_edit(*, network_id: int, noun: str, thing_id: str, version: int) -> Edit:
    """One edit. Refuses with edit.not_found."""
    edit = db.session.get(Edit, (network_id, noun, thing_id, version))
    if edit is None:
        raise Refusal("edit.not_found")
    return edit


def check_version(
    *, given: int, current: int, theirs: Fields, yours: Fields, last: Mapping[str, Any]
) -> None:
    """Refuses with edit.conflict, and both wordings, when somebody else was first."""
    if given != current:
        latest = {name: last.get(name) for name in ("by_name", "reason")}
        made_at = last.get("made_at")
        said = {"made_at": plain(made_at)} if made_at else {}
        both = {"version": current, "theirs": theirs, "yours": yours}
        raise Refusal("edit.conflict", fields=both | latest | said)


def changed_fields(*, before: Fields, after: Fields) -> tuple[Fields, Fields]:
    """What of `after` differs, and what stood there."""
    names = [name for name in after if after[name] != before.get(name)]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def fields_to_undo(*, edit: Edit, current: Fields) -> Fields:
    """What taking an edit back writes.

    Refuses with edit.not_undoable (it made the thing, or took it away) and edit.superseded, with the fields
    that somebody has changed again since.
    """
    if edit.before is None or edit.after is None:
        raise Refusal("edit.not_undoable")
    later = sorted(name for name, value in edit.after.items() if current.get(name) != value)
    if later:
        raise Refusal("edit.superseded", fields={name: ["后来又改过。"] for name in later})
    return dict(edit.before)


def plain(value: Any) -> Any:
    """A value as JSON has it: days and moments as text."""
    return value.isoformat() if isinstance(value, date) else value
