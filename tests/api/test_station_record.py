"""What stands behind one station's figures: the same facts, within the scope, nobody's phone beyond it."""

from datetime import timedelta
from typing import Any

from api import clock
from tests.cast import HALL, Cast, Phone, Time, any_uuid

FIX = {"lat": HALL[0], "lon": HALL[1], "accuracy_m": 24, "age_s": 2}


def record(phone: Phone, station_id: str, query: str = "window=30d") -> dict[str, Any]:
    answer = phone.get(f"/api/v1/stations/{station_id}/record?{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def ago(hours: float) -> Any:
    return clock.now() - timedelta(hours=hours)


def test_shifts_and_topics_agree_with_the_figures_beside_them(cast: Cast) -> None:
    member, liaison, hall = cast.phone("member"), cast.phone("liaison"), cast.here.stations["hall"]
    start = member.shift_start(hall, at=ago(3), fix=FIX)
    member.sync(start, member.shift_end(start["id"], at=ago(1)))
    member.sync(
        member.reception(hall, at=ago(2)), member.reception(hall, at=ago(26), topic="schools", headcount=7)
    )
    member.sync(member.reception(cast.here.stations["other"], at=ago(2)))
    gone = member.reception(hall, at=ago(4))
    member.sync(gone, member.about("withdrawal", gone["id"]))
    # The liaison enters the same shift for the member: the member's own counts.
    liaison.sync(liaison.shift_start(hall, at=ago(3)) | {"on_behalf_of": cast.here.members["member"]})

    found = record(liaison, hall)
    figures = liaison.get(f"/api/v1/coverage/stations/{hall}?window=30d").json
    assert [(each["member_name"], each["on_behalf"]) for each in found["shifts"]] == [
        ("member（测试）", False)
    ]
    assert found["shifts_count"] == figures["shifts"]["low"] == 1
    assert [(each["topic"], each["people_received"]) for each in found["receptions_by_topic"]] == [
        ("housing", 2),
        ("schools", 7),
    ]
    assert sum(each["receptions"] for each in found["receptions_by_topic"]) == figures["receptions"]["low"]
    assert record(liaison, hall, "window=1d")["receptions_by_topic"][0]["receptions"] == 1


def test_what_staff_released_is_said_beside_the_gates_that_rest_on_it(cast: Cast) -> None:
    member, hall = cast.phone("member"), cast.here.stations["hall"]
    office = cast.phone("city_officer")
    [held] = member.sync(member.reception(hall) | {"on_behalf_of": cast.here.members["colleague"]})
    assert held["status"] == "held"
    assert record(office, hall)["released"] == {"shifts": 0, "receptions": 0}
    [row] = office.get("/api/v1/held-entries").json["held_entries"]
    body = {"content_hash": row["content_hash"], "reason": "核实过"}
    assert office.post(f"/api/v1/held-entries/{row['id']}/release", body).status_code == 204
    assert record(office, hall)["released"] == {"shifts": 0, "receptions": 1}


def test_people_come_with_the_phones_that_this_person_may_stop(cast: Cast, time: Time) -> None:
    hall = cast.here.stations["hall"]
    cast.phone("member")
    seen = {each["code"]: len(each["devices"]) for each in record(cast.phone("liaison"), hall)["people"]}
    assert seen == {"colleague": 0, "liaison": 0, "member": 1}, "a liaison's phone is not a liaison's to stop"
    assert {
        each["code"]: len(each["devices"]) for each in record(cast.phone("city_officer"), hall)["people"]
    } == {
        "colleague": 0,
        "liaison": 1,
        "member": 1,
    }


def test_another_scopes_station_answers_as_if_it_did_not_exist(cast: Cast) -> None:
    outside = cast.phone("other_officer")
    for station_id in (cast.here.stations["hall"], cast.elsewhere.stations["hall"], any_uuid(), "x"):
        answer = outside.get(f"/api/v1/stations/{station_id}/record")
        assert (answer.status_code, answer.json["code"]) == (404, "station.not_found")
    assert (
        cast.phone("member").get(f"/api/v1/stations/{cast.here.stations['hall']}/record").status_code == 403
    )
