"""Somebody pretends to be somebody else. The numbers are those of README.md."""

import base64
import json
from hashlib import sha256
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from joserfc.util import urlsafe_b64encode
from werkzeug.test import TestResponse

from tests.cast import PASSWORD, Cast, Phone, Time, any_uuid

ME = "/api/v1/me"


class KeyPhone:
    """A phone with a key of its own, and a thief who reads along."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.key = cast, ECKey.generate_key("P-256")
        device = {"name": "phone", "public_key": self.key.as_dict(private=False)}
        body = {"code": cast.code_for("member"), "device": device}
        self.token = str(cast.client.post("/api/v1/enrolments", json=body).json["token"])

    @property
    def nonce(self) -> str:
        asked = self.cast.client.get(ME, headers={"Authorization": f"Bearer {self.token}"})
        return str(asked.headers["DPoP-Nonce"])

    def proof(self, key: Any = None, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        key = key or self.key
        hashed = urlsafe_b64encode(sha256(self.token.encode()).digest()).decode()
        said = {"htm": "GET", "htu": f"http://localhost{ME}", "ath": hashed, "jti": any_uuid(), "iat": 0}
        said |= {"nonce": self.nonce} | claims
        public = self.key if isinstance(key, OctKey) else key
        head = {"alg": "ES256", "typ": "dpop+jwt", "jwk": public.as_dict(private=False)} | (header or {})
        return jwt.encode(
            head,
            {name: value for name, value in said.items() if value is not None},
            key,
            algorithms=["ES256", "HS256"],
        )

    def call(self, proof: str, *, method: str = "GET", path: str = ME, scheme: str = "DPoP") -> TestResponse:
        headers = {"Authorization": f"{scheme} {self.token}", "DPoP": proof}
        return self.cast.client.open(path, method=method, headers=headers)


@pytest.fixture(scope="module")
def victim(attacked: Cast) -> KeyPhone:
    return KeyPhone(attacked)


class TestACopiedToken:
    def test_01_as_a_plain_bearer(self, victim: KeyPhone, time: Time) -> None:
        answer = victim.cast.client.get(ME, headers={"Authorization": f"Bearer {victim.token}"})
        assert (answer.status_code, answer.json["code"]) == (401, "sign_in.nonce")
        assert victim.call(victim.proof(), scheme="Bearer").status_code == 401

    def test_02_with_a_key_of_the_thiefs_own(self, victim: KeyPhone, time: Time) -> None:
        assert victim.call(victim.proof(ECKey.generate_key("P-256"))).json["code"] == "sign_in.required"

    def test_02_with_the_victims_public_key_named_and_the_thiefs_signature(
        self, victim: KeyPhone, time: Time
    ) -> None:
        header = {"jwk": victim.key.as_dict(private=False)}
        forged = victim.proof(ECKey.generate_key("P-256"), header=header)
        assert victim.call(forged).json["code"] == "sign_in.required"

    def test_03_with_a_proof_that_was_overheard(self, victim: KeyPhone, time: Time) -> None:
        proof = victim.proof()
        assert victim.call(proof).status_code == 200
        assert victim.call(proof).status_code == 401

    @pytest.mark.parametrize(
        ("claim", "value"),
        [
            pytest.param("htm", "POST", id="04-another-method"),
            pytest.param("htm", "get", id="04-method-in-small-letters"),
            pytest.param("htu", "http://localhost/api/v1/records", id="05-another-address"),
            pytest.param("htu", "http://evil.example/api/v1/me", id="05-another-host"),
            pytest.param("htu", f"http://localhost{ME}?a=1", id="05-with-a-query"),
            pytest.param("htu", f"http://localhost{ME}#x@evil", id="05-with-a-fragment-after-all"),
            pytest.param("htu", f"http://evil@localhost{ME}", id="05-with-somebodys-name"),
            pytest.param("ath", "x", id="06-another-tokens-hash"),
            pytest.param("ath", None, id="06-no-tokens-hash"),
            pytest.param("jti", None, id="06-no-number-of-its-own"),
            pytest.param("jti", {"a": 1}, id="06-an-object-as-its-number"),
            pytest.param("nonce", None, id="08-no-nonce"),
            pytest.param("nonce", "29384756.0000", id="08-a-nonce-of-the-thiefs-making"),
            pytest.param("nonce", "٢٩٣٨.x", id="08-a-nonce-in-other-digits"),
            pytest.param("nonce", f"{10**40}.x", id="08-a-nonce-of-the-far-future"),
        ],
    )
    def test_04_05_06_08_with_a_proof_for_something_else(
        self, victim: KeyPhone, time: Time, claim: str, value: Any
    ) -> None:
        accepted_fragment = claim == "htu" and "#" in str(value)  # RFC 9449: htu is compared without it
        answer = victim.call(victim.proof(**{claim: value}))
        assert answer.status_code == (200 if accepted_fragment else 401)

    def test_07_unsigned(self, victim: KeyPhone, time: Time) -> None:
        header, claims, _ = victim.proof().split(".")
        said = json.loads(base64.urlsafe_b64decode(header + "==")) | {"alg": "none"}
        none = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
        for forged in (f"{none}.{claims}.", f"{none}.{claims}", f"{header}.{claims}."):
            assert victim.call(forged).status_code == 401

    def test_07_signed_with_the_public_key_as_if_it_were_a_secret(self, victim: KeyPhone, time: Time) -> None:
        secret = OctKey.import_key(json.dumps(victim.key.as_dict(private=False)))
        assert victim.call(victim.proof(secret, header={"alg": "HS256"})).status_code == 401

    @pytest.mark.parametrize("header", [{"typ": "JWT"}, {"jwk": {}}], ids=["typ-jwt", "jwk-empty"])
    def test_08_of_another_kind(self, victim: KeyPhone, time: Time, header: dict[str, Any]) -> None:
        assert victim.call(victim.proof(header=header)).status_code == 401

    def test_08_with_the_private_key_in_its_head(self, victim: KeyPhone, time: Time) -> None:
        assert victim.call(victim.proof(header={"jwk": victim.key.as_dict(private=True)})).status_code == 401

    @pytest.mark.parametrize(
        "proof",
        ["", ".", "..", "a.b.c", "e30.e30.e30", "\u00ff.\u00ff.\u00ff", "x" * 9000],
        ids=["empty", "dot", "dots", "letters", "objects", "latin", "long"],
    )
    def test_08_with_no_proof_at_all(self, victim: KeyPhone, time: Time, proof: str) -> None:
        assert victim.call(proof).status_code == 401


def test_09_two_authorizations_are_none(attacked: Cast, time: Time) -> None:
    phone = attacked.phone("member")
    for given in (f"Bearer x, Bearer {phone.token}", f"Bearer {phone.token},", f"Basic {phone.token}"):
        assert attacked.client.get(ME, headers={"Authorization": given}).status_code == 401


def test_11_one_letter_off_or_signed_out_is_nobody(attacked: Cast, time: Time) -> None:
    phone = attacked.phone("member")
    for token in (
        phone.token[:-1],
        phone.token + "A",
        phone.token.swapcase(),
        f"{phone.token}\u200b".encode().decode("latin-1"),
    ):
        assert attacked.client.get(ME, headers={"Authorization": f"Bearer {token}"}).status_code == 401
    attacked.client.delete("/api/v1/sign-ins/current", headers=phone.headers)
    assert phone.get(ME).status_code == 401
    assert phone.call().status_code == 401


def test_14_a_code_enrols_one_installation(attacked: Cast, time: Time) -> None:
    code = attacked.code_for("member")
    bodies = [{"code": code, "device": {"name": "x", "installation_id": any_uuid()}} for _ in range(3)]
    said = [attacked.client.post("/api/v1/enrolments", json=body).status_code for body in bodies]
    assert said == [201, 401, 401]


def test_15_a_transfer_code_moves_nobody_else_and_once(attacked: Cast, time: Time) -> None:
    mine = attacked.phone("member")
    code = mine.post("/api/v1/enrolments/transfer", {}).json["code"]
    body = {"code": code, "device": {"name": "x"}, "member_id": attacked.here.members["city_officer"]}
    assert attacked.client.post("/api/v1/enrolments", json=body).status_code == 422
    del body["member_id"]
    moved = attacked.client.post("/api/v1/enrolments", json=body)
    assert moved.json["me"]["member"]["id"] == attacked.here.members["member"]
    assert attacked.client.post("/api/v1/enrolments", json=body).status_code == 401


@pytest.mark.parametrize("path", ["enrolments", "door", "password-resets"], ids=str)
def test_16_codes_are_not_guessed(attacked: Cast, time: Time, path: str) -> None:
    """Sixty tries of an address, then it waits; a header that claims another address changes nothing."""
    more = (
        {"new_password": "four unrelated words"} if path == "password-resets" else {"device": {"name": "x"}}
    )
    said = []
    for number in range(65):
        body = {"code": f"AAAA-BBBB-{number:04}", **more}
        headers = {"X-Forwarded-For": f"10.0.0.{number}", "Forwarded": f"for=10.0.0.{number}"}
        said.append(attacked.client.post(f"/api/v1/{path}", json=body, headers=headers).status_code)
    assert set(said[:60]) == {401}
    assert set(said[60:]) == {429}


def test_17_passwords_are_not_guessed_and_nobody_is_barred(attacked: Cast, time: Time) -> None:
    def sign_in(password: str, address: str) -> int:
        body = {"account": "member@here", "password": password, "device": {"name": "x"}}
        where = {"REMOTE_ADDR": address, "HTTP_X_FORWARDED_FOR": any_uuid()}
        return attacked.client.post("/api/v1/sign-ins", json=body, environ_overrides=where).status_code

    said = [sign_in(f"guess {number}", "10.9.9.9") for number in range(12)]
    assert (set(said[:10]), set(said[10:])) == ({401}, {429})
    assert sign_in(PASSWORD, "10.9.9.9") == 429
    assert sign_in(PASSWORD, "10.9.9.8") == 201


def test_18_no_answer_says_whether_an_account_exists(attacked: Cast, time: Time) -> None:
    answers = []
    for account in ("member@here", "nobody@here", "auditor@elsewhere"):
        body = {"account": account, "password": "a wrong one", "device": {"name": "x"}}
        answer = attacked.client.post("/api/v1/sign-ins", json=body)
        answers.append((answer.status_code, answer.data, sorted(answer.headers.keys())))
    assert answers[0] == answers[1] == answers[2]


def test_18_an_unknown_account_costs_a_password_check_too(
    attacked: Cast, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, since a clock on a busy machine says nothing."""
    from argon2 import PasswordHasher

    checked, verify = [], PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda self, *given: checked.append(1) or verify(self, *given)
    )
    for account in ("member@here", "nobody@here"):
        before = len(checked)
        body = {"account": account, "password": "a wrong one", "device": {"name": "x"}}
        attacked.client.post("/api/v1/sign-ins", json=body)
        assert len(checked) - before == 1, account


