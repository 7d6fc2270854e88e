"""What the server answers to a phone, through HTTP, on both databases."""

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from api import clock
from tests.cast import HALL, Cast, Phone, Time, any_uuid, wait_for_feed
from workstation.check_ins.models import CheckIn
from workstation.database import db, writing
from workstation.feed.operations import begin_epoch
from workstation.feed.queries import Position, write_cursor
from workstation.receptions.models import Constituent, Reception
from workstation.shifts.models import Shift
from workstation.sync.models import HeldEntry, Receipt

FIX = {"lat": HALL[0], "lon": HALL[1], "accuracy_m": 24, "age_s": 2}


def count(cast: Cast, model: Any) -> int:
    return int(cast.scalar(select(func.count()).select_from(model)))


class TestAccepting:
    def test_a_check_in_inside_the_fence_is_a_fact_with_a_number(self, cast: Cast) -> None:
        phone = cast.phone("member")
        [result] = phone.sync(phone.check_in(cast.here.stations["hall"], fix=FIX))
        assert result["status"] == "accepted"
        assert result["receipt_no"] >= 1
        assert (result["verdict"], result["distance_m"], result["evidence"]) == ("inside", 0, 2)
        assert result["code"] is None
        assert result["sealed"]
        assert count(cast, CheckIn) == 1

    def test_a_whole_day_arrives_in_one_batch(self, cast: Cast, time: Time) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        morning = clock.now() - timedelta(hours=3)
        start = phone.shift_start(hall, at=morning)
        day = [
            phone.check_in(hall, at=morning),
            start,
            phone.reception(hall, shift_id=start["id"]),
            phone.shift_end(start["id"]),
        ]
        results = phone.sync(*day)
        assert [result["status"] for result in results] == ["accepted"] * 4
        assert [result["seq"] for result in results] == [2, 1, 3, 4]
        with cast.app.app_context():
            shift = cast.scalar(select(Shift))
            assert shift.ended_at - shift.started_at == timedelta(hours=3)

    def test_two_shifts_one_after_the_other_do_not_overlap(self, cast: Cast) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        at = clock.now() - timedelta(hours=4)
        first = phone.shift_start(hall, at=at)
        end = phone.shift_end(first["id"], at=at + timedelta(hours=1))
        second = phone.shift_start(hall, at=at + timedelta(hours=2))
        assert "overlap" not in phone.sync(first, end, second)[2]["flags"]

    def test_starting_while_another_is_open_keeps_both_and_says_so(self, cast: Cast) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(phone.shift_start(hall, at=clock.now() - timedelta(hours=1)))
        [second] = phone.sync(phone.shift_start(cast.here.stations["annex"]))
        assert second["status"] == "accepted"
        assert "overlap" in second["flags"]

    def test_a_stated_time_is_the_persons_word(self, cast: Cast) -> None:
        phone = cast.phone("member")
        nine = clock.now() - timedelta(hours=3)
        [result] = phone.sync(phone.check_in(cast.here.stations["hall"], fix=FIX, stated_at=nine.isoformat()))
        assert result["evidence"] == 0
        assert "stated" in result["flags"]
        assert result["occurred_at"] == "2026-11-20T01:00:00.000Z"


class TestRepeating:
    def test_a_repeat_has_the_same_number_and_one_fact(self, cast: Cast) -> None:
        phone = cast.phone("member")
        entry = phone.check_in(cast.here.stations["hall"], fix=FIX)
        [first] = phone.sync(entry)
        [again] = phone.sync(entry)
        assert again["status"] == "duplicate"
        assert again["receipt_no"] == first["receipt_no"]
        assert again["received_at"] == first["received_at"]
        assert count(cast, CheckIn) == 1

    def test_the_same_id_twice_in_one_batch_is_one_fact(self, cast: Cast) -> None:
        phone = cast.phone("member")
        entry = phone.check_in(cast.here.stations["hall"])
        statuses = [result["status"] for result in phone.sync(entry, entry)]
        assert statuses == ["accepted", "duplicate"]

    def test_a_better_fix_after_a_lost_answer_is_no_conflict(self, cast: Cast) -> None:
        phone = cast.phone("member")
        entry = phone.check_in(cast.here.stations["hall"], no_fix_reason="timeout")
        phone.sync(entry)
        entry["body"] |= {"fix": FIX, "no_fix_reason": None}
        assert phone.sync(entry)[0]["status"] == "duplicate"

    def test_other_content_under_the_same_id_is_kept_beside_the_first(self, cast: Cast) -> None:
        phone = cast.phone("member")
        entry = phone.check_in(cast.here.stations["hall"])
        [first] = phone.sync(entry)
        other = entry | {"body": entry["body"] | {"note": "另一份"}}
        [conflict] = phone.sync(other)
        [repeated] = phone.sync(other)
        assert conflict["status"] == repeated["status"] == "conflict"
        assert conflict["code"] == "entry.conflict"
        assert conflict["receipt_no"] == repeated["receipt_no"] != first["receipt_no"]
        assert phone.sync(entry)[0]["status"] == "duplicate"
        assert count(cast, CheckIn) == 1
        assert count(cast, HeldEntry) == 1


