"""Enrolling, signing in and out, and who is let in where."""

from hashlib import sha256
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64encode
from werkzeug.test import TestResponse

from tests.cast import PASSWORD, Cast, Time, any_uuid

DEVICE = {"name": "测试手机"}


def enrol(cast: Cast, code: str, **device: Any) -> TestResponse:
    return cast.client.post("/api/v1/enrolments", json={"code": code, "device": DEVICE | device})


def sign_in(cast: Cast, account: str, password: str = PASSWORD, address: str = "203.0.113.7") -> TestResponse:
    body = {"account": account, "password": password, "device": DEVICE}
    return cast.client.post("/api/v1/sign-ins", json=body, environ_base={"REMOTE_ADDR": address})


class TestEnrolment:
    def test_a_code_gives_a_token_and_says_who_one_is(self, cast: Cast) -> None:
        answer = enrol(cast, cast.code_for("member"))
        assert answer.status_code == 201
        assert answer.json["me"]["member"]["id"] == cast.here.members["member"]
        assert answer.json["me"]["network"] == {
            "id": cast.here.id,
            "code": "here",
            "name": "网络 here",
            "is_demo": True,
        }
        assert answer.json["server_time"] == "2026-11-20T04:00:00.000Z"

    def test_a_code_is_forgiving_about_how_it_is_typed(self, cast: Cast) -> None:
        code = cast.code_for("member").lower()
        assert enrol(cast, f" {code[:4]}-{code[4:8]} {code[8:]} ").status_code == 201

    def test_a_code_works_once(self, cast: Cast) -> None:
        code = cast.code_for("member")
        enrol(cast, code, installation_id=any_uuid())
        again = enrol(cast, code, installation_id=any_uuid())
        assert (again.status_code, again.json["code"]) == (401, "sign_in.refused")

    def test_a_lost_answer_burns_nothing(self, cast: Cast, time: Time) -> None:
        code, installation = cast.code_for("member"), any_uuid()
        first = enrol(cast, code, installation_id=installation).json
        time.passes(minutes=9)
        second = enrol(cast, code, installation_id=installation)
        assert second.status_code == 201
        assert second.json["device_id"] == first["device_id"]
        assert me(cast.client, first["token"]).status_code == 401
        assert me(cast.client, second.json["token"]).status_code == 200
        time.passes(minutes=2)
        assert enrol(cast, code, installation_id=installation).status_code == 401

    def test_an_old_code_is_refused_like_a_wrong_one(self, cast: Cast, time: Time) -> None:
        code = cast.code_for("member")
        time.passes(hours=73)
        old, wrong = enrol(cast, code), enrol(cast, "ZZZZZZZZZZZZ")
        assert old.status_code == wrong.status_code == 401
        assert old.json == wrong.json

    @pytest.mark.parametrize("code", ["", "x" * 65, "\x00", None, 7, ["a"]])
    def test_what_is_no_code_is_a_clear_error(self, cast: Cast, code: object) -> None:
        answer = cast.client.post("/api/v1/enrolments", json={"code": code, "device": DEVICE})
        assert (answer.status_code, answer.json["code"]) == (422, "request.invalid")
        assert "code" in str(answer.json["errors"])

    def test_a_transfer_code_moves_the_same_person(self, cast: Cast, time: Time) -> None:
        phone = cast.phone("member")
        code = phone.post("/api/v1/enrolments/transfer", {}).json
        assert code["url"].endswith(f"/#/enrol/{code['code']}")
        moved = enrol(cast, code["code"])
        assert moved.json["me"]["member"]["id"] == cast.here.members["member"]
        notices = [change["data"]["code"] for change in phone.pull() if change["noun"] == "notice"]
        assert notices == ["device.added"]


class TestPasswords:
    def test_wrong_account_and_wrong_password_are_answered_alike(self, cast: Cast) -> None:
        nobody, wrong = sign_in(cast, "nobody"), sign_in(cast, "city_officer@here", "wrong")
        assert nobody.status_code == wrong.status_code == 401
        assert nobody.json == wrong.json

    def test_ten_failures_on_one_account_make_that_address_wait_and_no_other(
        self, cast: Cast, time: Time
    ) -> None:
        account = "city_officer@here"
        for _ in range(10):
            assert sign_in(cast, account, "wrong").status_code == 401
        slowed = sign_in(cast, account)
        assert (slowed.status_code, slowed.json["code"]) == (429, "sign_in.too_many")
        assert 0 < int(slowed.headers["Retry-After"]) <= 900
        assert sign_in(cast, account, address="203.0.113.8").status_code == 201
        time.passes(minutes=16)
        assert sign_in(cast, account).status_code == 201

    def test_sixty_failures_from_one_address_make_it_wait_for_every_account(self, cast: Cast) -> None:
        for number in range(60):
            sign_in(cast, f"guess-{number}", "wrong")
        assert sign_in(cast, "city_officer@here").status_code == 429

    def test_after_signing_out_the_token_is_dead_and_the_entries_are_welcome(self, cast: Cast) -> None:
        phone = cast.phone("member")
        entry = phone.check_in(cast.here.stations["hall"])
        assert cast.client.delete("/api/v1/sign-ins/current", headers=phone.headers).status_code == 204
        assert phone.call(entry).json["code"] == "sign_in.required"
        again = cast.phone("member")
        assert again.sync(entry | {"device_id": phone.device_id})[0]["status"] == "accepted"


