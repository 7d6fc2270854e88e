"""What came to mind a second time. The numbers are those of README.md."""

import base64
import io
import json
import zipfile
from base64 import b64encode
from threading import Barrier, Thread
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter
from openpyxl import Workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from api import clock
from tests.attacks.test_tokens import KeyPhone
from tests.cast import PASSWORD, Cast, Phone, Time, any_uuid
from workstation.database import db, writing
from workstation.people.models import Member
from workstation.privacy.people import erase

ME = "/api/v1/me"


@pytest.fixture(scope="module")
def city(attacked: Cast) -> Phone:
    return attacked.phone("city_officer")


def enrol(cast: Cast, code: str, **device: Any) -> TestResponse:
    return cast.client.post("/api/v1/enrolments", json={"code": code, "device": {"name": "x"} | device})


def transfer_code(phone: Phone) -> str:
    return str(phone.post("/api/v1/enrolments/transfer", {}).json["code"])


def at_once(*calls: Any) -> list[int]:
    """The statuses of calls that begin in the same moment."""
    ready, said = Barrier(len(calls)), []

    def make(call: Any) -> None:
        ready.wait(timeout=60)
        said.append(call().status_code)

    threads = [Thread(target=make, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return sorted(said)


# -- who am I -----------------------------------------------------------------------------------------


def test_73_the_number_of_an_installation_is_told_to_nobody(attacked: Cast, time: Time, city: Phone) -> None:
    number, code = any_uuid(), attacked.code_for("member")
    member = Phone(attacked.client, **_token(enrol(attacked, code, installation_id=number)))
    member.sync(member.check_in(attacked.here.stations["hall"]))
    told = [member.get(path).text for path in (ME, "/api/v1/account", "/api/v1/sign-ins")]
    told += [city.get(f"/api/v1/{path}").text for path in ("devices", "members")]
    assert not [text for text in told if number in text]
    time.passes(minutes=11)
    again = enrol(attacked, code, installation_id=number)
    assert (again.status_code, member.get(ME).status_code) == (401, 200)


def _token(answer: TestResponse) -> dict[str, str]:
    return {"token": answer.json["token"], "device_id": answer.json["device_id"]}


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:80/api/v1/me",
        "http://localhost./api/v1/me",
        "http://localhost/api/v1/%6de",
        "http://localhost/api/v1/../v1/me",
        "http://localhost//api/v1/me",
        "http://localhost/api/v1/me/",
        "http://localhost/api/v1/me;x",
        "http://localhost",
        "ftp://localhost/api/v1/me",
        "//localhost/api/v1/me",
        "/api/v1/me",
    ],
    ids=["port", "dot", "escaped", "dots", "slashes", "slash", "parameter", "root", "ftp", "bare", "path"],
)
def test_74_another_spelling_of_the_address_is_another_address(
    key_phone: KeyPhone, time: Time, address: str
) -> None:
    assert key_phone.call(key_phone.proof(htu=address)).status_code == 401


@pytest.fixture(scope="module")
def key_phone(attacked: Cast) -> KeyPhone:
    return KeyPhone(attacked)


def test_75_two_proofs_are_none(key_phone: KeyPhone, time: Time) -> None:
    one, other = key_phone.proof(), key_phone.proof()
    for given in (f"{one},{other}", f"{one} {other}", f"{one}.{other}"):
        assert key_phone.call(given).status_code == 401
    query = f"{ME}?dpop={one}&access_token={key_phone.token}"
    assert key_phone.cast.client.get(query).status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": False},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"jwk": {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}},
        {"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}},
        {"jwk": "x"},
        {"jwk": [1]},
        {"jku": "https://evil.example/keys", "jwk": None},
    ],
    ids=["crit", "crit-b64", "symmetric", "off-the-curve", "rsa", "text", "list", "elsewhere"],
)
def test_76_a_proof_with_another_head_is_none(
    key_phone: KeyPhone, time: Time, header: dict[str, Any]
) -> None:
    head, claims, signature = key_phone.proof().split(".")
    said = _opened(head) | header
    forged = ".".join((_closed(said), claims, signature))
    assert key_phone.call(forged).status_code == 401


