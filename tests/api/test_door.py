"""The screen at a door: who may enrol it, what it is told, and that its token opens nothing else."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pyotp import TOTP
from werkzeug.test import TestResponse

from api import clock
from tests.api.test_scopes import routes
from tests.cast import HALL, Cast, Phone, Time, any_uuid
from tests.live_server import ROOT
from workstation.check_ins.station_codes import STEP_S, day_keys, find_step
from workstation.database import db, writing
from workstation.ids import new_id
from workstation.keys import Keys
from workstation.local_time import day_start, local_day
from workstation.people.models import Member
from workstation.shifts.models import PlannedShift

CODES = json.loads((ROOT / "tests" / "contracts" / "door-codes.json").read_text())
DOOR = "/api/v1/door"
SCREENS = "/api/v1/door-screens"


def code_of(staff: Phone, station_id: str) -> str:
    answer = staff.post(f"{SCREENS}/codes", {"station_id": station_id})
    assert answer.status_code == 201, answer.text
    return str(answer.json["code"])


def redeem(cast: Cast, code: str, **device: Any) -> TestResponse:
    body = {"code": code, "device": {"name": "安卓平板"} | device}
    return cast.client.post(DOOR, json=body)


class Screen:
    """A tablet at a door."""

    def __init__(self, cast: Cast, *, station: str = "hall", **device: Any) -> None:
        self.client = cast.client
        code = code_of(cast.phone("city_officer"), cast.here.stations[station])
        self.token = redeem(cast, code, **device).json["token"]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def ask(self) -> TestResponse:
        return self.client.get(DOOR, headers=self.headers)


def plan(cast: Cast, who: str, *, station: str = "hall", day: date, hour: int = 9, hours: int = 3) -> None:
    starts_at = day_start(day) + timedelta(hours=hour)
    with cast.app.app_context(), writing():
        db.session.add(
            PlannedShift(
                network_id=cast.here.id,
                id=new_id(),
                station_id=cast.here.stations[station],
                member_id=cast.here.members[who],
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=hours),
                day=day,
            )
        )


def agrees(phone: Phone, shows: bool = True) -> TestResponse:
    body = {"shows_name_at_door": shows}
    return phone.client.patch("/api/v1/me", json=body, headers=phone.headers)


def names(screen: Screen) -> list[str | None]:
    return [duty["name"] for duty in screen.ask().json["duties"]]


class TestWhatAScreenIsTold:
    def test_the_station_and_its_keys_for_thirty_days(self, cast: Cast) -> None:
        told = Screen(cast).ask().json
        assert told["station"]["name"] == "hall 委员工作站"
        days = [date.fromisoformat(each["day"]) for each in told["day_keys"]]
        today = local_day(clock.now())
        assert days == [today + timedelta(days=ahead) for ahead in range(30)]
        assert len({each["key"] for each in told["day_keys"]}) == 30

    def test_a_day_key_spans_its_local_day(self, cast: Cast) -> None:
        first, second = Screen(cast).ask().json["day_keys"][:2]
        assert (first["starts_at"], first["ends_at"]) == (
            "2026-11-19T16:00:00.000Z",
            "2026-11-20T16:00:00.000Z",
        )
        assert second["starts_at"] == first["ends_at"]

    def test_what_it_shows_is_evidence_with_a_fix_inside(self, cast: Cast) -> None:
        key = Screen(cast).ask().json["day_keys"][0]["key"]
        phone = cast.phone("member")
        fix = {"lat": HALL[0], "lon": HALL[1], "accuracy_m": 20, "age_s": 1}
        hall, code = cast.here.stations["hall"], TOTP(key).at(clock.now())
        [both] = phone.sync(phone.check_in(hall, fix=fix, station_code=code))
        [alone] = phone.sync(phone.shift_start(hall, station_code=code))
        assert (both["evidence"], alone["evidence"]) == (3, 2)

    def test_names_stand_there_only_with_consent(self, cast: Cast) -> None:
        screen, today = Screen(cast), local_day(clock.now())
        plan(cast, "member", day=today)
        plan(cast, "colleague", day=today, hour=14)
        phone = cast.phone("member")
        assert phone.get("/api/v1/me").json["member"]["shows_name_at_door"] is False
        assert names(screen) == [None, None]
        assert agrees(phone).json["member"]["shows_name_at_door"] is True
        assert names(screen) == ["member（测试）", None]
        agrees(phone, shows=False)
        assert names(screen) == [None, None]

    def test_a_disabled_persons_name_goes(self, cast: Cast) -> None:
        screen = Screen(cast)
        plan(cast, "member", day=local_day(clock.now()))
        agrees(cast.phone("member"))
        with cast.app.app_context(), writing():
            member = db.session.get_one(Member, (cast.here.id, cast.here.members["member"]))
            member.disabled_at = clock.now()
        assert names(screen) == [None]

    def test_only_today_and_tomorrow_of_this_station(self, cast: Cast) -> None:
        screen, today = Screen(cast), local_day(clock.now())
        for ahead in (-2, -1, 0, 1, 2):
            plan(cast, "member", day=today + timedelta(days=ahead))
        plan(cast, "stranger", station="other", day=today)
        told = screen.ask().json
        starts = [local_day(datetime.fromisoformat(duty["starts_at"])) for duty in told["duties"]]
        assert starts == [today, today + timedelta(days=1)]
        assert told["duties_until"] == "2026-11-21T16:00:00.000Z"

    def test_duty_that_goes_on_after_midnight_is_still_told(self, cast: Cast) -> None:
        screen, today = Screen(cast), local_day(clock.now())
        plan(cast, "member", day=today - timedelta(days=1), hour=22, hours=4)
        assert len(screen.ask().json["duties"]) == 1

    def test_no_secret_and_nothing_about_people_is_told(self, cast: Cast) -> None:
        told = Screen(cast).ask().json
        assert set(told) == {
            "network_name",
            "is_demo",
            "station",
            "duties",
            "duties_until",
            "step_s",
            "day_keys",
            "server_time",
        }
        assert set(told["station"]) == {"name", "code", "address", "opening_hours", "status"}


class TestItsTokenOpensNothingElse:
    def test_every_other_route_answers_as_to_a_stranger(self, cast: Cast) -> None:
        screen = Screen(cast)
        walked = [(method, path) for method, path in routes(cast) if path != DOOR]
        assert len(walked) > 20
        for method, path in walked:
            answer = cast.client.open(path, method=method, json={}, headers=screen.headers)
            assert (answer.status_code, answer.json["code"]) == (401, "sign_in.required"), (method, path)

    @pytest.mark.parametrize("who", ["member", "city_officer"])
    def test_a_persons_token_is_no_screens(self, cast: Cast, who: str) -> None:
        answer = cast.phone(who).get(DOOR)
        assert (answer.status_code, answer.json["code"]) == (403, "scope.denied")

    def test_each_network_has_its_own_keys(self, cast: Cast) -> None:
        staff = cast.phone("city_officer", network=cast.elsewhere)
        code = code_of(staff, cast.elsewhere.stations["hall"])
        token = redeem(cast, code).json["token"]
        theirs = cast.client.get(DOOR, headers={"Authorization": f"Bearer {token}"}).json
        ours = Screen(cast).ask().json
        assert theirs["network_name"] != ours["network_name"]
        assert not {key["key"] for key in theirs["day_keys"]} & {key["key"] for key in ours["day_keys"]}


class TestEnrolment:
    def test_a_code_is_used_once(self, cast: Cast) -> None:
        code = code_of(cast.phone("liaison"), cast.here.stations["hall"])
        assert redeem(cast, code).status_code == 201
        again = redeem(cast, code)
        assert (again.status_code, again.json["code"]) == (401, "sign_in.refused")

    def test_a_lost_answer_burns_nothing(self, cast: Cast) -> None:
        code, tablet = code_of(cast.phone("liaison"), cast.here.stations["hall"]), any_uuid()
        first, second = (redeem(cast, code, installation_id=tablet).json["token"] for _ in range(2))
        statuses = [
            cast.client.get(DOOR, headers={"Authorization": f"Bearer {token}"}).status_code
            for token in (first, second)
        ]
        assert statuses == [401, 200]

    def test_an_old_code_is_refused(self, cast: Cast, time: Time) -> None:
        code = code_of(cast.phone("liaison"), cast.here.stations["hall"])
        time.passes(hours=73)
        assert redeem(cast, code).status_code == 401

    def test_codes_for_people_and_for_doors_are_not_mixed_up(self, cast: Cast) -> None:
        persons, doors = cast.code_for("member"), code_of(cast.phone("liaison"), cast.here.stations["hall"])
        device = {"name": "x"}
        assert redeem(cast, persons).status_code == 401
        wrong = cast.client.post("/api/v1/enrolments", json={"code": doors, "device": device})
        assert wrong.status_code == 401
        right = cast.client.post("/api/v1/enrolments", json={"code": persons, "device": device})
        assert (right.status_code, redeem(cast, doors).status_code) == (201, 201)

    def test_guessing_is_slowed_down(self, cast: Cast) -> None:
        tried = [redeem(cast, "ABCD-EFGH-JKMN") for _ in range(11)]
        assert (tried[-1].status_code, tried[-1].json["code"]) == (429, "sign_in.too_many")
        assert int(tried[-1].headers["Retry-After"]) > 0

    def test_a_tablet_that_moves_to_another_door_leaves_the_first(self, cast: Cast) -> None:
        tablet = any_uuid()
        former = Screen(cast, installation_id=tablet)
        now = Screen(cast, station="annex", installation_id=tablet)
        assert former.ask().json["code"] == "door_screen.revoked"
        assert now.ask().json["station"]["code"] == "ANNEX"

    @pytest.mark.parametrize(
        ("who", "station", "status"),
        [
            ("liaison", "hall", 201),
            ("liaison", "other", 404),
            ("district_officer", "far", 201),
            ("district_officer", "other", 404),
            ("city_officer", "other", 201),
            ("member", "hall", 403),
        ],
    )
    def test_a_code_is_made_by_those_who_answer_for_the_station(
        self, cast: Cast, who: str, station: str, status: int
    ) -> None:
        answer = cast.phone(who).post(f"{SCREENS}/codes", {"station_id": cast.here.stations[station]})
        assert answer.status_code == status
        if status == 201:
            assert answer.json["url"].endswith(f"/door#{answer.json['code']}")

    def test_a_station_of_another_network_does_not_exist(self, cast: Cast) -> None:
        staff, foreign = cast.phone("city_officer"), cast.elsewhere.stations["hall"]
        assert staff.post(f"{SCREENS}/codes", {"station_id": foreign}).status_code == 404
        assert staff.get(f"{SCREENS}?station_id={foreign}").status_code == 404


class TestStopping:
    def listed(self, staff: Phone, station_id: str) -> list[dict[str, Any]]:
        answer = staff.get(f"{SCREENS}?station_id={station_id}")
        assert answer.status_code == 200, answer.text
        return list(answer.json["door_screens"])

    def stop(self, staff: Phone, screen_id: str, *, how: str = "") -> TestResponse:
        return staff.client.delete(f"{SCREENS}/{screen_id}{how}", headers=staff.headers)

    def test_a_stopped_screen_is_told_so_and_gets_no_keys(self, cast: Cast) -> None:
        screen, liaison = Screen(cast), cast.phone("liaison")
        [row] = self.listed(liaison, cast.here.stations["hall"])
        assert (row["name"], row["revoked_at"]) == ("安卓平板", None)
        assert self.stop(liaison, row["id"]).status_code == 204
        answer = screen.ask()
        assert (answer.status_code, answer.json["code"]) == (401, "door_screen.revoked")
        assert self.listed(liaison, cast.here.stations["hall"])[0]["revoked_at"]

    @pytest.mark.parametrize("who", ["other_liaison", "other_officer"])
    def test_nobody_stops_a_screen_of_others(self, cast: Cast, who: str) -> None:
        Screen(cast)
        [row] = self.listed(cast.phone("liaison"), cast.here.stations["hall"])
        answer = self.stop(cast.phone(who), row["id"])
        assert (answer.status_code, answer.json["code"]) == (404, "door_screen.not_found")

    def test_what_a_lost_screen_shows_is_worth_nothing_and_the_others_go_on(self, cast: Cast) -> None:
        lost, other, liaison = Screen(cast), Screen(cast), cast.phone("liaison")
        hall = cast.here.stations["hall"]
        stolen = lost.ask().json["day_keys"][0]["key"]
        self.stop(liaison, self.listed(liaison, hall)[0]["id"], how="?is_lost=true")
        fresh = other.ask().json["day_keys"][0]["key"]
        phone, now = cast.phone("member"), clock.now()
        [bad] = phone.sync(phone.check_in(hall, station_code=TOTP(stolen).at(now)))
        [good] = phone.sync(phone.check_in(hall, station_code=TOTP(fresh).at(now)))
        assert ("code_unverified" in bad["flags"], good["evidence"]) == (True, 2)

    def test_a_screen_that_is_merely_replaced_changes_no_code(self, cast: Cast) -> None:
        old, other, liaison = Screen(cast), Screen(cast), cast.phone("liaison")
        before = old.ask().json["day_keys"]
        self.stop(liaison, self.listed(liaison, cast.here.stations["hall"])[0]["id"])
        assert other.ask().json["day_keys"] == before


class TestAnotherSecret:
    def renew(self, staff: Phone, station_id: str, reason: str = "码被人拍下传开了") -> TestResponse:
        return staff.post(f"{SCREENS}/keys", {"station_id": station_id, "reason": reason})

    def test_on_demand_old_codes_are_worth_nothing_and_screens_have_the_new_ones(self, cast: Cast) -> None:
        screen, annex, hall = Screen(cast), Screen(cast, station="annex"), cast.here.stations["hall"]
        old, others = screen.ask().json["day_keys"], annex.ask().json["day_keys"]
        assert self.renew(cast.phone("liaison"), hall).status_code == 204
        fresh = screen.ask().json["day_keys"]
        assert not {each["key"] for each in fresh} & {each["key"] for each in old}
        assert annex.ask().json["day_keys"] == others
        phone, now = cast.phone("member"), clock.now()
        [bad] = phone.sync(phone.check_in(hall, station_code=TOTP(old[0]["key"]).at(now)))
        [good] = phone.sync(phone.check_in(hall, station_code=TOTP(fresh[0]["key"]).at(now)))
        assert (bad["status"], "code_unverified" in bad["flags"]) == ("accepted", True)
        assert good["evidence"] == 2

    def test_it_stands_in_the_log_with_the_reason_and_no_secret(self, cast: Cast) -> None:
        self.renew(cast.phone("city_officer"), cast.here.stations["hall"])
        [event] = cast.phone("auditor").get("/api/v1/audit-events?action=station").json["audit_events"]
        assert (event["action"], event["reason"]) == ("station.codes_renewed", "码被人拍下传开了")
        assert event["after"] == {"code_epoch": 2}

    def test_only_those_who_answer_for_the_station_and_say_why(self, cast: Cast) -> None:
        hall = cast.here.stations["hall"]
        assert self.renew(cast.phone("other_liaison"), hall).status_code == 404
        assert self.renew(cast.phone("member"), hall).status_code == 403
        assert self.renew(cast.phone("liaison"), hall, reason="").status_code == 422


class TestTheSharedCases:
    keys = Keys(CODES["secret"].encode())
    place = {name: CODES[name] for name in ("network_id", "station_id", "epoch")}

    def test_the_servers_day_keys_are_those_of_the_contract(self) -> None:
        made = day_keys(**self.place, now=datetime.fromisoformat(CODES["now"]), keys=self.keys)
        by_day = {each.day.isoformat(): each.key for each in made}
        assert all(by_day[each["day"]] == each["key"] for each in CODES["day_keys"])

    @pytest.mark.parametrize(
        "case", [each for each in CODES["cases"] if each["code"]], ids=lambda case: case["name"]
    )
    def test_the_server_accepts_what_a_screen_shows(self, case: dict[str, Any]) -> None:
        at = datetime.fromisoformat(case["at"])
        step = find_step(case["code"], **self.place, at=at, clock_error_s=0, keys=self.keys)
        assert step == int(at.timestamp()) // STEP_S
