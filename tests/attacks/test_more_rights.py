"""Somebody makes more of themself than they are. The numbers are those of README.md."""

from base64 import b64encode
from typing import Any

import pytest
from sqlalchemy import select

from tests.api.walking import CALLS, THRESHOLDS
from tests.cast import HALL, Cast, Phone, any_uuid
from workstation.network.models import Station
from workstation.people.models import Member

GREEDY = {
    "role": "city_office",
    "roles": ["city_office"],
    "network_id": 2,
    "is_admin": True,
    "person_id": "x",
    "by_id": "x",
    "created_at": "2020-01-01T00:00:00Z",
    "__proto__": {"role": "city_office"},
    "constructor": 1,
}
BODIES = sorted(address for address, (_, body) in CALLS.items() if isinstance(body, dict))
TAKES_A_FILE = {"POST /api/v1/rescue-files"}


@pytest.fixture(scope="module")
def city(attacked: Cast) -> Phone:
    return attacked.phone("city_officer")


@pytest.mark.parametrize("address", [each for each in BODIES if each not in TAKES_A_FILE])
def test_32_no_body_takes_a_field_that_it_does_not_know(city: Phone, address: str) -> None:
    """Each is refused as a whole, before anything is looked up."""
    method, path = address.split(" ")
    body = CALLS[address][1]
    for name, value in GREEDY.items():
        if name not in body:
            answer = city.client.open(path, method=method, json={**body, name: value}, headers=city.headers)
            assert answer.status_code in (400, 422), (name, answer.text)


@pytest.mark.parametrize(
    "name", ["evidence", "verdict", "receipt_no", "status", "flags", "member_id", "distance_m"]
)
def test_32_an_entry_brings_no_judgement_of_its_own(attacked: Cast, name: str) -> None:
    phone = attacked.phone("member")
    entry = phone.check_in(attacked.here.stations["hall"])
    [beside] = phone.sync(entry | {name: 3})
    [inside] = phone.sync(phone.check_in(attacked.here.stations["hall"], **{name: 3}))
    assert (beside["code"], inside["code"]) == ("entry.invalid", "entry.invalid")


class TestPeople:
    def edit(self, phone: Phone, member_id: str, **changes: Any) -> Any:
        body = {"version": 0, "reason": "试试", "changes": changes}
        return phone.post(f"/api/v1/members/{member_id}/edits", body)

    @pytest.mark.parametrize("who", ["member", "liaison", "auditor"])
    def test_33_who_may_not_edit_does_not(self, attacked: Cast, who: str) -> None:
        answer = self.edit(attacked.phone(who), attacked.here.members[who], role="city_office")
        assert answer.status_code == 403

    @pytest.mark.parametrize("role", ["city_office", "district_office", "auditor"])
    def test_33_a_district_makes_no_officer(self, attacked: Cast, role: str) -> None:
        officer = attacked.phone("district_officer")
        answer = self.edit(officer, attacked.here.members["member"], role=role)
        assert answer.status_code in (403, 422)
        new = {"code": f"N-{role}", "name": "新人", "role": role, "reason": "x"}
        new |= {"stations": [attacked.here.stations["hall"]]}
        assert officer.post("/api/v1/members", new).status_code in (403, 422)
        kept = select(Member.role).where(Member.id == attacked.here.members["member"])
        assert attacked.scalar(kept) == "member"

    @pytest.mark.parametrize("target", ["city_officer", "auditor", "other_officer", "stranger"])
    def test_33_a_district_gets_no_code_for_somebody_above_or_elsewhere(
        self, attacked: Cast, target: str
    ) -> None:
        officer, body = attacked.phone("district_officer"), {"member_id": attacked.here.members[target]}
        for path in ("enrolment-codes", "enrolment-codes/reset"):
            assert officer.post(f"/api/v1/{path}", body).status_code == 404
        sheet = {"member_ids": [attacked.here.members["member"], attacked.here.members[target]]}
        assert officer.post("/api/v1/enrolment-codes/sheet", sheet).status_code == 404

    def test_34_a_district_draws_nobody_in_from_elsewhere(self, attacked: Cast) -> None:
        officer = attacked.phone("district_officer")
        hall, other = attacked.here.stations["hall"], attacked.here.stations["other"]
        assert self.edit(officer, attacked.here.members["stranger"], stations=[hall]).status_code == 404
        answer = self.edit(officer, attacked.here.members["member"], stations=[hall, other])
        assert answer.status_code in (403, 404, 422)

    def test_36_nobody_raises_or_disables_themself(self, attacked: Cast, city: Phone) -> None:
        own = attacked.here.members["city_officer"]
        for changes in ({"role": "auditor"}, {"disabled": True}):
            answer = self.edit(city, own, **changes)
            assert answer.status_code in (403, 409), answer.text

    def test_34_an_import_by_a_district_is_of_ledgers_alone(self, attacked: Cast) -> None:
        officer = attacked.phone("district_officer")
        for sheet in ("stations", "members", "plan", "outlines"):
            answer = officer.client.post(
                f"/api/v1/imports/{sheet}?datum=wgs84", data=b"x", headers=officer.headers
            )
            assert answer.status_code == 403

    def test_34_a_districts_ledger_writes_nothing_of_another_district(self, attacked: Cast) -> None:
        officer = attacked.phone("district_officer")
        book = "类别,站点,委员,日期,开始,结束\n值班,OTHER,stranger,2026-03-05,09:00,11:30\n"
        headers = officer.headers | {"Content-Type": "application/octet-stream"}
        answer = officer.client.post("/api/v1/imports/ledger", data=book.encode(), headers=headers)
        assert answer.status_code == 200
        assert answer.json["errors_count"] == 1
        assert answer.json["digest"] is None


