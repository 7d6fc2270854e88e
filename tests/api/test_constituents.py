"""A constituent's identity: masked everywhere, shown to staff for a reason, and the member learns of it."""

from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from api import clock
from tests.api.test_sync import whole_database
from tests.cast import Cast, Phone, Time, any_uuid
from workstation.audit.models import AuditEvent
from workstation.database import db
from workstation.receptions.models import Constituent
from workstation.sync.held_constituents import find_constituent

NAME, CONTACT = "王某某独一无二", "13900001234"
SAID = {"name": NAME, "contact": CONTACT, "consent": True, "consent_version": "2026-1"}


def received(cast: Cast, phone: Phone, station: str = "hall", **constituent: Any) -> str:
    entry = phone.reception(cast.here.stations[station], constituent=SAID | constituent)
    [result] = phone.sync(entry)
    assert result["status"] == "accepted"
    return str(result["id"])


def reveal(phone: Phone, reception_id: str, reason: str = "回访，约定时间") -> TestResponse:
    return phone.post(f"/api/v1/receptions/{reception_id}/constituent", {"reason": reason})


@pytest.mark.parametrize("who", ["liaison", "district_officer", "city_officer"])
def test_staff_see_it_for_a_reason_and_it_is_noted(cast: Cast, who: str) -> None:
    reception_id = received(cast, cast.phone("member"))
    answer = reveal(cast.phone(who), reception_id)
    assert answer.json == {"name": NAME, "contact": CONTACT, "consent_version": "2026-1"}
    with cast.app.app_context():
        [event] = db.session.scalars(select(AuditEvent).where(AuditEvent.noun == "constituent"))
    assert (event.thing_id, event.reason) == (reception_id, "回访，约定时间")
    assert (event.member_id, event.about_id) == (cast.here.members[who], cast.here.members["member"])
    assert NAME not in f"{event.before}{event.after}"


def test_the_member_concerned_is_told_who_and_why(cast: Cast) -> None:
    member = cast.phone("member")
    reception_id = received(cast, member)
    member.pull()
    reveal(cast.phone("liaison"), reception_id)
    [notice] = [change["data"] for change in member.pull() if change["noun"] == "notice"]
    assert notice["code"] == "constituent.revealed"
    assert notice["data"] | {"by_name": "liaison（测试）", "reason": "回访，约定时间"} == notice["data"]
    assert NAME not in str(notice)


def test_who_looks_at_the_own_reception_is_not_told_of_it(cast: Cast) -> None:
    liaison = cast.phone("liaison")
    reception_id = received(cast, liaison)
    liaison.pull()
    assert reveal(liaison, reception_id).status_code == 200
    assert [change for change in liaison.pull() if change["noun"] == "notice"] == []


ANEW = {"name": "李某某改后", "contact": "13900005678", "consent": True, "consent_version": "2026-2"}


def correct(cast: Cast, phone: Phone, target_id: str, constituent: Any, **more: Any) -> dict[str, Any]:
    said = phone.about("correction", target_id, changes={"constituent": constituent} | more)
    [result] = phone.sync(said)
    return result


def test_a_correction_says_it_anew_and_leaves_no_name_behind(cast: Cast) -> None:
    member, liaison = cast.phone("member"), cast.phone("liaison")
    reception_id = received(cast, member)
    assert correct(cast, member, reception_id, ANEW, headcount=2)["status"] == "accepted"
    assert reveal(liaison, reception_id).json == {
        "name": "李某某改后",
        "contact": "13900005678",
        "consent_version": "2026-2",
    }
    stored = whole_database(cast)
    assert not [said for said in ("李某某改后", "13900005678", NAME) if said in stored]
    month = member.get(f"/api/v1/records?month={clock.now():%Y-%m}").json["records"]
    [correction] = [row for row in month if row["kind"] == "correction"]
    assert correction["body"]["changes"] == {"constituent": None, "headcount": 2}


