"""Editing a station through HTTP: with a reason, a history, an undo, and both wordings when two meet."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.cast import Cast, Phone, any_uuid
from workstation.database import db, writing
from workstation.ids import new_id
from workstation.network.models import Area

MET = {"met": True, "checker": "李检查", "confirmed_on": "2026-11-01", "proof": "照片 3 张"}


def history(phone: Phone, station_id: str) -> dict[str, Any]:
    answer = phone.get(f"/api/v1/stations/{station_id}/edits")
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def edit(
    phone: Phone, station_id: str, *, version: int = 0, reason: str = "实地核对", **more: Any
) -> TestResponse:
    body = {"version": version, "reason": reason} | more
    return phone.post(f"/api/v1/stations/{station_id}/edits", body)


def test_an_edit_is_kept_with_who_when_before_after_and_why_and_told_to_phones(cast: Cast) -> None:
    officer, member, hall = cast.phone("district_officer"), cast.phone("member"), cast.here.stations["hall"]
    member.pull()
    changes = {"name": "粤海站", "fence_radius_m": 450, "opening_hours": "周三 9:00–11:00"}
    answer = edit(officer, hall, changes=changes)
    assert (answer.status_code, answer.json["version"]) == (201, 1)
    [made] = answer.json["edits"]
    assert (made["by_name"], made["reason"]) == ("district_officer（测试）", "实地核对")
    assert made["before"] == {"name": "hall 委员工作站", "fence_radius_m": 300, "opening_hours": None}
    assert made["after"] == changes
    [put] = [change["data"] for change in member.pull() if change["noun"] == "station"]
    assert (put["name"], put["fence_radius_m"]) == ("粤海站", 450)
    assert [row["id"] for row in member.get("/api/v1/stations?q=yhz").json["stations"]] == [hall]


def test_of_those_that_words_find_a_list_takes_the_first_and_the_whole_list_stays_whole(cast: Cast) -> None:
    member = cast.phone("member")
    whole = member.get("/api/v1/stations").json["stations"]
    found = member.get("/api/v1/stations?q=站").json["stations"]
    assert len(found) > 1
    assert member.get("/api/v1/stations?q=站&limit=1").json["stations"] == found[:1]
    assert member.get("/api/v1/stations?limit=1").json["stations"] == whole


def test_an_item_of_the_standard_counts_once_somebody_checked_it(cast: Cast) -> None:
    office, hall = cast.phone("city_officer"), cast.here.stations["hall"]
    answer = edit(office, hall, items={"统一标识": MET})
    assert answer.json["fields"]["item.统一标识"] == MET
    assert answer.json["edits"][0]["before"]["item.统一标识"]["met"] is False
    standard = office.get(f"/api/v1/coverage/stations/{hall}").json["standard"]
    assert {"item": "统一标识", "state": "met"}.items() <= standard[0].items()


def test_what_changes_nothing_leaves_no_trace(cast: Cast) -> None:
    answer = edit(cast.phone("city_officer"), cast.here.stations["hall"], changes={"fence_radius_m": 300})
    assert (answer.json["version"], answer.json["edits"]) == (0, [])


def test_the_second_of_two_officers_sees_both_wordings_and_may_choose_the_own(cast: Cast) -> None:
    first, second, hall = (
        cast.phone("city_officer"),
        cast.phone("district_officer"),
        cast.here.stations["hall"],
    )
    edit(first, hall, changes={"address": "甲路 1 号"}, reason="搬了")
    late = edit(second, hall, changes={"address": "乙路 2 号"})
    assert (late.status_code, late.json["code"]) == (409, "edit.conflict")
    both = late.json["errors"]
    assert (both["theirs"], both["yours"]) == ({"address": "甲路 1 号"}, {"address": "乙路 2 号"})
    assert (both["version"], both["by_name"], both["reason"]) == (1, "city_officer（测试）", "搬了")
    assert edit(second, hall, version=both["version"], changes={"address": "乙路 2 号"}).status_code == 201
    assert [each["after"]["address"] for each in history(first, hall)["edits"]] == ["乙路 2 号", "甲路 1 号"]


def test_of_many_at_the_same_moment_one_wins(cast: Cast) -> None:
    officers = [cast.phone("city_officer") for _ in range(4)]
    for officer in officers:
        officer.client = cast.app.test_client()
    hall = cast.here.stations["hall"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda n: edit(officers[n], hall, changes={"address": f"{n} 号"}).status_code, range(4))
        )
    assert sorted(answers) == [201, 409, 409, 409]
    assert history(officers[0], hall)["version"] == 1


def test_an_undo_is_a_further_change_and_can_be_undone(cast: Cast) -> None:
    office, hall = cast.phone("city_officer"), cast.here.stations["hall"]
    edit(office, hall, changes={"status": "closed"}, items={"统一标识": MET})
    assert history(office, hall)["fields"]["closed_on"] == "2026-11-20"
    undone = edit(office, hall, version=1, undoes=1, reason="弄错了").json
    assert (undone["fields"]["status"], undone["fields"]["closed_on"]) == ("open", None)
    assert undone["fields"]["item.统一标识"]["met"] is False
    assert [(each["version"], each["undoes"]) for each in undone["edits"]] == [(2, 1), (1, None)]
    again = edit(office, hall, version=2, undoes=2, reason="没弄错").json
    assert (again["fields"]["status"], again["fields"]["item.统一标识"]) == ("closed", MET)


def test_what_was_changed_again_is_not_undone_over_the_later_change(cast: Cast) -> None:
    office, hall = cast.phone("city_officer"), cast.here.stations["hall"]
    edit(office, hall, changes={"address": "甲路 1 号", "fence_radius_m": 200})
    edit(office, hall, version=1, changes={"address": "乙路 2 号"})
    answer = edit(office, hall, version=2, undoes=1)
    assert (answer.status_code, answer.json["code"]) == (409, "edit.superseded")
    assert list(answer.json["errors"]) == ["address"]
    assert edit(office, hall, version=2, undoes=7).json["code"] == "edit.not_found"


def test_an_area_must_be_the_networks_own(cast: Cast) -> None:
    own, foreign = new_id(), new_id()
    with cast.app.app_context(), writing():
        db.session.add(Area(network_id=cast.here.id, id=own, code="A", name="东片"))
        db.session.add(Area(network_id=cast.elsewhere.id, id=foreign, code="B", name="别处"))
    office, hall = cast.phone("city_officer"), cast.here.stations["hall"]
    assert history(office, hall)["areas"] == [{"id": own, "name": "东片"}]
    answers = [edit(office, hall, changes={"area_id": area}) for area in (foreign, any_uuid())]
    assert [(each.status_code, list(each.json["errors"])) for each in answers] == [(422, ["area_id"])] * 2
    assert answers[0].json == answers[1].json
    assert edit(office, hall, changes={"area_id": own}).status_code == 201


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"changes": {"fence_radius_m": 5000}}, "fence_radius_m"),
        ({"changes": {"fence_radius_m": -1}}, "fence_radius_m"),
        ({"changes": {"name": ""}}, "name"),
        ({"changes": {"name": "a\x00b"}}, "name"),
        ({"changes": {"status": "gone"}}, "status"),
        ({"changes": {"lat": 22.5}}, "lat"),
        ({"changes": {"opened_on": "2026-02-30"}}, "opened_on"),
        ({"reason": ""}, "reason"),
        ({"version": -1.5}, "version"),
        ({"items": {"统一标识": {"met": True}}}, "checker"),
        ({"items": {"统一标识": MET | {"confirmed_on": "2027-01-01"}}}, "item.统一标识"),
        ({"items": {"没有的项目": MET}}, "item.没有的项目"),
    ],
)
def test_what_cannot_be_right_names_its_field_and_changes_nothing(
    cast: Cast, sent: dict[str, Any], field: str
) -> None:
    office, hall = cast.phone("city_officer"), cast.here.stations["hall"]
    answer = edit(office, hall, **sent)
    assert answer.status_code == 422
    assert field in str(answer.json["errors"])
    assert history(office, hall)["version"] == 0


@pytest.mark.parametrize("who", ["member", "liaison", "auditor"])
def test_only_officers_edit(cast: Cast, who: str) -> None:
    answer = edit(cast.phone(who), cast.here.stations["hall"], changes={"name": "x"})
    assert (answer.status_code, answer.json["code"]) == (403, "scope.denied")


def test_a_liaison_reads_the_history_of_the_own_station_alone(cast: Cast) -> None:
    liaison = cast.phone("liaison")
    assert history(liaison, cast.here.stations["hall"])["version"] == 0
    assert liaison.get(f"/api/v1/stations/{cast.here.stations['other']}/edits").status_code == 404


def test_what_is_not_in_the_own_scope_answers_as_if_it_did_not_exist(cast: Cast) -> None:
    officer = cast.phone("other_officer")
    outside = (cast.here.stations["hall"], cast.elsewhere.stations["hall"], any_uuid(), "x")
    read = [officer.get(f"/api/v1/stations/{id}/edits") for id in outside]
    written = [edit(officer, id, changes={"name": "x"}) for id in outside]
    undone = [edit(officer, id, undoes=1) for id in outside]
    for answers in (read, written, undone):
        assert {(each.status_code, each.json["code"]) for each in answers} == {(404, "station.not_found")}