@pytest.mark.parametrize(
    "account",
    ["mеmber@here", "mem\u200bber@here", "member@here\u202e", "ﬀ@here", "member@here\x00", "\ud800"],
    ids=["cyrillic", "zero-width", "right-to-left", "ligature", "nul", "surrogate"],
)
def test_19_no_other_spelling_is_the_account(attacked: Cast, time: Time, account: str) -> None:
    body = json.dumps({"account": account, "password": PASSWORD, "device": {"name": "x"}})
    answer = attacked.client.post("/api/v1/sign-ins", data=body, content_type="application/json")
    assert answer.status_code in (401, 422)


@pytest.mark.parametrize(
    "password",
    ["x" * 100_000, "\x00" * 20, "\ud800" * 20, "a\x00" + PASSWORD],
    ids=["long", "nul", "surrogates", "nul-before"],
)
def test_19_odd_passwords_cost_nothing(attacked: Cast, time: Time, password: str) -> None:
    body = json.dumps({"account": "member@here", "password": password, "device": {"name": "x"}})
    answer = attacked.client.post("/api/v1/sign-ins", data=body, content_type="application/json")
    assert answer.status_code in (401, 422)


def test_20_anothers_installation_is_not_taken_over(attacked: Cast, time: Time) -> None:
    """The same installation is another device for another person: a shared tablet has several."""
    installation = any_uuid()
    device = {"name": "x", "installation_id": installation}
    first = attacked.client.post(
        "/api/v1/enrolments", json={"code": attacked.code_for("member"), "device": device}
    ).json
    second = attacked.client.post(
        "/api/v1/enrolments", json={"code": attacked.code_for("stranger"), "device": device}
    ).json
    assert first["device_id"] != second["device_id"]
    mine = Phone(attacked.client, token=first["token"], device_id=first["device_id"])
    assert mine.get(ME).json["member"]["id"] == attacked.here.members["member"]
