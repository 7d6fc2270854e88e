"""Coverage through HTTP on both databases: what staff see, of what, and what they may not."""

import csv
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from api import clock
from api.schemas.coverage import CoverageOut, GapsOut, StationCoverageOut
from tests.cast import HALL, Cast, Phone, Time
from workstation.check_ins.models import CheckIn
from workstation.coverage import usual_windows
from workstation.coverage.models import StationWindow
from workstation.coverage.operations import catch_up, rebuild, touch_days
from workstation.database import db, insert_rows, writing
from workstation.ids import new_id
from workstation.local_time import day_start
from workstation.network.models import Area, ChecklistItem, Division, Network, Station
from workstation.people.models import Device
from workstation.receptions.models import Reception
from workstation.shifts.models import PlannedShift, Shift

UNKNOWN_ID = "019a0000-0000-7000-8000-000000000000"  # fixed: parallel workers compare the names of tests
FIX = {"lat": HALL[0], "lon": HALL[1], "accuracy_m": 24, "age_s": 2}
ITEMS = ("统一标识", "固定阵地", "明确职责", "配套工作机制")
TODAY = date(2026, 11, 20)
BAD_QUESTIONS = (
    ("from=2026-11-02&to=2026-11-01", "coverage.window_invalid"),
    ("from=2026-11-01&to=2026-11-01", "coverage.window_invalid"),
    ("from=1926-01-01&to=2026-01-01", "coverage.window_invalid"),
    ("from=0001-01-01&to=0001-01-02", "coverage.window_invalid"),
    ("from=2026-11-01", "coverage.window_invalid"),
    ("window=30d&from=2026-11-01&to=2026-11-02", "coverage.window_invalid"),
    ("window=0d", "coverage.window_invalid"),
    ("window=3661d", "coverage.window_invalid"),
    ("window=36500d", "coverage.window_invalid"),
    ("window=-5d", "coverage.window_invalid"),
    ("window=九十d", "coverage.window_invalid"),
    ("window=90", "coverage.window_invalid"),
    ("from=yesterday&to=2026-11-01", "request.invalid"),
    ("by=person", "coverage.by_invalid"),
    ("by=", "coverage.by_invalid"),
    ("within=everything", "division.not_found"),
    ("within=%00", "request.invalid"),
    (f"within={UNKNOWN_ID}", "division.not_found"),
    ("colour=red", "request.invalid"),
    ("by=station&limit=0", "request.invalid"),
    ("by=station&limit=many", "request.invalid"),
    ("by=district&limit=5", "request.invalid"),
    ("by=station&after=nobody", "coverage.after_unknown"),
)
FIGURES = {"shifts", "duty_hours", "person_hours", "receptions", "people_received"}


def coverage(phone: Phone, **query: Any) -> dict[str, Any]:
    answer = phone.client.get("/api/v1/coverage", query_string=query, headers=phone.headers)
    assert answer.status_code == 200, answer.text
    assert not CoverageOut().validate(answer.json)
    found: dict[str, Any] = answer.json
    return found


def row_of(answer: dict[str, Any], key: str) -> dict[str, Any]:
    return next(row for row in answer["rows"] if row["key"] == key)


def station_row(cast: Cast, name: str = "hall", **query: Any) -> dict[str, Any]:
    return row_of(coverage(cast.phone("city_officer"), by="station", **query), cast.here.stations[name])


def worked(phone: Phone, station_id: str, *, begins: float, hours: float) -> list[dict[str, Any]]:
    """A shift that began so many hours ago and lasted so long."""
    at = clock.now() - timedelta(hours=begins)
    start = phone.shift_start(station_id, at=at, fix=FIX)
    return [start, phone.shift_end(start["id"], at=at + timedelta(hours=hours))]


def tick(cast: Cast, station: str, *, confirmed_on: date = TODAY, items: tuple[str, ...] = ITEMS) -> None:
    """The station's checklist, met with checker and proof."""
    with cast.app.app_context(), writing():
        for item in items:
            made = {"network_id": cast.here.id, "station_id": cast.here.stations[station], "item": item}
            said = {"met": True, "checker": "区办", "proof": "照片", "confirmed_on": confirmed_on}
            db.session.merge(ChecklistItem(**made, **said))


def change(cast: Cast, model: Any, key: str, **values: Any) -> None:
    with cast.app.app_context(), writing():
        found = db.session.get_one(model, (cast.here.id, key))
        for name, value in values.items():
            setattr(found, name, value)


def plan(cast: Cast, who: str, *, begins: float, hours: float, station: str = "hall") -> None:
    starts_at = clock.now() + timedelta(hours=begins)
    day = (starts_at + timedelta(hours=8)).date()
    with cast.app.app_context():
        with writing():
            made = PlannedShift(
                network_id=cast.here.id,
                id=new_id(),
                station_id=cast.here.stations[station],
                member_id=cast.here.members[who],
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=hours),
                day=day,
            )
            db.session.add(made)
        rebuild(network_id=cast.here.id)


