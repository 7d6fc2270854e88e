"""Every address of the application, called with something that would work, as everybody.

`Walk` is a small lively network on SQLite; what a call changed is taken back before the next one. `CALLS`
says what is sent to each address: words in angle brackets stand for ids of the world, here or elsewhere.
"""

import re
import shutil
import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, product
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from api import clock
from tests.cast import PASSWORD, Cast, Phone, Place, any_uuid
from workstation.coverage.limits import LIMITS
from workstation.coverage.rules import Thresholds
from workstation.database import db, writing
from workstation.ids import new_id
from workstation.people.models import Member

WITHOUT_MEANING = {"HEAD", "OPTIONS"}
# What stands in an address for a part of it that is no id.
PARTS = {
    "sheet": ("stations", "members", "plan", "ledger", "outlines"),
    "name": ("swagger-ui.css",),
    "rest": ("coverage",),
}
CONVERTER = re.compile(r"<(?:any\(([^)]*)\):|path:)?(\w+)>")
WORD = re.compile(r"<(\w+)>")


def addresses(app: Flask) -> list[str]:
    """METHOD /path, one for each kind of file and each sheet; ids stay as <words>."""
    return sorted(each for rule in app.url_map.iter_rules() for each in _spelled(rule))


def _spelled(rule: Rule) -> Iterator[str]:
    parts = CONVERTER.split(rule.rule)  # text, kinds of file, name, text …
    texts, kinds, names = parts[::3], parts[1::3], parts[2::3]
    for method in (rule.methods or set()) - WITHOUT_MEANING:
        for chosen in product(*map(_choices, kinds, names)):
            yield f"{method} " + "".join(chain(*zip(texts, (*chosen, ""), strict=True)))


def _choices(kinds: str | None, name: str) -> tuple[str, ...]:
    if kinds:
        return tuple(kind.strip() for kind in kinds.split(","))
    return PARTS.get(name, (f"<{name}>",))


THRESHOLDS = {name: getattr(Thresholds(), name) for name in LIMITS}
DEVICE = {"name": "a device"}
DAYS = "from=2026-11-20&to=2026-11-27"
LINE = {"reason": "核对过"}
HELD = {"content_hash": "<hash>", **LINE}
PLANNED = {"starts_at": "2026-11-25T01:00:00Z", "ends_at": "2026-11-25T03:00:00Z"}
SYNC = {"protocol": 1, "sent_at": "2026-11-20T04:00:00Z", "cursor": None, "pending": 0, "entries": []}

