"""One's own records and months: whole for oneself, and nothing for anybody else."""

from typing import Any

import pytest

from tests.cast import Cast, Phone, Time


def month(phone: Phone, which: str = "2026-11", **query: Any) -> dict[str, Any]:
    answer = phone.get("/api/v1/records", query_string={"month": which} | query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def ids(answer: dict[str, Any]) -> list[str]:
    return [record["id"] for record in answer["records"]]


@pytest.fixture
def hall(cast: Cast) -> str:
    return cast.here.stations["hall"]


class TestRecords:
    def test_a_record_comes_whole_with_both_times_and_its_number(self, cast: Cast, hall: str) -> None:
        phone = cast.phone("member")
        entry = phone.reception(hall)
        [result] = phone.sync(entry)
        [record] = month(phone)["records"]
        assert (record["id"], record["receipt_no"]) == (entry["id"], result["receipt_no"])
        assert (record["recorded_at"], record["received_at"]) == ("2026-11-20T04:00:00.000Z",) * 2
        assert (record["body"]["summary"], record["by_name"]) == ("加装电梯", None)

    def test_a_month_is_the_stations_own(self, cast: Cast, hall: str, time: Time) -> None:
        phone = cast.phone("member")
        late = phone.check_in(hall, at=time.moment.replace(day=31, month=10, hour=15, minute=59))
        early = phone.check_in(hall, at=time.moment.replace(day=31, month=10, hour=16))
        phone.sync(late, early)
        assert (ids(month(phone, "2026-10")), ids(month(phone))) == ([late["id"]], [early["id"]])

    def test_the_latest_month_before_it_is_named(self, cast: Cast, hall: str, time: Time) -> None:
        phone = cast.phone("member")
        phone.sync(phone.check_in(hall), phone.check_in(hall, at=time.moment.replace(month=7)))
        assert month(phone)["earlier"] == "2026-07"
        assert month(phone, "2026-07")["earlier"] is None

    def test_nobody_elses_are_among_them(self, cast: Cast, hall: str) -> None:
        phone = cast.phone("member")
        phone.sync(phone.check_in(hall))
        foreign = cast.phone("member", network=cast.elsewhere)
        foreign.sync(foreign.check_in(cast.elsewhere.stations["hall"]))
        for who in ("colleague", "stranger", "liaison", "district_officer", "city_officer"):
            assert month(cast.phone(who))["records"] == []
        assert len(month(phone)["records"]) == len(month(foreign)["records"]) == 1

    def test_what_others_entered_and_changed_says_who(self, cast: Cast, hall: str) -> None:
        member, liaison = cast.phone("member"), cast.phone("liaison")
        own = member.check_in(hall)
        member.sync(own)
        behalf = liaison.check_in(hall) | {"on_behalf_of": cast.here.members["member"]}
        change = liaison.about("correction", own["id"], changes={"purpose": "visit"})
        liaison.sync(behalf, change)
        names = {record["id"]: record["by_name"] for record in month(member)["records"]}
        assert names == {own["id"]: None, behalf["id"]: "liaison（测试）", change["id"]: "liaison（测试）"}
        theirs = {record["id"]: record["for_name"] for record in month(liaison)["records"]}
        assert theirs == {behalf["id"]: "member（测试）", change["id"]: None}

    def test_a_held_one_is_among_them_without_its_content(self, cast: Cast) -> None:
        phone = cast.phone("member")
        phone.sync(phone.check_in(cast.elsewhere.stations["hall"]))
        [record] = month(phone)["records"]
        assert (record["status"], record["code"], record["body"]) == ("held", "entry.station_unknown", None)

    def test_a_long_month_comes_in_pages(self, cast: Cast, hall: str) -> None:
        phone = cast.phone("member")
        made = [phone.check_in(hall) for _ in range(203)]
        for start in range(0, 203, 100):
            phone.sync(*made[start : start + 100])
        first = month(phone)
        rest = month(phone, after=first["next"])
        assert (len(first["records"]), rest["next"]) == (200, None)
        assert ids(first) + ids(rest) == [entry["id"] for entry in made]

    @pytest.mark.parametrize("which", ["2026-13", "2026-1", "0000-01", "november", ""])
    def test_what_is_no_month_is_refused(self, cast: Cast, which: str) -> None:
        answer = cast.phone("member").get("/api/v1/records", query_string={"month": which})
        assert (answer.status_code, answer.json["code"]) == (422, "request.invalid")


def year(phone: Phone, which: int = 2026) -> dict[str, Any]:
    answer = phone.get("/api/v1/records/months", query_string={"year": which})
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


class TestOwnMonths:
    def test_shifts_hours_and_receptions_add_up_by_month(self, cast: Cast, hall: str, time: Time) -> None:
        phone = cast.phone("member")
        for day in (2, 3):
            began = time.moment.replace(day=day)
            start = phone.shift_start(hall, at=began)
            phone.sync(start, phone.shift_end(start["id"], at=began.replace(hour=5, minute=30)))
        phone.sync(phone.reception(hall, headcount=3), phone.check_in(hall))
        [november] = year(phone)["months"]
        assert november == {
            "month": "2026-11",
            "shifts": 2,
            "hours": {"low": 3.0, "high": 3.0},
            "receptions": 1,
            "people_received": 3,
            "check_ins": 1,
        }

    def test_a_shift_that_nobody_ended_is_only_in_the_higher_figure(
        self, cast: Cast, hall: str, time: Time
    ) -> None:
        phone = cast.phone("member")
        phone.sync(phone.shift_start(hall, at=time.moment.replace(day=2)))
        [november] = year(phone)["months"]
        assert november["hours"] == {"low": 0.0, "high": 12.0}

    def test_an_open_shift_has_no_hours_yet(self, cast: Cast, hall: str) -> None:
        phone = cast.phone("member")
        phone.sync(phone.shift_start(hall))
        [november] = year(phone)["months"]
        assert (november["shifts"], november["hours"]) == (1, {"low": 0.0, "high": 0.0})

    def test_what_was_withdrawn_or_entered_twice_counts_once(self, cast: Cast, hall: str) -> None:
        phone, liaison = cast.phone("member"), cast.phone("liaison")
        gone = phone.check_in(hall)
        phone.sync(gone, phone.about("withdrawal", gone["id"]), phone.check_in(hall))
        liaison.sync(liaison.check_in(hall) | {"on_behalf_of": cast.here.members["member"]})
        assert [found["check_ins"] for found in year(phone)["months"]] == [1]

    def test_a_year_has_only_its_own_months_and_the_first_is_named(
        self, cast: Cast, hall: str, time: Time
    ) -> None:
        phone = cast.phone("member")
        phone.sync(phone.check_in(hall), phone.check_in(hall, at=time.moment.replace(year=2024, month=2)))
        assert [found["month"] for found in year(phone)["months"]] == ["2026-11"]
        assert [found["month"] for found in year(phone, 2024)["months"]] == ["2024-02"]
        assert year(phone, 2025) | {"as_of": None} == {
            "year": 2025,
            "as_of": None,
            "months": [],
            "first_year": 2024,
        }

    def test_nobody_elses_count(self, cast: Cast, hall: str) -> None:
        phone = cast.phone("colleague")
        phone.sync(phone.check_in(hall))
        foreign = cast.phone("member", network=cast.elsewhere)
        foreign.sync(foreign.check_in(cast.elsewhere.stations["hall"]))
        for who in ("member", "liaison", "city_officer"):
            found = year(cast.phone(who))
            assert (found["months"], found["first_year"]) == ([], None)