class TestFigures:
    def test_a_day_of_one_member_is_counted_once_each(self, cast: Cast) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(
            *worked(phone, hall, begins=3, hours=2.5),
            phone.check_in(hall, fix=FIX),
            phone.check_in(hall),
            phone.reception(hall, headcount=3),
        )
        row = station_row(cast)
        assert row["shifts"] == {"low": 1, "high": 1}
        assert row["duty_hours"] == row["person_hours"] == {"low": 2.5, "high": 2.5}
        assert row["receptions"] == {"low": 1, "high": 1}
        assert row["people_received"] == {"low": 3, "high": 3}
        assert row["check_ins"] == {"low": 2, "high": 2, "by_evidence": [0, 1, 1, 0]}
        assert row["members_active"] == 1
        assert row["dormant"] == 0

    def test_two_members_at_once_count_once_in_duty_and_twice_in_person_hours(self, cast: Cast) -> None:
        hall = cast.here.stations["hall"]
        for who, begins in (("member", 4), ("colleague", 3)):
            phone = cast.phone(who)
            phone.sync(*worked(phone, hall, begins=begins, hours=2))
        row = station_row(cast)
        assert row["duty_hours"]["low"] == 3
        assert row["person_hours"]["low"] == 4
        assert row["members_active"] == 2

    def test_a_shift_over_midnight_belongs_wholly_to_the_day_it_began(self, cast: Cast) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(*worked(phone, hall, begins=13, hours=3))  # 23:00 to 2:00
        yesterday = {"from": "2026-11-19", "to": "2026-11-20"}
        assert station_row(cast, **yesterday)["duty_hours"]["low"] == 3
        assert station_row(cast, window="1d")["duty_hours"]["low"] == 0

    def test_no_utc_day_leaks_into_a_figure(self, cast: Cast) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(phone.check_in(hall, at=clock.now() - timedelta(hours=11, minutes=30)))
        assert station_row(cast, window="1d")["check_ins"]["low"] == 1

    def test_a_forgotten_end_counts_no_hours_and_may_count_those_of_the_rule(
        self, cast: Cast, time: Time
    ) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(phone.shift_start(hall, at=clock.now() - timedelta(hours=3)))
        while_open = station_row(cast)
        time.passes(hours=16)  # past local midnight
        after = station_row(cast)
        assert while_open["shifts"] == after["shifts"] == {"low": 1, "high": 1}
        assert while_open["duty_hours"] == {"low": 0, "high": 0}
        assert after["duty_hours"] == {"low": 0, "high": 12}
        assert after["person_hours"] == {"low": 0, "high": 12}

    def test_a_real_end_that_arrives_later_replaces_the_rule(self, cast: Cast, time: Time) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        start, end = worked(phone, hall, begins=3, hours=2)
        phone.sync(start)
        time.passes(hours=16)
        phone.sync(end)
        assert station_row(cast)["duty_hours"] == {"low": 2, "high": 2}

    def test_what_was_withdrawn_counts_nowhere(self, cast: Cast) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        entries = [*worked(phone, hall, begins=3, hours=2), phone.check_in(hall), phone.reception(hall)]
        phone.sync(*entries)
        phone.sync(*(phone.about("withdrawal", entries[number]["id"]) for number in (0, 2, 3)))
        row = station_row(cast)
        assert all(row[name]["low"] == row[name]["high"] == 0 for name in FIGURES)
        assert row["members_active"] == 0
        assert row["dormant"] == 1

    def test_an_entry_on_behalf_and_the_own_later_one_are_one_thing(self, cast: Cast) -> None:
        liaison, member, hall = cast.phone("liaison"), cast.phone("member"), cast.here.stations["hall"]
        noon = clock.now()
        for hours in (0, 2):
            entry = member.check_in(hall, at=noon - timedelta(hours=hours))
            liaison.sync(entry | {"on_behalf_of": cast.here.members["member"], "seq": 3 - hours})
        assert station_row(cast)["check_ins"]["low"] == 2
        member.sync(member.check_in(hall, at=noon - timedelta(minutes=20), fix=FIX))
        row = station_row(cast)
        assert row["check_ins"] == {"low": 2, "high": 2, "by_evidence": [1, 0, 1, 0]}

    def test_rebuilding_changes_nothing(self, cast: Cast) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(*worked(phone, hall, begins=3, hours=2), phone.check_in(hall), phone.reception(hall))
        officer = cast.phone("city_officer")
        before = coverage(officer, by="station")
        with cast.app.app_context():
            rebuild(network_id=cast.here.id)
        assert coverage(officer, by="station") == before