class TestHolding:
    @pytest.mark.parametrize(
        ("spoil", "code"),
        [
            ({"kind": "dance"}, "entry.invalid"),
            ({"v": 2}, "entry.newer_version"),
            ({"seq": 0}, "entry.invalid"),
            ({"seq": 2**53}, "entry.invalid"),
            ({"seq": "1"}, "entry.invalid"),
            ({"surprise": 1}, "entry.invalid"),
            ({"recorded_at": "yesterday"}, "entry.invalid"),
            ({"recorded_at": "0001-01-01T00:00:00+14:00"}, "entry.invalid"),
            ({"body": None}, "entry.invalid"),
            ({"body": {"station_id": any_uuid(), "purpose": "duty"}}, "entry.station_unknown"),
            ({"body": {"station_id": "x\x00y", "purpose": "duty"}}, "entry.invalid"),
            ({"author_id": any_uuid()}, "entry.carried"),
            ({"on_behalf_of": any_uuid()}, "entry.not_allowed"),
            ({"device_id": any_uuid()}, "entry.carried"),
        ],
    )
    def test_what_cannot_be_a_fact_is_kept_for_staff(self, cast: Cast, spoil: dict, code: str) -> None:
        phone = cast.phone("member")
        entry = phone.check_in(cast.here.stations["hall"], note="👵 电梯") | spoil
        [result] = phone.sync(entry)
        assert (result["status"], result["code"]) == ("held", code)
        assert result["message"]
        assert result["receipt_no"] >= 1
        [again] = phone.sync(entry)
        assert (again["status"], again["receipt_no"]) == ("held", result["receipt_no"])
        assert count(cast, CheckIn) == 0

    def test_a_lone_surrogate_costs_only_its_own_entry(self, cast: Cast) -> None:
        phone = cast.phone("member")
        good, bad = phone.check_in(cast.here.stations["hall"]), phone.check_in(cast.here.stations["hall"])
        bad["body"]["note"] = "\ud800"
        envelope = {"protocol": 1, "sent_at": clock.now().isoformat(), "pending": 0, "entries": [bad, good]}
        answer = cast.client.post(
            "/api/v1/sync", data=json.dumps(envelope), content_type="application/json", headers=phone.headers
        )
        assert [result["status"] for result in answer.json["results"]] == ["held", "accepted"]

    @pytest.mark.parametrize("bad", [None, 7, "text", [], {}, {"id": "X"}, {"id": any_uuid().upper()}])
    def test_what_is_no_entry_is_rejected_and_blocks_nothing(self, cast: Cast, bad: object) -> None:
        phone = cast.phone("member")
        rejected, accepted = phone.sync(bad, phone.check_in(cast.here.stations["hall"]))
        assert (rejected["status"], rejected["code"], rejected["seq"]) == ("rejected", "entry.unusable", None)
        assert rejected["receipt_no"] is None
        assert accepted["status"] == "accepted"

    def test_an_entry_over_64_kib_is_rejected(self, cast: Cast) -> None:
        phone = cast.phone("member")
        [result] = phone.sync(phone.check_in(cast.here.stations["hall"], note="长" * 22_000))
        assert (result["status"], result["code"]) == ("rejected", "entry.unusable")

    def test_a_revoked_phone_hands_in_and_gets_nothing_down(self, cast: Cast) -> None:
        phone, office = cast.phone("member"), cast.phone("city_officer")
        assert (
            cast.client.delete(f"/api/v1/devices/{phone.device_id}", headers=office.headers).status_code
            == 204
        )
        answer = phone.call(phone.check_in(cast.here.stations["hall"]))
        assert answer.json["results"][0]["code"] == "device.revoked"
        assert answer.json["changes"] == []
        assert phone.get("/api/v1/me").json["code"] == "device.revoked"


