"""What stands beside the coverage table, on both databases: today, weeks, hours, trend, facts, pulse."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from marshmallow import Schema
from sqlalchemy import func, select, text

from api import clock
from api.schemas.coverage_views import (
    ChangesOut,
    FactsOut,
    TodayOut,
    TrendOut,
    WeekHoursOut,
    WeeksOut,
)
from tests.api.test_coverage import FIX, change, coverage, plan, row_of, tick, worked
from tests.cast import Cast, Phone, Time
from workstation.coverage import judged
from workstation.coverage.places import GROUPINGS, get_map
from workstation.coverage.today import is_waiting
from workstation.database import db
from workstation.ids import new_id
from workstation.network.models import Station
from workstation.people.rules import Scope
from workstation.receptions.models import Reception

VIEWS: dict[str, type[Schema]] = {
    "changes": ChangesOut,
    "facts": FactsOut,
    "hours": WeekHoursOut,
    "today": TodayOut,
    "trend": TrendOut,
    "weeks": WeeksOut,
}


def view(phone: Phone, name: str, **query: Any) -> dict[str, Any]:
    answer = phone.client.get(f"/api/v1/coverage/{name}", query_string=query, headers=phone.headers)
    assert answer.status_code == 200, answer.text
    assert not VIEWS[name]().validate(answer.json)
    found: dict[str, Any] = answer.json
    return found


def names_of(listed: dict[str, Any]) -> list[str]:
    return [row["member_name"].removesuffix("（测试）") for row in listed["rows"]]


class TestToday:
    def test_somebody_is_on_duty_from_the_first_tap_to_the_last(self, cast: Cast, time: Time) -> None:
        phone, hall, officer = cast.phone("member"), cast.here.stations["hall"], cast.phone("city_officer")
        start = phone.shift_start(hall, at=clock.now(), fix=FIX)
        phone.sync(start)
        [on_duty] = view(officer, "today")["on_duty"]["rows"]
        assert (on_duty["id"], on_duty["station_name"]) == (start["id"], "hall 委员工作站")
        time.passes(hours=1)
        phone.sync(phone.shift_end(start["id"], at=clock.now()))
        assert view(officer, "today")["on_duty"] == {"total": 0, "rows": []}

    def test_a_start_by_hand_beside_the_own_one_is_one_person_on_duty(self, cast: Cast) -> None:
        phone, liaison, hall = cast.phone("member"), cast.phone("liaison"), cast.here.stations["hall"]
        phone.sync(phone.shift_start(hall, at=clock.now(), fix=FIX))
        by_hand = liaison.shift_start(hall, at=clock.now())
        liaison.sync(by_hand | {"on_behalf_of": cast.here.members["member"]})
        assert view(cast.phone("city_officer"), "today")["on_duty"]["total"] == 1

    def test_plans_of_the_day_say_who_came_and_which_begin_within_the_hour(self, cast: Cast) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        plan(cast, "member", begins=-1, hours=3)
        plan(cast, "colleague", begins=0.5, hours=2)
        plan(cast, "stranger", begins=2, hours=2)
        plan(cast, "stranger", begins=26, hours=2)
        came_at = clock.now() - timedelta(minutes=50)
        phone.sync(phone.shift_start(hall, at=came_at, fix=FIX))
        today = view(cast.phone("city_officer"), "today")
        assert today["planned"]["total"] == 3
        since = [row["since"] for row in today["planned"]["rows"]]
        assert [each and datetime.fromisoformat(each) for each in since] == [came_at, None, None]
        assert names_of(today["soon"]) == ["colleague"]

    def test_receptions_wait_for_a_reply_oldest_first_without_what_was_said(self, cast: Cast) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        young = phone.reception(hall, wants_reply=True)
        old = phone.reception(hall, at=clock.now() - timedelta(days=9), wants_reply=True, headcount=4)
        phone.sync(young, old, phone.reception(hall, wants_reply=False))
        waiting = view(cast.phone("city_officer"), "today")["awaiting_reply"]
        assert waiting["total"] == 2
        assert [row["id"] for row in waiting["rows"]] == [old["id"], young["id"]]
        assert [row["days"] for row in waiting["rows"]] == [9, 0]
        assert "summary" not in waiting["rows"][0]

    def test_who_waits_goes_on_behind_the_last_one_shown(self, cast: Cast) -> None:
        phone, officer = cast.phone("member"), cast.phone("city_officer")
        first, second, third = (
            phone.reception(
                cast.here.stations["hall"], at=clock.now() - timedelta(days=days), wants_reply=True
            )
            for days in (3, 2, 1)
        )
        answered = phone.reception(cast.here.stations["hall"], at=clock.now() - timedelta(days=4))
        phone.sync(third, first, second, answered)

        def behind(after: str) -> Any:
            return officer.get("/api/v1/coverage/today", query_string={"after": after})

        for after, ids in ((first, [second, third]), (third, []), (answered, [first, second, third])):
            waiting = behind(after["id"]).json["awaiting_reply"]
            assert waiting["total"] == 3
            assert [row["id"] for row in waiting["rows"]] == [each["id"] for each in ids]
        assert behind(new_id()).json["code"] == "coverage.after_unknown"

    def test_who_waits_is_found_by_an_index_of_those_alone(self, cast: Cast) -> None:
        """By any other, each look at the page would go through all receptions that ever were."""
        explain = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}
        scope = Scope(network_id=cast.here.id, level="network", member_id=cast.here.members["city_officer"])
        with cast.app.app_context():
            dialect = db.engine.dialect.name
            if dialect == "postgresql":
                db.session.execute(text("SET LOCAL enable_seqscan = off"))  # in an empty table it would win
            waits = is_waiting(get_map(scope=scope, day=date(2026, 11, 20)))
            for asked in (
                select(func.count(Reception.id)),
                select(Reception.id).order_by(Reception.started_at),
            ):
                statement = asked.where(*waits).compile(db.engine, compile_kwargs={"literal_binds": True})
                plan = str(db.session.execute(text(f"{explain[dialect]} {statement}")).all())
                assert "ix_receptions_awaiting" in plan


class TestChangesAndTrend:
    def test_a_street_that_came_to_be_served_is_named(self, cast: Cast) -> None:
        tick(cast, "hall")
        phone, officer = cast.phone("member"), cast.phone("city_officer")
        phone.sync(*worked(phone, cast.here.stations["hall"], begins=3, hours=1))
        before = view(officer, "changes")
        assert before["gained"] == before["lost"] == []
        phone.sync(phone.reception(cast.here.stations["hall"]))
        after = view(officer, "changes")
        assert after["gained"] == [{"division_id": cast.here.divisions["yuehai"], "name": "yuehai"}]
        assert after["before"] == {"from": "2026-08-16", "to": "2026-11-14"}

    def test_a_street_that_is_no_longer_served_is_named(self, cast: Cast, time: Time) -> None:
        tick(cast, "hall")
        phone, officer = cast.phone("member"), cast.phone("city_officer")
        hall = cast.here.stations["hall"]
        phone.sync(*worked(phone, hall, begins=3, hours=1), phone.reception(hall))
        time.passes(days=48)
        lost = view(officer, "changes", window="90d")["lost"]
        assert [each["name"] for each in lost] == ["yuehai"]

    def test_each_point_is_what_coverage_says_of_its_window(self, cast: Cast, time: Time) -> None:
        tick(cast, "hall")
        phone, officer = cast.phone("member"), cast.phone("city_officer")
        hall = cast.here.stations["hall"]
        phone.sync(*worked(phone, hall, begins=3, hours=1), phone.reception(hall))
        time.passes(days=20)
        phone.sync(*worked(phone, hall, begins=3, hours=1))
        points = view(officer, "trend", window="30d")["points"]
        assert len(points) == 13
        for point in points:
            said = coverage(officer, **{"from": point["from"], "to": point["to"]})["totals"]
            assert point == {"from": point["from"], "to": point["to"]} | {
                name: said[name] for name in point if name not in ("from", "to")
            }
        assert {point["effective_rate"] for point in points} == {0, 1 / 3}
        assert [point["provisional"] > 0 for point in points] == [False] * 12 + [True]


class TestWeeksAndHours:
    def test_weeks_add_up_to_the_duty_hours_of_their_window(self, cast: Cast, time: Time) -> None:
        phone, officer = cast.phone("member"), cast.phone("city_officer")
        for station, hours in (("hall", 2), ("other", 1.5), ("far", 3)):
            phone.sync(*worked(phone, cast.here.stations[station], begins=5, hours=hours))
            time.passes(days=9)
        for by in ("network", "district", "street", "kind", "station"):
            weeks = view(officer, "weeks", by=by)
            rows = coverage(officer, by=by, window="84d")["rows"]
            hours_of = {row["key"]: sum(row["duty_hours"]) for row in weeks["rows"]}
            assert hours_of == {row["key"]: row["duty_hours"]["low"] for row in rows}
        assert sum(weeks["totals"]) == 6.5
        assert [week["provisional"] for week in weeks["weeks"]] == [False] * 11 + [True]

    def test_stations_come_in_pages(self, cast: Cast) -> None:
        officer = cast.phone("city_officer")
        first = view(officer, "weeks", by="station", limit=3)["rows"]
        rest = view(officer, "weeks", by="station", limit=3, after=first[-1]["key"])["rows"]
        assert [row["name"].split()[0] for row in (*first, *rest)] == ["annex", "far", "hall", "other"]

    def test_hours_add_up_to_the_duty_hours_and_stand_in_local_time(self, cast: Cast) -> None:
        phone, other, officer = cast.phone("member"), cast.phone("colleague"), cast.phone("city_officer")
        hall = cast.here.stations["hall"]
        phone.sync(*worked(phone, hall, begins=2.5, hours=2), *worked(phone, hall, begins=13, hours=3))
        other.sync(*worked(other, hall, begins=2, hours=1))  # wholly inside the first one
        phone.sync(phone.shift_start(hall, at=clock.now() - timedelta(days=2)))  # never ended
        found = view(officer, "hours")
        thursday, friday = found["cells"][3], found["cells"][4]
        assert thursday[23] == 1
        assert sum(thursday) == 1
        assert [friday[hour] for hour in (0, 1, 9, 10, 11)] == [1, 1, 0.5, 1, 0.5]
        total = sum(map(sum, found["cells"]))
        assert total == coverage(officer)["totals"]["duty_hours"]["low"] == 5

    def test_hours_of_a_long_window_are_those_of_its_last_weeks(self, cast: Cast) -> None:
        found = view(cast.phone("city_officer"), "hours", window="365d")
        assert found["window"] == {"from": "2026-08-22", "to": "2026-11-21"}


class TestFacts:
    @pytest.mark.parametrize("figure", ["check_ins", "shifts", "receptions"])
    def test_a_figure_opens_the_facts_that_it_counts(self, cast: Cast, figure: str) -> None:
        phone, liaison, officer = cast.phone("member"), cast.phone("liaison"), cast.phone("city_officer")
        hall, noon = cast.here.stations["hall"], clock.now()
        entries = {
            "check_ins": lambda who, at: who.check_in(hall, at=at),
            "shifts": lambda who, at: who.shift_start(hall, at=at),
            "receptions": lambda who, at: who.reception(hall, at=at),
        }
        made = [entries[figure](phone, noon - timedelta(days=days)) for days in range(4)]
        phone.sync(*made, phone.about("withdrawal", made[3]["id"]))
        doubled = entries[figure](liaison, noon - timedelta(minutes=5))
        liaison.sync(doubled | {"on_behalf_of": cast.here.members["member"]})
        opened = view(officer, "facts", figure=figure)
        assert [fact["id"] for fact in opened["facts"]] == [entry["id"] for entry in made[:3]]
        assert opened["total"] == coverage(officer)["totals"][figure]["low"] == 3
        receipts = [fact["receipt_no"] for fact in opened["facts"]]
        assert receipts == sorted(receipts)
        assert all(receipts)
        assert not {"summary", "constituent"} & opened["facts"][0].keys()

    def test_records_are_all_by_which_somebody_was_active(self, cast: Cast) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(*worked(phone, hall, begins=2, hours=1), phone.check_in(hall), phone.reception(hall))
        opened = view(cast.phone("city_officer"), "facts", figure="records")
        assert opened["total"] == 3
        assert {fact["kind"] for fact in opened["facts"]} == {"shift", "check_in", "reception"}

    def test_pages_hold_each_fact_once(self, cast: Cast) -> None:
        phone, officer, now = cast.phone("member"), cast.phone("city_officer"), clock.now()
        for name in ("hall", "far"):
            station = cast.here.stations[name]
            phone.sync(*(phone.check_in(station, at=now - timedelta(hours=13 * n)) for n in range(60)))
        found, after = [], None
        while True:
            page = view(officer, "facts", figure="check_ins", **({"after": after} if after else {}))
            found += [fact["id"] for fact in page["facts"]]
            after = page["next"]
            if after is None:
                break
        assert len(found) == len(set(found)) == page["total"] == 120

    def test_a_station_narrows_and_one_out_of_sight_does_not_exist(self, cast: Cast) -> None:
        phone = cast.phone("member")
        hall, other = cast.here.stations["hall"], cast.here.stations["other"]
        phone.sync(phone.check_in(hall), phone.check_in(other))
        officer = cast.phone("district_officer")
        assert view(officer, "facts", figure="check_ins")["total"] == 1
        assert view(officer, "facts", figure="check_ins", station_id=hall)["total"] == 1
        answer = officer.get(f"/api/v1/coverage/facts?figure=check_ins&station_id={other}")
        assert (answer.status_code, answer.json["code"]) == (404, "station.not_found")

    @pytest.mark.parametrize("after", ["yesterday", "2026-11-20_nobody", "2026-11-20"])
    def test_an_unknown_page_is_refused(self, cast: Cast, after: str) -> None:
        answer = cast.phone("city_officer").get(f"/api/v1/coverage/facts?figure=shifts&after={after}")
        assert answer.json["code"] == "coverage.after_unknown"

    def test_an_unknown_figure_is_refused(self, cast: Cast) -> None:
        answer = cast.phone("city_officer").get("/api/v1/coverage/facts?figure=people")
        assert answer.json["code"] == "request.invalid"


class TestPulse:
    def ask(self, phone: Phone, etag: str = "") -> Any:
        headers = phone.headers | ({"If-None-Match": etag} if etag else {})
        return phone.client.get("/api/v1/coverage/pulse", headers=headers)

    def test_nothing_new_is_304_and_a_phone_that_spoke_is_not(self, cast: Cast, time: Time) -> None:
        phone, officer = cast.phone("member"), cast.phone("city_officer")
        first = self.ask(officer)
        assert first.status_code == 200
        etag = first.headers["ETag"]
        time.passes(seconds=1)
        again = self.ask(officer, etag)
        assert (again.status_code, again.data) == (304, b"")
        phone.sync(phone.check_in(cast.here.stations["hall"]))
        assert self.ask(officer, etag).status_code == 200

    def test_after_a_while_it_beats_without_a_phone(self, cast: Cast, time: Time) -> None:
        officer = cast.phone("city_officer")
        etag = self.ask(officer).headers["ETag"]
        time.passes(minutes=3)
        assert self.ask(officer, etag).status_code == 200

    def test_phones_of_another_network_do_not_move_it(self, cast: Cast) -> None:
        officer, stranger = cast.phone("city_officer"), cast.phone("member", network=cast.elsewhere)
        etag = self.ask(officer).headers["ETag"]
        stranger.sync(stranger.check_in(cast.elsewhere.stations["hall"]))
        assert self.ask(officer, etag).status_code == 304


@pytest.mark.parametrize("name", sorted(VIEWS))
class TestWhoSeesWhat:
    def test_only_staff(self, cast: Cast, name: str) -> None:
        for who in ("member", "auditor"):
            assert cast.phone(who).get(f"/api/v1/coverage/{name}").status_code == 403

    def test_a_place_of_another_network_does_not_exist(self, cast: Cast, name: str) -> None:
        query = {"within": cast.elsewhere.divisions["nanshan"]} | (
            {"figure": "shifts"} if name == "facts" else {}
        )
        officer = cast.phone("city_officer")
        answer = officer.client.get(f"/api/v1/coverage/{name}", query_string=query, headers=officer.headers)
        assert answer.json["code"] == "division.not_found"


def test_a_district_sees_its_own_today_and_nobody_elses(cast: Cast) -> None:
    phone, other = cast.phone("member"), cast.here.stations["other"]
    phone.sync(phone.shift_start(other, at=clock.now(), fix=None), phone.reception(other, wants_reply=True))
    for who, seen in (("district_officer", 0), ("other_officer", 1), ("liaison", 0), ("other_liaison", 1)):
        today = view(cast.phone(who), "today")
        assert [today[name]["total"] for name in ("on_duty", "awaiting_reply")] == [seen, seen]


def test_a_station_without_a_street_opens_its_facts_too(cast: Cast) -> None:
    change(cast, Station, cast.here.stations["hall"], serves_street=False)
    phone, officer = cast.phone("member"), cast.phone("city_officer")
    phone.sync(phone.check_in(cast.here.stations["hall"]))
    by_station = coverage(officer, by="station")
    assert row_of(by_station, cast.here.stations["hall"])["check_ins"]["low"] == 1
    assert view(officer, "facts", figure="check_ins")["total"] == 1


def test_no_group_needs_one_statement_part_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker's first calls come at once: each thread makes the parts that are remembered anew."""
    officer = cast.phone("city_officer")
    monkeypatch.setattr(judged, "_keys_of", judged._keys_of.__wrapped__)
    for by in GROUPINGS:
        assert coverage(officer, by=by, window="30d")["totals"]["stations"] == 4, by
