"""The audit log: every change and every file leaves an event, and only auditors read it."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.api.audit_acts import ACTS, EXEMPT, Scene
from tests.api.reporting import csv_rows
from tests.cast import PASSWORD, Cast, Phone
from tests.conventions.source import text
from tests.conventions.test_routes import addresses
from workstation.audit.models import AuditEvent
from workstation.audit.rules import MASK, masked
from workstation.database import db

CHANGING = ("POST", "PUT", "PATCH", "DELETE")
FILES = (".{kind}", ".docx", ".csv", ".xlsx")


def changes_or_hands_out(address: str) -> bool:
    method, _, path = address.partition(" ")
    return path.startswith("/api/v1/") and (method in CHANGING or path.endswith(FILES))


def test_every_route_that_changes_or_hands_out_something_stands_in_the_table(app: Flask) -> None:
    wanted = {address for address in addresses(app) if changes_or_hands_out(address)}
    assert wanted == {*ACTS, *EXEMPT}
    assert not set(ACTS) & set(EXEMPT)


def last_no(cast: Cast) -> int:
    return int(cast.scalar(select(func.max(AuditEvent.no))) or 0)


def added(cast: Cast, after: int) -> list[AuditEvent]:
    with cast.app.app_context():
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.no > after)))


def test_each_of_them_leaves_an_event_that_says_who_and_from_which_device(cast: Cast) -> None:
    scene, silent = Scene(cast), {}
    for address, act in ACTS.items():
        before = last_no(cast)
        answer = act.do(scene)
        assert answer.status_code < 300, f"{address}: {answer.status_code} {answer.text}"
        events = [event for event in added(cast, before) if event.action == act.action]
        told = [event for event in events if (event.member_id and event.device_id) or not act.device]
        if not told:
            silent[address] = [event.action for event in added(cast, before)]
    assert not silent


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_page_has_words_for_each_deed(language: str) -> None:
    words = json.loads(text(f"static/pwa/src/staff/audit/locales/{language}.json"))
    assert not {act.action for act in ACTS.values()} - {name.removeprefix("action.") for name in words}


# -- what stands in it --------------------------------------------------------------------------------


def log(phone: Phone, **query: Any) -> list[dict[str, Any]]:
    answer = phone.get("/api/v1/audit-events", query_string=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json["audit_events"])


def actions(events: Iterable[dict[str, Any]]) -> list[str]:
    return [event["action"] for event in events]


def edit_hall(cast: Cast, phone: Phone, address: str, version: int = 0) -> None:
    body = {"version": version, "reason": f"搬到{address}", "changes": {"address": address}}
    path = f"/api/v1/stations/{cast.here.stations['hall']}/edits"
    assert phone.post(path, body).status_code == 201


def test_an_edit_is_told_with_before_after_reason_and_names(cast: Cast) -> None:
    office, auditor = cast.phone("city_officer"), cast.phone("auditor")
    edit_hall(cast, office, "一号")
    edit_hall(cast, office, "二号", version=1)
    event = log(auditor, action="station")[0]
    assert (
        event
        | {
            "action": "station.edited",
            "thing_name": "hall 委员工作站",
            "by_name": "city_officer（测试）",
            "device_name": "phone of city_officer",
            "reason": "搬到二号",
            "before": {"address": "一号"},
            "after": {"address": "二号"},
        }
        == event
    )


def test_it_is_searched_by_day_deed_thing_words_and_names(cast: Cast) -> None:
    office, auditor = cast.phone("city_officer"), cast.phone("auditor")
    edit_hall(cast, office, "一号")
    office.post("/api/v1/export-keys", {"name": "表"})
    assert actions(log(auditor, q="搬到一号")) == ["station.edited"]
    assert actions(log(auditor, thing_id=cast.here.stations["hall"])) == ["station.edited"]
    assert actions(log(auditor, action="export_key.made")) == ["export_key.made"]
    by_name = actions(log(auditor, q="city_officer"))
    assert {"station.edited", "export_key.made"} <= set(by_name)
    assert log(auditor, q="没有这样的话") == []
    assert log(auditor, to="2026-11-20") == []
    assert len(log(auditor, **{"from": "2026-11-20", "to": "2026-11-21"})) == len(log(auditor)) > 3
    answer = auditor.get("/api/v1/audit-events?from=2026-11-20&to=2026-11-20")
    assert answer.status_code == 422


def test_deeds_to_choose_from_are_those_that_happened_in_this_network(cast: Cast) -> None:
    office, auditor = cast.phone("city_officer"), cast.phone("auditor")
    edit_hall(cast, office, "一号")
    office.post("/api/v1/export-keys", {"name": "表"})
    offered = auditor.get("/api/v1/audit-events").json["actions"]
    assert offered == sorted(set(actions(log(auditor))))
    assert {"device.signed_in", "export_key.made", "station.edited"} <= set(offered)
    assert log(auditor, action="nothing.like_it") == []


def test_it_comes_in_pages_and_as_a_file_that_is_noted_itself(cast: Cast) -> None:
    office, auditor = cast.phone("city_officer"), cast.phone("auditor")
    for number in range(60):
        edit_hall(cast, office, f"{number}号", version=number)
    first = auditor.get("/api/v1/audit-events").json
    second = auditor.get(f"/api/v1/audit-events?after={first['next']}").json
    numbers = [event["no"] for event in first["audit_events"] + second["audit_events"]]
    assert (len(first["audit_events"]), second["next"]) == (50, None)
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == len(numbers) >= 60
    answer = auditor.get("/api/v1/audit-events.csv?action=station")
    rows = csv_rows(answer.data)
    assert len(rows) == 60
    assert rows[0]["after"] == '{"address":"59号"}'
    assert log(auditor)[0]["thing_id"] == "audit-events.csv"


@pytest.mark.parametrize("who", ["member", "liaison", "district_officer", "city_officer"])
def test_nobody_whom_it_is_about_reads_it(cast: Cast, who: str) -> None:
    phone = cast.phone(who)
    answers = [phone.get(f"/api/v1/audit-events{end}") for end in ("", ".csv", ".xlsx")]
    assert {(answer.status_code, answer.json["code"]) for answer in answers} == {(403, "scope.denied")}


def test_another_networks_log_is_not_there(cast: Cast) -> None:
    edit_hall(cast, cast.phone("city_officer"), "一号")
    elsewhere = cast.phone("auditor", network=cast.elsewhere)
    assert set(actions(log(elsewhere))) <= {"device.signed_in"}
    assert log(elsewhere, thing_id=cast.here.stations["hall"]) == []
    assert log(elsewhere, q="搬到") == []


def test_members_signing_in_and_out_leaves_nothing(cast: Cast) -> None:
    """No statistics of who signs in when (the rules against fingertip formalism)."""
    before = last_no(cast)
    member = cast.phone("member")
    account = {"account": "colleague@here", "password": PASSWORD, "device": {"name": "手机"}}
    assert cast.client.post("/api/v1/sign-ins", json=account).status_code == 201
    member.sync(member.check_in(cast.here.stations["hall"]))
    assert cast.client.delete("/api/v1/sign-ins/current", headers=member.headers).status_code == 204
    assert added(cast, before) == []


@pytest.mark.parametrize(
    ("noun", "fields", "kept"),
    [
        ("station", {"name": "一号站", "phone": "12345"}, {"name": "一号站", "phone": MASK}),
        ("member", {"name": "某某", "stations": ["x"]}, {"name": MASK, "stations": ["x"]}),
        (
            "held_entry",
            {"body": {"note": "某某来过", "purpose": "duty"}},
            {"body": {"note": MASK, "purpose": "duty"}},
        ),
        ("held_entry", {"body": {"note": ""}}, {"body": {"note": ""}}),
        ("import", {"rows": [{"contact": "1"}]}, {"rows": [{"contact": MASK}]}),
    ],
    ids=["a station", "a person", "an amended entry", "an empty note", "rows"],
)
def test_what_tells_of_a_private_person_is_masked_at_any_depth(
    noun: str, fields: dict[str, Any], kept: dict[str, Any]
) -> None:
    assert masked(noun, fields) == kept


def test_what_a_phone_is_called_does_not_stand_in_it(cast: Cast) -> None:
    """Many are called after whose they are. The auditor sees what it is called now, until it is erased."""
    member, auditor = cast.phone("member"), cast.phone("auditor")
    path, body = f"/api/v1/devices/{member.device_id}", {"name": "王某某的手机"}
    assert cast.client.patch(path, json=body, headers=member.headers).status_code == 204
    event = log(auditor, action="device.named")[0]
    assert event["after"] == {"name": MASK}
    assert event["thing_name"] == "王某某的手机"
    with cast.app.app_context():
        stored = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "device.named")).one()
        assert "王某某" not in f"{stored.before} {stored.after} {stored.reason}"


def test_names_of_people_do_not_stand_in_it(cast: Cast) -> None:
    """An import of people is told field by field, and without a name: erasing them changes nothing here."""
    scene = Scene(cast)
    assert ACTS["POST /api/v1/imports/{sheet}"].do(scene).status_code == 200
    with cast.app.app_context():
        said = [
            f"{event.before} {event.after}"
            for event in db.session.scalars(select(AuditEvent).where(AuditEvent.network_id == cast.here.id))
        ]
    assert not [each for each in said if "新委员" in each]