class TestHonesty:
    def test_what_a_phone_still_holds_is_added_to_high(self, cast: Cast) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(phone.check_in(hall), pending=3)
        row = station_row(cast)
        assert row["check_ins"] | {"by_evidence": []} == {"low": 1, "high": 4, "by_evidence": []}
        assert row["shifts"] == row["receptions"] == {"low": 0, "high": 3}
        assert row["duty_hours"] == {"low": 0, "high": 0}
        assert row["silent_phones"] == 1

    @pytest.mark.parametrize("lost", [False, True])
    def test_a_phone_silent_for_long_or_lost_leaves_high(self, cast: Cast, time: Time, lost: bool) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(phone.check_in(hall), pending=3)
        if lost:
            change(cast, Device, phone.device_id, revoked_at=clock.now())
        else:
            time.passes(days=31)
        row = station_row(cast)
        assert row["check_ins"]["high"] == 1
        assert row["silent_phones"] == 0

    def test_a_plan_of_somebody_with_a_silent_phone_may_have_been_kept(self, cast: Cast, time: Time) -> None:
        cast.phone("member")
        plan(cast, "member", begins=1, hours=3)
        time.passes(days=1)
        row = station_row(cast)
        assert row["shifts"] == {"low": 0, "high": 1}
        assert row["duty_hours"] == row["person_hours"] == {"low": 0, "high": 3}

    def test_a_plan_whose_phone_has_spoken_since_was_not_kept(self, cast: Cast, time: Time) -> None:
        phone = cast.phone("member")
        plan(cast, "member", begins=1, hours=3)
        time.passes(days=1)
        phone.sync()
        assert station_row(cast)["shifts"] == {"low": 0, "high": 0}

    def test_a_day_is_settled_once_the_phones_of_those_seen_have_spoken(self, cast: Cast, time: Time) -> None:
        phone, hall, officer = cast.phone("member"), cast.here.stations["hall"], cast.phone("city_officer")
        phone.sync(phone.check_in(hall))
        time.passes(days=1)
        waiting = coverage(officer)
        phone.sync()
        spoken = coverage(officer)
        assert (waiting["settled_until"], waiting["totals"]["provisional"]) == ("2026-11-20", 2)
        assert (spoken["settled_until"], spoken["totals"]["provisional"]) == ("2026-11-21", 1)
        assert waiting["totals"]["silent_phones"] == 1
        assert spoken["totals"]["silent_phones"] == 0

    def test_after_72_hours_a_day_is_settled_and_says_how_many_are_silent(
        self, cast: Cast, time: Time
    ) -> None:
        phone, officer = cast.phone("member"), cast.phone("city_officer")
        phone.sync(phone.check_in(cast.here.stations["hall"]))
        time.passes(days=3, hours=11)  # 23:00 of the third day after
        assert coverage(officer)["settled_until"] == "2026-11-20"
        time.passes(hours=2)
        later = coverage(officer)
        assert later["settled_until"] == "2026-11-21"
        assert later["totals"]["silent_phones"] == 1