def test_76_nor_one_whose_signer_says_that_more_must_be_understood(key_phone: KeyPhone, time: Time) -> None:
    """RFC 7515: what `crit` names must be understood, whoever signed it."""
    head, claims, _ = key_phone.proof().split(".")
    said = _opened(head) | {"crit": ["told"], "told": 1}
    knows = JWSRegistry({"told": HeaderParameter("told", "int")}, strict_check_header=False)
    forged = jwt.encode(said, _opened(claims), key_phone.key, registry=knows)
    assert key_phone.call(forged).status_code == 401


def _opened(part: str) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(part + "==")))


def _closed(said: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


class TestTransferCodes:
    def test_77_are_worth_nothing_once_their_phone_is_stopped(
        self, attacked: Cast, time: Time, city: Phone
    ) -> None:
        stolen = attacked.phone("member")
        code = transfer_code(stolen)
        path = f"/api/v1/devices/{stolen.device_id}"
        assert city.client.delete(path, headers=city.headers).status_code == 204
        assert enrol(attacked, code).status_code == 401

    def test_77_or_signed_out(self, attacked: Cast, time: Time) -> None:
        phone = attacked.phone("member")
        code = transfer_code(phone)
        phone.client.delete("/api/v1/sign-ins/current", headers=phone.headers)
        assert enrol(attacked, code).status_code == 401

    def test_77_move_one_of_two_phones_at_the_same_instant(self, attacked: Cast, time: Time) -> None:
        code = transfer_code(attacked.phone("member"))
        one, other = ({"installation_id": any_uuid()} for _ in range(2))
        client = attacked.app.test_client
        said = at_once(
            *(
                lambda device=device: client().post(
                    "/api/v1/enrolments", json={"code": code, "device": {"name": "x"} | device}
                )
                for device in (one, other)
            )
        )
        assert said == [201, 401]


def test_89_every_kind_of_no_costs_one_check_of_a_password(
    attacked: Cast, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import PasswordHasher

    with attacked.app.app_context(), writing():
        person = db.session.scalars(select(Member).where(Member.account == "stranger@here")).one()
        person.disabled_at = clock.now()
    checked, verify = [], PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda self, *given: checked.append(1) or verify(self, *given)
    )
    answers = []
    for account, password in (("stranger@here", PASSWORD), ("stranger@here", "wrong"), ("nobody", "wrong")):
        before = len(checked)
        body = {"account": account, "password": password, "device": {"name": "x"}}
        answers.append(attacked.client.post("/api/v1/sign-ins", json=body))
        assert len(checked) - before == 1
    assert len({(answer.status_code, answer.data) for answer in answers}) == 1
    with attacked.app.app_context(), writing():
        db.session.scalars(select(Member).where(Member.account == "stranger@here")).one().disabled_at = None


def test_91_a_household_of_ipv6_is_one_address(attacked: Cast, time: Time) -> None:
    def guess(address: str) -> int:
        body = {"account": "member@here", "password": "a guess", "device": {"name": "x"}}
        where = {"REMOTE_ADDR": address}
        return attacked.client.post("/api/v1/sign-ins", json=body, environ_overrides=where).status_code

    said = [guess(f"2001:db8:1:2:{number:x}::{number:x}") for number in range(12)]
    assert (set(said[:10]), set(said[10:])) == ({401}, {429})
    assert guess("2001:db8:1:3::1") == 401
    assert guess("::ffff:10.8.8.8") == 401


# -- what is not mine, or not any more ----------------------------------------------------------------


def edit(city: Phone, member_id: str, version: int, **changes: Any) -> None:
    body = {"version": version, "reason": "试试", "changes": changes}
    answer = city.post(f"/api/v1/members/{member_id}/edits", body)
    assert answer.status_code == 201, answer.text


def test_81_82_whose_role_shrank_reads_no_more_than_it_gives(attacked: Cast, time: Time, city: Phone) -> None:
    """By the spreadsheet's link, the page, or with what the page had noted."""
    who = "district_officer"
    officer, other = attacked.phone(who), attacked.here.stations["other"]
    made = officer.post("/api/v1/export-keys", {"name": "x"}).json
    link = {"Authorization": "Basic " + b64encode(f"{made['id']}:{made['key']}".encode()).decode()}
    page = officer.get("/api/v1/coverage?window=30d&by=station")
    mark = {"If-None-Match": page.headers.get("ETag", "*")}
    everything = attacked.client.get("/api/v1/coverage.csv?by=station", headers=link).text
    edit(city, attacked.here.members[who], 0, role="liaison", division_id=None, stations=[])
    less = attacked.client.get("/api/v1/coverage.csv?by=station", headers=link)
    assert len(less.text.splitlines()) == 1 < len(everything.splitlines())
    assert other not in less.text
    now = officer.client.get("/api/v1/coverage?window=30d&by=station", headers=officer.headers | mark)
    assert (now.status_code, now.json["rows"]) == (200, [])
    edit(city, attacked.here.members[who], 1, role="member")
    assert attacked.client.get("/api/v1/coverage.csv", headers=link).status_code == 403
    assert officer.client.get("/api/v1/coverage", headers=officer.headers | mark).status_code == 403


def test_83_an_old_seal_undoes_nothing(attacked: Cast, time: Time) -> None:
    phone, hall = attacked.phone("member"), attacked.here.stations["hall"]
    entry = phone.check_in(hall)
    [result] = phone.sync(entry)
    phone.sync(phone.about("withdrawal", entry["id"]))
    envelope = {"entries": [{"id": entry["id"], "sealed": result["sealed"]}]}
    for more in ({}, {"cursor": None}, {"cursor": f"{any_uuid()}.0"}):
        answer = phone.call(**envelope, **more)
        assert [each["status"] for each in answer.json["results"]] == ["duplicate"]
    rows = phone.get(f"/api/v1/records?month={clock.now():%Y-%m}").json["records"]
    assert [row["kind"] for row in rows if row["target_id"] == entry["id"]] == ["withdrawal"]


def test_84_of_two_keys_check_and_deed_read_the_same(attacked: Cast, time: Time, city: Phone) -> None:
    """The last one, everywhere: what was checked is what is done."""
    phone, hall = attacked.phone("member"), attacked.here.stations["hall"]
    said = phone.check_in(hall)
    text = json.dumps(
        {"protocol": 1, "sent_at": clock.now().isoformat(), "cursor": None, "pending": 0, "entries": [said]}
    )
    other = attacked.here.members["colleague"]
    twice = text.replace('"seq":', f'"on_behalf_of":null,"on_behalf_of":"{other}","seq":', 1)
    headers = phone.headers | {"Content-Type": "application/json"}
    [result] = phone.client.post("/api/v1/sync", data=twice, headers=headers).json["results"]
    assert (result["status"], result["code"]) == ("held", "entry.not_allowed")


@pytest.mark.parametrize("mark", ["*", 'W/"x"', '"x", *'], ids=["any", "weak", "list"])
def test_86_nothing_is_unchanged_for_a_stranger(attacked: Cast, time: Time, city: Phone, mark: str) -> None:
    for path in ("/api/v1/stations", "/api/v1/coverage.csv", "/api/v1/audit-events"):
        answer = attacked.client.get(path, headers={"If-None-Match": mark})
        assert answer.status_code == 401
        known = city.get(path.replace("audit-events", "stations")).headers.get("ETag", "x")
        assert attacked.client.get(path, headers={"If-None-Match": known}).status_code == 401


def test_88_of_release_and_close_at_the_same_instant_one_counts(
    attacked: Cast, time: Time, city: Phone
) -> None:
    member = attacked.phone("member")
    entry = member.check_in(attacked.here.stations["hall"])
    [held] = member.sync(entry | {"on_behalf_of": attacked.here.members["colleague"]})
    assert held["status"] == "held"
    rows = city.get("/api/v1/held-entries").json["held_entries"]
    [row] = [row for row in rows if row["id"] == held["id"]]
    body = {"content_hash": row["content_hash"], "reason": "x"}
    client = attacked.app.test_client
    said = at_once(
        *(
            lambda how=how: client().post(
                f"/api/v1/held-entries/{row['id']}/{how}", json=body, headers=city.headers
            )
            for how in ("release", "close")
        )
    )
    assert (said[0] < 300, said[1]) == (True, 409)


def test_92_an_erased_persons_phone_and_code_are_nobodys(attacked: Cast, time: Time) -> None:
    who = attacked.here.members["other_liaison"]
    phone, code = attacked.phone("other_liaison"), attacked.code_for("other_liaison")
    moving = transfer_code(phone)
    with attacked.app.app_context(), writing():
        erase(network_id=attacked.here.id, member_id=who, reason="x", now=clock.now())
    assert phone.call(phone.check_in(attacked.here.stations["other"])).status_code == 401
    assert [enrol(attacked, each).status_code for each in (code, moving)] == [401, 401]
    log = attacked.phone("auditor").get("/api/v1/audit-events?q=" + who)
    assert "other_liaison（测试）" not in log.text


# -- what comes in, what goes out ---------------------------------------------------------------------


def workbook() -> bytes:
    book, file = Workbook(), io.BytesIO()
    book.active.append(["编号", "姓名", "界别", "所属站点", "角色", "区"])
    book.save(file)
    return file.getvalue()


def with_a_link(name: str, target: str) -> bytes:
    file = io.BytesIO()
    link = zipfile.ZipInfo(name)
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(io.BytesIO(workbook())) as whole, zipfile.ZipFile(file, "w") as archive:
        for part in whole.infolist():
            if part.filename != name:
                archive.writestr(part, whole.read(part))
        archive.writestr(link, target)
    return file.getvalue()


def twice() -> bytes:
    file = io.BytesIO(workbook())
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/workbook.xml", "<x/>")
    return file.getvalue()


def lying() -> bytes:
    """A directory that gives each part another length than it has."""
    whole = workbook()
    at = whole.index(b"PK\x01\x02")
    return whole[: at + 20] + b"\xff\xff\xff\x7f\x01\x00\x00\x00" + whole[at + 28 :]


def encrypted() -> bytes:
    whole = bytearray(workbook())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = whole.find(mark)
        while at >= 0:
            whole[at + flags] |= 1
            at = whole.find(mark, at + 4)
    return bytes(whole)


NO_TABLE = ("import.unreadable", "文件读不懂，请另存为 CSV 或 XLSX 后再试。")
NO_HEADER = ("import.empty", "文件是空的，第一行应是表头。")
NO_ROWS = ("import.no_rows", "只有表头，没有内容。")  # a warning: what is odd about the archive does no harm


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda: with_a_link("xl/sharedStrings.xml", "/etc/passwd"), NO_ROWS),
        (lambda: with_a_link("xl/worksheets/sheet1.xml", "../../../../etc/passwd"), NO_TABLE),
        (lambda: with_a_link("../../etc/cron.d/x", "x"), NO_ROWS),
        (twice, NO_HEADER),
        (lying, NO_ROWS),
        (encrypted, NO_TABLE),
    ],
    ids=["link", "link-over-a-sheet", "outward", "twice", "lying", "encrypted"],
)
def test_87_of_an_odd_archive_is_told_in_words_what_is_wrong(
    attacked: Cast, time: Time, city: Phone, made: Any, told: tuple[str, str]
) -> None:
    """A trial of a file answers 200 whatever it found, and says it."""
    headers = city.headers | {"Content-Type": "application/octet-stream"}
    answer = city.client.post("/api/v1/imports/members", data=made(), headers=headers)
    assert (answer.status_code, answer.json["rows"], answer.json["applied"]) == (200, 0, False)
    said = answer.json["warnings" if told == NO_ROWS else "errors"]
    assert [(each["code"], each["message"]) for each in said] == [told]
    assert answer.json["errors_count"] + answer.json["warnings_count"] == 1
    assert "root:" not in answer.text


