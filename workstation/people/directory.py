"""Who is in a network: added and edited, one version after the other, each with its reason.

A person is edited as flat fields; `stations` are ids, `disabled` says that nothing but sync opens. Nobody is
taken away, since what they did stays. Phones, codes and passwords are not among the fields.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from workstation.database import db, insert_rows
from workstation.errors import Refusal
from workstation.ids import new_id
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
)
from workstation.network.models import Division, Sector, Station
from workstation.network.queries import confine_stations, list_sectors
from workstation.people.models import Member, StationMember
from workstation.people.queries import (
    MANAGED_ROLES,
    describe_people,
    get_person_in_scope,
    list_station_ids,
)
from workstation.people.rules import Scope
from workstation.prepared import lock_names

NOUN = "member"
NEW: Fields = {
    "name": "",
    "role": "member",
    "sector": None,
    "division_id": None,
    "stations": [],
    "disabled": False,
}
# What nobody changes of themselves.
RIGHTS = frozenset({"role", "division_id", "disabled"})
EDITING_LEVELS = ("district", "network")


def read_person(*, scope: Scope, member_id: str) -> dict[str, Any]:
    """A person with what can be edited, its version, what there is to choose from, and what was edited.

    Refuses with member.not_found.
    """
    member = get_person_in_scope(scope=scope, member_id=member_id)
    [person] = describe_people(network_id=scope.network_id, people=[member])
    fields = fields_of(member)
    edits = list_edits(network_id=scope.network_id, noun=NOUN, thing_ids=[member_id])
    return {
        "person": person,
        "version": find_versions(network_id=scope.network_id, noun=NOUN, ids=[member_id]).get(member_id, 0),
        "fields": fields,
        "may_edit": is_within_reach(scope=scope, fields=fields),
        "is_own": member_id == scope.member_id,
        "edits": edits,
        **read_choices(scope=scope),
        "stations": _names_of(scope.network_id, _mentioned(fields, edits)),
    }


def read_choices(*, scope: Scope) -> dict[str, Any]:
    """The roles that this person of staff may give, and the network's sectors and districts."""
    districts = select(Division.id, Division.name).where(
        Division.network_id == scope.network_id, Division.level == "district"
    )
    sectors = list_sectors(network_id=scope.network_id)
    return {
        "roles": list(MANAGED_ROLES[scope.level]) if scope.level in EDITING_LEVELS else [],
        "sectors": [{"id": sector.code, "name": sector.name} for sector in sectors],
        "districts": [dict(row._mapping) for row in db.session.execute(districts.order_by(Division.code))],
    }


def _mentioned(fields: Fields, edits: Sequence[Fields]) -> set[str]:
    sides = [fields, *(edit[side] or {} for edit in edits for side in ("before", "after"))]
    return {station_id for side in sides for station_id in side.get("stations", [])}


def _names_of(network_id: int, station_ids: Collection[str]) -> list[dict[str, Any]]:
    named = select(Station.id, Station.name).where(
        Station.network_id == network_id, Station.id.in_(sorted(station_ids))
    )
    return [dict(row._mapping) for row in db.session.execute(named.order_by(Station.code))]


def fields_of(member: Member) -> Fields:
    """What of a person can be edited."""
    columns = {name: getattr(member, name) for name in ("name", "role", "sector", "division_id")}
    stations = list_station_ids(network_id=member.network_id, member_id=member.id)
    return columns | {"stations": sorted(stations), "disabled": member.disabled_at is not None}


def is_within_reach(*, scope: Scope, fields: Fields) -> bool:
    """Whether this person of staff may make somebody like this, and change them.

    The city's office everybody; a district's office members and liaisons all of whose stations are its own.
    """
    if scope.level not in EDITING_LEVELS:
        return False
    if scope.level == "network":
        return True
    own = set(db.session.scalars(_stations_in(scope, fields["stations"])))
    return fields["role"] in MANAGED_ROLES["district"] and own == set(fields["stations"]) != set()


def _stations_in(scope: Scope, station_ids: Collection[str]) -> Any:
    return confine_stations(select(Station.id), scope=scope).where(Station.id.in_(sorted(station_ids)))


def add_person(*, scope: Scope, code: str, fields: Fields, editor: Editor) -> str:
    """Adds a person and returns the id.

    Refuses with request.invalid and the fields at fault, member.beyond_scope, and member.taken.
    """
    made = _settled(NEW | fields)
    _check(scope, made, made)
    member = Member(network_id=scope.network_id, id=new_id(), code=code, name=made["name"], role=made["role"])
    db.session.add(member)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Refusal("member.taken", fields={"code": ["已经有了。"]}) from error
    _store(member, made, editor)
    note_edits(editor=editor, noun=NOUN, changes=[Changed(member.id, None, {"code": code} | made)])
    return member.id


def edit_person(*, scope: Scope, member_id: str, version: int, changes: Fields, editor: Editor) -> None:
    """Changes fields of a person whose version the editor saw.

    Refuses with edit.conflict and both wordings, request.invalid with the fields at fault,
    member.beyond_scope, member.own_role and member.last_officer.
    """
    member, current = _open(scope, member_id)
    before = fields_of(member)
    _check_version(member, given=version, current=current, before=before, yours=changes)
    _change(scope, member, before, changes, editor=editor)


