"""What holds for every answer: headers, limits, proofs that work once, logs without people in them."""

import json
import socket
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64encode
from werkzeug.test import TestResponse

from api import create_app
from api.config import CALLS_A_MINUTE
from api.pwa import DIST
from api.security_headers import CONTENT_SECURITY_POLICY, DATA_HEADERS, SECURITY_HEADERS
from api.shared_memory import SharedMemory
from tests.cast import PASSWORD, Cast, Phone, Time, any_uuid
from tests.databases import settings
from tests.live_server import LiveServer

ADDRESSES = [
    "/",
    "/staff",
    "/door",
    "/healthz",
    "/metrics",
    "/api/v1/time",
    "/api/v1/me",
    "/api/v1/nothing",
    "/nothing/../../etc/passwd",
]
# Two lengths, of which a proxy and a server might each believe another.
SMUGGLED = (
    b"POST /api/v1/sign-ins HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
)


class TestHeaders:
    def test_every_answer_carries_them(self, cast: Cast) -> None:
        for path in ADDRESSES:
            answer = cast.client.get(path)
            given = SECURITY_HEADERS if answer.mimetype == "text/html" else DATA_HEADERS
            assert given.items() <= dict(answer.headers).items(), path

    def test_the_policy_lets_in_no_inline_script_and_no_other_host(self) -> None:
        assert "unsafe" not in CONTENT_SECURITY_POLICY
        assert "http" not in CONTENT_SECURITY_POLICY
        assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")

    def test_what_is_about_people_is_kept_by_no_cache(self, cast: Cast) -> None:
        phone = cast.phone("member")
        assert phone.get("/api/v1/me").headers["Cache-Control"] == "no-store"

    def test_https_stays_https(self, sqlite_database: str, tmp_path: Path) -> None:
        given = settings(database_url=sqlite_database, data_dir=tmp_path)
        app = create_app(replace(given, public_url="https://workstation.example.org"))
        answer = app.test_client().get("/api/v1/time")
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        plain = create_app(given).test_client().get("/api/v1/time")
        assert "Strict-Transport-Security" not in plain.headers


def test_files_carry_the_headers_and_no_answer_says_which_program_gave_it(live_server: LiveServer) -> None:
    import urllib.error
    import urllib.request

    def headers(path: str) -> Any:
        try:
            with urllib.request.urlopen(live_server.url + path, timeout=30) as answer:
                return answer.headers
        except urllib.error.HTTPError as error:
            return error.headers

    files = [
        f"/{file.relative_to(DIST)}" for file in DIST.rglob("*") if file.suffix in (".js", ".css", ".svg")
    ]
    for path in [*files[:6], *[each for each in files if "assets" not in each], "/", "/api/v1/time", "/%ff"]:
        found = headers(path)
        assert found["Server"] == "workstation", path
        assert found["X-Content-Type-Options"] == "nosniff", path
        policy = found["Content-Security-Policy"] or ""
        assert policy.startswith("default-src 'none'") or path.endswith((".js", ".css")), path
        assert not {"X-Powered-By", "Via", "Access-Control-Allow-Origin"} & set(found), path
    for raw in (b"GARBAGE\r\n\r\n", SMUGGLED):
        answer = spoken_to(live_server.port, raw)
        assert answer.startswith(b"HTTP/1.1 400 "), raw
        assert b"gunicorn" not in answer.lower()
        assert b"Traceback" not in answer


