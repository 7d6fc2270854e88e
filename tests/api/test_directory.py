"""People through HTTP: added, edited with a reason, disabled and enabled again, each within one's scope."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.cast import Cast, Phone, Time, any_uuid
from workstation.check_ins.models import CheckIn
from workstation.database import db, writing
from workstation.errors import Refusal
from workstation.network.history import Editor
from workstation.people.directory import edit_person
from workstation.people.models import Member, StationMember
from workstation.people.rules import Scope


def read(phone: Phone, member_id: str) -> dict[str, Any]:
    answer = phone.get(f"/api/v1/members/{member_id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def edit(
    phone: Phone, member_id: str, *, version: int = 0, reason: str = "名单有误", **more: Any
) -> TestResponse:
    body = {"version": version, "reason": reason} | more
    return phone.post(f"/api/v1/members/{member_id}/edits", body)


def add(phone: Phone, **more: Any) -> TestResponse:
    body = {"code": "NEW-1", "name": "新来的", "role": "member", "reason": "新增委员"} | more
    return phone.post("/api/v1/members", body)


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def make(cast: Cast, who: str, **columns: Any) -> None:
    """Changes one of the cast behind the product's back."""
    with cast.app.app_context(), writing():
        member = db.session.get_one(Member, (cast.here.id, cast.here.members[who]))
        for name, value in columns.items():
            setattr(member, name, value)


def join(cast: Cast, who: str, station: str) -> None:
    here = cast.here
    with cast.app.app_context(), writing():
        own = {"network_id": here.id, "station_id": here.stations[station], "member_id": here.members[who]}
        db.session.add(StationMember(**own))


def test_an_edit_keeps_who_when_before_after_and_why(cast: Cast) -> None:
    office, member, here = cast.phone("city_officer"), cast.here.members["member"], cast.here
    both = sorted([here.stations["hall"], here.stations["far"]])
    changes = {"name": "换了名", "sector": "health", "stations": both[::-1]}
    answer = edit(office, member, changes=changes)
    assert (answer.status_code, answer.json["version"]) == (201, 1), answer.text
    [made] = answer.json["edits"]
    assert (made["by_name"], made["reason"]) == ("city_officer（测试）", "名单有误")
    hall = [here.stations["hall"]]
    assert made["before"] == {"name": "member（测试）", "sector": None, "stations": hall}
    assert made["after"] == {"name": "换了名", "sector": "health", "stations": both}
    assert {each["name"] for each in answer.json["stations"]} == {"hall 委员工作站", "far 委员工作站"}
    assert answer.json["person"]["sector"] == "医药卫生界"
    me = cast.phone("member").get("/api/v1/me").json["member"]
    assert (me["name"], sorted(me["station_ids"])) == ("换了名", both)


def test_an_edit_is_taken_back_by_a_further_one(cast: Cast) -> None:
    office, member = cast.phone("city_officer"), cast.here.members["member"]
    before = read(office, member)["fields"]
    edit(office, member, changes={"name": "甲", "stations": []})
    answer = edit(office, member, version=1, undoes=1)
    assert (answer.json["fields"], answer.json["edits"][0]["undoes"]) == (before, 1)
    assert code(edit(office, member, version=2, undoes=1)) == (409, "edit.superseded")


def test_what_changes_nothing_leaves_no_trace(cast: Cast) -> None:
    answer = edit(cast.phone("city_officer"), cast.here.members["member"], changes={"role": "member"})
    assert (answer.json["version"], answer.json["edits"]) == (0, [])


def test_the_second_of_two_sees_both_wordings(cast: Cast) -> None:
    first, second, member = (
        cast.phone("city_officer"),
        cast.phone("district_officer"),
        cast.here.members["member"],
    )
    edit(first, member, changes={"name": "甲"}, reason="证件")
    late = edit(second, member, changes={"name": "乙"})
    assert code(late) == (409, "edit.conflict")
    both = late.json["errors"]
    assert (both["theirs"], both["yours"], both["version"]) == ({"name": "甲"}, {"name": "乙"}, 1)
    assert edit(second, member, version=1, changes={"name": "乙"}).json["fields"]["name"] == "乙"


