"""Keys by which a spreadsheet reloads tables, on both databases: what they open, and all that they do not."""

from base64 import b64encode
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.api.reporting import csv_rows
from tests.api.test_coverage import change
from tests.cast import PASSWORD, Cast, Phone, Time
from workstation.exports.models import ExportKey
from workstation.people.models import Member

UNKNOWN_ID = "019a0000-0000-7000-8000-000000000000"
FILES = (
    "coverage.csv?by=station",
    "coverage.xlsx?by=station",
    "coverage/gaps.csv",
    "coverage/gaps.xlsx",
)


def make_key(phone: Phone, name: str = "月报表") -> dict[str, Any]:
    answer = phone.post("/api/v1/export-keys", {"name": name})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def listed(phone: Phone) -> list[dict[str, Any]]:
    return list(phone.get("/api/v1/export-keys").json["export_keys"])


def stop(phone: Phone, key_id: str) -> TestResponse:
    return phone.client.delete(f"/api/v1/export-keys/{key_id}", headers=phone.headers)


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def reload(cast: Cast, key: dict[str, Any], path: str = FILES[0], method: str = "GET") -> TestResponse:
    headers = basic(key["id"], key["key"])
    return cast.client.open(f"/api/v1/{path}", method=method, headers=headers)


class TestWhatAKeyOpens:
    def test_it_gives_the_files_that_its_person_gets(self, cast: Cast) -> None:
        for who, stations in (("city_officer", 4), ("district_officer", 3), ("liaison", 1)):
            phone = cast.phone(who)
            key = make_key(phone)
            answer = reload(cast, key)
            assert answer.status_code == 200
            assert answer.data == phone.get(f"/api/v1/{FILES[0]}").data
            assert len(csv_rows(answer.data)) == stations

    def test_every_coverage_file_can_be_reloaded(self, cast: Cast) -> None:
        key = make_key(cast.phone("city_officer"))
        for path in (*FILES, f"coverage/stations/{cast.here.stations['hall']}.csv"):
            assert reload(cast, key, path).status_code == 200

    def test_it_opens_nothing_else(self, cast: Cast) -> None:
        key = make_key(cast.phone("city_officer"))
        for path in ("coverage", "coverage/gaps", "me", "stations", "members", "held-entries", "devices",
                     "export-keys", "reports", "reports/preview?period=2026-11", "records"):  # fmt: skip
            assert reload(cast, key, path).status_code == 401, path
        for path in ("sync", "reports", "export-keys", "enrolment-codes"):
            assert reload(cast, key, path, method="POST").status_code == 401, path
        assert reload(cast, key, f"export-keys/{key['id']}", method="DELETE").status_code == 401

    def test_neither_is_it_a_token(self, cast: Cast) -> None:
        key = make_key(cast.phone("city_officer"))
        for scheme in ("Bearer", "DPoP"):
            answer = cast.client.get(
                f"/api/v1/{FILES[0]}", headers={"Authorization": f"{scheme} {key['key']}"}
            )
            assert (answer.status_code, answer.json["code"]) == (401, "sign_in.required")