def spoken_to(port: int, raw: bytes) -> bytes:
    """What the server answers to these very bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(raw)
        return line.recv(4096)


class TestLimits:
    def test_a_device_that_never_rests_is_slowed_down_and_no_other(
        self, sqlite_database: str, tmp_path: Path, time: Time
    ) -> None:
        given = settings(database_url=sqlite_database, data_dir=tmp_path)
        app = create_app(replace(given, calls_a_minute=5))
        cast = Cast(app)
        phone, other = cast.phone("member"), cast.phone("colleague")
        assert [phone.get("/api/v1/me").status_code for _ in range(6)] == [200] * 5 + [429]
        slowed = phone.call()
        assert (slowed.json["code"], slowed.headers["Retry-After"]) == ("call.too_many", "60")
        assert other.get("/api/v1/me").status_code == 200
        time.passes(minutes=1)
        assert phone.get("/api/v1/me").status_code == 200

    def test_many_phones_of_one_person_are_slowed_down_together(
        self, sqlite_database: str, tmp_path: Path, time: Time
    ) -> None:
        given = settings(database_url=sqlite_database, data_dir=tmp_path)
        cast = Cast(create_app(replace(given, calls_a_minute=2)))
        phones = [cast.phone("member") for _ in range(4)]
        statuses = [phone.get("/api/v1/me").status_code for phone in phones for _ in range(2)]
        assert statuses == [200] * 6 + [429] * 2

    def test_the_limit_lets_through_what_the_protocol_promises(self) -> None:
        assert CALLS_A_MINUTE >= 600

    def test_workers_count_together(self, tmp_path: Path) -> None:
        one, other = (SharedMemory(tmp_path / "remembered", entries=64) for _ in range(2))
        counts = [memory.count(b"device", minute=7) for memory in (one, other, one)]
        assert (counts, one.count(b"device", minute=8)) == ([1, 2, 3], 1)
        assert one.is_new(b"proof", minute=7, keeps_minutes=10)
        assert not other.is_new(b"proof", minute=17, keeps_minutes=10)
        assert other.is_new(b"proof", minute=28, keeps_minutes=10)

    def test_a_full_disk_stops_nobody(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        memory = SharedMemory(tmp_path / "remembered", entries=64)

        def full(*_: object) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("api.shared_memory.os.pwrite", full)
        assert memory.is_new(b"proof", minute=7, keeps_minutes=10)

    def test_a_flood_makes_it_forget_the_oldest_first(self, tmp_path: Path) -> None:
        memory = SharedMemory(tmp_path / "remembered", entries=8)
        for number in range(8):
            memory.is_new(str(number).encode(), minute=number, keeps_minutes=10)
        assert memory.is_new(b"one more", minute=9, keeps_minutes=10)
        assert not memory.is_new(b"7", minute=9, keeps_minutes=10)
        assert memory.is_new(b"0", minute=9, keeps_minutes=10)

    def test_bodies_have_a_size_and_a_depth(self, cast: Cast) -> None:
        large = cast.client.post(
            "/api/v1/sign-ins", data=b"[" + b"0," * 600_000 + b"0]", content_type="application/json"
        )
        assert (large.status_code, large.json["code"]) == (413, "request.too_large")
        deep = b"[" * 100 + b"]" * 100
        answer = cast.client.post("/api/v1/sign-ins", data=deep, content_type="application/json")
        assert answer.status_code in (400, 422)

    def test_a_form_with_parts_is_not_read(self, cast: Cast) -> None:
        parts = {f"part{number}": "x" for number in range(2000)}
        answer = cast.client.post("/api/v1/sign-ins", data=parts, content_type="multipart/form-data")
        assert answer.status_code in (415, 422)


class TestProofs:
    """RFC 9449: what a device signed for one call is worth nothing for another."""

    @pytest.fixture
    def key(self) -> ECKey:
        return ECKey.generate_key("P-256")

    @pytest.fixture
    def token(self, cast: Cast, key: ECKey) -> str:
        device = {"name": "a phone", "public_key": key.as_dict(private=False)}
        body = {"code": cast.code_for("member"), "device": device}
        return str(cast.client.post("/api/v1/enrolments", json=body).json["token"])

    def prove(self, cast: Cast, token: str, key: ECKey, **claims: Any) -> str:
        asked = cast.client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        hashed = urlsafe_b64encode(sha256(token.encode()).digest()).decode()
        said = {"htm": "GET", "htu": "http://localhost/api/v1/me", "ath": hashed, "jti": any_uuid(), "iat": 0}
        said |= {"nonce": asked.headers["DPoP-Nonce"]} | claims
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False)}
        return jwt.encode(header, said, key)

    def call(self, app: Flask, token: str, proof: str) -> TestResponse:
        headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
        return app.test_client().get("/api/v1/me", headers=headers)

    def test_an_overheard_proof_works_once_in_all_workers_together(
        self, cast: Cast, token: str, key: ECKey, database_url: str, tmp_path: Path
    ) -> None:
        worker = create_app(settings(database_url=database_url, data_dir=tmp_path))
        proof = self.prove(cast, token, key)
        assert self.call(cast.app, token, proof).status_code == 200
        again = self.call(worker, token, proof)
        # A browser that repeats a call by itself finds its way with the fresh nonce.
        assert (again.status_code, again.json["code"]) == (401, "sign_in.nonce")
        assert self.call(worker, token, self.prove(cast, token, key)).status_code == 200

    @pytest.mark.parametrize(
        "htu", ["ftp://localhost/api/v1/me", "http://localhost/api/v1/me?x=1", "/api/v1/me"]
    )
    def test_the_whole_address_counts(self, cast: Cast, token: str, key: ECKey, htu: str) -> None:
        assert (
            self.call(cast.app, token, self.prove(cast, token, key, htu=htu)).json["code"]
            == "sign_in.required"
        )

    @pytest.mark.parametrize(
        ("htu", "status"),
        [
            ("https://outside.example/api/v1/me", 200),
            ("http://outside.example/api/v1/me", 401),
            ("https://localhost/api/v1/me", 401),
        ],
    )
    def test_with_a_public_address_that_one_counts(  # fixtures
        self, cast: Cast, token: str, key: ECKey, database_url: str, tmp_path: Path, htu: str, status: int
    ) -> None:
        given = settings(database_url=database_url, data_dir=tmp_path)
        app = create_app(replace(given, public_url="https://outside.example"))
        assert self.call(app, token, self.prove(cast, token, key, htu=htu)).status_code == status


class TestLogs:
    """The logs say what was asked and how it went, never who, where, or what was written."""

    def drive(self, cast: Cast) -> Phone:
        body = {"account": "member@here", "password": PASSWORD, "device": {"name": "张三丰的手机"}}
        token = cast.client.post("/api/v1/sign-ins", json=body).json
        cast.client.post("/api/v1/sign-ins", json=body | {"password": "secret-guess"})
        phone = Phone(cast.client, token=token["token"], device_id=token["device_id"])
        fix = {"lat": 22.543217, "lon": 114.057968, "accuracy_m": 24, "age_s": 2}
        named = {"name": "李四光", "contact": "13800138000", "consent": True, "consent_version": "1"}
        phone.sync(phone.check_in(cast.here.stations["hall"], fix=fix, note="遇见王五"))
        phone.sync(phone.reception(cast.here.stations["hall"], summary="赵六家漏水", constituent=named))
        phone.call(phone.entry("check_in", {"station_id": "赵六"}), cursor="赵六")
        phone.get("/api/v1/stations?near=22.543217,114.057968&limit=3")
        cast.phone("city_officer").get("/api/v1/members?q=张三丰")
        phone.post("/api/v1/suggestions", {"id": any_uuid(), "text": "电话 13800138000"})
        return phone

    def test_what_people_said_and_where_they_were_is_in_none(
        self, cast: Cast, capfd: pytest.CaptureFixture[str]
    ) -> None:
        phone = self.drive(cast)
        written = "".join(capfd.readouterr())
        assert written.count("request.answered") > 8
        people = ["张三丰", "李四光", "王五", "赵六", "13800138000", "member@here", "（测试）"]
        secrets = [PASSWORD, "secret-guess", phone.token, "22.54", "114.05"]
        assert not [word for word in people + secrets if word in written]

    def test_what_the_phone_calls_a_request_leads_to_the_database(
        self, cast: Cast, capfd: pytest.CaptureFixture[str]
    ) -> None:
        phone = cast.phone("member")
        capfd.readouterr()
        headers = phone.headers | {"X-Request-ID": "phone-made-17"}
        answer = phone.client.get("/api/v1/me", headers=headers)
        assert answer.headers["X-Request-ID"] == "phone-made-17"
        [line] = [json.loads(line) for line in capfd.readouterr().out.splitlines() if "phone-made-17" in line]
        assert (line["path"], line["status"]) == ("/api/v1/me", 200)
        if "postgresql" in cast.app.config["SQLALCHEMY_DATABASE_URI"]:
            assert line["db_pid"] > 0  # PostgreSQL's own log names this process in each line

    def test_a_failure_shows_its_place_and_none_of_its_words(
        self, sqlite_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        def fail() -> str:
            raise ValueError("赵六 13800138000")

        app = create_app(settings(database_url=sqlite_database, data_dir=tmp_path))
        app.add_url_rule("/fails", view_func=fail)
        answer = app.test_client().get("/fails")
        written = capfd.readouterr().out
        assert (answer.status_code, answer.json["code"]) == (500, "server.failed")
        assert "ValueError" not in answer.text
        assert '"exception": "ValueError"' in written
        assert "test_hardening.py" in written
        assert "13800138000" not in written
