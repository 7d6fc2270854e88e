"""How the installation is, for the office: a word and a moment for each thing, and no technical secret."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from flask_smorest import Blueprint

from api.auth import Caller, caller, guard
from api.commands import upkeep_notes
from api.config import Settings, backup_folder
from api.schemas.status import StatusOut
from workstation.backups.rules import list_backups, made_at
from workstation.sync.fleet import list_fleet
from workstation.sync.reviews import measure_waiting
from workstation.upkeep import rules
from workstation.upkeep.queries import database_now, latest_call_at
from workstation.upkeep.rules import State

blueprint = Blueprint("status", __name__, url_prefix="/api/v1/status", description="Status")
Item = dict[str, Any]
QUIET_DAYS = 3


@blueprint.route("", methods=["GET"])
@guard.roles("city_office", "district_office")
@blueprint.response(200, StatusOut)
def status() -> dict[str, Any]:
    """Backups, nightly chores, disk and clock, and what waits within the scope: is everything in order?"""
    person, settings = caller(), current_app.config["SETTINGS"]
    items = [*_machine(settings, person.now), *_people(person)]
    return {"as_of": person.now, "state": rules.worst_state(each["state"] for each in items), "items": items}


def _item(name: str, state: State, *, at: datetime | None = None, count: int | None = None) -> Item:
    return {"name": name, "state": state, "at": at, "count": count}


def _machine(settings: Settings, now: datetime) -> Iterator[Item]:
    folder = backup_folder(settings)
    latest = next((made_at(found.name) for found in list_backups(folder)), None)
    judged = rules.judge_backup(now=now, latest=latest, same_disk=False)
    yield _item("backup", judged.state, at=latest)
    drilled, passed = upkeep_notes.read_last_drill(folder)
    yield _item("drill", rules.judge_drill(now=now, began_at=drilled, passed=passed).state, at=drilled)
    yield from _chores(upkeep_notes.read(settings.data_dir), now)
    yield _item("disk", rules.worst_state(_disk(place) for place in (folder, settings.data_dir)))
    clock = rules.judge_clock(now=now, latest_call=latest_call_at(), database=database_now())
    yield _item("clock", clock.state)


def _chores(notes: dict[str, Any], now: datetime) -> Iterator[Item]:
    """Housekeeping as a whole, and the two of its chores that compare."""
    moments = [notes[name] for name in ("began_at", "left_to_another_at") if name in notes]
    began = datetime.fromisoformat(max(moments)) if moments else None
    fine = {each["name"]: bool(each["ok"]) for each in notes.get("chores", [])}
    others = [name for name, ok in fine.items() if not ok and name not in ("compare", "verify")]
    yield _item("housekeeping", rules.judge_chores(now=now, began_at=began, failed=others).state, at=began)
    looked = datetime.fromisoformat(notes["began_at"]) if "began_at" in notes else None
    for chore, name in (("compare", "figures"), ("verify", "chain")):
        yield _item(name, rules.judge_comparison(fine.get(chore)), at=looked if chore in fine else None)


def _disk(place: Path) -> State:
    if not place.exists():
        return "ok"  # the backup's own finding tells
    usage = shutil.disk_usage(place)
    return rules.judge_disk(where="", free=usage.free, total=usage.total).state


def _people(person: Caller) -> Iterator[Item]:
    waiting, oldest = measure_waiting(scope=person.scope)
    yield _item("held", rules.judge_waiting(now=person.now, oldest=oldest), at=oldest, count=waiting)
    phones = [phone for place in list_fleet(scope=person.scope, now=person.now) for phone in place.phones]
    quiet = {each.device_id for each in phones if each.pending and each.silent_days >= QUIET_DAYS}
    yield _item("phones", "soon" if quiet else "ok", count=len(quiet))