class TestJudgement:
    def test_a_ticked_station_that_is_kept_and_receives_people_is_effective(self, cast: Cast) -> None:
        tick(cast, "hall")
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(*worked(phone, hall, begins=3, hours=1), phone.reception(hall))
        totals = coverage(cast.phone("city_officer"))["totals"]
        assert (totals["stations"], totals["tangible"], totals["effective"], totals["dormant"]) == (
            4,
            1,
            1,
            3,
        )
        assert (totals["streets"], totals["streets_tangible"], totals["streets_effective"]) == (3, 1, 1)
        assert totals["tangible_rate"] == totals["effective_rate"] == 1 / 3
        assert totals["gap"] == 0
        assert totals["gates_judged"] == 2

    def test_a_sign_on_the_door_is_tangible_only(self, cast: Cast) -> None:
        tick(cast, "hall")
        totals = coverage(cast.phone("city_officer"))["totals"]
        assert (totals["tangible"], totals["effective"], totals["effective_high"]) == (1, 0, 0)
        assert totals["gap"] == 1 / 3

    @pytest.mark.parametrize(("age", "tangible"), [(0, 1), (365, 1), (366, 1), (455, 1), (456, 0)])
    def test_a_confirmation_lasts_a_year_and_ninety_days_more(
        self, cast: Cast, age: int, tangible: int
    ) -> None:
        tick(cast, "hall", confirmed_on=TODAY - timedelta(days=age))
        assert station_row(cast)["tangible"] == tangible
        page = cast.phone("city_officer").get(f"/api/v1/coverage/stations/{cast.here.stations['hall']}").json
        expected = "met" if age <= 365 else "review" if age <= 455 else "missing"
        assert {item["state"] for item in page["standard"]} == {expected}

    def test_one_item_missing_is_not_tangible(self, cast: Cast) -> None:
        tick(cast, "hall", items=ITEMS[:3])
        assert station_row(cast)["tangible"] == 0

    def test_a_new_station_is_not_judged(self, cast: Cast) -> None:
        tick(cast, "hall")
        change(cast, Station, cast.here.stations["hall"], opened_on=TODAY - timedelta(days=10))
        row = station_row(cast)
        assert (row["not_judged"], row["effective"], row["gates_judged"]) == (1, 0, 0)

    def test_a_short_shift_is_not_kept(self, cast: Cast) -> None:
        tick(cast, "hall")
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(*worked(phone, hall, begins=3, hours=0.49), phone.reception(hall))
        assert station_row(cast)["effective"] == 0

    def test_a_forgotten_end_may_still_make_a_station_effective(self, cast: Cast, time: Time) -> None:
        tick(cast, "hall")
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(phone.shift_start(hall, at=clock.now() - timedelta(hours=3)), phone.reception(hall))
        time.passes(days=1)
        row = station_row(cast)
        assert (row["effective"], row["effective_high"]) == (0, 1)

    def test_the_stations_page_says_what_is_missing_and_what_would_help(self, cast: Cast, time: Time) -> None:
        tick(cast, "hall")
        plan(cast, "member", begins=1, hours=3)
        time.passes(days=5)
        answer = cast.phone("liaison").get(f"/api/v1/coverage/stations/{cast.here.stations['hall']}")
        assert not StationCoverageOut().validate(answer.json)
        gates = {gate["gate"]: gate for gate in answer.json["gates"]}
        states = [gates[name]["state"] for name in ("G1", "G2", "G3", "G4", "G5")]
        assert states == ["failed", "failed", "failed", "not_judged", "not_judged"]
        assert gates["G2"]["have"] == 0
        assert gates["G2"]["need"] == 1
        assert gates["G2"]["fix"] == "再按计划值班 3 次"
        assert gates["G1"]["need"] == 45
        assert len(answer.json["days"]) == 90
        assert answer.json["days"][-6]["planned"] == 1

    def test_a_gate_that_rests_on_stated_facts_only_says_so(self, cast: Cast) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        stated = (clock.now() - timedelta(hours=3)).isoformat()
        start = phone.shift_start(hall, stated_at=stated)
        phone.sync(start, phone.shift_end(start["id"]))
        page = cast.phone("liaison").get(f"/api/v1/coverage/stations/{hall}").json
        assert page["gates"][0]["state"] == "passed"
        assert "待佐证" in page["gates"][0]["note"]


