"""Passwords, second factors, sessions and their ends, codes from the office."""

import fcntl
from pathlib import Path
from time import process_time
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from api import create_app
from tests.cast import PASSWORD, Cast, Phone, Time, any_uuid
from tests.databases import settings
from workstation import database
from workstation.accounts import operations
from workstation.accounts.models import RecoveryCode, SecondFactor
from workstation.accounts.operations import fitting_hash
from workstation.accounts.rules import is_easy
from workstation.database import db
from workstation.errors import Refusal
from workstation.people import passwords
from workstation.people.models import Member
from workstation.people.operations import DeviceCard
from workstation.people.passwords import HASHER

GOOD = "雨后的梧桐 lane 47"
OFFICE = {"name": "办公室电脑", "platform": "office"}
ACCOUNT = "city_officer@here"


def sign_in(cast: Cast, *, code: str | None = None, password: str = PASSWORD, **more: Any) -> TestResponse:
    body = {"account": ACCOUNT, "password": password, "device": OFFICE} | more
    if code is not None:
        body["one_time_code"] = code
    return cast.client.post("/api/v1/sign-ins", json=body)


def page(cast: Cast, **more: Any) -> Phone:
    """An office page of the city officer."""
    answer = sign_in(cast, **more)
    assert answer.status_code == 201, answer.text
    return Phone(cast.client, token=answer.json["token"], device_id=answer.json["device_id"])


def put(phone: Phone, path: str, body: dict[str, Any]) -> TestResponse:
    return phone.client.put(path, json=body, headers=phone.headers)


def delete(phone: Phone, path: str) -> TestResponse:
    return phone.client.delete(path, headers=phone.headers)


class Authenticator:
    """The app on the officer's phone."""

    def __init__(self, office: Phone, time: Time) -> None:
        self.time = time
        begun = office.post("/api/v1/account/second-factor", {"password": PASSWORD})
        assert begun.status_code == 201, begun.text
        self.totp = pyotp.parse_uri(begun.json["uri"])
        self.totp_issuer = self.totp.issuer
        done = put(office, "/api/v1/account/second-factor", {"one_time_code": self.code()})
        self.recovery_codes: list[str] = done.json["recovery_codes"]
        time.passes(seconds=30)

    def code(self) -> str:
        return self.totp.at(self.time.now())


