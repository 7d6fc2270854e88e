"""What was written by one bites another who reads it. The numbers are those of README.md.

57 for coverage and reports: tests/api/test_coverage_bad_input.py, test_report_forms.py.
"""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest

from tests.api.walking import THRESHOLDS
from tests.cast import Cast, Phone, Time, any_uuid
from tests.conventions.source import files
from workstation.ids import new_id

MARKUP = "<img src=x onerror=alert(1)>\"'</script><script>alert(1)</script>"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1+1")


def write_everywhere(cast: Cast, text: str) -> None:
    """The text in each field that somebody may write and staff may read."""
    member, liaison, city = cast.phone("member"), cast.phone("liaison"), cast.phone("city_officer")
    hall, named = cast.here.stations["hall"], any_uuid()
    shift, said = member.shift_start(hall, note=text), member.reception(hall, summary=text)
    met = {"name": text[:60], "contact": text[:60], "consent": True, "consent_version": "1"}
    behalf = member.reception(hall, summary=text, constituent=met)
    behalf |= {"on_behalf_of": cast.here.members["colleague"]}
    member.sync(
        shift, said, behalf, member.check_in(named, note=text), member.check_in(hall) | {"kind": text[:40]}
    )
    member.sync(member.about("correction", said["id"], changes={"summary": text}, reason=text))
    member.sync(member.about("withdrawal", shift["id"], reason=text))
    member.post("/api/v1/suggestions", {"id": new_id(), "text": text, "app_version": text[:40]})
    cast.client.patch(f"/api/v1/devices/{member.device_id}", json={"name": text}, headers=member.headers)
    station = city.get(f"/api/v1/stations/{hall}/edits").json["version"]
    changes = {"name": text, "address": text, "opening_hours": text}
    item = {"met": True, "checker": text, "confirmed_on": "2026-11-01", "proof": text}
    edit = {"version": station, "reason": text, "changes": changes, "items": {"统一标识": item}}
    assert city.post(f"/api/v1/stations/{hall}/edits", edit).status_code == 201
    plan = {"station_id": hall, "member_id": cast.here.members["colleague"], "reason": text}
    plan |= {"starts_at": "2026-11-28T01:00:00Z", "ends_at": "2026-11-28T03:00:00Z"}
    assert city.post("/api/v1/duty-plan", plan).status_code in (201, 409)
    city.post("/api/v1/settings", {"noun": "area", "code": any_uuid()[:8], "name": text, "reason": text})
    city.post("/api/v1/export-keys", {"name": text})
    rules = {"version": 1, "standard": ["两有"], "thresholds": THRESHOLDS, "reason": text}
    city.post("/api/v1/rules/proposals", rules)
    member_id = cast.here.members["member"]
    version = city.get(f"/api/v1/members/{member_id}").json["version"]
    body = {"version": version, "reason": text, "changes": {"name": text}}
    assert city.post(f"/api/v1/members/{member_id}/edits", body).status_code == 201
    [row, *_] = liaison.get("/api/v1/held-entries").json["held_entries"]
    liaison.post(
        f"/api/v1/held-entries/{row['id']}/close", {"content_hash": row["content_hash"], "reason": text}
    )


READ_BY_STAFF = (
    "members",
    "held-entries",
    "held-entries?state=closed",
    "duty-plan?from=2026-11-20&to=2026-11-30",
    "settings",
    "export-keys",
    "rules",
    "suggestions/box",
    "coverage?by=station",
    "coverage/gaps",
    "coverage/today",
    "coverage/facts?figure=receptions",
    "devices",
    "stations",
    "reports/choices",
    "members/{member}",
    "stations/{hall}/edits",
    "stations/{hall}/record",
    "coverage/stations/{hall}",
)


def reads(cast: Cast, phone: Phone) -> Iterator[Any]:
    ids = {"member": cast.here.members["member"], "hall": cast.here.stations["hall"]}
    for path in READ_BY_STAFF:
        yield phone.get("/api/v1/" + path.format(**ids))


def test_56_markup_in_any_field_stays_text_that_no_browser_runs(attacked: Cast, time: Time) -> None:
    write_everywhere(attacked, MARKUP)
    found = 0
    for answer in [
        *reads(attacked, attacked.phone("city_officer")),
        attacked.phone("auditor").get("/api/v1/audit-events"),
        attacked.phone("liaison").get("/api/v1/liaison-day"),
        attacked.phone("member").call(),
    ]:
        assert answer.status_code == 200, answer.text[:300]
        assert answer.mimetype == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        found += MARKUP in json.dumps(answer.json, ensure_ascii=False).replace('\\"', '"')
    assert found >= 12  # the attack did arrive