class TestDisabling:
    def test_the_phone_of_a_disabled_person_hands_in_and_nothing_else_until_enabled_again(
        self, cast: Cast
    ) -> None:
        office, phone, member = cast.phone("city_officer"), cast.phone("member"), cast.here.members["member"]
        answer = edit(office, member, changes={"disabled": True}, reason="调离")
        assert answer.json["person"]["disabled_at"] == "2026-11-20T04:00:00.000Z"
        assert code(phone.get("/api/v1/me")) == (401, "device.revoked")
        sent = phone.check_in(cast.here.stations["hall"])
        answer = phone.call(sent)
        [result] = answer.json["results"]
        assert (result["status"], result["code"]) == ("held", "person.disabled")
        assert answer.json["changes"] == []
        assert cast.scalar(select(func.count()).select_from(CheckIn)) == 0

        edit(office, member, version=1, changes={"disabled": False}, reason="回来了")
        assert phone.get("/api/v1/me").status_code == 200
        [result] = phone.sync(phone.check_in(cast.here.stations["hall"]))
        assert result["status"] == "accepted"
        assert [each["after"] for each in read(office, member)["edits"]] == [
            {"disabled": False},
            {"disabled": True},
        ]

    def test_a_code_enrols_no_disabled_person(self, cast: Cast) -> None:
        edit(cast.phone("city_officer"), cast.here.members["member"], changes={"disabled": True})
        body = {"code": cast.code_for("member"), "device": {"name": "x"}}
        assert cast.client.post("/api/v1/enrolments", json=body).status_code == 401

    def test_nobody_edits_the_own_rights(self, cast: Cast) -> None:
        office, own = cast.phone("city_officer"), cast.here.members["city_officer"]
        assert read(office, own)["is_own"]
        for changes in ({"role": "member"}, {"disabled": True}):
            assert code(edit(office, own, changes=changes)) == (403, "member.own_role")
        assert edit(office, own, changes={"name": "改名"}).status_code == 201

    def test_of_two_officers_who_disable_each_other_one_stays(self, cast: Cast) -> None:
        make(cast, "auditor", role="city_office")
        pairs = [("city_officer", "auditor"), ("auditor", "city_officer")]
        phones = [(cast.phone(who), cast.here.members[whom]) for who, whom in pairs]
        for phone, _ in phones:
            phone.client = cast.app.test_client()
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda pair: edit(pair[0], pair[1], changes={"disabled": True}), phones))
        assert sorted(answer.status_code for answer in answers)[0] == 201
        assert {answer.json.get("code") for answer in answers} <= {
            None,
            "member.last_officer",
            "device.revoked",
        }
        left = (Member.network_id == cast.here.id, Member.role == "city_office", Member.disabled_at.is_(None))
        assert cast.scalar(select(func.count()).where(*left)) == 1

    def test_the_last_officer_stays_whoever_asks(self, cast: Cast, time: Time) -> None:
        """As when both disable each other at the same moment: the caller's own rights are gone by then."""
        here = cast.here
        scope = Scope(network_id=here.id, level="network", member_id=here.members["auditor"])
        editor = Editor(network_id=here.id, member_id=here.members["auditor"], now=time.now(), reason="x")
        this: dict[str, Any] = {"scope": scope, "member_id": here.members["city_officer"], "version": 0}
        for changes in ({"disabled": True}, {"role": "auditor"}):
            with cast.app.app_context(), pytest.raises(Refusal, match=r"member\.last_officer"), writing():
                edit_person(**this, changes=changes, editor=editor)


class TestDistrictOffice:
    def test_it_edits_members_and_liaisons_of_its_own_stations(self, cast: Cast) -> None:
        officer, here = cast.phone("district_officer"), cast.here
        assert read(officer, here.members["member"])["roles"] == ["member", "liaison"]
        changes = {"role": "liaison", "stations": [here.stations["far"]]}
        assert edit(officer, here.members["member"], changes=changes).status_code == 201
        assert edit(officer, here.members["liaison"], changes={"disabled": True}).status_code == 201

    def test_who_also_belongs_elsewhere_is_seen_and_not_edited(self, cast: Cast) -> None:
        join(cast, "member", "other")
        officer, member = cast.phone("district_officer"), cast.here.members["member"]
        assert read(officer, member)["may_edit"] is False
        assert code(edit(officer, member, changes={"name": "x"})) == (403, "member.beyond_scope")

    @pytest.mark.parametrize(
        "changes",
        [{"role": "city_office"}, {"role": "auditor"}, {"stations": []}, {"stations": ["other"]}],
        ids=["officer", "auditor", "no station", "station elsewhere"],
    )
    def test_it_gives_nobody_more_than_it_has(self, cast: Cast, changes: dict[str, Any]) -> None:
        here = cast.here
        asked = dict(changes)
        if "stations" in asked:
            asked["stations"] = [here.stations[name] for name in asked["stations"]]
        officer = cast.phone("district_officer")
        assert code(edit(officer, here.members["member"], changes=asked)) == (403, "member.beyond_scope")
        added = add(officer, **({"stations": [here.stations["hall"]]} | asked))
        assert code(added) == (403, "member.beyond_scope")

    def test_people_elsewhere_and_officers_do_not_exist_for_it(self, cast: Cast) -> None:
        officer, there = cast.phone("district_officer"), cast.elsewhere.members["member"]
        others = [cast.here.members[who] for who in ("stranger", "city_officer", "other_officer", "auditor")]
        for member_id in (*others, there, any_uuid(), "x"):
            answers = (officer.get(f"/api/v1/members/{member_id}"), edit(officer, member_id, changes={}))
            assert {code(answer) for answer in answers} == {(404, "member.not_found")}