def test_a_correction_takes_it_out_for_whoever_no_longer_agrees(cast: Cast) -> None:
    member = cast.phone("member")
    reception_id = received(cast, member)
    assert correct(cast, member, reception_id, None)["status"] == "accepted"
    assert reveal(cast.phone("liaison"), reception_id).json["code"] == "constituent.not_found"
    with cast.app.app_context():
        assert db.session.scalars(select(Constituent.identity)).all() == [None]


def test_in_one_batch_the_last_word_stands(cast: Cast) -> None:
    member = cast.phone("member")
    entry = member.reception(cast.here.stations["hall"], constituent=SAID)
    said = [member.about("correction", entry["id"], changes={"constituent": who}) for who in (ANEW, None)]
    assert {result["status"] for result in member.sync(entry, *said)} == {"accepted"}
    assert reveal(cast.phone("liaison"), entry["id"]).status_code == 404


def test_what_was_said_earlier_and_comes_later_brings_nobody_back(cast: Cast, time: Time) -> None:
    member = cast.phone("member")
    reception_id = received(cast, member)
    said_first = member.about("correction", reception_id, changes={"constituent": ANEW})
    time.passes(hours=1)
    assert correct(cast, member, reception_id, None)["status"] == "accepted"
    assert {result["status"] for result in member.sync(said_first)} == {"accepted"}
    assert reveal(cast.phone("liaison"), reception_id).status_code == 404


def test_without_the_consent_mark_a_correction_stores_nobody(cast: Cast) -> None:
    member = cast.phone("member")
    reception_id = received(cast, member)
    result = correct(cast, member, reception_id, ANEW | {"consent": False}, headcount=2)
    assert (result["status"], result["flags"]) == ("accepted", ["consent_missing"])
    assert reveal(cast.phone("liaison"), reception_id).json["name"] == NAME


def test_nobody_is_received_at_a_check_in(cast: Cast) -> None:
    member = cast.phone("member")
    [tap] = member.sync(member.check_in(cast.here.stations["hall"]))
    assert correct(cast, member, tap["id"], ANEW)["code"] == "entry.invalid"


def test_without_a_reason_nothing_is_shown_or_told(cast: Cast) -> None:
    reception_id = received(cast, cast.phone("member"))
    answer = reveal(cast.phone("liaison"), reception_id, "")
    assert (answer.status_code, answer.json["code"]) == (422, "request.invalid")


@pytest.mark.parametrize("who", ["other_liaison", "other_officer"])
def test_another_scope_answers_as_if_it_did_not_exist(cast: Cast, who: str) -> None:
    reception_id = received(cast, cast.phone("member"))
    staff = cast.phone(who)
    answers = [reveal(staff, id) for id in (reception_id, any_uuid(), "x")]
    assert {(each.status_code, each.json["code"]) for each in answers} == {(404, "constituent.not_found")}


def test_another_network_answers_as_if_it_did_not_exist(cast: Cast) -> None:
    reception_id = received(cast, cast.phone("member"))
    assert reveal(cast.phone("city_officer", network=cast.elsewhere), reception_id).status_code == 404


@pytest.mark.parametrize("who", ["member", "auditor"])
def test_members_and_auditors_see_no_identity(cast: Cast, who: str) -> None:
    reception_id = received(cast, cast.phone("member"))
    assert reveal(cast.phone(who), reception_id).status_code == 403


# -- in what waits for staff --------------------------------------------------------------------------


def waiting(cast: Cast, phone: Phone, **constituent: Any) -> dict[str, Any]:
    """A reception in another's name, which staff must judge: as the liaison reads it."""
    entry = phone.reception(cast.here.stations["hall"], constituent=SAID | constituent)
    [result] = phone.sync(entry | {"on_behalf_of": cast.here.members["colleague"]})
    assert result["status"] == "held"
    rows = cast.phone("liaison").get("/api/v1/held-entries").json["held_entries"]
    [row] = [row for row in rows if row["id"] == result["id"]]
    return dict(row)