class TestWhatDoesNot:
    def test_a_spreadsheet_is_asked_for_name_and_key(self, cast: Cast) -> None:
        answer = cast.client.get(f"/api/v1/{FILES[0]}")
        assert (answer.status_code, answer.json["code"]) == (401, "sign_in.required")
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")

    def test_a_browser_with_a_dead_token_is_not(self, cast: Cast) -> None:
        answer = cast.client.get(f"/api/v1/{FILES[0]}", headers={"Authorization": "Bearer dead"})
        assert "Basic" not in answer.headers["WWW-Authenticate"]

    def test_a_wrong_key_opens_nothing(self, cast: Cast) -> None:
        key = make_key(cast.phone("city_officer"))
        other = make_key(cast.phone("liaison"))
        wrong = [
            (key["id"], "nonsense"),
            (key["id"], ""),
            (key["id"], other["key"]),
            (UNKNOWN_ID, key["key"]),
            ("", key["key"]),
            ("city_officer@here", PASSWORD),
            ("x\x00", key["key"]),
            ("城", "钥匙"),
        ]
        for user, password in wrong:
            answer = cast.client.get(f"/api/v1/{FILES[0]}", headers=basic(user, password))
            assert (answer.status_code, answer.json["code"]) == (401, "export_key.refused"), user
            assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
        for header in ("Basic", "Basic ", "Basic ???", "Basic " + b64encode(b"no colon").decode()):
            answer = cast.client.get(f"/api/v1/{FILES[0]}", headers={"Authorization": header})
            assert (answer.status_code, answer.json["code"]) == (401, "export_key.refused"), header

    def test_a_stopped_key_opens_nothing_from_then_on(self, cast: Cast) -> None:
        officer = cast.phone("city_officer")
        key, kept = make_key(officer), make_key(officer)
        assert stop(officer, key["id"]).status_code == 204
        assert reload(cast, key).json["code"] == "export_key.refused"
        assert reload(cast, kept).status_code == 200

    def test_a_key_follows_its_person(self, cast: Cast, time: Time) -> None:
        key = make_key(cast.phone("district_officer"))
        person = cast.here.members["district_officer"]
        change(cast, Member, person, division_id=cast.here.divisions["futian"])
        assert [row["name"] for row in csv_rows(reload(cast, key).data)] == ["other 委员工作站"]
        change(cast, Member, person, role="member", division_id=None)
        assert reload(cast, key).json["code"] == "scope.denied"
        change(cast, Member, person, disabled_at=time.now())
        assert reload(cast, key).json["code"] == "export_key.refused"


class TestKeeping:
    def test_the_key_itself_is_nowhere(self, cast: Cast) -> None:
        officer = cast.phone("city_officer")
        key = make_key(officer)
        stored = cast.scalar(select(ExportKey.key_hash).where(ExportKey.id == key["id"]))
        assert key["key"] not in stored
        assert len(key["key"]) == 43
        assert key["key"] not in officer.get("/api/v1/export-keys").text

    def test_the_day_of_its_last_use_is_shown(self, cast: Cast, time: Time) -> None:
        officer = cast.phone("city_officer")
        key = make_key(officer)
        assert listed(officer)[0]["last_used_on"] is None
        for hours, expected in ((8, "2026-11-20"), (1, "2026-11-20"), (8, "2026-11-21")):
            time.passes(hours=hours)
            reload(cast, key)
            assert listed(officer)[0]["last_used_on"] == expected

    def test_one_sees_and_stops_the_own_keys_the_citys_office_all(self, cast: Cast) -> None:
        city, liaison, district = (cast.phone(who) for who in ("city_officer", "liaison", "district_officer"))
        key = make_key(liaison, "站里的表")
        assert listed(district) == []
        assert stop(district, key["id"]).json["code"] == "export_key.not_found"
        assert [(row["name"], row["is_own"]) for row in listed(liaison)] == [("站里的表", True)]
        assert [(row["member_name"], row["is_own"]) for row in listed(city)] == [("liaison（测试）", False)]
        assert stop(cast.phone("city_officer", network=cast.elsewhere), key["id"]).status_code == 404
        assert stop(city, key["id"]).status_code == 204
        assert listed(liaison)[0]["revoked_at"] is not None

    @pytest.mark.parametrize("who", ["member", "auditor"])
    def test_only_staff_have_keys(self, cast: Cast, who: str) -> None:
        phone = cast.phone(who)
        assert phone.get("/api/v1/export-keys").json["code"] == "scope.denied"
        assert phone.post("/api/v1/export-keys", {"name": "x"}).json["code"] == "scope.denied"

    def test_a_key_needs_a_name(self, cast: Cast) -> None:
        officer = cast.phone("city_officer")
        for name in ("", "x" * 101, "a\x00", None):
            assert officer.post("/api/v1/export-keys", {"name": name}).status_code == 422
        assert stop(officer, "x").json["code"] == "export_key.not_found"