def test_85_pieces_of_a_file_have_its_guard_and_no_amplification(
    attacked: Cast, time: Time, city: Phone
) -> None:
    pieces = {"Range": "bytes=" + ",".join(f"{n}-{n}" for n in range(500))}
    assert attacked.client.get("/api/v1/coverage.csv", headers=pieces).status_code == 401
    whole = city.get("/api/v1/coverage.csv?by=station")
    part = city.client.get("/api/v1/coverage.csv?by=station", headers=city.headers | pieces)
    assert len(part.data) <= len(whole.data) + 1
    page = attacked.client.get("/index.html")
    for given in (pieces, {"Range": "bytes=0-3"}, {"Range": "bytes=999999999-"}, {"Range": "bytes=x"}):
        answer = attacked.client.get("/index.html", headers=given)
        assert answer.status_code in (200, 206, 404, 416)
        assert len(answer.data) <= max(len(page.data), 1000)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert attacked.client.post("/index.html").headers["X-Content-Type-Options"] == "nosniff"


def test_90_what_is_downloaded_is_no_script_of_ours(attacked: Cast, time: Time, city: Phone) -> None:
    for path in ("coverage.csv?by=station", "coverage.xlsx?by=station", "imports/members/template"):
        answer = city.get(f"/api/v1/{path}")
        assert answer.headers["Content-Disposition"].startswith("attachment"), path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "javascript" not in answer.headers["Content-Type"]
        assert "Service-Worker-Allowed" not in answer.headers