def test_56_no_page_makes_html_of_text() -> None:
    ways = (
        "v-html",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "javascript:",
    )
    pages = [*files("static/pwa/src", "*.vue"), *files("static/pwa/src", "*.ts")]
    assert len(pages) > 50
    assert not [(file.name, way) for file in pages for way in ways if way in file.read_text()]


@pytest.mark.parametrize("formula", FORMULAS, ids=repr)
def test_57_no_exported_cell_is_a_formula(attacked: Cast, time: Time, formula: str) -> None:
    write_everywhere(attacked, formula)
    city, auditor = attacked.phone("city_officer"), attacked.phone("auditor")
    hall = attacked.here.stations["hall"]
    tables = [
        (auditor, "audit-events"),
        (city, "coverage"),
        (city, "coverage/gaps"),
        (city, f"coverage/stations/{hall}"),
    ]
    for phone, path in tables:
        query = "?by=station" if path == "coverage" else ""
        content = phone.get(f"/api/v1/{path}.csv{query}").data.decode("utf-8-sig")
        for row in csv.reader(io.StringIO(content)):
            risky = [cell for cell in row if cell[:1] in tuple("=+-@\t\r") and not _is_number(cell)]
            assert not risky, (path, risky)
        book = openpyxl.load_workbook(io.BytesIO(phone.get(f"/api/v1/{path}.xlsx{query}").data))
        kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
        assert "f" not in kinds, path


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    "name",
    ["a\r\nX-Evil: 1", "x\x00.docx", 'a"; filename="b.exe', "\u202ecod.exe", "../../x"],
    ids=["lines", "nul", "quotes", "right-to-left", "path"],
)
def test_58_no_name_becomes_a_header_or_a_file_name(attacked: Cast, name: str) -> None:
    city = attacked.phone("city_officer")
    own = city.get("/api/v1/reports/template.docx").data
    city.client.put("/api/v1/reports/template", query_string={"name": name}, data=own, headers=city.headers)
    for path in (
        "reports/template.docx",
        "coverage.csv",
        "imports/members/template",
        "reports/preview.docx?period=2026-11",
    ):
        answer = city.get(f"/api/v1/{path}")
        assert "X-Evil" not in answer.headers
        said = answer.headers["Content-Disposition"]
        assert said.isascii()
        assert not set(said) & set("\r\n\x00/\\")


def test_59_marks_that_turn_text_around_come_back_as_they_were(attacked: Cast, time: Time) -> None:
    """They are letters of some people's names: kept, shown within their own line by the page's isolation."""
    member = attacked.phone("colleague")
    text = "\u202egpj.exe\u2066\u200b字"
    entry = member.reception(attacked.here.stations["hall"], summary=text)
    assert member.sync(entry)[0]["status"] == "accepted"
    records = member.get("/api/v1/records?month=2026-11").json["records"]
    assert [row["body"]["summary"] for row in records if row["id"] == entry["id"]] == [text]


@pytest.mark.parametrize(
    "path",
    [
        '/api/v1/x%0a{"event":"forged"}',
        "/api/v1/x%0d%0aforged",
        "/%1b[2Jforged",
        "/api/v1/stations/%e2%80%a8forged",
    ],
    ids=["newline", "return", "escape", "line-separator"],
)
def test_60_no_address_forges_a_line_of_the_log(
    attacked: Cast, path: str, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    attacked.client.get(path, headers={"User-Agent": 'x"} {"event":"forged', "X-Request-ID": 'a"} {"b'})
    lines = capfd.readouterr().out.splitlines()
    assert lines
    for line in lines:
        assert json.loads(line)["event"] != "forged"


def test_61_no_answer_tells_what_it_is_made_of(attacked: Cast) -> None:
    phone = attacked.phone("member")
    tries = [
        phone.get("/api/v1/stations?near=x"),
        phone.get("/api/v1/records?month=x"),
        phone.get("/api/v1/nothing"),
        phone.call("x", protocol="x"),
        phone.post("/api/v1/suggestions", {"id": 5}),
        attacked.client.get("/api/v1/me"),
        attacked.client.open("/api/v1/sync", method="TRACE"),
        attacked.client.get("/static/../x"),
        attacked.client.get("/%00"),
    ]
    for answer in tries:
        assert answer.status_code >= 400
        for word in (
            "Traceback",
            "sqlalchemy",
            "psycopg",
            "werkzeug",
            "flask",
            "marshmallow",
            "gunicorn",
            "python",
            ".py",
            "/work",
            phone.token,
        ):
            assert word.lower() not in answer.text.lower(), (answer.text[:300], word)
