"""Whether an entry is a fact, and what is to be said about it: from values alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from workstation.check_ins.plausibility import Presence, is_shared_by_many, is_too_fast
from workstation.check_ins.rules import (
    NOTHING_MORE,
    UNJUDGED,
    Fenced,
    Remarks,
    evidence_of,
    flags_of,
    judge_position,
)
from workstation.check_ins.station_codes import MOST_CODES_A_DAY, MOST_WRONG_A_DAY, find_step
from workstation.geography.datum_guard import answer
from workstation.geography.distance import Position
from workstation.keys import Keys
from workstation.local_time import local_day
from workstation.people.rules import STAFF, Scope
from workstation.sync.entries import Entry, Kept, Sender
from workstation.sync.rules import Clocks, read_clocks
from workstation.sync.stories import ROOTS
from workstation.sync.surroundings import Surroundings, UsedCode, is_presence, presence_of

PRESENCE = ("check_in", "shift_start")
CORRECTABLE = (*ROOTS, "shift_end")

# Says what is wrong with the changes of a correction, given the kind of its target; empty when nothing is.
CheckChanges = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
# How often codes were given lately under this name, now included: guesses are limited (api/code_attempts.py).
# The second text names this very attempt, which counts once however often it comes.
CountCodes = Callable[[str, str], int]


def count_no_codes(_name: str, _attempt: str) -> int:
    """Where nobody can guess: what came by a file, or what staff decide."""
    return 0


class Placed(Fenced, Protocol):
    """What the judgement needs of a station."""

    @property
    def id(self) -> str: ...
    @property
    def code_epoch(self) -> int: ...
    @property
    def division_path(self) -> list[str]: ...


def clocks_of(entry: Entry, *, sent_at: datetime, received_at: datetime) -> Clocks | None:
    """The three clocks of an entry, or None when it does not say when it was recorded."""
    if entry.recorded_at is None:
        return None
    return read_clocks(
        recorded_at=entry.recorded_at,
        sent_at=sent_at,
        received_at=received_at,
        elapsed_ms=entry.elapsed_ms,
        stated_at=entry.stated_at,
    )


@dataclass(kw_only=True)
class Witness:
    """What beside the entry itself presence is judged by."""

    keys: Keys
    count_codes: CountCodes = count_no_codes
    around: Surroundings = field(default_factory=Surroundings)


def judge_presence(kept: Kept, *, entry: Entry, station: Placed | None, witness: Witness) -> None:
    """Writes verdict, distance, evidence, code and flags into `kept`; null where the station is unknown."""
    if entry.kind not in PRESENCE:
        return
    judged = UNJUDGED if station is None else judge_position(fix=entry.fix, station=station)
    by_word = entry.stated_at is not None or kept.entered_by_id is not None
    kept.verdict, kept.distance_m, kept.accuracy_m = judged
    step = None if station is None else step_of(kept, entry=entry, station=station, keys=witness.keys)
    remarks = NOTHING_MORE if station is None else _remarks(kept, entry=entry, step=step, witness=witness)
    valid = step is not None and not remarks.too_many_codes and not remarks.code_repeated
    kept.code_step = step if valid and not by_word else None
    kept.evidence = evidence_of(verdict=judged.verdict, code_valid=valid, by_word=by_word)
    if station is not None and kept.occurred_at and is_presence(kept.evidence, kept.verdict):
        here = presence_of(kept, at=kept.occurred_at, station=station)
        remarks = _seen_beside(remarks, kept, here=here, around=witness.around)
    kept.flags += flags_of(
        verdict=judged.verdict, code_given=bool(entry.station_code), code_valid=valid, remarks=remarks
    )


def _remarks(kept: Kept, *, entry: Entry, step: int | None, witness: Witness) -> Remarks:
    """What is said of the code alone."""
    if not entry.station_code or kept.occurred_at is None:
        return NOTHING_MORE
    too_many = _is_guessing(kept, entry=entry, is_wrong=step is None, count_codes=witness.count_codes)
    if too_many or step is None or kept.entered_by_id is not None:
        return Remarks(too_many_codes=too_many)
    code = UsedCode(str(entry.station_id), str(entry.kind), step)
    return Remarks(code_repeated=witness.around.is_used(code, by=kept.entry_id))


def _seen_beside(remarks: Remarks, kept: Kept, *, here: Presence, around: Surroundings) -> Remarks:
    """The same, with what other entries say of this one."""
    fast = is_too_fast(here, around.others(kept.entry_id), clock_error_s=kept.clock_error_s or 0)
    return remarks._replace(too_fast=fast, many_people=is_shared_by_many(around.people))


def _is_guessing(kept: Kept, *, entry: Entry, is_wrong: bool, count_codes: CountCodes) -> bool:
    """Whether this person gave more codes for this station and day, or more wrong ones, than one needs."""
    assert kept.occurred_at is not None
    person, this = f"{kept.network_id} {kept.member_id}", f"{kept.entry_id} {entry.station_code}"
    given = count_codes(f"{person} {entry.station_id} {local_day(kept.occurred_at)}", this)
    wrong = count_codes(f"{person} wrong {local_day(kept.received_at)}", this) if is_wrong else 0
    return given > MOST_CODES_A_DAY or wrong > MOST_WRONG_A_DAY


def step_of(kept: Kept, *, entry: Entry, station: Placed, keys: Keys) -> int | None:
    """Which of the station's codes the entry gives (station_codes.find_step); None when it gives none."""
    if not entry.station_code or kept.occurred_at is None:
        return None
    return find_step(
        entry.station_code,
        network_id=kept.network_id,
        station_id=station.id,
        epoch=station.code_epoch,
        at=kept.occurred_at,
        clock_error_s=kept.clock_error_s or 0,
        keys=keys,
    )