class TestGroups:
    @pytest.mark.parametrize("by", ["network", "district", "street", "area", "sector", "kind", "station"])
    def test_every_grouping_adds_up_to_the_totals(self, cast: Cast, by: str) -> None:
        with cast.app.app_context(), writing():
            db.session.add(Area(network_id=cast.here.id, id=(area := new_id()), code="a", name="东片区"))
            db.session.flush()
            for station in db.session.scalars(select(Station).where(Station.network_id == cast.here.id)):
                station.area_id, station.sector = area, "health"
        for who, station in (("member", "hall"), ("stranger", "other")):
            phone = cast.phone(who)
            phone.sync(*worked(phone, cast.here.stations[station], begins=2, hours=1))
        answer = coverage(cast.phone("city_officer"), by=by)
        for name in ("shifts", "duty_hours", "person_hours"):
            assert sum(row[name]["low"] for row in answer["rows"]) == answer["totals"][name]["low"] == 2
        assert sum(row["members_active"] for row in answer["rows"]) == 2
        assert sum(row["stations"] for row in answer["rows"]) == answer["totals"]["stations"] == 4

    def test_a_person_at_two_stations_is_one_active_member(self, cast: Cast) -> None:
        phone = cast.phone("member")
        phone.sync(*(phone.check_in(cast.here.stations[name]) for name in ("hall", "far", "other")))
        answer = coverage(cast.phone("city_officer"), by="district")
        assert [row["members_active"] for row in answer["rows"]] == [1, 1]
        assert answer["totals"]["members_active"] == 1

    def test_rows_are_named_by_ids_or_codes(self, cast: Cast) -> None:
        officer, here = cast.phone("city_officer"), cast.here
        keys = {
            by: [row["key"] for row in coverage(officer, by=by)["rows"]]
            for by in ("network", "district", "kind")
        }
        assert keys["network"] == ["here"]
        assert keys["district"] == [here.divisions["nanshan"], here.divisions["futian"]]
        assert keys["kind"] == ["workstation"]
        assert [row["key"] for row in coverage(officer, by="sector")["rows"]] == ["health"]

    @pytest.mark.parametrize("by", ["sector", "kind"])
    def test_streets_mean_nothing_by_sector_and_kind(self, cast: Cast, by: str) -> None:
        answer = coverage(cast.phone("city_officer"), by=by)
        assert all(
            row[name] is None for row in answer["rows"] for name in ("streets", "tangible_rate", "gap")
        )
        assert answer["totals"]["streets"] == 3

    def test_a_station_above_the_asked_level_is_in_the_totals_only(self, cast: Cast) -> None:
        change(cast, Station, cast.here.stations["hall"], division_id=cast.here.divisions["city"])
        answer = coverage(cast.phone("city_officer"), by="district")
        assert sum(row["stations"] for row in answer["rows"]) == 3
        assert answer["totals"]["stations"] == 4

    def test_a_community_station_serves_the_street_on_its_path(self, cast: Cast) -> None:
        tick(cast, "far")
        community, path = new_id(), ["city", "nanshan", "xili"]
        with cast.app.app_context(), writing():
            ids = [*(cast.here.divisions[name] for name in path), community]
            made = {
                "id": community,
                "code": "c",
                "name": "社区",
                "level": "community",
                "valid_from": date(2000, 1, 1),
            }
            db.session.add(Division(network_id=cast.here.id, parent_id=ids[-2], path=ids, **made))
        change(cast, Station, cast.here.stations["far"], division_id=community)
        street = row_of(coverage(cast.phone("city_officer"), by="street"), cast.here.divisions["xili"])
        assert (street["stations"], street["streets"], street["streets_tangible"]) == (1, 1, 1)

    def test_a_station_that_serves_no_street_covers_none(self, cast: Cast) -> None:
        tick(cast, "far")
        change(cast, Station, cast.here.stations["far"], serves_street=False)
        street = row_of(coverage(cast.phone("city_officer"), by="street"), cast.here.divisions["xili"])
        assert (street["stations"], street["tangible"], street["streets_tangible"]) == (1, 1, 0)

    def test_only_streets_valid_on_the_last_day_are_counted(self, cast: Cast) -> None:
        change(cast, Division, cast.here.divisions["huafu"], valid_to=date(2026, 11, 1))
        officer = cast.phone("city_officer")
        assert coverage(officer)["totals"]["streets"] == 2
        before = coverage(officer, **{"from": "2026-10-01", "to": "2026-11-01"})
        assert before["totals"]["streets"] == 3

    def test_a_closed_station_counts_no_more_and_is_still_listed(self, cast: Cast) -> None:
        change(cast, Station, cast.here.stations["hall"], status="closed", closed_on=date(2026, 11, 10))
        answer = coverage(cast.phone("city_officer"), by="station")
        assert len(answer["rows"]) == 4
        assert row_of(answer, cast.here.stations["hall"])["stations"] == 0
        assert answer["totals"]["stations"] == 3
        before = station_row(cast, **{"from": "2026-10-01", "to": "2026-11-01"})
        assert before["stations"] == 1

    def test_stations_come_in_pages(self, cast: Cast) -> None:
        officer = cast.phone("city_officer")
        everything = coverage(officer, by="station")
        first = coverage(officer, by="station", limit=3)
        rest = coverage(officer, by="station", limit=3, after=first["rows"][-1]["key"])
        assert first["rows"] + rest["rows"] == everything["rows"]
        assert first["totals"] == rest["totals"] == everything["totals"]

    def test_a_window_that_is_added_up_in_parts_says_the_same_at_each_step(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(usual_windows, "STATIONS_AT_ONCE", 3)
        phone, officer = cast.phone("member"), cast.phone("city_officer")
        phone.sync(*worked(phone, cast.here.stations["hall"], begins=2, hours=1))
        steps = [coverage(officer, by="district") for _ in range(4)]
        made = select(func.count()).select_from(StationWindow).where(StationWindow.network_id == cast.here.id)
        assert cast.scalar(made) == 4
        assert all(step["rows"] == steps[0]["rows"] for step in steps)
        assert all(step["totals"] == steps[0]["totals"] for step in steps)

    def test_within_narrows_to_a_division_or_an_area(self, cast: Cast) -> None:
        officer = cast.phone("city_officer")
        with cast.app.app_context(), writing():
            db.session.add(Area(network_id=cast.here.id, id=(area := new_id()), code="a", name="东片区"))
        change(cast, Station, cast.here.stations["far"], area_id=area)
        inside = coverage(officer, by="street", within=cast.here.divisions["nanshan"])
        assert [row["key"] for row in inside["rows"]] == [
            cast.here.divisions[each] for each in ("yuehai", "xili")
        ]
        assert (inside["totals"]["stations"], inside["totals"]["streets"]) == (3, 2)
        of_area = coverage(officer, by="station", within=area)
        assert [row["key"] for row in of_area["rows"]] == [cast.here.stations["far"]]
        assert of_area["totals"]["streets"] == 1


class TestScope:
    def test_without_a_token_nobody_sees_anything(self, client: FlaskClient) -> None:
        for path in ("", ".csv", ".xlsx", "/gaps", "/gaps.csv", "/gaps.xlsx", "/stations/x", "?by=nonsense"):
            assert client.get(f"/api/v1/coverage{path}").status_code == 401

    @pytest.mark.parametrize("who", ["member", "auditor"])
    def test_only_staff_see_coverage(self, cast: Cast, who: str) -> None:
        phone = cast.phone(who)
        for path in ("", ".csv", "/gaps", "/gaps.xlsx", f"/stations/{UNKNOWN_ID}", "?by=nonsense"):
            answer = phone.get(f"/api/v1/coverage{path}")
            assert (answer.status_code, answer.json["code"]) == (403, "scope.denied")

    def test_a_liaison_sees_the_own_stations_only(self, cast: Cast) -> None:
        answer = coverage(cast.phone("liaison"), by="station")
        assert [row["key"] for row in answer["rows"]] == [cast.here.stations["hall"]]
        assert (answer["totals"]["stations"], answer["totals"]["streets"]) == (1, 1)

    def test_a_district_officer_sees_the_own_subtree_only(self, cast: Cast) -> None:
        phone = cast.phone("stranger")
        phone.sync(phone.check_in(cast.here.stations["other"]))
        officer = cast.phone("district_officer")
        answer = coverage(officer, by="district")
        assert [row["key"] for row in answer["rows"]] == [cast.here.divisions["nanshan"]]
        assert (answer["totals"]["stations"], answer["totals"]["streets"]) == (3, 2)
        assert answer["totals"]["check_ins"]["low"] == answer["totals"]["members_active"] == 0

    @pytest.mark.parametrize("who", ["liaison", "district_officer"])
    def test_what_is_outside_the_scope_does_not_exist(self, cast: Cast, who: str) -> None:
        phone = cast.phone(who)
        outside = phone.get(f"/api/v1/coverage/stations/{cast.here.stations['other']}")
        assert (outside.status_code, outside.json["code"]) == (404, "station.not_found")
        district = phone.get(f"/api/v1/coverage?within={cast.here.divisions['futian']}")
        assert (district.status_code, district.json["code"]) == (404, "division.not_found")

    def test_another_networks_things_do_not_exist(self, cast: Cast) -> None:
        officer, there = cast.phone("city_officer"), cast.elsewhere
        for path, code in (
            (f"?within={there.divisions['nanshan']}", "division.not_found"),
            (f"/gaps?within={there.divisions['nanshan']}", "division.not_found"),
            (f"/stations/{there.stations['hall']}", "station.not_found"),
            (f"/stations/{there.stations['hall']}.xlsx", "station.not_found"),
            (f"?by=station&after={there.stations['hall']}", "coverage.after_unknown"),
        ):
            assert officer.get(f"/api/v1/coverage{path}").json["code"] == code

    def test_nothing_of_another_network_is_counted(self, cast: Cast) -> None:
        phone = cast.phone("member", network=cast.elsewhere)
        phone.sync(phone.check_in(cast.elsewhere.stations["hall"]), pending=5)
        totals = coverage(cast.phone("city_officer"))["totals"]
        assert (totals["check_ins"]["high"], totals["silent_phones"], totals["stations"]) == (0, 0, 4)


class TestBadInput:
    def test_a_bad_question_gets_a_clear_answer(self, cast: Cast, subtests: pytest.Subtests) -> None:
        officer = cast.phone("city_officer")
        for query, code in BAD_QUESTIONS:
            with subtests.test(query):
                answer = officer.get(f"/api/v1/coverage?{query}")
                assert answer.status_code in (404, 422)
                assert answer.json["code"] == code

    @pytest.mark.parametrize("window", ["1d", "3660d"])
    def test_the_smallest_and_largest_windows_are_answered(self, cast: Cast, window: str) -> None:
        answer = coverage(cast.phone("city_officer"), window=window)
        assert answer["window"]["to"] == "2026-11-21"

    def test_a_window_to_come_is_empty_and_judges_nothing_that_has_not_been(self, cast: Cast) -> None:
        answer = coverage(cast.phone("city_officer"), **{"from": "2027-01-01", "to": "2027-02-01"})
        assert answer["totals"]["shifts"] == {"low": 0, "high": 0}
        assert answer["settled_until"] == "2026-11-20"

    def test_a_station_that_is_none_is_not_found(self, cast: Cast) -> None:
        officer = cast.phone("city_officer")
        for station_id in ("x", "x.csv", UNKNOWN_ID, f"{UNKNOWN_ID}.csv", "%00"):
            answer = officer.get(f"/api/v1/coverage/stations/{station_id}")
            assert (answer.status_code, answer.json["code"]) == (404, "station.not_found")


class TestGaps:
    def test_gaps_name_what_is_missing_and_a_fix(self, cast: Cast) -> None:
        change(cast, Station, cast.here.stations["other"], serves_street=False)
        phone = cast.phone("member")
        phone.sync(phone.check_in(cast.here.stations["hall"]), pending=2)
        answer = cast.phone("city_officer").get("/api/v1/coverage/gaps")
        assert not GapsOut().validate(answer.json)
        gaps = answer.json
        assert [street["name"] for street in gaps["streets_without_station"]] == ["huafu"]
        assert {entry["station_id"] for entry in gaps["dormant"]} == {
            cast.here.stations[name] for name in ("annex", "far", "other")
        }
        assert {(entry["gate"], entry["state"]) for entry in gaps["failing"]} == {
            ("G1", "failed"),
            ("G3", "failed"),
        }
        assert all(entry["fix"] for entry in gaps["failing"] + gaps["dormant"] + gaps["not_tangible"])
        [device] = gaps["quiet_devices"]
        assert (device["device_id"], device["pending"]) == (phone.device_id, 2)
        assert device["station_id"] == cast.here.stations["hall"]

    def test_gaps_stay_inside_the_scope(self, cast: Cast) -> None:
        phone = cast.phone("stranger")
        phone.sync(phone.check_in(cast.here.stations["other"]), pending=2)
        gaps = cast.phone("liaison").get("/api/v1/coverage/gaps").json
        assert {entry["station_id"] for entry in gaps["dormant"]} == {cast.here.stations["hall"]}
        assert gaps["quiet_devices"] == []


class TestFiles:
    def rows(self, phone: Phone, path: str) -> list[dict[str, str]]:
        answer = phone.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == "text/csv"
        return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))

    def test_the_csv_has_the_same_figures_under_the_same_names(self, cast: Cast) -> None:
        phone, officer = cast.phone("member"), cast.phone("city_officer")
        phone.sync(*worked(phone, cast.here.stations["hall"], begins=3, hours=1 / 3), pending=1)
        expected = coverage(officer, by="station")["rows"]
        rows = self.rows(officer, "/api/v1/coverage.csv?by=station")
        assert [row["key"] for row in rows] == [row["key"] for row in expected]
        for row, figures in zip(rows, expected, strict=True):
            assert int(row["shifts_low"]) == figures["shifts"]["low"]
            assert float(row["duty_hours_high"]) == figures["duty_hours"]["high"]
            assert int(row["check_ins_by_evidence_2"]) == figures["check_ins"]["by_evidence"][2]
            assert row["gap"] == ("" if figures["gap"] is None else str(figures["gap"]))

    def test_the_workbook_has_rows_totals_and_what_they_rest_on(self, cast: Cast) -> None:
        answer = cast.phone("city_officer").get("/api/v1/coverage.xlsx?by=district")
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
        assert book.sheetnames == ["明细", "合计", "说明"]
        heads = [cell.value for cell in book["明细"][1]]
        assert heads[:3] == ["key", "name", "stations"]
        assert book["明细"].max_row == 3
        assert [cell.value for cell in book["说明"][1]] == [
            "window_from", "window_to", "as_of", "settled_until", "rules_version", "filters_by",
        ]  # fmt: skip

    def test_a_name_never_becomes_a_formula(self, cast: Cast, subtests: pytest.Subtests) -> None:
        officer = cast.phone("city_officer")
        for name in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1"):
            change(cast, Station, cast.here.stations["hall"], name=name)
            for path in ("coverage.csv?by=station", "coverage/gaps.csv"):
                with subtests.test(f"{name} in {path}"):
                    names = [row["name"] for row in self.rows(officer, f"/api/v1/{path}")]
                    assert f"'{name}" in names
                    assert name not in names

    def test_a_name_in_a_workbook_is_text(self, cast: Cast) -> None:
        change(cast, Station, cast.here.stations["hall"], name="=1+1")
        answer = cast.phone("city_officer").get("/api/v1/coverage.xlsx?by=station")
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data))["明细"]
        [cell] = [row[1] for row in sheet.iter_rows() if row[1].value == "=1+1"]
        assert cell.data_type != "f"

    def test_the_file_says_of_what_it_is(self, cast: Cast) -> None:
        answer = cast.phone("city_officer").get("/api/v1/coverage.csv?by=street&window=30d")
        assert (
            'filename="coverage-street-2026-10-22_2026-11-21-asof-20261120T0400Z-rules-1.csv"'
            in (answer.headers["Content-Disposition"])
        )

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_a_stations_days_and_the_gaps_are_files_too(self, cast: Cast, kind: str) -> None:
        officer = cast.phone("city_officer")
        for path in (f"stations/{cast.here.stations['hall']}", "gaps"):
            assert officer.get(f"/api/v1/coverage/{path}.{kind}").status_code == 200