# query, body: what makes a call do something. An address that is not here takes neither.
CALLS: dict[str, tuple[str, Any]] = {
    "PUT /api/v1/account/password": ("", {"password": PASSWORD, "new_password": "four unrelated words here"}),
    "POST /api/v1/account/second-factor": ("", {"password": PASSWORD}),
    "PUT /api/v1/account/second-factor": ("", {"one_time_code": "000000"}),
    "POST /api/v1/account/second-factor/removal": ("", {"password": PASSWORD, "one_time_code": "000000"}),
    "GET /api/v1/coverage/facts": ("figure=receptions&station_id=<station_id>", None),
    "PATCH /api/v1/devices/<device_id>": ("", {"name": "renamed"}),
    "POST /api/v1/door": ("", {"code": "<door_code>", "device": DEVICE}),
    "GET /api/v1/door-screens": ("station_id=<station_id>", None),
    "POST /api/v1/door-screens/codes": ("", {"station_id": "<station_id>"}),
    "POST /api/v1/door-screens/keys": ("", {"station_id": "<station_id>", **LINE}),
    "GET /api/v1/duty-plan": (f"{DAYS}&station_id=<station_id>", None),
    "POST /api/v1/duty-plan": (
        "",
        {"station_id": "<station_id>", "member_id": "<member_id>"} | PLANNED | LINE,
    ),
    "POST /api/v1/duty-plan/<shift_id>/removal": ("", LINE),
    "POST /api/v1/enrolment-codes": ("", {"member_id": "<member_id>"}),
    "POST /api/v1/enrolment-codes/reset": ("", {"member_id": "<member_id>"}),
    "POST /api/v1/enrolment-codes/sheet": ("", {"member_ids": ["<member_id>"]}),
    "POST /api/v1/enrolments": ("", {"code": "<code>", "device": DEVICE}),
    "POST /api/v1/export-keys": ("", {"name": "a key"}),
    "POST /api/v1/held-entries/<entry_id>/close": ("", HELD),
    "POST /api/v1/held-entries/<entry_id>/constituent": ("", HELD),
    "POST /api/v1/held-entries/<entry_id>/release": ("", HELD),
    "POST /api/v1/held-entries/decisions": (
        "",
        {
            "how": "close",
            "code": "entry.not_allowed",
            "entries": [{"id": "<entry_id>", "content_hash": "<hash>"}],
        }
        | LINE,
    ),
    "POST /api/v1/imports/stations": ("datum=wgs84", "编码,名称\n".encode()),
    "POST /api/v1/imports/members": ("", "编号,姓名\n".encode()),
    "POST /api/v1/imports/plan": ("", "站点,委员\n".encode()),
    "POST /api/v1/imports/ledger": ("", "类别,站点\n".encode()),
    "POST /api/v1/imports/outlines": ("datum=wgs84", b"{}"),
    "PATCH /api/v1/me": ("", {"shows_name_at_door": True}),
    "POST /api/v1/members": (
        "",
        {"code": "new", "name": "新人", "role": "member", "stations": ["<station_id>"]} | LINE,
    ),
    "POST /api/v1/members/<member_id>/edits": ("", {"version": 0, "changes": {"name": "改名"}} | LINE),
    "POST /api/v1/password-resets": ("", {"code": "<reset_code>", "new_password": "four unrelated words"}),
    "POST /api/v1/receptions/<reception_id>/constituent": ("", LINE),
    "GET /api/v1/records": ("month=2026-11", None),
    "GET /api/v1/records/months": ("year=2026", None),
    "GET /api/v1/reports": ("after=<report_id>", None),
    "POST /api/v1/reports": ("", {"period": "2026-10", "edition": 1}),
    "GET /api/v1/reports/preview": ("period=2026-11&district_id=<division_id>", None),
    "GET /api/v1/reports/preview.docx": ("period=2026-11&district_id=<division_id>", None),
    "PUT /api/v1/reports/template": ("name=x.docx", b"<template>"),
    "POST /api/v1/rescue-files": ("", {"format": "workstation.rescue"}),
    "POST /api/v1/rules/proposals": (
        "",
        {"version": 1, "standard": ["四有"], "thresholds": THRESHOLDS} | LINE,
    ),
    "POST /api/v1/rules/proposals/<proposal_id>/decision": ("", {"decision": "withdraw"}),
    "POST /api/v1/settings": ("", {"noun": "topic", "code": "parks", "name": "公园"} | LINE),
    "PATCH /api/v1/settings/<thing_id>": ("", {"noun": "topic", "version": 0, "name": "居住"} | LINE),
    "POST /api/v1/sign-ins": ("", {"account": "member@here", "password": PASSWORD, "device": DEVICE}),
    "POST /api/v1/stations/<station_id>/edits": (
        "",
        {"version": 0, "changes": {"address": "别处"}} | LINE,
    ),
    "POST /api/v1/stations/<station_id>/place": (
        "",
        {"version": 0, "mistake": "wgs84_gcj02"} | LINE,
    ),
    "POST /api/v1/suggestions": ("", {"id": "019a0000-0000-7000-8000-000000000000", "text": "字大些"}),
    "PUT /api/v1/suggestions/<suggestion_id>/answer": ("", {"answer": "好"}),
    "POST /api/v1/sync": ("", SYNC),
}
# What takes a place to look at by its id; a query of the same address apart from the one in CALLS.
WITHIN = (
    "coverage",
    "coverage.csv",
    "coverage/changes",
    "coverage/gaps",
    "coverage/gaps.csv",
    "coverage/hours",
    "coverage/points",
    "coverage/hours.csv",
    "coverage/today",
    "coverage/trend",
    "coverage/trend.csv",
    "coverage/weeks",
    "coverage/weeks.csv",
)
ALSO: dict[str, tuple[str, Any]] = {f"GET /api/v1/{each}": ("within=<division_id>", None) for each in WITHIN}
ALSO |= {
    "GET /api/v1/stations": ("division=<division_id>", None),
    "GET /api/v1/suggestions/box": ("after=<suggestion_id>", None),
    "GET /api/v1/coverage/facts": ("figure=shifts&within=<division_id>", None),
    "POST /api/v1/reports": ("", {"period": "2026-10", "edition": 1, "district_id": "<division_id>"}),
    "POST /api/v1/members": (
        "",
        {"code": "new", "name": "新", "role": "district_office", "division_id": "<division_id>"} | LINE,
    ),
    "POST /api/v1/members/<member_id>/edits": (
        "",
        {"version": 0, "changes": {"stations": ["<station_id>"]}} | LINE,
    ),
    "POST /api/v1/stations/<station_id>/edits": (
        "",
        {"version": 0, "changes": {"area_id": "<area_id>"}} | LINE,
    ),
}