class TestSecondFactor:
    def test_signing_in_takes_a_code_and_each_code_once(self, cast: Cast, time: Time) -> None:
        office = page(cast)
        app = Authenticator(office, time)
        assert (app.totp_issuer, len(app.recovery_codes)) == ("网络 here", 10)
        asked = sign_in(cast)
        assert (asked.status_code, asked.json["code"]) == (401, "sign_in.second_factor")
        assert sign_in(cast, password="wrong one").json["code"] == "sign_in.refused"
        code = app.code()
        assert sign_in(cast, code=f"{code[:3]} {code[3:]}").status_code == 201
        again = sign_in(cast, code=code)
        assert (again.status_code, again.json["code"]) == (401, "sign_in.refused")
        time.passes(seconds=30)
        assert sign_in(cast, code=app.code()).status_code == 201

    @pytest.mark.parametrize(
        "code", [None, "", " ", "００００００", "12345", "1234567", "AAAA-AAAA"], ids=repr
    )
    def test_odd_one_time_codes_are_none(self, cast: Cast, time: Time, code: str | None) -> None:
        Authenticator(page(cast), time)
        body = {"account": ACCOUNT, "password": PASSWORD, "device": OFFICE, "one_time_code": code}
        assert cast.client.post("/api/v1/sign-ins", json=body).status_code in (401, 422)

    def test_a_recovery_code_stands_in_once(self, cast: Cast, time: Time) -> None:
        office = page(cast)
        code = Authenticator(office, time).recovery_codes[0]
        assert sign_in(cast, code=code.lower()).status_code == 201
        assert sign_in(cast, code=code).json["code"] == "sign_in.refused"
        assert office.get("/api/v1/account").json["recovery_codes_left"] == 9

    def test_what_is_stored_opens_nothing(self, cast: Cast, time: Time) -> None:
        app = Authenticator(page(cast), time)
        sealed = cast.scalar(select(SecondFactor.sealed_secret))
        assert app.totp.secret.encode() not in sealed
        hashes = cast.scalar(select(RecoveryCode.code_hash))
        assert not [code for code in app.recovery_codes if code.replace("-", "") in hashes]

    def test_guesses_are_counted_on_the_person_from_wherever_they_come(self, cast: Cast, time: Time) -> None:
        app = Authenticator(page(cast), time)
        body = {"account": ACCOUNT, "password": PASSWORD, "device": OFFICE, "one_time_code": "000000"}
        for number in range(10):
            address = {"REMOTE_ADDR": f"203.0.113.{number}"}
            assert cast.client.post("/api/v1/sign-ins", json=body, environ_base=address).status_code == 401
        body["one_time_code"] = app.code()
        slowed = cast.client.post("/api/v1/sign-ins", json=body, environ_base={"REMOTE_ADDR": "203.0.113.99"})
        assert (slowed.status_code, slowed.json["code"]) == (429, "sign_in.too_many")
        assert 0 < int(slowed.headers["Retry-After"]) <= 900
        # Who does not know the password keeps nobody out.
        time.passes(minutes=16)
        assert sign_in(cast, code=app.code()).status_code == 201

    def test_it_is_turned_off_by_password_and_code_together(self, cast: Cast, time: Time) -> None:
        office = page(cast)
        app = Authenticator(office, time)
        path = "/api/v1/account/second-factor/removal"
        assert (
            office.post(path, {"password": "no", "one_time_code": app.code()}).json["code"]
            == "password.wrong"
        )
        wrong = office.post(path, {"password": PASSWORD, "one_time_code": "123456"})
        assert (wrong.status_code, wrong.json["code"]) == (422, "second_factor.wrong")
        assert office.post(path, {"password": PASSWORD, "one_time_code": app.code()}).status_code == 204
        assert sign_in(cast).status_code == 201

    def test_guesses_at_turning_it_off_are_counted_on_the_person_too(self, cast: Cast, time: Time) -> None:
        office = page(cast)
        right = Authenticator(office, time).code()
        for number, code in enumerate(["000000"] * 10 + [right]):
            last = cast.client.post(
                "/api/v1/account/second-factor/removal",
                json={"password": PASSWORD, "one_time_code": code},
                headers=office.headers,
                environ_base={"REMOTE_ADDR": f"203.0.113.{number}"},
            )
            time.passes(seconds=1)
        assert (last.status_code, last.json["code"]) == (429, "sign_in.too_many")

    def test_it_counts_only_once_a_first_code_was_typed(self, cast: Cast, time: Time) -> None:
        office, path = page(cast), "/api/v1/account/second-factor"
        assert put(office, path, {"one_time_code": "123456"}).json["code"] == "second_factor.none_begun"
        office.post(path, {"password": PASSWORD})
        assert put(office, path, {"one_time_code": "123456"}).json["code"] == "second_factor.wrong"
        assert sign_in(cast).status_code == 201
        Authenticator(office, time)
        assert office.post(path, {"password": PASSWORD}).json["code"] == "second_factor.on"


class TestPasswords:
    path = "/api/v1/account/password"

    def test_a_new_password_needs_the_old_one_and_ends_the_other_pages(self, cast: Cast) -> None:
        office, other, phone = page(cast), page(cast), cast.phone("city_officer")
        wrong = put(office, self.path, {"password": "not mine", "new_password": GOOD})
        assert (wrong.status_code, wrong.json["code"]) == (422, "password.wrong")
        assert put(office, self.path, {"password": PASSWORD, "new_password": GOOD}).status_code == 200
        assert sign_in(cast).status_code == 401
        assert sign_in(cast, password=GOOD).status_code == 201
        assert office.get("/api/v1/me").status_code == 200
        assert other.get("/api/v1/me").json["code"] == "sign_in.required"
        assert phone.get("/api/v1/me").status_code == 200  # it may hold records

    @pytest.mark.parametrize(
        ("password", "code"),
        [
            ("short", "request.invalid"),
            ("password1234", "password.easy"),
            ("city_officer@here", "password.easy"),
            ("aaaaaaaaaaaaaaa", "password.easy"),
        ],
    )
    def test_an_easy_one_is_refused_and_names_the_field(self, cast: Cast, password: str, code: str) -> None:
        answer = put(page(cast), self.path, {"password": PASSWORD, "new_password": password})
        assert (answer.status_code, answer.json["code"]) == (422, code)
        assert "new_password" in str(answer.json["errors"])

    def test_a_member_may_choose_an_account_that_nobody_has(self, cast: Cast) -> None:
        office = page(cast)
        assert put(office, self.path, {"account": "", "password": PASSWORD, "new_password": GOOD}).json[
            "account"
        ]
        phone = cast.phone("member")
        taken = put(phone, self.path, {"password": PASSWORD, "new_password": GOOD, "account": "other"})
        assert taken.json["account"] == "member@here"  # a name once given stays

    def test_guesses_at_the_old_password_are_slowed_down(self, cast: Cast) -> None:
        office = page(cast)
        for _ in range(10):
            put(office, self.path, {"password": "guess", "new_password": GOOD})
        assert put(office, self.path, {"password": PASSWORD, "new_password": GOOD}).status_code == 429