def reveal_held(phone: Phone, row: dict[str, Any], **more: Any) -> TestResponse:
    body = {"content_hash": row["content_hash"], "reason": "核对是否同一件事"} | more
    return phone.post(f"/api/v1/held-entries/{row['id']}/constituent", body)


@pytest.mark.parametrize("who", ["liaison", "district_officer", "city_officer"])
def test_staff_see_it_in_what_waits_and_it_is_noted_and_told(cast: Cast, who: str) -> None:
    member, colleague = cast.phone("member"), cast.phone("colleague")
    row = waiting(cast, member)
    assert row["has_constituent"]
    assert NAME not in str(row)
    for phone in (member, colleague):
        phone.pull()
    answer = reveal_held(cast.phone(who), row)
    assert answer.json == {"name": NAME, "contact": CONTACT, "consent_version": "2026-1"}
    with cast.app.app_context():
        [event] = db.session.scalars(select(AuditEvent).where(AuditEvent.noun == "constituent"))
    assert (event.thing_id, event.reason) == (row["id"], "核对是否同一件事")
    assert (event.member_id, event.about_id) == (cast.here.members[who], cast.here.members["colleague"])
    assert NAME not in f"{event.before}{event.after}"
    for phone in (member, colleague):  # who sent it, and in whose name
        [notice] = [change["data"] for change in phone.pull() if change["noun"] == "notice"]
        assert notice["code"] == "constituent.revealed"
        assert notice["data"]["reason"] == "核对是否同一件事"
        assert NAME not in str(notice)


@pytest.mark.parametrize("who", ["other_liaison", "other_officer"])
def test_what_waits_elsewhere_answers_as_if_it_did_not_exist(cast: Cast, who: str) -> None:
    row = waiting(cast, cast.phone("member"))
    answer = reveal_held(cast.phone(who), row)
    assert (answer.status_code, answer.json["code"]) == (404, "held_entry.not_found")
    assert reveal_held(cast.phone("city_officer", network=cast.elsewhere), row).status_code == 404


@pytest.mark.parametrize("who", ["member", "auditor"])
def test_members_and_auditors_see_nobody_in_what_waits(cast: Cast, who: str) -> None:
    row = waiting(cast, cast.phone("member"))
    assert reveal_held(cast.phone(who), row).status_code == 403


def test_what_waits_shows_nobody_without_a_reason_a_name_or_once_it_is_settled(cast: Cast) -> None:
    member, liaison = cast.phone("member"), cast.phone("liaison")
    assert reveal_held(liaison, waiting(cast, member), reason="").status_code == 422
    silent = waiting(cast, member, consent=False)
    assert not silent["has_constituent"]
    assert reveal_held(liaison, silent).json["code"] == "constituent.not_found"
    row = waiting(cast, member)
    close = {"content_hash": row["content_hash"], "reason": "不符"}
    assert liaison.post(f"/api/v1/held-entries/{row['id']}/close", close).status_code == 204
    assert reveal_held(liaison, row).json["code"] == "held_entry.closed"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"body": {"constituent": {"name": 7, "contact": "x" * 300}}}, ("7", "x" * 200)),
        ({"body": {"changes": {"constituent": {"name": "a\ud800"}}}}, ("a?", None)),
        ({"body": {"constituent": [1]}}, None),
        ({"body": "text"}, None),
        (None, None),
    ],
    ids=["odd values", "a correction", "a list", "no body", "redacted"],
)
def test_whatever_waits_is_read_without_breaking(content: Any, found: tuple[str, str | None] | None) -> None:
    said = find_constituent(content)
    assert (said and (said["name"], said["contact"])) == found


def test_a_list_of_facts_says_only_that_there_is_one(cast: Cast) -> None:
    member, office = cast.phone("member"), cast.phone("city_officer")
    named = received(cast, member)
    plain = member.sync(member.reception(cast.here.stations["hall"]))[0]["id"]
    facts = office.get("/api/v1/coverage/facts?figure=receptions&window=30d")
    found = {fact["id"]: fact["has_constituent"] for fact in facts.json["facts"]}
    assert found == {named: True, plain: False}
    assert NAME not in facts.text