@dataclass
class Walk:
    """The world of the walk: who calls, and what there is to call for, here and elsewhere."""

    cast: Cast
    file: Path
    callers: dict[str, dict[str, str]] = field(default_factory=dict)
    here: dict[str, str] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.here = things(self.cast, self.cast.here)
        self.elsewhere = things(self.cast, self.cast.elsewhere)
        self.callers = everybody(self.cast, self.here)
        self.forget()
        with sqlite3.connect(self.file) as source, sqlite3.connect(self.snapshot) as copy:
            source.backup(copy)

    @property
    def snapshot(self) -> Path:
        return self.file.with_suffix(".snapshot")

    def forget(self) -> None:
        """No connection keeps the file open."""
        with self.cast.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def restore(self) -> None:
        """Takes back what a call changed."""
        self.forget()
        for end in ("-wal", "-shm"):
            Path(f"{self.file}{end}").unlink(missing_ok=True)
        shutil.copyfile(self.snapshot, self.file)

    def call(
        self, who: str, address: str, ids: dict[str, str], *, sent: tuple[str, Any] | None = None
    ) -> TestResponse:
        """One call with these ids, and the world is as it was before."""
        answer = ask(self.cast.app, self.callers[who], address, ids, sent=sent)
        if not address.startswith("GET ") and answer.status_code < 400:
            self.restore()
        return answer


def ask(
    app: Flask,
    caller: dict[str, str],
    address: str,
    ids: dict[str, str],
    *,
    sent: tuple[str, Any] | None = None,
) -> TestResponse:
    """One call with these ids; the caller is known by headers."""
    method, path = address.split(" ", 1)
    query, body = sent or CALLS.get(address, ("", None))
    return app.test_client().open(
        fill(path, ids),
        method=method,
        query_string=fill(query, ids),
        headers=caller | _typed(body),
        data=body if isinstance(body, bytes) else None,
        **({"json": filled(body, ids)} if not isinstance(body, bytes) and method != "GET" else {}),
    )


def _typed(body: Any) -> dict[str, str]:
    return {"Content-Type": "application/octet-stream"} if isinstance(body, bytes) else {}


def fill(text: str, ids: dict[str, str]) -> str:
    return WORD.sub(lambda word: ids[word[1]], text)


def filled(body: Any, ids: dict[str, str]) -> Any:
    """The same with ids in place of the words, at any depth."""
    if isinstance(body, dict):
        return {name: filled(value, ids) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value, ids) for value in body]
    return fill(body, ids) if isinstance(body, str) else body


