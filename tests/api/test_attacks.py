"""What somebody would try against the outside of the server; each attempt must come to nothing."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from api import create_app
from tests.cast import PASSWORD, Cast, any_uuid
from tests.databases import settings
from workstation.people.models import Device, Member

TRAVERSALS = [
    "/../api/config.py",
    "/assets/../../../../api/config.py",
    "/assets/..%2f..%2f..%2fapi/config.py",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/api/docs/../../../etc/passwd",
    "/api/docs/%2e%2e%2f%2e%2e%2fetc/passwd",
    "/api/docs//etc/passwd",
    "/staff/../../var/secret.key",
    "/secret.key",
    "/.env",
    "/workstation.db",
    "/.git/config",
]
INJECTIONS = [
    "' OR '1'='1",
    "city_officer@here'--",
    "admin\x00",
    "*)(uid=*",
    '{"$gt": ""}',
    "\u202ereciffo_ytic",
    "сity_officer@here",
    "city_officer@here.",
]
HALVES = [
    "Bearer",
    "Bearer  ",
    "Basic OmE=",
    "DPoP",
    "Bearer null",
    "bearer\t{token}",
    "Bearer {token},Bearer x",
]
IDS = ["a\r\nSet-Cookie: x=1", "x" * 65, "<script>", "短", "../../etc"]


class TestFiles:
    def test_no_path_leads_out_of_the_built_app(self, cast: Cast) -> None:
        for path in TRAVERSALS:
            answer = cast.client.get(path)
            assert b"SECRET" not in answer.data, path
            assert b"root:" not in answer.data, path
            # The office's page answers for what follows /staff, and holds nothing.
            assert answer.status_code in (404, 503) or answer.mimetype == "text/html", path

    def test_the_service_worker_is_never_taken_from_a_cache(self, cast: Cast) -> None:
        """Nor by a request that pretends to come from, or be for, somewhere else."""
        for name, value in (("X-Forwarded-Host", "evil.example"), ("X-Original-URL", "/evil.js")):
            answer = cast.client.get("/sw.js", headers={name: value})
            assert b"evil" not in answer.data
            assert answer.status_code == 404 or answer.headers["Cache-Control"] == "no-cache"


class TestSigningIn:
    def test_no_account_but_the_very_one_opens(self, cast: Cast) -> None:
        for account in INJECTIONS:
            body = {"account": account, "password": PASSWORD, "device": {"name": "x"}}
            assert cast.client.post("/api/v1/sign-ins", json=body).status_code in (401, 422), account

    def test_no_shape_of_a_password_is_taken_for_one(self, cast: Cast) -> None:
        for password in (True, None, 0, [PASSWORD], {"$ne": ""}, "", "x" * 10_000):
            body = {"account": "city_officer@here", "password": password, "device": {"name": "x"}}
            assert cast.client.post("/api/v1/sign-ins", json=body).status_code == 422

    def test_no_field_makes_one_more_than_one_is(self, cast: Cast) -> None:
        """Mass assignment: unknown fields are refused, and nothing of them is kept."""
        phone = cast.phone("member")
        attempts = (
            ("PATCH", "/api/v1/me", {"shows_name_at_door": True, "role": "city_office"}),
            (
                "PUT",
                "/api/v1/account/password",
                {"new_password": "four unrelated words", "role": "city_office"},
            ),
            ("POST", "/api/v1/suggestions", {"id": any_uuid(), "text": "x", "member_id": any_uuid()}),
            ("PATCH", f"/api/v1/devices/{phone.device_id}", {"name": "x", "member_id": any_uuid()}),
        )
        for method, path, body in attempts:
            answer = cast.client.open(path, method=method, json=body, headers=phone.headers)
            assert (answer.status_code, answer.json["code"]) == (422, "request.invalid"), path
        device = {"name": "x", "member_id": cast.here.members["city_officer"], "role": "city_office"}
        body = {"code": cast.code_for("member"), "device": device}
        assert cast.client.post("/api/v1/enrolments", json=body).status_code == 422
        kept = select(Member.role).where(Member.id == cast.here.members["member"])
        assert cast.scalar(kept) == "member"

    def test_no_half_of_a_token_opens(self, cast: Cast) -> None:
        token = cast.phone("member").token
        for header in HALVES:
            headers = {"Authorization": header.format(token=token)}
            assert cast.client.get("/api/v1/me", headers=headers).status_code == 401, header

    def test_a_token_in_the_address_or_a_cookie_opens_nothing(self, cast: Cast) -> None:
        token = cast.phone("member").token
        cast.client.set_cookie("token", token)
        for path in (f"/api/v1/me?token={token}", f"/api/v1/me?access_token={token}", "/api/v1/me"):
            assert cast.client.get(path).status_code == 401
        assert "Set-Cookie" not in cast.client.get("/").headers  # none are used, so none can be ridden on

    def test_what_is_stored_of_a_token_is_no_token(self, cast: Cast) -> None:
        cast.phone("member")
        stored = cast.scalar(select(Device.token_hash))
        headers = {"Authorization": f"Bearer {stored}"}
        assert cast.client.get("/api/v1/me", headers=headers).status_code == 401


class TestHeaders:
    def test_a_request_id_that_is_more_than_an_id_is_replaced(self, cast: Cast) -> None:
        for id in IDS:
            environ = {"HTTP_X_REQUEST_ID": id.encode().decode("latin-1")}
            answer = cast.client.get("/api/v1/time", environ_overrides=environ)
            assert answer.headers["X-Request-ID"] not in (id, "")
            assert "Set-Cookie" not in answer.headers

    def test_a_link_leads_to_us_whatever_host_was_asked_for(self, database_url: str, tmp_path: Path) -> None:
        given = settings(database_url=database_url, data_dir=tmp_path)
        cast = Cast(create_app(replace(given, public_url="https://workstation.example.org")))
        phone = cast.phone("member")
        spoofed = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
        answer = cast.client.post("/api/v1/enrolments/transfer", json={}, headers=phone.headers | spoofed)
        assert answer.json["url"].startswith("https://workstation.example.org/#/enrol/")

    def test_no_unknown_method_is_answered(self, cast: Cast) -> None:
        for method in ("TRACE", "CONNECT", "PROPFIND", "DEBUG"):
            assert cast.client.open("/api/v1/me", method=method).status_code == 405, method

    def test_another_site_may_not_read_with_a_persons_browser(self, cast: Cast) -> None:
        origin = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
        for path in ("/api/v1/time", "/", "/api/v1/me"):
            for method in ("GET", "OPTIONS"):
                answer = cast.client.open(path, method=method, headers=origin)
                assert "Access-Control-Allow-Origin" not in answer.headers, path


class TestStoredText:
    """Text with markup stays text: JSON that no browser takes for a page, and pages run no inline script."""

    MARKUP = "<img src=x onerror=alert(1)><script>alert(1)</script>"

    def test_markup_comes_back_as_it_was_and_as_json(self, cast: Cast) -> None:
        phone, office = cast.phone("member"), cast.phone("city_officer")
        phone.post("/api/v1/suggestions", {"id": any_uuid(), "text": self.MARKUP})
        named = f"/api/v1/devices/{phone.device_id}"
        assert cast.client.patch(named, json={"name": self.MARKUP}, headers=phone.headers).status_code == 204
        for path in ("/api/v1/suggestions/box", "/api/v1/members"):
            answer = office.get(path)
            assert answer.mimetype == "application/json"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert self.MARKUP in str(answer.json)