class TestAdding:
    def test_a_new_person_can_be_enrolled_at_once(self, cast: Cast) -> None:
        office, hall = cast.phone("city_officer"), cast.here.stations["hall"]
        answer = add(office, sector="health", stations=[hall, hall])
        assert (answer.status_code, answer.json["version"]) == (201, 1), answer.text
        assert answer.json["fields"]["stations"] == [hall]
        [made] = answer.json["edits"]
        assert (made["before"], made["after"]["code"], made["reason"]) == (None, "NEW-1", "新增委员")
        issued = office.post("/api/v1/enrolment-codes", {"member_id": answer.json["person"]["id"]})
        body = {"code": issued.json["code"], "device": {"name": "x"}}
        assert cast.client.post("/api/v1/enrolments", json=body).status_code == 201
        assert code(edit(office, answer.json["person"]["id"], version=1, undoes=1)) == (
            409,
            "edit.not_undoable",
        )

    def test_a_code_is_given_once(self, cast: Cast) -> None:
        answer = add(cast.phone("city_officer"), code="member")
        assert (*code(answer), answer.json["errors"]) == (409, "member.taken", {"code": ["已经有了。"]})
        assert add(cast.phone("city_officer", network=cast.elsewhere), code="NEW-1").status_code == 201

    def test_what_cannot_be_is_refused_by_its_field(self, cast: Cast) -> None:
        office = cast.phone("city_officer")
        bad: dict[str, Any] = {
            "division_id": {"role": "district_office", "division_id": cast.here.divisions["yuehai"]},
            "sector": {"sector": "nothing"},
            "stations": {"stations": [cast.elsewhere.stations["hall"]]},
            "code": {"code": " A"},
            "role": {"role": "king"},
            "account": {"account": "admin"},
        }
        for field, wrong in bad.items():
            answer = add(office, **wrong)
            assert code(answer) == (422, "request.invalid")
            assert f"'{field}'" in str(answer.json["errors"])
        assert (
            add(office, role="district_office", division_id=cast.here.divisions["futian"]).status_code == 201
        )

    def test_only_a_district_officer_keeps_a_district(self, cast: Cast) -> None:
        office, officer = cast.phone("city_officer"), cast.here.members["district_officer"]
        answer = edit(office, officer, changes={"role": "auditor"})
        nanshan = cast.here.divisions["nanshan"]
        assert answer.json["edits"][0]["before"] == {"role": "district_office", "division_id": nanshan}
        assert cast.phone("district_officer").get("/api/v1/coverage").status_code == 403


@pytest.mark.parametrize("who", ["member", "liaison", "auditor"])
def test_only_officers_add_and_edit(cast: Cast, who: str) -> None:
    phone, member = cast.phone(who), cast.here.members["member"]
    answers = [add(phone), edit(phone, member, changes={"name": "x"}), phone.get("/api/v1/members/choices")]
    assert {answer.status_code for answer in answers} == {403}


def test_a_liaison_reads_people_of_the_own_stations(cast: Cast) -> None:
    liaison = cast.phone("liaison")
    found = read(liaison, cast.here.members["member"])
    assert (found["may_edit"], found["roles"]) == (False, [])
    assert liaison.get(f"/api/v1/members/{cast.here.members['stranger']}").status_code == 404


def test_no_answer_says_when_or_how_much_somebody_did(cast: Cast) -> None:
    found = read(cast.phone("city_officer"), cast.here.members["member"])
    said = {*found, *found["person"], *found["fields"]}
    assert said == {
        *("person", "version", "fields", "may_edit", "is_own", "roles", "sectors", "districts", "edits"),
        *("id", "code", "name", "role", "sector", "stations", "devices", "disabled_at"),
        *("division_id", "disabled"),
    }
