"""The invented network: real streets, nobody real, and the same from the same seed."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest

from workstation.demo.ids import id_at
from workstation.demo.people import Crowd, gather_crowd
from workstation.demo.phones import Phone, Sending, sendings_of_day
from workstation.demo.places import Ground, lay_ground
from workstation.demo.plans import Duty, plan_duties
from workstation.demo.taps import Tap, taps_of_day
from workstation.geography.distance import Position
from workstation.geography.outlines import contains, outline_from_geojson
from workstation.ids import is_id
from workstation.local_time import LOCAL

TODAY = date(2026, 11, 21)
FIRST = TODAY - timedelta(days=90)
NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)
AT = datetime(2026, 7, 1, tzinfo=UTC)


def ground_of(stations: int = 242, seed: int = 1) -> Ground:
    return lay_ground(stations=stations, opened=FIRST, at=AT, random=Random(seed))


def crowd_of(ground: Ground) -> Crowd:
    districts = [division for division in ground.divisions if division["level"] == "district"]
    return gather_crowd(spots=ground.spots, districts=districts, at=AT, random=Random(2))


def duties_of(ground: Ground, crowd: Crowd) -> list[Duty]:
    last = TODAY + timedelta(days=14)
    return plan_duties(spots=ground.spots, crowd=crowd, first=FIRST, today=TODAY, last=last, random=Random(3))


def lived(ground: Ground, crowd: Crowd) -> list[Sending]:
    """All calls of the 90 days and today."""
    phones = {device["member_id"]: Phone(device["id"], device["member_id"]) for device in crowd.devices}
    duties, random = duties_of(ground, crowd), Random(4)
    calls: list[Sending] = []
    for number in range(91):
        day = FIRST + timedelta(days=number)
        planned = [duty for duty in duties if duty.starts_at.date() == day]
        taps = taps_of_day(day=day, duties=planned, spots=ground.spots, crowd=crowd, random=random)
        evening = datetime.combine(day + timedelta(days=1), time(), LOCAL)
        calls += sendings_of_day(phones=phones, taps=taps, evening=evening, now=NOW, random=random)
    return calls


@pytest.fixture(scope="module")
def ground() -> Ground:
    return ground_of()


@pytest.fixture(scope="module")
def crowd(ground: Ground) -> Crowd:
    return crowd_of(ground)


@pytest.fixture(scope="module")
def calls(ground: Ground, crowd: Crowd) -> list[Sending]:
    return lived(ground, crowd)


def test_the_divisions_are_shenzhen_whole(ground: Ground) -> None:
    levels = Counter(division["level"] for division in ground.divisions)
    assert (levels["city"], levels["district"], levels["street"]) == (1, 9, 74)


@pytest.mark.parametrize("stations", [74, 242, 2420])
def test_every_street_has_a_station_that_serves_it(stations: int) -> None:
    ground = ground_of(stations)
    codes = {division["id"]: division["code"] for division in ground.divisions}
    served = {codes[spot.record["division_id"]] for spot in ground.spots if spot.record["serves_street"]}
    assert len(ground.spots) == stations
    assert len({code for code in served if len(code) == 9}) == 74


def test_stations_stand_inside_their_district(ground: Ground) -> None:
    outlines = {row["division_id"]: outline_from_geojson(geometry=row["geometry"]) for row in ground.outlines}
    assert len(outlines) == 9
    for spot in ground.spots:
        place = Position(spot.record["lat"], spot.record["lon"])
        assert contains(outline=outlines[spot.district_id], position=place)


def test_no_two_stations_share_a_code_or_a_name(ground: Ground) -> None:
    assert len({spot.record["code"] for spot in ground.spots}) == 242
    assert len({spot.record["name"] for spot in ground.spots}) == 242


def test_sector_and_company_stations_serve_no_street(ground: Ground) -> None:
    gated = [spot.record for spot in ground.spots if not spot.record["serves_street"]]
    assert any(record["sector"] for record in gated)
    assert any(not record["sector"] for record in gated)
    assert all(record["serves_street"] for record in (s.record for s in ground.spots[:74]))


def test_the_cast_is_complete(crowd: Crowd) -> None:
    roles = Counter(person["role"] for person in crowd.people)
    assert (roles["member"], roles["district_office"], roles["city_office"], roles["auditor"]) == (
        300,
        9,
        1,
        1,
    )
    assert roles["liaison"] == 41
    assert len({person["name"] for person in crowd.people}) == len(crowd.people)
    assert len({person["code"] for person in crowd.people}) == len(crowd.people)


def test_every_station_has_members_and_a_liaison(ground: Ground, crowd: Crowd) -> None:
    for spot in ground.spots:
        assert crowd.at_station[spot.record["id"]]
        assert crowd.liaison_of[spot.record["id"]]["role"] == "liaison"


def test_at_least_twelve_stations_are_never_mentioned(ground: Ground, calls: list[Sending]) -> None:
    seen = {entry["body"].get("station_id") for call in calls for entry in call.entries}
    assert sum(spot.record["id"] not in seen for spot in ground.spots) >= 12


def test_shifts_are_planned_for_the_coming_days_too(ground: Ground, crowd: Crowd) -> None:
    days = {duty.starts_at.date() for duty in duties_of(ground, crowd)}
    assert min(days) >= FIRST
    assert max(days) > TODAY + timedelta(days=10)


def test_the_entries_are_as_varied_as_real_ones(calls: list[Sending]) -> None:
    entries = [entry for call in calls for entry in call.entries]
    kinds = Counter(entry["kind"] for entry in entries)
    assert set(kinds) == {"check_in", "shift_start", "shift_end", "reception", "correction", "withdrawal"}
    assert kinds["shift_end"] < kinds["shift_start"]
    bodies = [entry["body"] for entry in entries]
    assert any("stated_at" in body for body in bodies)
    assert any("no_fix_reason" in body for body in bodies)
    assert any(entry["on_behalf_of"] for entry in entries)


def test_some_phones_were_offline_for_days(calls: list[Sending]) -> None:
    waits = [
        call.sent_at - datetime.fromisoformat(entry["recorded_at"])
        for call in calls
        for entry in call.entries
    ]
    assert min(waits) > timedelta()
    assert max(waits) > timedelta(hours=72)


def test_a_phone_numbers_its_entries_without_a_gap(calls: list[Sending]) -> None:
    numbers: dict[str, list[int]] = {}
    for call in calls:
        numbers.setdefault(call.phone.device_id, []).extend(entry["seq"] for entry in call.entries)
    assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in numbers.values())


def test_nothing_comes_from_the_future_and_no_id_twice(calls: list[Sending]) -> None:
    assert all(call.sent_at <= NOW for call in calls)
    ids = [entry["id"] for call in calls for entry in call.entries]
    assert len(ids) == len(set(ids))
    assert all(is_id(entry_id) for entry_id in ids)


def test_the_same_seed_gives_the_same_network_and_another_another() -> None:
    assert ground_of(100, seed=5) == ground_of(100, seed=5)
    assert ground_of(100, seed=5) != ground_of(100, seed=6)


def test_one_phone_without_network_keeps_what_it_has() -> None:
    phone = Phone("device", "person", offline_until=NOW + timedelta(days=1))
    tap = Tap("person", NOW - timedelta(minutes=5), id_at(moment=NOW, random=Random(1)), "check_in", {})
    calls = sendings_of_day(phones={"person": phone}, taps=[tap], evening=NOW, now=NOW, random=Random(1))
    assert calls == []
    assert len(phone.waiting) == 1


def test_an_id_is_a_uuid_of_version_7_and_of_its_moment() -> None:
    text = id_at(moment=NOW, random=Random(1))
    assert is_id(text)
    assert text[14] == "7"
    assert int(text[:8] + text[9:13], 16) == int(NOW.timestamp() * 1000)