@pytest.mark.parametrize(
    "id",
    ["a' OR 1=1; SET ROLE x", '{"level":"x"}', "x" * 10_000, "ａｂｃｄｅｆｇｈ", "../../x/y/z"],
    ids=["sql", "json", "long", "wide", "path"],
)
def test_93_what_a_caller_calls_a_request_is_a_plain_name_or_nothing(
    attacked: Cast, time: Time, id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = attacked.phone("member")
    given = {"X-Request-ID": id.encode().decode("latin-1")}
    answer = phone.client.post("/api/v1/enrolments/transfer", json={}, headers=phone.headers | given)
    assert answer.status_code == 201
    assert len(answer.headers["X-Request-ID"]) == 36
    assert id not in "".join(capsys.readouterr())


def test_94_what_has_a_guard_has_it_for_every_method(attacked: Cast, time: Time) -> None:
    for path in (ME, "/api/v1/members", "/api/v1/coverage.csv", "/api/v1/audit-events"):
        head = attacked.client.head(path)
        assert (head.status_code, head.data) == (401, b"")
        assert attacked.client.get(path, data=b"{}", content_type="application/json").status_code == 401
        assert "Access-Control-Allow-Origin" not in attacked.client.options(path).headers


@pytest.mark.parametrize(
    "near", ["22.543210987,abc", "22.543210987", "22.543210987,114.1,0", "922.543210987,114.1"], ids=repr
)
def test_95_a_position_that_is_none_is_not_said_again(
    attacked: Cast,
    time: Time,
    near: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = attacked.phone("member").get(f"/api/v1/stations?near={near}")
    assert answer.status_code == 422
    said = answer.text + caplog.text + "".join(capsys.readouterr())
    assert "22.543210987" not in said


@pytest.mark.parametrize(
    "query",
    ["limit=-1", "limit=1000000000", "limit=1e3", "after=%00", "after=' OR 1=1 --", "after=" + "9" * 40],
    ids=["minus", "huge", "float", "nul", "sql", "number"],
)
def test_96_a_page_is_a_page(attacked: Cast, time: Time, city: Phone, query: str) -> None:
    for path in ("coverage", "members", "held-entries", "devices", "audit-events", "suggestions", "stations"):
        phone = attacked.phone("auditor") if path == "audit-events" else city
        answer = phone.get(f"/api/v1/{path}?{query}")
        assert answer.status_code in (200, 400, 403, 404, 422), (path, answer.status_code)


def test_97_no_secret_stands_in_the_log(attacked: Cast, time: Time, city: Phone) -> None:
    member = attacked.here.members["member"]
    secrets = [
        city.post("/api/v1/enrolment-codes", {"member_id": member}).json["code"],
        city.post("/api/v1/enrolment-codes/reset", {"member_id": member}).json["code"],
        city.post("/api/v1/export-keys", {"name": "表"}).json["key"],
        transfer_code(city),
        PASSWORD,
        city.token,
    ]
    auditor = attacked.phone("auditor")
    text = auditor.get("/api/v1/audit-events").text + auditor.get("/api/v1/audit-events.csv").text
    assert "code.issued" in text
    assert not [each for each in secrets if each in text or each.replace("-", "") in text]


def test_99_a_neighbours_phone_is_not_signed_out_named_or_stopped(attacked: Cast, time: Time) -> None:
    victim, thief = attacked.phone("member"), attacked.phone("colleague")
    own = f"/api/v1/sign-ins/{victim.device_id}"
    assert thief.client.delete(own, headers=thief.headers).status_code == 404
    for method in ("DELETE", "PATCH"):
        path = f"/api/v1/devices/{victim.device_id}"
        answer = thief.client.open(path, method=method, json={"name": "x"}, headers=thief.headers)
        assert answer.status_code == 404
    assert victim.get(ME).json["device"]["name"] == "phone of member"
