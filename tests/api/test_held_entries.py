"""Held entries: whatever happens to a person or a phone after recording, staff can make a fact of it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from api import clock
from tests.cast import HALL, Cast, Phone, Time, any_uuid
from workstation.check_ins.models import CheckIn
from workstation.database import db, writing
from workstation.people.models import Member, StationMember
from workstation.receptions.models import Reception
from workstation.shifts.models import Shift
from workstation.sync.models import HeldEntry, Receipt

FIX = {"lat": HALL[0], "lon": HALL[1], "accuracy_m": 24, "age_s": 2}


def listed(staff: Phone, state: str = "waiting") -> list[dict[str, Any]]:
    return list(staff.get(f"/api/v1/held-entries?state={state}").json["held_entries"])


def decide(staff: Phone, how: str, *, number: int | None = None, **more: Any) -> TestResponse:
    """Settles the one that waits, or the one with this receipt number."""
    [row] = [row for row in listed(staff) if number in (None, row["receipt_no"])]
    body = {"content_hash": row["content_hash"], "reason": "已向本人核实"} | more
    return staff.post(f"/api/v1/held-entries/{row['id']}/{how}", body)


def amend(staff: Phone, **amendment: Any) -> TestResponse:
    return decide(staff, "release", amendment=amendment)


def receipts(phone: Phone) -> list[dict[str, Any]]:
    """What this phone learns of its receipts, as the feed tells it."""
    return [change["data"] for change in phone.pull() if change["noun"] == "receipt"]


def change_people(cast: Cast, *statements: Any) -> None:
    """What the office does elsewhere, while the phone is away."""
    with cast.app.app_context(), writing():
        for statement in statements:
            db.session.execute(statement)


def disable(cast: Cast, who: str) -> None:
    this = (Member.network_id == cast.here.id) & (Member.id == cast.here.members[who])
    change_people(cast, update(Member).where(this).values(disabled_at=clock.now()))


def move(cast: Cast, who: str, station: str) -> None:
    link = StationMember
    this = (link.network_id == cast.here.id) & (link.member_id == cast.here.members[who])
    change_people(cast, update(link).where(this).values(station_id=cast.here.stations[station]))


def stop(staff: Phone, phone: Phone) -> None:
    answer = staff.client.delete(f"/api/v1/devices/{phone.device_id}", headers=staff.headers)
    assert answer.status_code == 204


class TestNothingIsLost:
    """Recorded first; then something happens; then the phone finds a network."""

    def recorded(self, cast: Cast, time: Time, who: str = "member") -> tuple[Phone, list[dict[str, Any]]]:
        phone, hall = cast.phone(who), cast.here.stations["hall"]
        start = phone.shift_start(hall, fix=FIX)
        time.passes(hours=2)
        entries = [start, phone.check_in(hall, fix=FIX), phone.shift_end(start["id"])]
        time.passes(hours=6)
        return phone, entries

    def release_all(self, staff: Phone) -> None:
        for row in listed(staff):
            assert decide(staff, "release", number=row["receipt_no"]).status_code == 204

    def check_facts(self, cast: Cast, results: list[dict[str, Any]], time: Time) -> None:
        with cast.app.app_context():
            shift, check_in = db.session.scalar(select(Shift)), db.session.scalar(select(CheckIn))
            assert (shift.verdict, check_in.verdict) == ("inside", "inside")
            assert shift.ended_at - shift.started_at == timedelta(hours=2)
            assert check_in.occurred_at == time.moment - timedelta(hours=6)
            numbers = set(db.session.scalars(select(Receipt.receipt_no)))
        assert numbers == {result["receipt_no"] for result in results}

    def test_the_device_was_revoked(self, cast: Cast, time: Time) -> None:
        phone, entries = self.recorded(cast, time)
        stop(cast.phone("liaison"), phone)
        results = phone.sync(*entries)
        assert [result["code"] for result in results] == ["device.revoked"] * 3
        assert {result["status"] for result in phone.sync(*entries)} == {"held"}
        self.release_all(cast.phone("liaison"))
        self.check_facts(cast, results, time)
        assert {result["status"] for result in phone.sync(*entries)} == {"duplicate"}

    def test_the_person_was_disabled(self, cast: Cast, time: Time) -> None:
        phone, entries = self.recorded(cast, time)
        disable(cast, "member")
        answer = phone.call(*entries)
        assert [result["code"] for result in answer.json["results"]] == ["person.disabled"] * 3
        assert answer.json["changes"] == []
        assert phone.get("/api/v1/me").status_code == 401
        self.release_all(cast.phone("liaison"))
        self.check_facts(cast, answer.json["results"], time)

    def test_the_person_was_moved(self, cast: Cast, time: Time) -> None:
        phone, entries = self.recorded(cast, time)
        move(cast, "member", "other")
        results = phone.sync(*entries)
        assert [result["status"] for result in results] == ["accepted"] * 3
        self.check_facts(cast, results, time)

    def test_a_liaison_was_moved_after_entering_for_a_member(self, cast: Cast) -> None:
        liaison, hall = cast.phone("liaison"), cast.here.stations["hall"]
        entry = liaison.check_in(hall) | {"on_behalf_of": cast.here.members["member"]}
        move(cast, "liaison", "other")
        [held] = liaison.sync(entry)
        assert held["code"] == "entry.not_allowed"
        assert decide(cast.phone("district_officer"), "release").status_code == 204
        people = select(CheckIn.member_id, CheckIn.entered_by_id)
        with cast.app.app_context():
            [row] = db.session.execute(people)
        assert tuple(row) == (cast.here.members["member"], cast.here.members["liaison"])

    def test_the_phones_words_stay_until_they_are_a_fact(self, cast: Cast) -> None:
        phone = cast.phone("member")
        disable(cast, "member")
        named = {"name": "赵某", "contact": "139", "consent": True, "consent_version": "1"}
        phone.sync(phone.reception(cast.here.stations["hall"], summary="漏水", constituent=named))
        [row] = listed(cast.phone("liaison"))
        assert (row["content"]["body"]["summary"], row["content"]["body"]["constituent"]) == (
            "漏水",
            "＊＊＊",
        )
        assert "赵某" not in str(row)


class TestPutRight:
    def test_a_station_is_put_right(self, cast: Cast, time: Time) -> None:
        phone, officer = cast.phone("member"), cast.phone("district_officer")
        phone.pull()
        [held] = phone.sync(phone.check_in(any_uuid(), fix=FIX, note="在大厅"))
        recorded_at = time.moment
        time.passes(hours=1)
        assert amend(officer, body={"station_id": cast.here.stations["hall"]}).status_code == 204
        with cast.app.app_context():
            fact, receipt = db.session.scalar(select(CheckIn)), db.session.scalar(select(Receipt))
            assert (fact.station_id, fact.occurred_at) == (cast.here.stations["hall"], recorded_at)
            assert (fact.verdict, fact.evidence, fact.note) == (None, 0, "在大厅")
            assert {"released", "amended"} <= set(receipt.flags)
        [told] = receipts(phone)
        assert (told["status"], told["receipt_no"]) == ("accepted", held["receipt_no"])
        assert told["message"] == "district_officer（测试）已改正：已向本人核实"

    def test_the_phones_own_words_stay_beside_what_was_put_right(self, cast: Cast) -> None:
        phone, liaison = cast.phone("member"), cast.phone("liaison")
        entry = phone.reception(cast.here.stations["hall"], headcount=0, mood="sunny", summary="修路")
        phone.sync(entry)
        assert amend(liaison, body={"headcount": 3, "mood": None}).status_code == 204
        assert cast.scalar(select(Reception.headcount)) == 3
        [row] = listed(liaison, "released")
        said = row["content"]["body"]
        assert (said["headcount"], said["mood"], said["summary"]) == (0, "sunny", "修路")
        assert row["amendment"]["body"] == {"headcount": 3, "mood": None}
        assert (row["settled_by_name"], row["reason"]) == ("liaison（测试）", "已向本人核实")
        assert phone.sync(entry)[0]["status"] == "duplicate"

    def test_a_target_is_put_right(self, cast: Cast) -> None:
        phone, liaison = cast.phone("member"), cast.phone("liaison")
        start = phone.shift_start(cast.here.stations["hall"], at=clock.now() - timedelta(hours=2))
        phone.sync(start, phone.shift_end(any_uuid()))
        assert amend(liaison, body={"shift_id": start["id"]}).status_code == 204
        assert cast.scalar(select(Shift.ended_at)) == clock.now()

    def test_what_waited_for_it_follows(self, cast: Cast) -> None:
        phone, liaison = cast.phone("member"), cast.phone("liaison")
        start = phone.shift_start(cast.here.stations["hall"], at=clock.now() - timedelta(hours=2), note=7)
        phone.sync(start, phone.shift_end(start["id"]))
        first = min(row["receipt_no"] for row in listed(liaison))
        amendment = {"body": {"note": None}}
        assert decide(liaison, "release", number=first, amendment=amendment).status_code == 204
        assert cast.scalar(select(Shift.ended_at)) == clock.now()
        assert listed(liaison) == []

    def test_a_kind_and_a_time_that_cannot_be_read_are_given_by_staff(self, cast: Cast) -> None:
        phone, liaison = cast.phone("member"), cast.phone("liaison")
        phone.sync(
            phone.check_in(cast.here.stations["hall"]) | {"kind": "dance", "recorded_at": "yesterday", "x": 1}
        )
        at = clock.now() - timedelta(days=1)
        assert amend(liaison, kind="check_in", recorded_at=at.isoformat()).status_code == 204
        assert cast.scalar(select(CheckIn.occurred_at)) == at

    def test_a_stated_time_is_the_persons_word(self, cast: Cast) -> None:
        phone, liaison = cast.phone("member"), cast.phone("liaison")
        phone.sync(phone.check_in(cast.here.stations["hall"], fix=FIX, stated_at="nine o'clock"))
        nine = clock.now() - timedelta(hours=3)
        assert amend(liaison, body={"stated_at": nine.isoformat()}).status_code == 204
        with cast.app.app_context():
            fact = db.session.scalar(select(CheckIn))
            assert (fact.occurred_at, fact.evidence) == (nine, 0)
            assert "stated" in fact.flags

    def test_a_better_wording_keeps_what_was_judged_on_arrival(self, cast: Cast) -> None:
        phone, liaison = cast.phone("member"), cast.phone("liaison")
        disable(cast, "member")
        phone.sync(phone.check_in(cast.here.stations["hall"], fix=FIX))
        assert amend(liaison, body={"purpose": "visit"}).status_code == 204
        with cast.app.app_context():
            fact = db.session.scalar(select(CheckIn))
            assert (fact.verdict, fact.evidence, fact.purpose) == ("inside", 2, "visit")

    @pytest.mark.parametrize(
        ("amendment", "field"),
        [
            ({"body": {"headcount": 0}}, "headcount"),
            ({"body": {"topic": "nothing"}}, "topic"),
            ({"body": {"surprise": 1}}, "surprise"),
            ({"body": {"summary": "长" * 30_000}}, None),
            ({"body": {"station_id": any_uuid()}}, "station_id"),
            ({"recorded_at": "2026-11-19T01:00:00Z"}, "recorded_at"),
        ],
    )
    def test_what_is_still_wrong_is_named_and_nothing_changes(
        self, cast: Cast, amendment: dict[str, Any], field: str | None
    ) -> None:
        phone, liaison = cast.phone("member"), cast.phone("liaison")
        disable(cast, "member")
        phone.sync(phone.reception(cast.here.stations["hall"]))
        answer = amend(liaison, **amendment)
        assert (answer.status_code, answer.json["code"]) == (409, "held_entry.not_releasable")
        assert field is None or field in answer.json["errors"]
        assert len(listed(liaison)) == 1
        assert cast.scalar(select(Reception)) is None

    @pytest.mark.parametrize(
        "body", [{"fix": FIX}, {"station_code": "123456"}, {"constituent": {"name": "赵"}}]
    )
    def test_staff_add_no_position_no_code_and_no_name(self, cast: Cast, body: dict[str, Any]) -> None:
        phone, liaison = cast.phone("member"), cast.phone("liaison")
        phone.sync(phone.check_in(cast.here.stations["hall"]) | {"seq": 0})
        answer = amend(liaison, body=body)
        assert (answer.status_code, answer.json["code"]) == (422, "request.invalid")

    def test_a_name_can_be_taken_out(self, cast: Cast) -> None:
        phone, liaison = cast.phone("member"), cast.phone("liaison")
        named = {"name": "赵某", "consent": True}
        phone.sync(phone.reception(cast.here.stations["hall"], constituent=named))
        assert amend(liaison, body={"constituent": None}).status_code == 204
        assert cast.scalar(select(Reception.id)) is not None


class TestScope:
    def test_a_liaison_makes_no_fact_at_a_station_of_others(self, cast: Cast) -> None:
        phone, liaison = cast.phone("member"), cast.phone("liaison")
        phone.sync(phone.check_in(any_uuid()))
        other = {"body": {"station_id": cast.here.stations["other"]}}
        answer = amend(liaison, **other)
        assert (answer.status_code, list(answer.json["errors"])) == (409, ["station_id"])
        assert amend(cast.phone("city_officer"), **other).status_code == 204

    def test_a_withdrawal_of_anothers_fact_is_for_the_staff_of_that_fact(self, cast: Cast) -> None:
        member, stranger = cast.phone("member"), cast.phone("stranger")
        fact = member.check_in(cast.here.stations["hall"])
        member.sync(fact)
        stranger.sync(stranger.about("withdrawal", fact["id"]))
        strangers_own, halls_own = cast.phone("other_liaison"), cast.phone("liaison")
        assert len(listed(strangers_own)) == len(listed(halls_own)) == 1
        answer = decide(strangers_own, "release")
        assert (answer.status_code, list(answer.json["errors"])) == (409, ["target_id"])
        assert decide(halls_own, "release").status_code == 204
        assert cast.scalar(select(CheckIn.withdrawn)) is True

    def test_what_another_carried_in_is_not_released_by_its_author(self, cast: Cast) -> None:
        carrier, liaison = cast.phone("member"), cast.phone("liaison")
        entry = carrier.check_in(cast.here.stations["hall"])
        carrier.sync(entry | {"author_id": cast.here.members["liaison"]})
        [row] = listed(liaison)
        assert (row["author_name"], row["member_name"]) == ("liaison（测试）", "member（测试）")
        answer = decide(liaison, "release")
        assert (answer.status_code, answer.json["code"]) == (403, "held_entry.own")

    def test_the_author_of_a_carried_entry_learns_that_it_was_closed(self, cast: Cast) -> None:
        author, carrier = cast.phone("member"), cast.phone("colleague")
        carrier.sync(
            carrier.check_in(cast.here.stations["hall"]) | {"author_id": cast.here.members["member"]}
        )
        assert decide(cast.phone("liaison"), "close").status_code == 204
        assert [told["closed"] for told in receipts(author)] == [True]


class TestConflicts:
    def conflict(self, cast: Cast, **second: Any) -> tuple[Phone, dict[str, Any], dict[str, Any]]:
        phone = cast.phone("member")
        entry = phone.reception(cast.here.stations["hall"])
        other = entry | {"body": entry["body"] | second}
        first, conflict = phone.sync(entry, other)
        phone.pull()
        return phone, first, conflict

    def test_closing_one_reaches_the_phone_under_its_own_number(self, cast: Cast) -> None:
        phone, first, conflict = self.conflict(cast, headcount=5)
        assert decide(cast.phone("liaison"), "close").status_code == 204
        [told] = receipts(phone)
        assert (told["id"], told["receipt_no"]) == (first["id"], conflict["receipt_no"])
        assert (told["status"], told["closed"]) == ("conflict", True)
        assert "已向本人核实" in told["message"]
        assert cast.scalar(select(Reception.headcount)) == 2

    def test_releasing_one_corrects_the_fact_and_reaches_the_phone(self, cast: Cast) -> None:
        phone, first, conflict = self.conflict(cast, headcount=5, summary="加装电梯，五户")
        assert decide(cast.phone("liaison"), "release").status_code == 204
        told = {each["receipt_no"]: each for each in receipts(phone)}
        assert told[conflict["receipt_no"]]["status"] == "accepted"
        assert told[conflict["receipt_no"]]["id"] == first["id"]
        with cast.app.app_context():
            fact = db.session.scalar(select(Reception))
            assert (fact.headcount, fact.summary) == (5, "加装电梯，五户")
            assert (
                db.session.scalar(select(Receipt.body).where(Receipt.entry_id == first["id"]))["headcount"]
                == 2
            )

    def test_the_first_wordings_receipt_is_left_alone(self, cast: Cast) -> None:
        _phone, first, _ = self.conflict(cast, headcount=5)
        decide(cast.phone("liaison"), "close")
        fresh = cast.phone("member")
        known = {told["receipt_no"]: told["status"] for told in receipts(fresh)}
        assert known[first["receipt_no"]] == "accepted"

    def test_a_conflict_without_a_difference_to_correct_can_only_be_closed(self, cast: Cast) -> None:
        phone = cast.phone("member")
        entry = phone.check_in(cast.here.stations["hall"])
        phone.sync(entry, entry | {"recorded_at": (clock.now() - timedelta(minutes=1)).isoformat()})
        answer = decide(cast.phone("liaison"), "release")
        assert (answer.status_code, answer.json["code"]) == (409, "held_entry.not_releasable")
        assert decide(cast.phone("liaison"), "close").status_code == 204

    def test_a_conflict_with_what_is_still_held_waits_for_it(self, cast: Cast) -> None:
        phone, liaison = cast.phone("member"), cast.phone("liaison")
        entry = phone.reception(cast.here.stations["hall"], headcount=0)
        _, conflict = phone.sync(entry, entry | {"body": entry["body"] | {"headcount": 4}})
        number = conflict["receipt_no"]
        assert decide(liaison, "release", number=number).status_code == 409
        assert cast.scalar(select(HeldEntry.state).where(HeldEntry.receipt_no == number)) == "waiting"