def me(client: FlaskClient, token: str, **headers: str) -> TestResponse:
    return client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"} | headers)


class TestBoundTokens:
    """A device that gave its public key must prove it on every call (RFC 9449)."""

    @pytest.fixture
    def key(self) -> ECKey:
        return ECKey.generate_key("P-256")

    @pytest.fixture
    def token(self, cast: Cast, key: ECKey) -> str:
        return str(enrol(cast, cast.code_for("member"), public_key=key.as_dict(private=False)).json["token"])

    def call(self, cast: Cast, token: str, key: ECKey, **claims: Any) -> TestResponse:
        hashed = urlsafe_b64encode(sha256(token.encode()).digest()).decode()
        said = {"htm": "GET", "htu": "http://localhost/api/v1/me", "ath": hashed, "jti": any_uuid(), "iat": 0}
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False)}
        proof = jwt.encode(header, said | claims, key)
        return cast.client.get("/api/v1/me", headers={"Authorization": f"DPoP {token}", "DPoP": proof})

    def nonce(self, cast: Cast, token: str) -> str:
        answer = me(cast.client, token)
        assert (answer.status_code, answer.json["code"]) == (401, "sign_in.nonce")
        assert 'error="use_dpop_nonce"' in answer.headers["WWW-Authenticate"]
        return answer.headers["DPoP-Nonce"]

    def test_a_copied_token_is_worth_nothing(self, cast: Cast, token: str) -> None:
        other = ECKey.generate_key("P-256")
        answer = self.call(cast, token, other, nonce=self.nonce(cast, token))
        assert (answer.status_code, answer.json["code"]) == (401, "sign_in.required")

    def test_the_devices_own_key_opens(self, cast: Cast, token: str, key: ECKey) -> None:
        answer = self.call(cast, token, key, nonce=self.nonce(cast, token))
        assert answer.status_code == 200
        assert answer.headers["DPoP-Nonce"]

    def test_the_phones_clock_is_not_consulted(self, cast: Cast, token: str, key: ECKey) -> None:
        answer = self.call(cast, token, key, nonce=self.nonce(cast, token), iat=4_000_000_000)
        assert answer.status_code == 200

    @pytest.mark.parametrize(
        ("claims", "code"),
        [
            ({"htm": "POST"}, "sign_in.required"),
            ({"htu": "http://localhost/api/v1/sync"}, "sign_in.required"),
            ({"htu": "http://evil.example/api/v1/me"}, "sign_in.required"),
            ({"htu": "http://[bad/me"}, "sign_in.required"),
            ({"ath": "x"}, "sign_in.required"),
            ({"jti": None}, "sign_in.required"),
            ({"nonce": "1.made-up"}, "sign_in.nonce"),
            ({"nonce": "²"}, "sign_in.nonce"),
        ],
    )
    def test_a_proof_for_something_else_does_not(
        self, cast: Cast, token: str, key: ECKey, claims: dict[str, Any], code: str
    ) -> None:
        said = {"nonce": self.nonce(cast, token)} | claims
        assert self.call(cast, token, key, **said).json["code"] == code

    def test_an_old_nonce_asks_for_a_new_one(self, cast: Cast, token: str, key: ECKey, time: Time) -> None:
        nonce = self.nonce(cast, token)
        time.passes(minutes=12)
        assert self.call(cast, token, key, nonce=nonce).json["code"] == "sign_in.nonce"

    @pytest.mark.parametrize("key", [{}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-256", "x": "a", "y": "b"}])
    def test_what_is_no_public_key_is_refused(self, cast: Cast, key: dict[str, str]) -> None:
        assert enrol(cast, cast.code_for("member"), public_key=key).status_code == 422

    def test_a_private_key_is_refused(self, cast: Cast, key: ECKey) -> None:
        answer = enrol(cast, cast.code_for("member"), public_key=key.as_dict(private=True))
        assert answer.status_code == 422
