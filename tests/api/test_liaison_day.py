"""A liaison's page: the own stations, and nobody else's."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.test_planned_shifts import plan
from tests.cast import NOON, Cast, Phone, Time

PATH = "/api/v1/liaison-day"
LISTS = ("planned", "present", "held", "replies")


def day_of(phone: Phone) -> dict[str, Any]:
    answer = phone.get(PATH)
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def a_busy_day(cast: Cast, station: str, who: str) -> None:
    """Something of each kind at this station."""
    phone, place = cast.phone(who), cast.here.stations[station]
    plan(cast, who, station, NOON)
    shift = phone.shift_start(place)
    results = phone.sync(phone.check_in(place), shift, phone.reception(place, wants_reply=True))
    assert {result["status"] for result in results} == {"accepted"}
    [held] = phone.sync(phone.check_in(place, stated_at="bad"))
    assert held["status"] == "held"


@pytest.mark.parametrize("who", ["member", "auditor", "district_officer", "city_officer"])
def test_nobody_but_a_liaison_sees_it(cast: Cast, who: str) -> None:
    answer = cast.phone(who).get(PATH)
    assert (answer.status_code, answer.json["code"]) == (403, "scope.denied")


def test_a_liaison_sees_the_own_stations_and_no_others(cast: Cast, time: Time) -> None:
    a_busy_day(cast, "hall", "member")
    a_busy_day(cast, "other", "stranger")
    for who, station, other in (("liaison", "hall", "stranger"), ("other_liaison", "other", "member")):
        seen = day_of(cast.phone(who))
        place = cast.here.stations[station]
        assert [own["id"] for own in seen["stations"]] == [place]
        assert {name: len(seen[name]) for name in LISTS} == {
            "planned": 1,
            "present": 2,
            "held": 1,
            "replies": 1,
        }
        assert {row["station_id"] for name in LISTS for row in seen[name]} == {place}
        assert cast.here.members[other] not in str(seen)
    foreign = day_of(cast.phone("liaison", network=cast.elsewhere))
    assert [foreign[name] for name in LISTS] == [[], [], [], []]


def test_who_is_due_and_who_came(cast: Cast, time: Time) -> None:
    for who, hours in (("member", 0), ("colleague", 5)):
        plan(cast, who, "hall", NOON + timedelta(hours=hours))
    plan(cast, "member", "hall", NOON + timedelta(days=1))
    phone = cast.phone("member")
    time.passes(minutes=-20)  # a little early
    phone.sync(phone.check_in(cast.here.stations["hall"]))
    turns = day_of(cast.phone("liaison"))["planned"]
    assert [(turn["member_name"], turn["since"]) for turn in turns] == [
        ("member（测试）", "2026-11-20T03:40:00.000Z"),
        ("colleague（测试）", None),
    ]


def test_an_ended_shift_of_the_morning_does_not_meet_an_evening_turn(cast: Cast, time: Time) -> None:
    plan(cast, "member", "hall", NOON + timedelta(hours=6))
    phone = cast.phone("member")
    start = phone.shift_start(cast.here.stations["hall"])
    phone.sync(start)
    time.passes(hours=2)
    phone.sync(phone.shift_end(start["id"]))
    [turn] = day_of(cast.phone("liaison"))["planned"]
    assert turn["since"] is None
    [present] = day_of(cast.phone("liaison"))["present"]
    assert (present["kind"], present["ended_at"]) == ("shift", "2026-11-20T06:00:00.000Z")


def test_a_reply_that_was_given_waits_no_more(cast: Cast, time: Time) -> None:
    member, liaison = cast.phone("member"), cast.phone("liaison")
    reception = member.reception(cast.here.stations["hall"], wants_reply=True, summary="想知道结果")
    member.sync(reception)
    [reply] = day_of(liaison)["replies"]
    assert (reply["summary"], reply["id"]) == ("想知道结果", reception["id"])
    said = liaison.about("correction", reception["id"], changes={"wants_reply": False})
    assert liaison.sync(said)[0]["status"] == "accepted"
    after = day_of(liaison)
    assert (after["replies"], after["replies_total"]) == ([], 0)


def test_of_a_constituent_nothing_is_told(cast: Cast, time: Time) -> None:
    member = cast.phone("member")
    named = {"name": "张三", "contact": "13800000000", "consent": True, "consent_version": "1"}
    member.sync(member.reception(cast.here.stations["hall"], wants_reply=True, constituent=named))
    answer = cast.phone("liaison").get(PATH).text
    assert "张三" not in answer
    assert "13800000000" not in answer


def test_what_is_entered_for_a_member_is_that_members(cast: Cast, time: Time) -> None:
    liaison, hall = cast.phone("liaison"), cast.here.stations["hall"]
    people = day_of(liaison)["people"]
    assert [person["name"] for person in people] == ["colleague（测试）", "member（测试）"]
    entry = liaison.check_in(hall) | {"on_behalf_of": cast.here.members["colleague"]}
    assert liaison.sync(entry)[0]["status"] == "accepted"
    [present] = day_of(liaison)["present"]
    assert present["member_id"] == cast.here.members["colleague"]


def test_who_is_only_planned_here_can_be_entered_for(cast: Cast, time: Time) -> None:
    plan(cast, "stranger", "hall", NOON)
    people = day_of(cast.phone("liaison"))["people"]
    assert [(person["name"], person["station_ids"]) for person in people][-1] == ("stranger（测试）", [])