class TestStations:
    @pytest.mark.parametrize(
        "changes",
        [
            {"lat": HALL[0]},
            {"lon": 0},
            {"division_id": any_uuid()},
            {"code": "X"},
            {"code_epoch": 99},
            {"id": any_uuid()},
        ],
        ids=["lat", "lon", "division", "code", "code_epoch", "id"],
    )
    def test_35_an_edit_moves_no_station(self, attacked: Cast, city: Phone, changes: dict[str, Any]) -> None:
        hall = attacked.here.stations["hall"]
        body = {"version": 0, "reason": "x", "changes": changes}
        assert city.post(f"/api/v1/stations/{hall}/edits", body).status_code == 422

    def test_35_a_liaison_does_not_widen_the_own_fence(self, attacked: Cast) -> None:
        hall = attacked.here.stations["hall"]
        body = {"version": 0, "reason": "x", "changes": {"fence_radius_m": 1000}}
        assert attacked.phone("liaison").post(f"/api/v1/stations/{hall}/edits", body).status_code == 403
        assert attacked.scalar(select(Station.fence_radius_m).where(Station.id == hall)) == 300

    @pytest.mark.parametrize("radius", [0, 49, 1001, 1e9, -300, True, "300", None], ids=str)
    def test_35_nobody_makes_a_fence_of_the_whole_town(
        self, attacked: Cast, city: Phone, radius: Any
    ) -> None:
        body = {"version": 0, "reason": "x", "changes": {"fence_radius_m": radius}}
        hall = attacked.here.stations["hall"]
        assert city.post(f"/api/v1/stations/{hall}/edits", body).status_code == 422


def test_36_nobody_agrees_to_the_own_proposal(city: Phone, attacked: Cast) -> None:
    body = {"version": 1, "standard": ["一有"], "thresholds": THRESHOLDS, "reason": "x"}
    assert city.post("/api/v1/rules/proposals", body).status_code == 201
    proposal = city.get("/api/v1/rules").json["proposals"][0]
    assert proposal["state"] == "proposed"
    for phone in (city, attacked.phone("city_officer")):
        path = f"/api/v1/rules/proposals/{proposal['id']}/decision"
        answer = phone.post(path, {"decision": "agree", "reason": "x"})
        assert (answer.status_code, answer.json["code"]) == (403, "rules.own_proposal")
    assert city.get("/api/v1/rules").json["version"] == 1


@pytest.mark.parametrize(
    "header",
    ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method", "X-Original-URL", "X-Rewrite-URL"],
)
def test_37_no_header_changes_what_is_called(attacked: Cast, city: Phone, header: str) -> None:
    phone = attacked.phone("member")
    for value in ("DELETE", "/api/v1/members"):
        answer = phone.client.get("/api/v1/me?_method=DELETE", headers=phone.headers | {header: value})
        assert (answer.status_code, "member" in answer.json) == (200, True)
    assert phone.get("/api/v1/me").status_code == 200


class TestExportKeys:
    @pytest.fixture(scope="class")
    @classmethod
    def key(cls, attacked: Cast) -> dict[str, str]:
        made = attacked.phone("liaison").post("/api/v1/export-keys", {"name": "x"}).json
        basic = b64encode(f"{made['id']}:{made['key']}".encode()).decode()
        return {"Authorization": f"Basic {basic}"}

    def test_38_a_liaisons_key_gives_the_own_stations_whatever_is_asked(
        self, attacked: Cast, key: dict[str, str]
    ) -> None:
        for query in ("", f"&within={attacked.here.divisions['futian']}", "&within=kind:workstation"):
            answer = attacked.client.get(f"/api/v1/coverage.csv?by=station{query}", headers=key)
            assert attacked.here.stations["other"] not in answer.text
        other = f"/api/v1/coverage/stations/{attacked.here.stations['other']}.csv"
        assert attacked.client.get(other, headers=key).status_code == 404

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_38_it_only_reads(self, attacked: Cast, key: dict[str, str], method: str) -> None:
        answer = attacked.client.open("/api/v1/coverage.csv", method=method, headers=key)
        assert answer.status_code == 405

    @pytest.mark.parametrize(
        "given",
        ["Og==", "", "!!!", "/w==", "YTpiOmM6ZA=="],
        ids=["colon", "empty", "no-base64", "no-utf8", "colons"],
    )
    def test_38_what_is_no_key_is_refused(self, attacked: Cast, given: str) -> None:
        answer = attacked.client.get("/api/v1/coverage.csv", headers={"Authorization": f"Basic {given}"})
        assert answer.status_code == 401

    def test_38_it_ends_with_its_persons_rights(self, attacked: Cast, city: Phone) -> None:
        made = attacked.phone("other_liaison").post("/api/v1/export-keys", {"name": "x"}).json
        basic = {"Authorization": "Basic " + b64encode(f"{made['id']}:{made['key']}".encode()).decode()}
        assert attacked.client.get("/api/v1/coverage.csv", headers=basic).status_code == 200
        TestPeople().edit(city, attacked.here.members["other_liaison"], disabled=True)
        assert attacked.client.get("/api/v1/coverage.csv", headers=basic).status_code == 401