def test_a_new_version_of_the_rules_is_printed_and_used(cast: Cast) -> None:
    tick(cast, "hall")
    phone, hall = cast.phone("member"), cast.here.stations["hall"]
    phone.sync(*worked(phone, hall, begins=3, hours=1), phone.reception(hall))
    with cast.app.app_context(), writing():
        network = db.session.get_one(Network, cast.here.id)
        network.thresholds, network.rules_version = {"contacts": 2}, 2
    answer = coverage(cast.phone("city_officer"), by="station")
    assert answer["rules_version"] == 2
    assert row_of(answer, hall)["effective"] == 0


def test_the_command_rebuilds_from_the_facts(cast: Cast) -> None:
    phone = cast.phone("member")
    phone.sync(phone.check_in(cast.here.stations["hall"]))
    answer = cast.app.test_cli_runner().invoke(args=["coverage", "rebuild", "--network", "here"])
    assert answer.exit_code == 0, answer.output
    assert "here：已按原始记录重算 1 个站日。" in answer.output
    wrong = cast.app.test_cli_runner().invoke(args=["coverage", "rebuild", "--network", "nowhere"])
    assert wrong.exit_code != 0


def shuffled_history(cast: Cast, phones: list[Phone], random: Random) -> None:
    """Four days of entries of any kind at two stations, with amendments, sent in a random order."""
    for number in range(60):
        phone = random.choice(phones)
        station = cast.here.stations[random.choice(["hall", "annex"])]
        at = clock.now() - timedelta(minutes=random.randrange(5, 4 * 24 * 60))
        made = [phone.check_in(station, at=at), phone.reception(station, at=at, headcount=number % 4 + 1)]
        start = phone.shift_start(station, at=at, fix=random.choice([FIX, None]))
        end = phone.shift_end(start["id"], at=min(clock.now(), at + timedelta(minutes=random.randrange(400))))
        entry, *rest = random.choice([[made[0]], [made[1]], [start], [start, end], [end, start]])
        phone.sync(entry, *rest)
        if random.random() < 0.2:
            phone.sync(phone.about("withdrawal", entry["id"]))
        elif random.random() < 0.2 and entry["kind"] != "shift_end":
            other = cast.here.stations[random.choice(["hall", "annex", "far"])]
            phone.sync(phone.about("correction", entry["id"], changes={"station_id": other}))


