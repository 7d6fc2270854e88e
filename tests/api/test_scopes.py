"""Who may see what: no route without a token, nothing across networks; the rest is in test_route_table.py."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.cast import Cast, any_uuid
from workstation.check_ins.models import CheckIn
from workstation.sync.models import HeldEntry


def routes(cast: Cast) -> list[tuple[str, str]]:
    """Every method and path below /api that is not public, with ids that nobody has."""
    found = []
    for rule in cast.app.url_map.iter_rules():
        view = cast.app.view_functions[rule.endpoint]
        if getattr(view, "guard", "") != "public" and rule.rule.startswith("/api"):
            with cast.app.test_request_context():
                values = {name: any_uuid() for name in rule.arguments}
                values |= {"kind": "csv"} if "kind" in rule.arguments else {}
                path = cast.app.url_map.bind("localhost").build(rule.endpoint, values)
            found += [(method, path) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return found


def test_without_a_token_every_guarded_route_is_401(cast: Cast) -> None:
    walked = routes(cast)
    assert len(walked) > 15
    for method, path in walked:
        answer = cast.client.open(path, method=method, json={"nonsense": True})
        assert (answer.status_code, answer.json["code"]) == (401, "sign_in.required"), (method, path)


def test_an_entry_that_names_another_networks_station_becomes_no_fact(cast: Cast) -> None:
    phone = cast.phone("member")
    [result] = phone.sync(phone.check_in(cast.elsewhere.stations["hall"]))
    assert result["code"] == "entry.station_unknown"
    assert cast.scalar(select(CheckIn)) is None


def test_the_same_entry_id_lives_in_two_networks_apart(cast: Cast) -> None:
    here, elsewhere = cast.phone("member"), cast.phone("member", network=cast.elsewhere)
    entry = here.check_in(cast.here.stations["hall"])
    twin = elsewhere.check_in(cast.elsewhere.stations["hall"]) | {"id": entry["id"]}
    assert here.sync(entry)[0]["status"] == "accepted"
    assert elsewhere.sync(twin)[0]["status"] == "accepted"


class TestHeldEntries:
    def held(self, cast: Cast, **spoil: Any) -> tuple[Any, dict[str, Any]]:
        phone = cast.phone("member")
        entry = phone.check_in(cast.here.stations["hall"])
        return phone, phone.sync(entry | spoil)[0]

    def carried(self, cast: Cast) -> dict[str, Any]:
        """An entry at the hall that waits for staff."""
        author = cast.here.members["colleague"]
        return self.held(cast, author_id=author)[1]

    def decide(self, phone: Any, how: str, **more: Any) -> Any:
        [row] = phone.get("/api/v1/held-entries").json["held_entries"]
        body = {"content_hash": row["content_hash"], "reason": "已向本人核实"} | more
        return phone.post(f"/api/v1/held-entries/{row['id']}/{how}", body)

    @pytest.mark.parametrize(
        ("who", "seen"),
        [
            ("liaison", 1),
            ("district_officer", 1),
            ("city_officer", 1),
            ("other_liaison", 0),
            ("other_officer", 0),
        ],
    )
    def test_staff_see_what_waits_in_their_scope(self, cast: Cast, who: str, seen: int) -> None:
        self.carried(cast)
        assert len(cast.phone(who).get("/api/v1/held-entries").json["held_entries"]) == seen

    def test_a_released_entry_is_a_fact_with_its_number(self, cast: Cast) -> None:
        number = self.carried(cast)["receipt_no"]
        assert self.decide(cast.phone("liaison"), "release").status_code == 204
        [receipt] = [change for change in cast.phone("colleague").pull() if change["noun"] == "receipt"]
        assert (receipt["data"]["status"], receipt["data"]["receipt_no"]) == ("accepted", number)
        assert cast.scalar(select(CheckIn.member_id)) == cast.here.members["colleague"]

    def test_a_closed_entry_is_no_fact_and_the_phone_learns(self, cast: Cast) -> None:
        self.carried(cast)
        assert self.decide(cast.phone("liaison"), "close").status_code == 204
        assert cast.scalar(select(CheckIn)) is None
        assert cast.scalar(select(HeldEntry.state)) == "closed"

    def test_nothing_is_decided_twice(self, cast: Cast) -> None:
        self.carried(cast)
        liaison = cast.phone("liaison")
        [row] = liaison.get("/api/v1/held-entries").json["held_entries"]
        body = {"content_hash": row["content_hash"], "reason": "核实"}
        path = f"/api/v1/held-entries/{row['id']}"
        assert liaison.post(f"{path}/close", body).status_code == 204
        again = liaison.post(f"{path}/release", body)
        assert (again.status_code, again.json["code"]) == (409, "held_entry.closed")

    def test_what_is_not_valid_cannot_be_released(self, cast: Cast) -> None:
        self.held(cast, kind="dance")
        answer = self.decide(cast.phone("city_officer"), "release")
        assert (answer.status_code, answer.json["code"]) == (409, "held_entry.not_releasable")

    def test_nobody_releases_an_own_entry(self, cast: Cast) -> None:
        liaison = cast.phone("liaison")
        author = cast.here.members["member"]
        liaison.sync(liaison.check_in(cast.here.stations["hall"], author_id=None) | {"author_id": author})
        answer = self.decide(liaison, "release")
        assert (answer.status_code, answer.json["code"]) == (403, "held_entry.own")


class TestPeople:
    @pytest.mark.parametrize(("who", "least"), [("liaison", 2), ("district_officer", 3), ("city_officer", 9)])
    def test_staff_see_the_people_of_their_scope(self, cast: Cast, who: str, least: int) -> None:
        members = cast.phone(who).get("/api/v1/members").json["members"]
        assert len(members) == least
        assert all(member["id"] in cast.here.members.values() for member in members)

    def test_a_code_is_only_for_people_of_the_scope(self, cast: Cast) -> None:
        liaison = cast.phone("liaison")
        body = {"member_id": cast.here.members["member"]}
        assert liaison.post("/api/v1/enrolment-codes", body).status_code == 201
        for other in (cast.here.members["stranger"], cast.here.members["city_officer"], any_uuid()):
            assert liaison.post("/api/v1/enrolment-codes", {"member_id": other}).status_code == 404
