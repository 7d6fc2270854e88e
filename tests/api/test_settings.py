"""Areas and topics through HTTP: added, renamed, never taken away; each change with its reason."""

from typing import Any

import pytest

from tests.cast import Cast, Phone, any_uuid


def add(phone: Phone, noun: str = "topic", code: str = "parks", name: str = "公园绿地") -> Any:
    return phone.post("/api/v1/settings", {"noun": noun, "code": code, "name": name, "reason": "群众常提"})


def rename(phone: Phone, thing_id: str, name: str, *, version: int = 0, noun: str = "topic") -> Any:
    body = {"noun": noun, "version": version, "name": name, "reason": "说法变了"}
    return phone.client.patch(f"/api/v1/settings/{thing_id}", json=body, headers=phone.headers)


def topic(phone: Phone, code: str) -> dict[str, Any]:
    found = phone.get("/api/v1/settings").json["topics"]
    return next(dict(each) for each in found if each["code"] == code)


def test_a_new_topic_comes_last_and_reaches_the_phones(cast: Cast) -> None:
    office, member = cast.phone("city_officer"), cast.phone("member")
    member.pull()
    answer = add(office)
    assert answer.status_code == 201, answer.text
    assert [each["name"] for each in answer.json["topics"]] == ["住房", "教育", "公园绿地"]
    assert [change["data"]["name"] for change in member.pull() if change["noun"] == "topic"] == ["公园绿地"]
    [edit] = answer.json["edits"]
    assert (edit["by_name"], edit["reason"], edit["before"]) == ("city_officer（测试）", "群众常提", None)
    [result] = member.sync(member.reception(cast.here.stations["hall"], topic="parks"))
    assert result["status"] == "accepted"


def test_an_area_is_added_renamed_and_stations_can_be_put_in_it(cast: Cast) -> None:
    office, hall = cast.phone("city_officer"), cast.here.stations["hall"]
    [area] = add(office, "area", "E", "东片").json["areas"]
    assert (
        rename(office, area["id"], "东部片区", version=1, noun="area").json["areas"][0]["name"] == "东部片区"
    )
    body = {"version": 0, "reason": "分片", "changes": {"area_id": area["id"]}}
    assert office.post(f"/api/v1/stations/{hall}/edits", body).status_code == 201


def test_a_new_name_keeps_the_code_and_the_old_name_in_the_history(cast: Cast) -> None:
    office = cast.phone("city_officer")
    housing = topic(office, "housing")
    answer = rename(office, housing["id"], "住房与物业")
    assert topic(office, "housing") == housing | {"name": "住房与物业", "version": 1}
    assert answer.json["edits"][0]["before"] == {"name": "住房"}
    assert rename(office, housing["id"], "住房与物业", version=1).json["topics"][0]["version"] == 1


def test_the_second_of_two_sees_both_names(cast: Cast) -> None:
    office = cast.phone("city_officer")
    housing = topic(office, "housing")["id"]
    rename(office, housing, "甲")
    late = rename(office, housing, "乙")
    assert (late.status_code, late.json["code"]) == (409, "edit.conflict")
    assert (late.json["errors"]["theirs"], late.json["errors"]["yours"]) == ({"name": "甲"}, {"name": "乙"})


@pytest.mark.parametrize(("code", "name"), [("housing", "新的"), ("new", "住房")])
def test_a_code_or_name_is_given_once(cast: Cast, code: str, name: str) -> None:
    answer = add(cast.phone("city_officer"), code=code, name=name)
    assert (answer.status_code, answer.json["code"]) == (409, "setting.taken")


def test_another_networks_topic_answers_as_one_that_does_not_exist(cast: Cast) -> None:
    office = cast.phone("city_officer")
    theirs = topic(cast.phone("city_officer", network=cast.elsewhere), "housing")["id"]
    answers = [rename(office, thing_id, "x") for thing_id in (theirs, any_uuid(), "x")]
    assert {(each.status_code, each.json["code"]) for each in answers} == {(404, "setting.not_found")}


@pytest.mark.parametrize("who", ["member", "liaison", "district_officer", "auditor"])
def test_only_the_city_office_sets(cast: Cast, who: str) -> None:
    phone = cast.phone(who)
    answers = (phone.get("/api/v1/settings"), add(phone), rename(phone, any_uuid(), "x"))
    assert {each.status_code for each in answers} == {403}
