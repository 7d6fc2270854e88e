"""Which phones hold something, by station: said while it is so, to those who can do something about it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from api import clock
from tests.cast import Cast, Phone, Time
from workstation.coverage.operations import catch_up
from workstation.database import db, writing
from workstation.people.models import Device, StationMember
from workstation.shifts.models import PlannedShift


def fleet(staff: Phone) -> dict[str | None, list[dict[str, Any]]]:
    """The phones by the name of their station."""
    answer = staff.get("/api/v1/devices")
    assert answer.status_code == 200, answer.text
    names = {station["station_name"]: station["phones"] for station in answer.json["stations"]}
    return {name and name.split()[0]: phones for name, phones in names.items()}


def gap(phone: Phone, station_id: str, *numbers: int) -> None:
    """Sends entries with these numbers only."""
    for number in numbers:
        assert phone.sync(phone.check_in(station_id) | {"seq": number})[0]["receipt_no"]


def write(cast: Cast, *statements: Any) -> None:
    with cast.app.app_context(), writing():
        for statement in statements:
            db.session.execute(statement)


class TestWhatIsHeld:
    def test_a_phone_with_waiting_entries_stands_at_its_last_station(self, cast: Cast) -> None:
        phone = cast.phone("member")
        phone.sync(phone.check_in(cast.here.stations["annex"]), pending=3)
        [holding] = fleet(cast.phone("city_officer"))["annex"]
        assert (holding["pending"], holding["member_name"]) == (3, "member（测试）")
        assert (holding["missing"], holding["silent_days"]) == ([], 0)

    def test_what_waits_may_belong_to_any_day_that_is_still_open(self, cast: Cast) -> None:
        phone = cast.phone("member")
        phone.sync(phone.check_in(cast.here.stations["hall"]), pending=3)
        [holding] = fleet(cast.phone("liaison"))["hall"]
        assert holding["unsettled"] == ["2026-11-17", "2026-11-18", "2026-11-19"]

    def test_once_all_is_sent_it_is_gone(self, cast: Cast) -> None:
        phone = cast.phone("member")
        phone.sync(phone.check_in(cast.here.stations["hall"]), pending=1)
        phone.sync(phone.check_in(cast.here.stations["hall"]), pending=0)
        assert fleet(cast.phone("city_officer")) == {}

    def test_missing_numbers_are_named(self, cast: Cast) -> None:
        phone = cast.phone("member")
        gap(phone, cast.here.stations["hall"], 3, 4, 7, 20)
        [holding] = fleet(cast.phone("liaison"))["hall"]
        spans = [{"first": 1, "last": 2}, {"first": 5, "last": 6}, {"first": 8, "last": 19}]
        assert (holding["missing"], holding["missing_count"]) == (spans, 16)

    def test_a_number_that_comes_later_closes_its_gap(self, cast: Cast) -> None:
        phone = cast.phone("member")
        gap(phone, cast.here.stations["hall"], 2, 1)
        assert fleet(cast.phone("liaison")) == {}

    def test_held_entries_have_come_as_well(self, cast: Cast) -> None:
        phone = cast.phone("member")
        phone.sync(phone.check_in(cast.here.stations["hall"]) | {"kind": "dance"})
        gap(phone, cast.here.stations["hall"], 2)
        assert fleet(cast.phone("liaison")) == {}

    def test_a_number_given_twice_by_a_restored_phone_hides_no_gap(self, cast: Cast) -> None:
        phone = cast.phone("member")
        gap(phone, cast.here.stations["hall"], 1, 2, 2, 4)
        [holding] = fleet(cast.phone("liaison"))["hall"]
        assert holding["missing"] == [{"first": 3, "last": 3}]

    def test_of_many_gaps_the_first_are_listed_and_all_counted(self, cast: Cast) -> None:
        phone = cast.phone("member")
        phone.sync(*(phone.check_in(cast.here.stations["hall"]) | {"seq": 2 * n} for n in range(1, 31)))
        [holding] = fleet(cast.phone("liaison"))["hall"]
        assert (len(holding["missing"]), holding["missing_count"]) == (20, 30)

    def test_entries_carried_in_close_the_gap_of_the_phone_that_recorded_them(self, cast: Cast) -> None:
        phone, colleague = cast.phone("member"), cast.phone("colleague")
        first, second = (phone.check_in(cast.here.stations["hall"]) for _ in range(2))
        phone.sync(second)
        assert fleet(cast.phone("liaison"))["hall"]
        carried = {"author_id": cast.here.members["member"], "device_id": phone.device_id}
        colleague.sync(first | carried)
        assert fleet(cast.phone("liaison")) == {}

    def test_an_old_gap_is_told_no_longer_than_a_silent_phone(self, cast: Cast, time: Time) -> None:
        phone = cast.phone("member")
        gap(phone, cast.here.stations["hall"], 3)
        time.passes(days=29)
        gap(phone, cast.here.stations["hall"], 4)
        assert fleet(cast.phone("city_officer"))["hall"]
        time.passes(days=2)
        gap(phone, cast.here.stations["hall"], 5)
        assert fleet(cast.phone("city_officer")) == {}

    def test_a_day_that_is_over_waits_for_the_phones_seen_there(self, cast: Cast, time: Time) -> None:
        phone = cast.phone("member")
        phone.sync(phone.check_in(cast.here.stations["hall"]))
        time.passes(days=1)
        [holding] = fleet(cast.phone("liaison"))["hall"]
        assert (holding["unsettled"], holding["silent_days"]) == (["2026-11-20"], 1)
        phone.call()
        assert fleet(cast.phone("liaison")) == {}

    def test_a_day_that_is_over_waits_for_the_phones_planned_there(self, cast: Cast, time: Time) -> None:
        phone = cast.phone("member")
        phone.call()
        begins = clock.now() + timedelta(hours=1)
        with cast.app.app_context(), writing():
            db.session.add(
                PlannedShift(
                    network_id=cast.here.id,
                    id=cast.here.stations["annex"],
                    station_id=cast.here.stations["annex"],
                    member_id=cast.here.members["member"],
                    starts_at=begins,
                    ends_at=begins + timedelta(hours=3),
                    day=begins.date(),
                )
            )
        time.passes(days=1)
        [holding] = fleet(cast.phone("city_officer"))["annex"]
        assert holding["unsettled"] == ["2026-11-20"]

    def test_a_phone_that_never_recorded_stands_where_its_person_belongs(self, cast: Cast) -> None:
        phone = cast.phone("member")
        phone.call(pending=2)
        assert [holding["pending"] for holding in fleet(cast.phone("liaison"))["hall"]] == [2]

    def test_a_phone_of_nobody_in_particular_has_no_station(self, cast: Cast) -> None:
        cast.phone("auditor").call(pending=2)
        assert [holding["pending"] for holding in fleet(cast.phone("city_officer"))[None]] == [2]
        assert fleet(cast.phone("district_officer")) == {}

    def test_its_version_and_a_wrong_clock_are_told(self, cast: Cast) -> None:
        phone = cast.phone("member")
        behind = (clock.now() - timedelta(minutes=20)).isoformat()
        envelope = {"protocol": 1, "sent_at": behind, "pending": 1, "entries": []}
        headers = phone.headers | {"X-App-Version": "0.2.0"}
        cast.client.post("/api/v1/sync", json=envelope, headers=headers)
        [holding] = fleet(cast.phone("liaison"))["hall"]
        assert (holding["app_version"], holding["clock_off_s"]) == ("0.2.0", 1200)
        phone.call(pending=1)
        [holding] = fleet(cast.phone("liaison"))["hall"]
        assert (holding["app_version"], holding["clock_off_s"]) == ("0.2.0", None)


class TestWhoIsLeftOut:
    def waiting(self, cast: Cast) -> Phone:
        phone = cast.phone("member")
        phone.sync(phone.check_in(cast.here.stations["hall"]), pending=2)
        return phone

    def change(self, cast: Cast, phone: Phone, **values: Any) -> None:
        this = (Device.network_id == cast.here.id) & (Device.id == phone.device_id)
        write(cast, update(Device).where(this).values(**values))

    def test_a_stopped_phone(self, cast: Cast) -> None:
        self.change(cast, self.waiting(cast), revoked_at=clock.now())
        assert fleet(cast.phone("liaison")) == {}

    def test_a_phone_silent_for_so_long_that_nobody_waits(self, cast: Cast, time: Time) -> None:
        self.waiting(cast)
        time.passes(days=31)
        assert fleet(cast.phone("liaison")) == {}

    def test_an_office_page(self, cast: Cast, time: Time) -> None:
        phone, desk = cast.phone("liaison"), cast.phone("liaison")
        self.change(cast, desk, platform="office")
        phone.sync(phone.check_in(cast.here.stations["hall"]))
        time.passes(days=1)
        phone.call()
        assert fleet(cast.phone("city_officer")) == {}

    @pytest.mark.parametrize(("has_synced", "listed"), [(True, {}), (False, {"hall": 1})])
    def test_a_session_whose_outbox_a_later_one_has_taken_over(
        self, cast: Cast, time: Time, has_synced: bool, listed: dict[str, int]
    ) -> None:
        installation = cast.here.stations["hall"]  # any id
        former = self.waiting(cast)
        time.passes(minutes=1)
        later = cast.phone("member")
        for phone in (former, later):
            self.change(cast, phone, installation_id=installation)
        if has_synced:
            later.call(pending=0)
        found = fleet(cast.phone("city_officer"))
        assert {name: len(phones) for name, phones in found.items()} == listed


class TestScope:
    @pytest.mark.parametrize(
        ("who", "seen"),
        [
            ("liaison", {"hall"}),
            ("other_liaison", {"other"}),
            ("district_officer", {"hall", "far"}),
            ("other_officer", {"other"}),
            ("city_officer", {"hall", "far", "other"}),
        ],
    )
    def test_staff_see_the_phones_of_their_stations(self, cast: Cast, who: str, seen: set[str]) -> None:
        for member, station in (("member", "hall"), ("colleague", "far"), ("stranger", "other")):
            phone = cast.phone(member)
            phone.sync(phone.check_in(cast.here.stations[station]), pending=1)
        elsewhere = cast.phone("member", network=cast.elsewhere)
        elsewhere.sync(elsewhere.check_in(cast.elsewhere.stations["hall"]), pending=1)
        assert fleet(cast.phone(who)).keys() == seen

    def test_somebody_who_moved_away_is_told_of_at_both_stations(self, cast: Cast, time: Time) -> None:
        phone = cast.phone("member")
        phone.sync(phone.check_in(cast.here.stations["hall"]))
        phone.sync(phone.check_in(cast.here.stations["other"]), pending=1)
        this = StationMember.member_id == cast.here.members["member"]
        write(cast, update(StationMember).where(this).values(station_id=cast.here.stations["other"]))
        time.passes(days=1)
        [holding] = fleet(cast.phone("liaison"))["hall"]
        assert (holding["pending"], holding["unsettled"][-1]) == (1, "2026-11-20")
        assert fleet(cast.phone("other_liaison")).keys() == {"other"}

    @pytest.mark.parametrize("who", ["member", "auditor"])
    def test_nobody_else_does(self, cast: Cast, who: str) -> None:
        answer = cast.phone(who).get("/api/v1/devices")
        assert (answer.status_code, answer.json["code"]) == (403, "scope.denied")


def test_no_answer_says_when_somebody_used_the_app(cast: Cast, time: Time) -> None:
    phone = cast.phone("member")
    phone.sync(phone.check_in(cast.here.stations["hall"]), pending=1)
    time.passes(hours=5)
    answer = cast.phone("liaison").get("/api/v1/devices")
    assert "2026-11-20T04:00" not in answer.text
    assert "_at" not in {key for station in answer.json["stations"] for key in station["phones"][0]}


def test_the_statements_do_not_grow_with_the_phones(cast: Cast) -> None:
    def statements() -> int:
        count = 0

        def noted(*_args: object) -> None:
            nonlocal count
            count += 1

        with cast.app.app_context():
            catch_up(network_id=cast.here.id)
            event.listen(db.engine, "before_cursor_execute", noted)
            try:
                fleet(liaison)
            finally:
                event.remove(db.engine, "before_cursor_execute", noted)
        return count

    liaison = cast.phone("liaison")
    gap(cast.phone("member"), cast.here.stations["hall"], 2)
    few = statements()
    for _ in range(5):
        gap(cast.phone("colleague"), cast.here.stations["hall"], 3, 9)
    assert statements() == few