def things(cast: Cast, place: Place) -> dict[str, str]:
    """One of everything that has an id, all of the hall or of the district that it is in."""
    member, officer = cast.phone("member", network=place), cast.phone("district_officer", network=place)
    city, hall = cast.phone("city_officer", network=place), place.stations["hall"]
    named = {"name": "王某", "contact": "1", "consent": True, "consent_version": "1"}
    reception = member.reception(hall, constituent=named)
    for_another = member.reception(hall, constituent=named) | {"on_behalf_of": place.members["colleague"]}
    assert {result["status"] for result in member.sync(reception, for_another)} == {"accepted", "held"}
    [held] = officer.get("/api/v1/held-entries").json["held_entries"]
    turn = {"station_id": hall, "member_id": place.members["colleague"], **LINE}
    starts_at = clock.now() + timedelta(days=1)
    turn |= {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=2)).isoformat()}
    rules = {"version": 1, "standard": ["两有"], "thresholds": THRESHOLDS, **LINE}
    city.post("/api/v1/rules/proposals", rules)
    for phone, body in ((city, {"noun": "area", "code": "A1", "name": "东片", **LINE}),):
        assert phone.post("/api/v1/settings", body).status_code == 201
    known = city.get("/api/v1/settings").json
    door = {"code": made(officer, "door-screens/codes", {"station_id": hall})["code"], "device": DEVICE}
    screen = cast.client.post("/api/v1/door", json=door).json["token"]
    [listed] = officer.get(f"/api/v1/door-screens?station_id={hall}").json["door_screens"]
    key = made(officer, "export-keys", {"name": "reload"})
    edition = {"period": "2026-11", "edition": 1}
    suggestion = made(member, "suggestions", {"id": new_id(), "text": "字再大些"})
    return {
        "station_id": hall,
        "division_id": place.divisions["nanshan"],
        "area_id": known["areas"][0]["id"],
        "member_id": place.members["member"],
        "device_id": member.device_id,
        "screen_id": listed["id"],
        "shift_id": made(officer, "duty-plan", turn)["id"],
        "key_id": key["id"],
        "entry_id": held["id"],
        "hash": held["content_hash"],
        "reception_id": reception["id"],
        "report_id": made(officer, "reports", edition)["id"],
        "proposal_id": city.get("/api/v1/rules").json["proposals"][0]["id"],
        "thing_id": known["topics"][0]["id"],
        "suggestion_id": suggestion["id"],
        "door_code": made(officer, "door-screens/codes", {"station_id": hall})["code"],
        "code": made(officer, "enrolment-codes", {"member_id": place.members["member"]})["code"],
        "reset_code": made(officer, "enrolment-codes/reset", {"member_id": place.members["member"]})["code"],
        "member_token": member.token,
        "door_token": screen,
        "key": key["key"],
    }


def made(phone: Phone, noun: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = phone.post(f"/api/v1/{noun}", body)
    assert answer.status_code == 201, (noun, answer.text)
    return dict(answer.json)


def everybody(cast: Cast, here: dict[str, str]) -> dict[str, dict[str, str]]:
    """Each caller's headers, by the heads of the table."""
    people = {
        "stranger": "stranger",
        "liaison": "liaison",
        "liaison2": "other_liaison",
        "officer": "district_officer",
        "officer2": "other_officer",
        "city": "city_officer",
        "auditor": "auditor",
    }
    basic = b64encode(f"{here['key_id']}:{here['key']}".encode()).decode()
    lost, leaver = cast.phone("city_officer"), _leaver(cast)
    city = cast.phone("city_officer")
    path = f"/api/v1/devices/{lost.device_id}"
    assert cast.client.delete(path, headers=city.headers).status_code == 204
    return {
        "nobody": {},
        "member": {"Authorization": f"Bearer {here['member_token']}"},
        **{name: cast.phone(who).headers for name, who in people.items()},
        "foreign": cast.phone("city_officer", network=cast.elsewhere).headers,
        "key": {"Authorization": f"Basic {basic}"},
        "door": {"Authorization": f"Bearer {here['door_token']}"},
        "revoked": lost.headers,
        "disabled": leaver.headers,
    }


def _leaver(cast: Cast) -> Phone:
    """Somebody who was of the city's office, and is disabled."""
    place = cast.here
    place.members["leaver"] = new_id()
    own = {"network_id": place.id, "id": place.members["leaver"], "code": "leaver", "name": "已离任"}
    with cast.app.app_context(), writing():
        db.session.add(Member(**own, role="city_office"))
    phone = cast.phone("leaver")
    gone = update(Member).where(Member.id == place.members["leaver"]).values(disabled_at=clock.now())
    with cast.app.app_context(), writing():
        db.session.execute(gone)
    return phone


def unknown(ids: dict[str, str], name: str) -> dict[str, str]:
    """The same with one id that nobody has."""
    return ids | {name: any_uuid()}