def undo_person_edit(*, scope: Scope, member_id: str, version: int, undoes: int, editor: Editor) -> None:
    """Puts back what one edit changed, as a further edit.

    Refuses like edit_person, and with edit.not_found, edit.not_undoable and edit.superseded.
    """
    member, current = _open(scope, member_id)
    before = fields_of(member)
    edit = get_edit(network_id=scope.network_id, noun=NOUN, thing_id=member_id, version=undoes)
    _check_version(member, given=version, current=current, before=before, yours=edit.before or {})
    changes = fields_to_undo(edit=edit, current=before)
    _change(scope, member, before, changes, editor=editor, undoes=undoes)


def _open(scope: Scope, member_id: str) -> tuple[Member, int]:
    get_person_in_scope(scope=scope, member_id=member_id)
    version = begin_edit(network_id=scope.network_id, noun=NOUN, thing_id=member_id)
    db.session.expire_all()  # what was read before the lock may be old by now
    return get_person_in_scope(scope=scope, member_id=member_id), version


def _check_version(member: Member, *, given: int, current: int, before: Fields, yours: Fields) -> None:
    if given != current:
        last = list_edits(network_id=member.network_id, noun=NOUN, thing_ids=[member.id], limit=1)
        theirs = {name: before.get(name) for name in yours}
        check_version(given=given, current=current, theirs=theirs, yours=yours, last=last[0] if last else {})


def _change(
    scope: Scope,
    member: Member,
    before: Fields,
    changes: Fields,
    *,
    editor: Editor,
    undoes: int | None = None,
) -> None:
    """Nothing is written down when nothing changes."""
    if not is_within_reach(scope=scope, fields=before):
        raise Refusal("member.beyond_scope")
    after = _settled(before | changes)
    old, new = changed_fields(before=before, after=after)
    if not new:
        return
    if member.id == editor.member_id and RIGHTS & new.keys():
        raise Refusal("member.own_role")
    _check(scope, after, new)
    _keep_an_officer(member, before, after)
    _store(member, after, editor)
    note_edits(editor=editor, noun=NOUN, changes=[Changed(member.id, old, new)], undoes=undoes)


def _settled(fields: Fields) -> Fields:
    """Stations in one order, each once; only a district officer has a district."""
    division_id = fields["division_id"] if fields["role"] == "district_office" else None
    return fields | {"stations": sorted(set(fields["stations"])), "division_id": division_id}


def _check(scope: Scope, after: Fields, new: Fields) -> None:
    """What cannot be, by field; then what this person of staff may not do."""
    wrong: dict[str, object] = {}
    network_id = scope.network_id
    if after["role"] == "district_office" and not _is_district(network_id, after["division_id"]):
        wrong["division_id"] = ["区政协人员要写明所在区。"]
    if after["sector"] is not None and db.session.get(Sector, (network_id, after["sector"])) is None:
        wrong["sector"] = ["没有找到这个界别。"]
    if "stations" in new and not _are_stations(network_id, after["stations"]):
        wrong["stations"] = ["没有找到其中的站点。"]
    if wrong:
        raise Refusal("request.invalid", fields=wrong)
    if not is_within_reach(scope=scope, fields=after):
        raise Refusal("member.beyond_scope")


def _is_district(network_id: int, division_id: str | None) -> bool:
    found = db.session.get(Division, (network_id, division_id)) if division_id else None
    return found is not None and found.level == "district"


def _are_stations(network_id: int, station_ids: Collection[str]) -> bool:
    own = (Station.network_id == network_id, Station.id.in_(sorted(station_ids)))
    return db.session.scalar(select(func.count()).select_from(Station).where(*own)) == len(station_ids)


def _keep_an_officer(member: Member, before: Fields, after: Fields) -> None:
    """A network without anybody of the city's office could not be helped from its own pages."""
    if not _is_officer(before) or _is_officer(after):
        return
    lock_officers(network_id=member.network_id)
    others = select(func.count()).where(
        Member.network_id == member.network_id,
        Member.role == "city_office",
        Member.disabled_at.is_(None),
        Member.id != member.id,
    )
    if not db.session.scalar(others):
        raise Refusal("member.last_officer")


def lock_officers(*, network_id: int) -> None:
    """Whoever may take somebody away from the city's office waits here, and then sees what others did."""
    lock_names([f"officers {network_id}"])


def _is_officer(fields: Fields) -> bool:
    return fields["role"] == "city_office" and not fields["disabled"]


def _store(member: Member, fields: Fields, editor: Editor) -> None:
    for name in ("name", "role", "sector", "division_id"):
        setattr(member, name, fields[name])
    member.disabled_at = (member.disabled_at or editor.now) if fields["disabled"] else None
    db.session.flush()
    own = {"network_id": member.network_id, "member_id": member.id}
    db.session.execute(delete(StationMember).filter_by(**own))
    insert_rows(StationMember, [own | {"station_id": station_id} for station_id in fields["stations"]])