class TestTargets:
    def test_an_end_before_its_start_waits_and_applies_itself(self, cast: Cast) -> None:
        phone = cast.phone("member")
        start = phone.shift_start(cast.here.stations["hall"], at=clock.now() - timedelta(hours=2))
        end = phone.shift_end(start["id"])
        [held] = phone.sync(end)
        assert (held["status"], held["code"]) == ("held", "entry.target_missing")
        phone.sync(start)
        [repeated] = phone.sync(end)
        assert (repeated["status"], repeated["receipt_no"]) == ("duplicate", held["receipt_no"])
        with cast.app.app_context():
            assert cast.scalar(select(Shift.ended_at)) is not None

    def test_in_one_batch_the_result_reads_held_and_the_change_follows(self, cast: Cast) -> None:
        phone = cast.phone("member")
        phone.pull()
        start = phone.shift_start(cast.here.stations["hall"], at=clock.now() - timedelta(hours=2))
        end = phone.shift_end(start["id"])
        assert [result["status"] for result in phone.sync(end, start)] == ["held", "accepted"]
        receipts = {
            change["id"]: change["data"]["status"] for change in phone.pull() if change["noun"] == "receipt"
        }
        assert receipts[end["id"]] == "accepted"

    def test_a_chain_of_waiting_entries_unwinds(self, cast: Cast) -> None:
        phone = cast.phone("member")
        start = phone.shift_start(cast.here.stations["hall"], at=clock.now() - timedelta(hours=2))
        end = phone.shift_end(start["id"])
        sooner = clock.now() - timedelta(hours=1)
        correction = phone.about("correction", end["id"], changes={"stated_at": sooner.isoformat()})
        for entry in (correction, end, start):
            phone.sync(entry)
        with cast.app.app_context():
            assert cast.scalar(select(Shift.ended_at)) == sooner

    def test_a_withdrawn_end_leaves_the_shift_open(self, cast: Cast) -> None:
        phone = cast.phone("member")
        start = phone.shift_start(cast.here.stations["hall"])
        end = phone.shift_end(start["id"])
        phone.sync(start, end, phone.about("withdrawal", end["id"]))
        assert cast.scalar(select(Shift.ended_at)) is None

    def test_a_correction_changes_the_fact_and_keeps_the_first_wording(self, cast: Cast) -> None:
        phone = cast.phone("member")
        reception = phone.reception(cast.here.stations["hall"])
        phone.sync(reception, phone.about("correction", reception["id"], changes={"headcount": 5}))
        assert cast.scalar(select(Reception.headcount)) == 5
        first = select(Receipt.body).where(Receipt.entry_id == reception["id"])
        assert cast.scalar(first)["headcount"] == 2

    @pytest.mark.parametrize(
        "changes", [{"fix": FIX}, {"headcount": 0}, {"unknown": 1}, {"topic": "nothing"}]
    )
    def test_a_correction_that_does_not_fit_waits_for_staff(self, cast: Cast, changes: dict) -> None:
        phone = cast.phone("member")
        reception = phone.reception(cast.here.stations["hall"])
        results = phone.sync(reception, phone.about("correction", reception["id"], changes=changes))
        assert results[1]["code"] == "entry.invalid"

    def test_others_facts_are_not_yours_but_your_liaison_may(self, cast: Cast) -> None:
        member, stranger, liaison = cast.phone("member"), cast.phone("stranger"), cast.phone("liaison")
        fact = member.check_in(cast.here.stations["hall"])
        member.sync(fact)
        assert stranger.sync(stranger.about("withdrawal", fact["id"]))[0]["code"] == "target.not_yours"
        assert liaison.sync(liaison.about("withdrawal", fact["id"]))[0]["status"] == "accepted"
        assert notices(member) == ["entry.withdrawal"]

    def test_a_liaison_enters_for_a_member_only_at_the_own_stations(self, cast: Cast) -> None:
        liaison = cast.phone("liaison")
        for_member = {"on_behalf_of": cast.here.members["member"]}
        at_hall = liaison.check_in(cast.here.stations["hall"], fix=FIX) | for_member
        at_other = liaison.check_in(cast.here.stations["other"]) | for_member
        allowed, refused = liaison.sync(at_hall, at_other)
        assert (allowed["status"], allowed["evidence"]) == ("accepted", 0)
        assert notices(cast.phone("member")) == ["entry.on_behalf"]
        assert refused["code"] == "entry.not_allowed"