@pytest.mark.parametrize(
    ("password", "easy"),
    [
        ("1234567890", True),
        ("qwertyuiop12", True),
        ("zhengxie", True),
        ("correct horse battery", False),
        (GOOD, False),
        ("9f#kLmQ2xz", False),
    ],
)
def test_easy_is_what_is_guessed_soon(password: str, easy: bool) -> None:
    assert is_easy(password, known=()) is easy


def test_no_password_takes_long_to_judge() -> None:
    began = process_time()
    is_easy("4@8({[<369#!1|/0$5+7%2" * 3, known=())
    assert process_time() - began < 1.5  # 3.8 s of it, had all 66 characters been looked at


def test_a_password_is_judged_before_anybody_has_to_wait(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(database, "on_writer_wait", waits.append)
    office = page(cast)
    waits.clear()
    answer = put(office, "/api/v1/account/password", {"password": PASSWORD, "new_password": "password1234"})
    assert (answer.json["code"], waits) == ("password.easy", [])


class WatchedHasher:
    """Argon2id as it is, and whether SQLite's write gate stood open each time it was asked."""

    def __init__(self, gate: Path) -> None:
        self.gate, self.was_open = gate, list[bool]()

    def hash(self, password: str) -> str:
        self._look()
        return HASHER.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        self._look()
        return HASHER.verify(stored, password)

    def _look(self) -> None:
        with self.gate.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.was_open.append(False)
            else:
                self.was_open.append(True)


def test_no_password_is_hashed_while_a_phone_waits_to_write(
    sqlite_cast: Cast, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = sqlite_cast
    with cast.app.app_context():
        hasher = WatchedHasher(Path(f"{db.engine.url.database}.gate"))
    monkeypatch.setattr(passwords, "HASHER", hasher)
    sign_in(cast, password="wrong one")
    office = page(cast)
    app = Authenticator(office, time)
    removal = {"password": PASSWORD, "one_time_code": app.code()}
    assert office.post("/api/v1/account/second-factor/removal", removal).status_code == 204
    body = {"password": PASSWORD, "new_password": GOOD}
    assert put(office, "/api/v1/account/password", body).status_code == 200
    code = office.post("/api/v1/enrolment-codes/reset", {"member_id": cast.here.members["liaison"]}).json[
        "code"
    ]
    body = {"code": code, "new_password": GOOD}
    assert cast.client.post("/api/v1/password-resets", json=body).status_code == 201
    assert hasher.was_open == [True] * 7


def test_a_password_that_changed_since_it_was_checked_opens_nothing(cast: Cast, time: Time) -> None:
    with cast.app.app_context():
        fitted = fitting_hash(account=ACCOUNT, password=PASSWORD)
    body = {"password": PASSWORD, "new_password": GOOD}
    assert put(page(cast), "/api/v1/account/password", body).status_code == 200
    card, keys = DeviceCard(name="x", token_hash="0" * 64), cast.app.extensions["keys"]
    with cast.app.app_context(), pytest.raises(Refusal, match=r"sign_in\.refused"), database.writing():
        operations.sign_in(
            account=ACCOUNT, fitted=fitted, one_time_code=None, card=card, keys=keys, now=time.now()
        )


class TestNames:
    """An account's name is one, however it is typed: when it is made as when somebody signs in."""

    def choose(self, cast: Cast, who: str, account: str) -> TestResponse:
        with cast.app.app_context(), database.writing():
            this = Member.id == cast.here.members[who]
            db.session.execute(update(Member).where(this).values(account=None, password_hash=None))
        body = {"account": account, "new_password": GOOD}
        return put(cast.phone(who), "/api/v1/account/password", body)

    @pytest.mark.parametrize(
        "typed",
        ["li.wei", "  Li.Wei ", "ＬＩ．ｗｅｉ", "LI.WEI\u3000"],
        ids=["plain", "blanks", "full-width", "capitals"],
    )
    def test_it_is_found_in_any_spelling_of_its_letters(self, cast: Cast, typed: str) -> None:
        assert self.choose(cast, "member", "Li.Wei　").json["account"] == "li.wei"
        assert sign_in(cast, account=typed, password=GOOD).status_code == 201

    def test_two_spellings_are_never_two_people(self, cast: Cast) -> None:
        assert self.choose(cast, "member", "li.wei").status_code == 200
        assert self.choose(cast, "colleague", "ＬＩ．ＷＥＩ").json["code"] == "account.taken"

    def test_guesses_in_other_spellings_are_counted_together(self, cast: Cast) -> None:
        for number in range(10):
            spelt = ACCOUNT.upper() if number % 2 else f" {ACCOUNT}"
            assert sign_in(cast, account=spelt, password="wrong one").status_code == 401
        assert sign_in(cast).status_code == 429

    @pytest.mark.parametrize(
        "name", ["li\u200bwei", "liwei\u202e", "ﷺ" * 40], ids=["zero-width", "right-to-left", "long"]
    )
    def test_what_nobody_can_read_or_keep_is_no_name(self, cast: Cast, name: str) -> None:
        answer = self.choose(cast, "member", name)
        assert (answer.status_code, answer.json["code"]) == (422, "request.invalid")
        assert "account" in answer.json["errors"]

    def test_one_from_before_is_found_as_it_was_written(self, cast: Cast) -> None:
        with cast.app.app_context(), database.writing():
            this = Member.id == cast.here.members["member"]
            db.session.execute(update(Member).where(this).values(account="Old.Name"))
        assert sign_in(cast, account=" Old.Name").status_code == 201
        assert self.choose(cast, "colleague", "old.name").json["code"] == "account.taken"


def test_what_is_known_of_a_person_is_easy() -> None:
    assert is_easy("zhangsanfeng8", known=("zhangsanfeng",))


class TestResets:
    def code(self, cast: Cast, who: str = "city_officer", whom: str = "liaison") -> TestResponse:
        office = cast.phone(who)
        return office.post("/api/v1/enrolment-codes/reset", {"member_id": cast.here.members[whom]})

    def reset(self, cast: Cast, code: str, **more: Any) -> TestResponse:
        return cast.client.post("/api/v1/password-resets", json={"code": code, "new_password": GOOD} | more)

    def test_a_code_from_the_office_sets_a_new_password_once(self, cast: Cast) -> None:
        given = self.code(cast).json
        assert given["url"].endswith(f"/staff#/reset/{given['code']}")
        easy = self.reset(cast, given["code"], new_password="password1234")
        assert easy.json["code"] == "password.easy"  # and burns nothing
        done = self.reset(cast, given["code"])
        assert (done.status_code, done.json) == (201, {"account": "liaison@here"})
        body = {"account": "liaison@here", "password": GOOD, "device": OFFICE}
        assert cast.client.post("/api/v1/sign-ins", json=body).status_code == 201
        assert self.reset(cast, given["code"]).json["code"] == "code.unusable"

    def test_it_turns_the_second_factor_off_and_ends_open_pages(self, cast: Cast, time: Time) -> None:
        office = page(cast)
        Authenticator(office, time)
        code = self.code(cast, whom="city_officer").json["code"]
        assert self.reset(cast, code).status_code == 201
        assert office.get("/api/v1/me").status_code == 401
        assert sign_in(cast, password=GOOD).status_code == 201

    def test_it_ends_after_a_day_and_enrols_no_phone(self, cast: Cast, time: Time) -> None:
        code = self.code(cast).json["code"]
        enrolment = {"code": code, "device": {"name": "a phone"}}
        assert cast.client.post("/api/v1/enrolments", json=enrolment).status_code == 401
        time.passes(hours=25)
        assert self.reset(cast, code).json["code"] == "code.unusable"
        assert self.reset(cast, cast.code_for("member")).json["code"] == "code.unusable"

    def test_only_for_those_whom_one_manages(self, cast: Cast) -> None:
        assert self.code(cast, "liaison", "member").status_code == 201
        assert self.code(cast, "liaison", "stranger").status_code == 404
        assert self.code(cast, "district_officer", "city_officer").status_code == 404
        assert self.code(cast, "member", "member").status_code == 403


class TestSessions:
    def test_a_person_sees_names_and_ends_the_own(self, cast: Cast) -> None:
        office, phone = page(cast), cast.phone("city_officer")
        rename = f"/api/v1/devices/{phone.device_id}"
        assert office.client.patch(rename, json={"name": "旧手机"}, headers=office.headers).status_code == 204
        sessions = office.get("/api/v1/account").json["sessions"]
        assert {(each["name"], each["is_this"], each["is_office"]) for each in sessions} == {
            ("办公室电脑", True, True),
            ("旧手机", False, False),
        }
        entry = phone.check_in(cast.here.stations["hall"])
        assert delete(office, f"/api/v1/sign-ins/{phone.device_id}").status_code == 204
        assert phone.call(entry).json["code"] == "sign_in.required"
        again = cast.phone("city_officer")
        assert again.sync(entry | {"device_id": phone.device_id})[0]["status"] == "accepted"

    def test_a_stopped_phones_token_goes_on_opening_sync(self, cast: Cast) -> None:
        phone, office = cast.phone("member"), cast.phone("city_officer")
        assert delete(office, f"/api/v1/devices/{phone.device_id}").status_code == 204
        assert phone.call().status_code == 200
        assert delete(phone, "/api/v1/sign-ins/current").json["code"] == "device.revoked"
        assert phone.call().status_code == 200

    def test_anothers_session_is_nobodys(self, cast: Cast) -> None:
        office, stranger = page(cast), cast.phone("member", network=cast.elsewhere)
        for path in (f"/api/v1/sign-ins/{stranger.device_id}", f"/api/v1/sign-ins/{any_uuid()}"):
            assert delete(office, path).json["code"] == "device.not_found"
        rename = f"/api/v1/devices/{stranger.device_id}"
        answer = office.client.patch(rename, json={"name": "x"}, headers=office.headers)
        assert answer.json["code"] == "device.not_found"
        assert stranger.get("/api/v1/me").status_code == 200


@pytest.fixture
def strict_app(database_url: str, tmp_path: Any) -> Flask:
    """With the lifetimes that a server has by default."""
    from dataclasses import replace

    from api.config import OFFICE_LIFETIME

    given = settings(database_url=database_url, data_dir=tmp_path)
    return create_app(replace(given, office_lifetime=OFFICE_LIFETIME))


class TestEnds:
    @pytest.fixture
    def cast(self, strict_app: Flask, time: Time) -> Cast:
        return Cast(strict_app)

    def test_an_office_page_ends_after_12_hours_without_use(self, cast: Cast, time: Time) -> None:
        office = page(cast)
        for _ in range(3):
            time.passes(hours=10)
            assert office.get("/api/v1/me").status_code == 200
        time.passes(hours=13)
        assert office.get("/api/v1/me").json["code"] == "sign_in.required"

    def test_an_office_page_ends_after_30_days_in_any_case(self, cast: Cast, time: Time) -> None:
        office = page(cast)
        for _ in range(60):
            time.passes(hours=11, minutes=55)
            assert office.get("/api/v1/topics").status_code == 200
        time.passes(hours=11)
        assert office.get("/api/v1/topics").status_code == 401

    def test_a_members_phone_lasts_and_an_officers_still_records(self, cast: Cast, time: Time) -> None:
        member, officer = cast.phone("member"), cast.phone("city_officer")
        time.passes(days=200)
        assert member.get("/api/v1/me").status_code == 200
        assert officer.get("/api/v1/me").status_code == 401
        entry = officer.check_in(cast.here.stations["hall"])
        assert officer.sync(entry)[0]["status"] == "accepted"
        time.passes(days=366)
        assert member.call().json["code"] == "sign_in.required"

    def test_moving_to_another_browser_keeps_no_officer_signed_in_for_ever(
        self, cast: Cast, time: Time
    ) -> None:
        """Without password and second factor nobody stays longer than the sign-in that asked for them."""
        phone = cast.phone("district_officer")
        for _ in range(29 * 24 // 11):
            time.passes(hours=11)
            code = phone.post("/api/v1/enrolments/transfer", {}).json["code"]
            moved = cast.client.post("/api/v1/enrolments", json={"code": code, "device": {"name": "x"}})
            assert moved.status_code == 201
            phone = Phone(cast.client, token=moved.json["token"], device_id=moved.json["device_id"])
            assert phone.get("/api/v1/me").status_code == 200
        time.passes(hours=11)
        assert phone.get("/api/v1/me").status_code == 200
        for _ in range(3):
            time.passes(hours=9)
            phone.get("/api/v1/me")
        assert phone.get("/api/v1/me").json["code"] == "sign_in.required"

    @pytest.mark.parametrize("platform", [None, "web", "office"], ids=["unsaid", "web", "office"])
    def test_a_liaisons_office_page_moves_as_one_and_ends_when_it_would_have(
        self, cast: Cast, time: Time, platform: str | None
    ) -> None:
        first = enrolled(cast, cast.code_for("liaison"), platform="office")
        for _ in range(29 * 24 // 11):
            time.passes(hours=11)
            assert first.get("/api/v1/me").status_code == 200
        moved = enrolled(cast, code_of(first), platform=platform)
        sessions = moved.get("/api/v1/account").json["sessions"]
        assert [(each["is_this"], each["is_office"]) for each in sessions] == [(True, True), (False, True)]
        assert sessions[0]["enrolled_at"] == sessions[1]["enrolled_at"]
        for _ in range(4):
            time.passes(hours=9)
            moved.get("/api/v1/me")
        assert moved.get("/api/v1/me").json["code"] == "sign_in.required"

    def test_a_liaisons_phone_moves_to_one_that_lasts(self, cast: Cast, time: Time) -> None:
        first = enrolled(cast, cast.code_for("liaison"), platform="web")
        time.passes(days=200)
        moved = enrolled(cast, code_of(first), platform="web")
        time.passes(days=300)
        assert moved.get("/api/v1/me").status_code == 200
        [own, _] = moved.get("/api/v1/account").json["sessions"]
        assert (own["is_this"], own["is_office"]) == (True, False)


def enrolled(cast: Cast, code: str, *, platform: str | None) -> Phone:
    device = {"name": "x", "platform": platform}
    answer = cast.client.post("/api/v1/enrolments", json={"code": code, "device": device})
    assert answer.status_code == 201, answer.text
    return Phone(cast.client, token=answer.json["token"], device_id=answer.json["device_id"])


def code_of(phone: Phone) -> str:
    return str(phone.post("/api/v1/enrolments/transfer", {}).json["code"])


class TestSheets:
    def test_codes_for_many_people_each_work_once(self, cast: Cast) -> None:
        ids = [cast.here.members[who] for who in ("member", "colleague")]
        answer = cast.phone("liaison").post("/api/v1/enrolment-codes/sheet", {"member_ids": ids})
        assert answer.status_code == 201
        for each in answer.json["codes"]:
            body = {"code": each["code"], "device": {"name": "a phone"}}
            enrolled = cast.client.post("/api/v1/enrolments", json=body)
            assert enrolled.json["me"]["member"]["id"] == each["member_id"]
            assert cast.client.post("/api/v1/enrolments", json=body).status_code == 401

    def test_one_who_is_not_ones_own_spoils_the_whole_sheet(self, cast: Cast) -> None:
        ids = [cast.here.members["member"], cast.here.members["stranger"]]
        answer = cast.phone("liaison").post("/api/v1/enrolment-codes/sheet", {"member_ids": ids})
        assert (answer.status_code, answer.json["code"]) == (404, "member.not_found")