def minutes_on_duty(shifts: list[Shift], since: datetime, *, by_person: bool) -> int:
    """Whole seconds are too many to walk: minutes, over facts at whole minutes."""
    counted = 0
    for minute in range(6 * 24 * 60):
        at = since + timedelta(minutes=minute)
        here = {
            (s.station_id, s.day, s.member_id)
            for s in shifts
            if s.ended_at and s.started_at <= at < s.ended_at
        }
        counted += len(here if by_person else {place[:2] for place in here})
    return counted


@pytest.mark.parametrize("seed", range(3))
def test_any_history_gives_what_one_counts_fact_by_fact(cast: Cast, seed: int) -> None:
    phones, officer = [cast.phone("member"), cast.phone("colleague")], cast.phone("city_officer")
    shuffled_history(cast, phones, Random(seed))
    by_sync = coverage(officer, by="station")
    with cast.app.app_context():
        facts = {
            model: list(db.session.scalars(select(model).where(model.withdrawn.is_(False))))
            for model in (CheckIn, Reception, Shift)
        }
        since = day_start(TODAY - timedelta(days=5))
        totals = by_sync["totals"]
        assert totals["check_ins"]["low"] == len(facts[CheckIn])
        assert totals["receptions"]["low"] == len(facts[Reception])
        assert totals["people_received"]["low"] == sum(each.headcount for each in facts[Reception])
        assert totals["shifts"]["low"] == len(facts[Shift])
        assert totals["members_active"] == len({each.member_id for some in facts.values() for each in some})
        for name, by_person in (("duty_hours", False), ("person_hours", True)):
            expected = minutes_on_duty(facts[Shift], since, by_person=by_person) / 60
            assert totals[name]["low"] == pytest.approx(expected, abs=1e-9)
        rebuild(network_id=cast.here.id)
    assert coverage(officer, by="station") == by_sync


def test_two_writers_of_one_station_day_do_not_miss_each_other(cast: Cast) -> None:
    """Each writes a fact, meets the other before it commits, and then the figures catch up twice."""
    barrier, hall = threading.Barrier(2, timeout=20), cast.here.stations["hall"]

    def write(who: str) -> None:
        with cast.app.app_context():
            with writing():
                meeting = db.engine.dialect.name == "postgresql"  # SQLite lets one writer in at a time
                insert_rows(CheckIn, [check_in_row(cast, who, hall)])
                touch_days(network_id=cast.here.id, touched={(hall, TODAY)})
                if meeting:
                    barrier.wait()
            catch_up(network_id=cast.here.id)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ("member", "colleague")))
    assert station_row(cast)["check_ins"]["low"] == 2


def check_in_row(cast: Cast, who: str, station_id: str) -> dict[str, Any]:
    own = {"network_id": cast.here.id, "id": new_id(), "member_id": cast.here.members[who]}
    when = {"occurred_at": clock.now(), "day": TODAY, "flags": [], "withdrawn": False}
    return own | when | {"station_id": station_id, "purpose": "duty", "evidence": 2}
