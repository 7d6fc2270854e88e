"""What people tapped on one day, in wire form (docs/sync-protocol.md). Pure: all comes from the seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import cos, radians
from random import Random
from typing import Any

from workstation.demo.ids import id_at
from workstation.demo.names import SUMMARIES
from workstation.demo.people import Crowd
from workstation.demo.places import Record, Spot
from workstation.demo.plans import Duty
from workstation.local_time import LOCAL
from workstation.network.founding import DEFAULT_TOPICS

METRES_A_DEGREE = 111_200
FORGOTTEN_END, STATED_LATER, BY_LIAISON, CHECKED_IN_TOO = 0.04, 0.03, 0.02, 0.3
CORRECTED, WITHDRAWN = 0.03, 0.01
VISITS_A_STATION_AND_DAY = 1 / 12


@dataclass(frozen=True)
class Tap:
    """One entry as the person made it, before the phone gave it a `seq`."""

    author_id: str
    at: datetime
    id: str
    kind: str
    body: dict[str, Any]
    on_behalf_of: str | None = None


def taps_of_day(
    *, day: date, duties: list[Duty], spots: list[Spot], crowd: Crowd, random: Random
) -> list[Tap]:
    """Everything that was tapped in the network on that day, in order of time."""
    taps = [tap for duty in duties for tap in _duty(duty=duty, crowd=crowd, random=random)]
    living = [spot for spot in spots if spot.profile.kept and not spot.profile.quiet_days]
    for _ in range(round(len(living) * VISITS_A_STATION_AND_DAY)):
        taps += _visit(day=day, spot=random.choice(living), crowd=crowd, random=random)
    return sorted(taps, key=lambda tap: (tap.at, tap.id))


def _duty(*, duty: Duty, crowd: Crowd, random: Random) -> Iterator[Tap]:
    if random.random() >= duty.spot.profile.kept:
        return
    station, member_id = duty.spot.record, duty.member["id"]
    begin = duty.starts_at + _minutes(random.gauss(0, 6), random)
    finish = duty.ends_at + _minutes(random.gauss(0, 8), random)
    presence = _presence(station=station, random=random)
    if random.random() < BY_LIAISON:
        yield _behalf(duty=duty, crowd=crowd, at=finish, random=random)
    if random.random() < CHECKED_IN_TOO:
        yield _tap(
            member_id, begin - timedelta(seconds=40), "check_in", {**presence, "purpose": "duty"}, random
        )
    if random.random() < STATED_LATER:
        yield from _written_up_later(duty=duty, begin=begin, finish=finish, random=random)
        return
    start = _tap(member_id, begin, "shift_start", presence, random)
    yield start
    yield from _receptions(duty=duty, shift=start, finish=finish, random=random)
    if random.random() >= FORGOTTEN_END:
        yield _tap(member_id, finish, "shift_end", {"shift_id": start.id}, random)


def _written_up_later(*, duty: Duty, begin: datetime, finish: datetime, random: Random) -> Iterator[Tap]:
    """The paper way: both ends stated in the evening."""
    evening = finish + timedelta(hours=2)
    body = {"station_id": duty.spot.record["id"], "no_fix_reason": "unavailable", "stated_at": _text(begin)}
    start = _tap(duty.member["id"], evening, "shift_start", body, random)
    yield start
    said = {"shift_id": start.id, "stated_at": _text(finish)}
    yield _tap(duty.member["id"], evening + timedelta(seconds=30), "shift_end", said, random)


def _behalf(*, duty: Duty, crowd: Crowd, at: datetime, random: Random) -> Tap:
    station_id = duty.spot.record["id"]
    body = {"station_id": station_id, "purpose": "duty", "stated_at": _text(duty.starts_at)}
    liaison_id = crowd.liaison_of[station_id]["id"]
    return _tap(liaison_id, at, "check_in", body, random, on_behalf_of=duty.member["id"])


def _visit(*, day: date, spot: Spot, crowd: Crowd, random: Random) -> Iterator[Tap]:
    members = crowd.at_station[spot.record["id"]]
    if not members:
        return
    at = datetime.combine(day, time(10), LOCAL) + _minutes(random.randrange(400), random)
    body = {**_presence(station=spot.record, random=random), "purpose": random.choice(("visit", "session"))}
    check_in = _tap(random.choice(members)["id"], at, "check_in", body, random)
    yield check_in
    if random.random() < WITHDRAWN * 5:
        said = {"target_id": check_in.id, "reason": "误点，当时不在站内。"}
        yield _tap(check_in.author_id, at + timedelta(minutes=4), "withdrawal", said, random)


def _receptions(*, duty: Duty, shift: Tap, finish: datetime, random: Random) -> Iterator[Tap]:
    mean = duty.spot.profile.receptions
    count = sum(random.random() < mean / 3 for _ in range(3))
    length = (finish - shift.at) / 4
    for number in range(count):
        started_at = shift.at + length * (number + 1)
        tap = _reception(duty=duty, shift=shift, started_at=started_at, random=random)
        yield tap
        if random.random() < CORRECTED:
            changes = {"headcount": tap.body["headcount"] + 1}
            said = {"target_id": tap.id, "changes": changes, "reason": "人数记少了。"}
            yield _tap(tap.author_id, tap.at + timedelta(minutes=2), "correction", said, random)


def _reception(*, duty: Duty, shift: Tap, started_at: datetime, random: Random) -> Tap:
    party = random.choice(("person", "person", "person", "group", "enterprise", "organisation"))
    ended_at = started_at + timedelta(minutes=random.randrange(5, 25))
    body = {
        "station_id": duty.spot.record["id"],
        "shift_id": shift.id,
        "started_at": _text(started_at),
        "ended_at": _text(ended_at),
        "channel": random.choice(("walk_in", "walk_in", "walk_in", "appointment", "phone", "visit", "qr")),
        "party_kind": party,
        "headcount": 1 if party == "person" else random.randrange(2, 9),
        "topic": random.choice(list(DEFAULT_TOPICS)),
        "summary": random.choice(SUMMARIES),
        "answered_on_spot": random.random() < 0.6,
        "wants_reply": random.random() < 0.3,
    }
    return _tap(shift.author_id, ended_at, "reception", body, random)


def _presence(*, station: Record, random: Random) -> dict[str, Any]:
    """Mostly a good fix at the door; sometimes a poor one, one from elsewhere, or none."""
    luck = random.random()
    if luck < 0.06:
        return {
            "station_id": station["id"],
            "no_fix_reason": random.choice(("denied", "timeout", "unavailable")),
        }
    spread_m, accuracy_m = (25, random.randrange(6, 60))
    if luck < 0.14:
        accuracy_m = random.randrange(300, 900)
    elif luck < 0.17:
        spread_m = 4000
    north, east = random.gauss(0, spread_m), random.gauss(0, spread_m)
    fix = {
        "lat": round(station["lat"] + north / METRES_A_DEGREE, 6),
        "lon": round(station["lon"] + east / METRES_A_DEGREE / cos(radians(station["lat"])), 6),
        "accuracy_m": accuracy_m,
        "age_s": random.randrange(5),
    }
    return {"station_id": station["id"], "fix": fix}


def _tap(
    author_id: str,
    at: datetime,
    kind: str,
    body: dict[str, Any],
    random: Random,
    *,
    on_behalf_of: str | None = None,
) -> Tap:
    return Tap(author_id, at, id_at(moment=at, random=random), kind, body, on_behalf_of)


def _minutes(value: float, random: Random) -> timedelta:
    """That many minutes and some odd milliseconds, as real taps have them."""
    return timedelta(seconds=round(value * 60), milliseconds=random.randrange(1000))


def _text(moment: datetime) -> str:
    return moment.astimezone(LOCAL).isoformat(timespec="milliseconds")