def mistaken_in(entry: Entry) -> str | None:
    """The entry of which this one says that nobody was there, or not then; None when it says neither."""
    if entry.problem or entry.kind not in ("correction", "withdrawal"):
        return None
    changes = entry.body.get("changes", {})
    moved = entry.kind == "withdrawal" or any(changes.get(name) for name in ("station_id", "stated_at"))
    return entry.target_id if moved else None


def place_answer(kept: Kept, *, entry: Entry, station: Placed | None) -> str | None:
    """What a fix says of where the station stands (geography/datum_guard.py); None when it says nothing."""
    fix = entry.fix
    if fix is None or station is None or kept.verdict == "no_fix" or not kept.evidence:
        return None
    return answer(
        station=Position(station.lat, station.lon),
        fix=Position(fix.lat, fix.lon),
        accuracy_m=fix.accuracy_m,
    )


def scope_has(scope: Scope, station: Placed | None) -> bool:
    """Whether a member of staff answers for this station."""
    if station is None:
        return False
    if scope.level == "district":
        return scope.division_id in station.division_path
    return scope.level == "network" or (scope.level == "stations" and station.id in scope.station_ids)


def reason_to_hold(
    entry: Entry, *, sender: Sender, is_own_device: bool, subject_exists: bool, station: Placed | None
) -> str | None:
    """Why staff must look at this entry first, whatever it speaks about; None when they need not."""
    carried = entry.author_id not in (None, sender.member_id) or not is_own_device
    names_station = entry.kind in ROOTS or entry.station_id is not None
    reasons = {
        "device.revoked": sender.is_revoked,
        "person.disabled": sender.is_disabled,
        entry.problem or "": entry.problem is not None,
        "entry.carried": carried,
        "entry.station_unknown": names_station and station is None,
        "entry.not_allowed": not _may_enter_for(entry, sender=sender, exists=subject_exists, station=station),
    }
    return next((code for code, holds in reasons.items() if holds), None)


def _may_enter_for(entry: Entry, *, sender: Sender, exists: bool, station: Placed | None) -> bool:
    if entry.on_behalf_of in (None, sender.member_id):
        return True
    # What speaks about another entry is measured by that entry's station: reason_about_target.
    return exists and is_staff_of(sender, station if entry.kind in ROOTS else None, anywhere=True)


def is_staff_of(sender: Sender, station: Placed | None, *, anywhere: bool = False) -> bool:
    """Whether the sender is staff and answers for this station."""
    if sender.role not in STAFF:
        return False
    return scope_has(sender.scope, station) or (anywhere and station is None)


def reason_about_target(
    entry: Entry, *, sender: Sender, target: Kept | None, station: Placed | None, check_changes: CheckChanges
) -> str | None:
    """Why a shift_end, correction or withdrawal can't apply yet; None when it can. `station`: the root's."""
    if target is None or target.state != "accepted":
        return "entry.target_missing"
    if not _fits(entry, target=target, check_changes=check_changes):
        return "entry.invalid"
    if is_staff_of(sender, station):
        return None
    if entry.on_behalf_of not in (None, sender.member_id):
        return "entry.not_allowed"
    return None if sender.member_id in (target.member_id, target.entered_by_id) else "target.not_yours"


def _fits(entry: Entry, *, target: Kept, check_changes: CheckChanges) -> bool:
    if entry.kind == "shift_end":
        return target.kind == "shift_start"
    if target.kind not in CORRECTABLE:
        return False
    return entry.kind == "withdrawal" or not check_changes(target.kind or "", entry.body["changes"])