def notices(phone: Phone) -> list[str]:
    """The codes of what this person is told."""
    return [change["data"]["code"] for change in phone.pull() if change["noun"] == "notice"]


class TestCarrying:
    def test_a_carried_entry_waits_until_its_author_sends_the_same(self, cast: Cast) -> None:
        author, carrier = cast.phone("member"), cast.phone("colleague")
        entry = author.check_in(cast.here.stations["hall"])
        [carried] = carrier.sync(entry | {"author_id": cast.here.members["member"]})
        assert carried["code"] == "entry.carried"
        [own] = author.sync(entry)
        assert (own["status"], own["receipt_no"]) == ("accepted", carried["receipt_no"])
        assert author.sync(entry)[0]["status"] == "duplicate"


class TestCalls:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"[]",
            b"\xff",
            b'{"protocol":1}',
            b'{"protocol":1,"sent_at":NaN}',
            b"[" * 3000 + b"]" * 3000,
        ],
    )
    def test_what_is_no_envelope_is_malformed(self, cast: Cast, content: bytes) -> None:
        phone = cast.phone("member")
        answer = cast.client.post(
            "/api/v1/sync", data=content, content_type="application/json", headers=phone.headers
        )
        assert (answer.status_code, answer.json["code"]) == (400, "sync.malformed")
        assert answer.mimetype == "application/problem+json"

    def test_an_unknown_field_of_the_envelope_is_refused(self, cast: Cast) -> None:
        assert cast.phone("member").call(extra=1).json["code"] == "sync.malformed"

    def test_infinity_is_malformed(self, cast: Cast) -> None:
        phone = cast.phone("member")
        content = b'{"protocol":1,"sent_at":"2026-11-20T04:00:00Z","pending":0,"entries":[{"x":1e999}]}'
        answer = cast.client.post(
            "/api/v1/sync", data=content, content_type="application/json", headers=phone.headers
        )
        assert answer.json["code"] == "sync.malformed"

    def test_a_newer_protocol_is_told_apart(self, cast: Cast) -> None:
        answer = cast.phone("member").call(protocol=2, new_field=True)
        assert (answer.status_code, answer.json["code"]) == (426, "sync.protocol_unsupported")

    def test_more_than_100_entries_or_1_mib_are_too_much(self, cast: Cast) -> None:
        phone = cast.phone("member")
        assert phone.call(*[{}] * 101).status_code == 413
        assert phone.call(*["x" * 20_000] * 60).status_code == 413

    def test_gzip_is_accepted_and_a_bomb_is_not(self, cast: Cast) -> None:
        phone = cast.phone("member")
        headers = phone.headers | {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        envelope = {"protocol": 1, "sent_at": clock.now().isoformat(), "pending": 0, "entries": []}
        packed = gzip.compress(json.dumps(envelope).encode())
        assert cast.client.post("/api/v1/sync", data=packed, headers=headers).status_code == 200
        bomb = gzip.compress(b" " * 50_000_000)
        assert cast.client.post("/api/v1/sync", data=bomb, headers=headers).status_code == 413
        assert cast.client.post("/api/v1/sync", data=packed[:20], headers=headers).status_code == 400

    def test_other_content_types_are_415(self, cast: Cast) -> None:
        phone = cast.phone("member")
        answer = cast.client.post(
            "/api/v1/sync", data=b"{}", content_type="text/plain", headers=phone.headers
        )
        assert answer.status_code == 415

    def test_without_a_token_nothing_is_looked_at(self, cast: Cast) -> None:
        answer = cast.client.post("/api/v1/sync", data=b"nonsense")
        assert (answer.status_code, answer.json["code"]) == (401, "sign_in.required")


class TestFeed:
    def test_the_first_pull_brings_the_network_and_the_next_nothing(self, cast: Cast) -> None:
        phone = cast.phone("member")
        changes = phone.pull()
        nouns = {
            noun: sum(change["noun"] == noun for change in changes)
            for noun in ("station", "division", "topic")
        }
        assert nouns == {"station": 4, "division": 6, "topic": 2}
        assert phone.pull() == []

    def test_the_persons_other_phone_learns_the_receipt(self, cast: Cast) -> None:
        first, second, other = cast.phone("member"), cast.phone("member"), cast.phone("colleague")
        for phone in (first, second, other):
            phone.pull()
        entry = first.check_in(cast.here.stations["hall"])
        first.sync(entry)
        assert [change["id"] for change in second.pull() if change["noun"] == "receipt"] == [entry["id"]]
        assert [change for change in other.pull() if change["noun"] == "receipt"] == []

    @pytest.mark.parametrize("cursor", ["", "nonsense", "é", "A" * 400])
    def test_a_foreign_cursor_resets(self, cast: Cast, cursor: str) -> None:
        phone = cast.phone("member")
        wait_for_feed(cast.client)
        answer = phone.call(cursor=cursor).json
        assert answer["reset"] is True
        assert len(answer["changes"]) >= 12


class TestPrivacy:
    def test_a_constituent_without_consent_is_dropped_before_anything_is_stored(self, cast: Cast) -> None:
        phone = cast.phone("member")
        silent = {"name": "不同意者", "contact": "13800000000", "consent": False, "consent_version": "1"}
        [result] = phone.sync(phone.reception(cast.here.stations["hall"], constituent=silent))
        assert result["status"] == "accepted"
        assert "consent_missing" in result["flags"]
        assert count(cast, Constituent) == 0

    def test_a_constituent_who_agreed_is_stored_encrypted(self, cast: Cast) -> None:
        phone = cast.phone("member")
        agreed = {"name": "同意者", "contact": "13900000000", "consent": True, "consent_version": "1"}
        phone.sync(phone.reception(cast.here.stations["hall"], constituent=agreed))
        assert count(cast, Constituent) == 1
        assert "13900000000" not in whole_database(cast)

    @pytest.mark.parametrize("spoil", [{}, {"kind": "dance"}, {"author_id": any_uuid()}])
    def test_no_position_is_left_anywhere(self, cast: Cast, spoil: dict) -> None:
        phone = cast.phone("member")
        fix = {"lat": 22.123457, "lon": 113.987653, "accuracy_m": 17, "age_s": 1}
        phone.sync(phone.check_in(cast.here.stations["hall"], fix=fix) | spoil)
        stored = whole_database(cast)
        assert "22.1234" not in stored
        assert "113.9876" not in stored


def whole_database(cast: Cast) -> str:
    """Every value of every table as text."""
    from workstation.database import Base, db

    with cast.app.app_context():
        return "\n".join(
            str(tuple(row))
            for table in Base.metadata.tables
            for row in db.session.execute(text(f"SELECT * FROM {table}"))
        )


class TestRestoring:
    def test_phones_give_back_what_a_restored_server_lost(self, cast: Cast) -> None:
        phone = cast.phone("member")
        start = phone.shift_start(cast.here.stations["hall"], fix=FIX, at=clock.now() - timedelta(hours=1))
        day = [start, phone.reception(cast.here.stations["hall"]), phone.shift_end(start["id"])]
        sent = phone.sync(*day)
        forget(cast)
        seals = [{"id": result["id"], "sealed": result["sealed"]} for result in sent]
        back = phone.sync(*seals)
        for before, after in zip(sent, back, strict=True):
            kept = ("status", "receipt_no", "received_at", "occurred_at", "verdict", "evidence", "flags")
            assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
        assert count(cast, Reception) == 1
        assert cast.scalar(select(Shift.ended_at)) is not None
        assert {result["status"] for result in phone.sync(*seals)} == {"duplicate"}

    def test_a_seal_of_another_id_or_a_broken_one_leaves_nothing(self, cast: Cast) -> None:
        phone = cast.phone("member")
        [sent] = phone.sync(phone.check_in(cast.here.stations["hall"]))
        forget(cast)
        wrong = {"id": any_uuid(), "sealed": sent["sealed"]}
        broken = {"id": sent["id"], "sealed": sent["sealed"][:-8] + "AAAAAAA="}
        assert {result["code"] for result in phone.sync(wrong, broken)} == {"entry.seal_invalid"}
        assert count(cast, Receipt) == 0

    def test_another_persons_seal_is_held(self, cast: Cast) -> None:
        phone, other = cast.phone("member"), cast.phone("colleague")
        [sent] = phone.sync(phone.check_in(cast.here.stations["hall"]))
        forget(cast)
        [result] = other.sync({"id": sent["id"], "sealed": sent["sealed"]})
        assert (result["status"], result["code"]) == ("held", "entry.carried")
        assert result["receipt_no"] == sent["receipt_no"]


def forget(cast: Cast) -> None:
    """The server as last night's backup knew it: people and stations, but no entry."""
    from workstation.database import db, writing

    tables = ("constituents", "receptions", "check_ins", "shifts", "held_entries", "receipts", "station_days")
    with cast.app.app_context(), writing():
        for table in (*tables, "member_days"):
            db.session.execute(text(f"DELETE FROM {table}"))


class TestEpochs:
    def epoch(self, phone: Phone) -> str:
        return str(phone.call().json["epoch"])

    def test_a_phone_that_has_seen_more_than_there_is_begins_a_new_epoch(self, cast: Cast) -> None:
        phone = cast.phone("member")
        phone.pull()
        before = self.epoch(phone)
        ahead = Position(2**60, 2**60)
        phone.cursor = write_cursor(epoch=before, position=ahead, keys=cast.app.extensions["keys"])
        answer = phone.call().json
        assert answer["reset"] is True
        assert answer["epoch"] != before
        assert self.epoch(cast.phone("colleague")) == answer["epoch"]

    def test_numbers_of_a_new_epoch_start_far_above_the_old(self, cast: Cast) -> None:
        phone = cast.phone("member")
        [first] = phone.sync(phone.check_in(cast.here.stations["hall"]))
        for restores in (1, 2):
            with cast.app.app_context(), writing():
                begin_epoch(restores=restores)
        [later] = phone.sync(phone.check_in(cast.here.stations["hall"]))
        assert later["receipt_no"] > first["receipt_no"] + 3_000_000 - 1

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    def test_another_cluster_or_timeline_begins_a_new_epoch(self, cast: Cast) -> None:
        phone = cast.phone("member")
        before = self.epoch(phone)
        with cast.app.app_context(), writing():
            db.session.execute(text("UPDATE installation SET fingerprint = 'another cluster'"))
        assert self.epoch(phone) != before
        assert self.epoch(phone) == self.epoch(cast.phone("member"))


class TestWhatBrokeOnce:
    """Bodies that once cost a whole call, or more than they should."""

    @pytest.mark.parametrize("elapsed_ms", [2**53 - 1, 10**400, -1])
    def test_an_endless_elapsed_time_costs_only_its_own_entry(self, cast: Cast, elapsed_ms: int) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        bad, good = phone.sync(phone.check_in(hall) | {"elapsed_ms": elapsed_ms}, phone.check_in(hall))
        assert (bad["code"], good["status"]) == ("entry.invalid", "accepted")

    @pytest.mark.parametrize("sent_at", ["1969-01-01T00:00:00Z", "8999-12-31T23:59:59Z"])
    def test_a_call_from_no_imaginable_year_is_malformed(self, cast: Cast, sent_at: str) -> None:
        assert cast.phone("member").call(sent_at=sent_at).json["code"] == "sync.malformed"

    @pytest.mark.parametrize("body", ['{"id":"\\ud800"}', '{"id":[1]}', f'{{"id":{10**30},"x":"\\ud800"}}'])
    def test_an_unusable_id_is_answered(self, cast: Cast, body: str) -> None:
        envelope = f'{{"protocol":1,"sent_at":"2026-11-20T04:00:00Z","pending":0,"entries":[{body}]}}'
        answer = self.post(cast, envelope)
        assert answer.json["results"][0]["code"] == "entry.unusable"

    def test_a_surrogate_in_a_name_of_the_envelope_is_malformed(self, cast: Cast) -> None:
        assert self.post(cast, '{"\\ud800":1}').json["code"] == "sync.malformed"

    def post(self, cast: Cast, content: str) -> Any:
        headers = cast.phone("member").headers
        return cast.client.post(
            "/api/v1/sync", data=content, content_type="application/json", headers=headers
        )

    def test_staff_can_read_what_no_column_takes(self, cast: Cast) -> None:
        phone = cast.phone("member")
        entry = phone.check_in(cast.here.stations["hall"], note="\ud800")
        envelope = {"protocol": 1, "sent_at": clock.now().isoformat(), "pending": 0, "entries": [entry]}
        self.post(cast, json.dumps(envelope))
        answer = cast.phone("liaison").get("/api/v1/held-entries")
        assert answer.status_code == 200
        assert "\\ud800" in answer.text

    def test_the_position_of_a_broken_entry_is_judged_too(self, cast: Cast) -> None:
        phone = cast.phone("member")
        [result] = phone.sync(phone.check_in(cast.here.stations["hall"], fix=FIX) | {"seq": 0})
        assert (result["code"], result["verdict"], result["distance_m"]) == ("entry.invalid", "inside", 0)

    def test_the_reason_for_closing_reaches_the_phone(self, cast: Cast) -> None:
        phone, liaison = cast.phone("member"), cast.phone("liaison")
        phone.sync(phone.check_in(cast.here.stations["hall"]) | {"seq": 0})
        [row] = liaison.get("/api/v1/held-entries").json["held_entries"]
        decision = {"content_hash": row["content_hash"], "reason": "与纸质登记重复"}
        liaison.post(f"/api/v1/held-entries/{row['id']}/close", decision)
        [receipt] = [change["data"] for change in phone.pull() if change["noun"] == "receipt"]
        assert receipt["closed"] is True
        assert "与纸质登记重复" in receipt["message"]

    def test_a_fact_and_its_conflict_come_back_together(self, cast: Cast) -> None:
        phone = cast.phone("member")
        entry = phone.check_in(cast.here.stations["hall"])
        other = entry | {"body": entry["body"] | {"note": "另一份"}}
        fact, conflict = phone.sync(entry, other)
        forget(cast)
        seals = [{"id": result["id"], "sealed": result["sealed"]} for result in (fact, conflict)]
        for given in (seals, list(reversed(seals)), [seals[1]], [seals[1], seals[0]]):
            back = {result["sealed"] is not None and result["receipt_no"] for result in phone.sync(*given)}
            assert back <= {fact["receipt_no"], conflict["receipt_no"]}
        assert phone.sync(entry)[0]["receipt_no"] == fact["receipt_no"]
        assert phone.sync(other)[0]["receipt_no"] == conflict["receipt_no"]

    def test_a_seal_handed_in_by_another_person_stays_its_authors(self, cast: Cast) -> None:
        author, other = cast.phone("member"), cast.phone("colleague")
        entry = author.check_in(cast.here.stations["hall"])
        [sent] = author.sync(entry)
        forget(cast)
        sealed = {"id": sent["id"], "sealed": sent["sealed"]}
        other.sync(sealed)
        [own] = author.sync(sealed)
        assert (own["status"], own["receipt_no"]) == ("accepted", sent["receipt_no"])
        assert cast.scalar(select(CheckIn.member_id)) == cast.here.members["member"]

    def test_a_carried_entry_with_another_obstacle_says_what_is_stored(self, cast: Cast) -> None:
        author, carrier = cast.phone("member"), cast.phone("colleague")
        entry = author.check_in(any_uuid())
        carrier.sync(entry | {"author_id": cast.here.members["member"]})
        [own] = author.sync(entry)
        assert own["code"] == author.sync(entry)[0]["code"] == "entry.station_unknown"
        assert cast.scalar(select(Receipt.code)) == "entry.station_unknown"

    def test_a_protocol_beyond_all_numbers_is_newer(self, cast: Cast) -> None:
        assert cast.phone("member").call(protocol=10**30).status_code == 426
