"""Planning duty through HTTP: who, where, when; frozen once it begins; the member's phone learns it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from api import clock
from tests.cast import Cast, Phone, Time, any_uuid
from workstation.coverage.models import TouchedDays
from workstation.shifts.models import PlannedShift

WEEK = "from=2026-11-20&to=2026-11-27"


def at(hours: float) -> datetime:
    return clock.now() + timedelta(hours=hours)


def plan(
    cast: Cast, phone: Phone, *, who: str = "member", begins: float = 24, lasts: float = 3, **more: Any
) -> TestResponse:
    body = {
        "station_id": cast.here.stations["hall"],
        "member_id": cast.here.members[who],
        "starts_at": at(begins).isoformat(),
        "ends_at": at(begins + lasts).isoformat(),
        "reason": "排班",
    }
    return phone.post("/api/v1/duty-plan", body | more)


def planned(phone: Phone, query: str = WEEK) -> dict[str, Any]:
    answer = phone.get(f"/api/v1/duty-plan?{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def remove(phone: Phone, shift_id: str) -> TestResponse:
    return phone.post(f"/api/v1/duty-plan/{shift_id}/removal", {"reason": "换人"})


@pytest.mark.parametrize("who", ["liaison", "district_officer", "city_officer"])
def test_staff_plan_a_member_whose_phone_learns_it(cast: Cast, who: str) -> None:
    staff, member = cast.phone(who), cast.phone("member")
    member.pull()
    made = plan(cast, staff)
    assert made.status_code == 201, made.text
    [put] = [change for change in member.pull() if change["noun"] == "planned_shift"]
    assert (put["id"], put["op"]) == (made.json["id"], "put")
    found = planned(staff)
    [row] = found["planned_shifts"]
    assert (row["member_name"], row["station_name"]) == ("member（测试）", "hall 委员工作站")
    [edit] = found["edits"]
    assert (edit["by_name"], edit["before"], edit["member_name"]) == (
        f"{who}（测试）",
        None,
        "member（测试）",
    )
    assert cast.scalar(select(TouchedDays.places)) == [[cast.here.stations["hall"], "2026-11-21"]]


def test_a_shift_that_is_taken_out_leaves_the_phone_and_stays_in_the_history(cast: Cast) -> None:
    staff, member = cast.phone("liaison"), cast.phone("member")
    made = plan(cast, staff).json["id"]
    member.pull()
    assert remove(staff, made).status_code == 204
    assert [change["op"] for change in member.pull() if change["noun"] == "planned_shift"] == ["remove"]
    found = planned(staff)
    assert found["planned_shifts"] == []
    assert (found["edits"][0]["reason"], found["edits"][0]["after"]) == ("换人", None)
    assert remove(staff, made).json["code"] == "planned_shift.not_found"


def test_a_shift_that_has_begun_is_frozen(cast: Cast, time: Time) -> None:
    staff = cast.phone("liaison")
    made = plan(cast, staff, begins=1).json["id"]
    time.passes(hours=1)
    answer = remove(staff, made)
    assert (answer.status_code, answer.json["code"]) == (409, "planned_shift.begun")
    assert plan(cast, staff, who="colleague", begins=-1).json["errors"].keys() == {"starts_at"}
    assert len(planned(staff)["planned_shifts"]) == 1


def test_nobody_is_planned_twice_at_the_same_time(cast: Cast) -> None:
    staff = cast.phone("city_officer")
    plan(cast, staff)
    answer = plan(cast, staff, begins=26, station_id=cast.here.stations["other"])
    assert (answer.status_code, answer.json["code"]) == (409, "planned_shift.overlaps")
    assert plan(cast, staff, begins=27).status_code == 201, "the next one may begin when the former ends"
    assert plan(cast, staff, who="colleague").status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"lasts": 13},
        {"lasts": 0},
        {"lasts": -1},
        {"reason": ""},
        {"starts_at": "tomorrow"},
        {"member_id": "somebody"},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_planned_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    answer = plan(cast, cast.phone("city_officer"), **wrong)
    assert (answer.status_code, answer.json["code"]) == (422, "request.invalid")
    assert cast.scalar(select(PlannedShift)) is None


@pytest.mark.parametrize(
    "query", ["from=2026-11-20&to=2026-11-20", "from=2026-01-01&to=2027-01-01", "from=2026-11-20"]
)
def test_a_window_is_a_day_to_three_months(cast: Cast, query: str) -> None:
    assert cast.phone("liaison").get(f"/api/v1/duty-plan?{query}").status_code == 422


def test_what_is_not_in_the_own_scope_is_neither_seen_nor_changed(cast: Cast) -> None:
    city, outside = cast.phone("city_officer"), cast.phone("other_officer")
    made = plan(cast, city).json["id"]
    assert planned(outside) == {"planned_shifts": [], "next": None, "edits": []}
    removed = [remove(outside, each) for each in (made, any_uuid(), "x")]
    assert {(each.status_code, each.json["code"]) for each in removed} == {(404, "planned_shift.not_found")}
    places = (cast.here.stations["hall"], cast.elsewhere.stations["hall"], any_uuid())
    tried = [plan(cast, outside, station_id=each) for each in places]
    assert {(each.status_code, each.json["code"]) for each in tried} == {(404, "station.not_found")}
    people = (cast.elsewhere.members["member"], any_uuid())
    strangers = [plan(cast, city, member_id=each) for each in people]
    assert {(each.status_code, each.json["code"]) for each in strangers} == {(404, "member.not_found")}
    assert len(planned(city)["planned_shifts"]) == 1


@pytest.mark.parametrize("who", ["member", "auditor"])
def test_only_staff_plan(cast: Cast, who: str) -> None:
    phone = cast.phone(who)
    assert phone.get(f"/api/v1/duty-plan?{WEEK}").status_code == 403
    assert plan(cast, phone).status_code == 403


def test_an_imported_plan_stands_in_the_same_history(cast: Cast) -> None:
    office = cast.phone("city_officer")
    file = "站点,委员,日期,开始,结束\nHALL,member,2026-11-25,09:00,11:30\n".encode()
    path, headers = "/api/v1/imports/plan?name=计划.csv", office.headers
    seen = office.client.post(path, data=file, headers=headers).json["digest"]
    office.client.post(f"{path}&apply={seen}", data=file, headers=headers)
    [edit] = planned(cast.phone("liaison"))["edits"]
    assert (edit["reason"], edit["by_name"]) == ("导入 计划.csv", "city_officer（测试）")
    assert edit["station_name"] == "hall 委员工作站"
