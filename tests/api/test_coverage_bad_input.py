"""Coverage asked and fed badly: clear refusals, true figures, and names that stay names."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from api import clock
from tests.api.test_coverage import BAD_QUESTIONS, FIX, change, coverage, row_of, station_row, tick, worked
from tests.api.test_imports_api import HEAD, SAME_PLACE, look
from tests.cast import Cast, Time
from workstation.local_time import local_day
from workstation.network.models import Division, Station
from workstation.people.models import Device

# What breaks out of SQL, HTML, CSV, a spreadsheet's formula, or a line of a log.
NASTY = (
    "'; DROP TABLE stations; --",
    '=HYPERLINK("http://example.invalid","点我")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)*cmd",
    "\t=1+1",
    "＝1+1",
    "<script>alert(1)</script>",
    'a "b", c;\r\nd',
    "%s {0} ${x} \\u0000",
    "🏠" * 25,
)
BAD_WINDOWS = [each for each in BAD_QUESTIONS if each[0].startswith(("from", "window", "colour"))]


class TestWindows:
    def test_each_call_refuses_bad_windows_alike(self, cast: Cast, subtests: pytest.Subtests) -> None:
        officer, page = cast.phone("city_officer"), f"/stations/{cast.here.stations['hall']}"
        for path in ("/gaps", "/gaps.csv", ".csv", ".xlsx", page, f"{page}.xlsx"):
            for query, code in BAD_WINDOWS:
                with subtests.test(f"{path}?{query}"):
                    answer = officer.get(f"/api/v1/coverage{path}?{query}")
                    assert (answer.status_code, answer.json["code"]) == (422, code)

    def test_a_day_that_is_none_is_named_in_plain_words(self, cast: Cast) -> None:
        answer = cast.phone("city_officer").get("/api/v1/coverage?from=2026-13-01&to=2026-14-01")
        said = ["应为日期，如 2026-11-01。"]
        assert answer.json["errors"]["query"] == {"from": said, "to": said}

    def test_only_stations_in_sight_are_given_by_their_ids_and_a_hundred_at_most(self, cast: Cast) -> None:
        officer, hall = cast.phone("city_officer"), cast.here.stations["hall"]
        foreign = next(iter(cast.elsewhere.stations.values()))
        found = officer.get(f"/api/v1/coverage?by=station&ids={foreign},{hall}").json
        assert [row["key"] for row in found["rows"]] == [hall]
        assert found["totals"]["stations"] == 4
        many = ",".join([hall] * 101)
        paged = (f"by=station&ids={hall}&limit=1", f"by=station&ids={hall}&after={hall}")
        for query in (f"by=district&ids={hall}", f"by=station&ids={many}", *paged):
            assert officer.get(f"/api/v1/coverage?{query}").status_code == 422
        assert officer.get("/api/v1/coverage/gaps?limit=0").status_code == 422

    def test_nothing_in_a_question_reaches_further_than_the_question(
        self, cast: Cast, subtests: pytest.Subtests
    ) -> None:
        officer = cast.phone("city_officer")
        for name in ("window", "from", "to", "by", "within", "after", "limit", "ids", "nobody"):
            for value in NASTY:
                with subtests.test(f"{name}={value}"):
                    query = {"by": "station", name: value}
                    answer = officer.client.get(
                        "/api/v1/coverage", query_string=query, headers=officer.headers
                    )
                    assert answer.status_code in (404, 422)
                    assert "." in answer.json["code"]
        assert coverage(officer)["totals"]["stations"] == 4


class TestNames:
    @pytest.fixture
    def named(self, cast: Cast) -> Cast:
        for number, station in enumerate(("hall", "annex", "far", "other")):
            change(cast, Station, cast.here.stations[station], name=NASTY[number])
        change(cast, Division, cast.here.divisions["nanshan"], name=NASTY[5])
        return cast

    def files(self, cast: Cast, kind: str) -> Iterator[bytes]:
        officer, hall = cast.phone("city_officer"), cast.here.stations["hall"]
        for path in (f".{kind}?by=station", f"/gaps.{kind}", f"/stations/{hall}.{kind}"):
            answer = officer.get(f"/api/v1/coverage{path}")
            assert answer.status_code == 200, answer.text
            yield answer.data

    def test_no_cell_of_a_csv_begins_as_a_formula(self, named: Cast) -> None:
        for data in self.files(named, "csv"):
            rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
            assert len({len(row) for row in rows}) == 1
            texts = {cell for row in rows for cell in row}
            assert not [text for text in texts if text.startswith(("=", "+", "@", "\t", "＝"))]
            assert not [text for text in texts if text.startswith("-") and not _is_number(text)]

    def test_no_cell_of_a_workbook_is_a_formula(self, named: Cast) -> None:
        for data in self.files(named, "xlsx"):
            book = openpyxl.load_workbook(io.BytesIO(data))
            cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
            assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
            assert NASTY[0] in {cell.value for cell in cells}

    def test_names_come_back_as_they_were_given(self, cast: Cast, subtests: pytest.Subtests) -> None:
        officer = cast.phone("city_officer")
        for name in NASTY:
            with subtests.test(name):
                change(cast, Station, cast.here.stations["hall"], name=name)
                answer = coverage(officer, by="station")
                assert row_of(answer, cast.here.stations["hall"])["name"] == name


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


class TestMoves:
    def test_a_station_moved_between_districts_takes_its_facts_along(self, cast: Cast) -> None:
        """Once, and wholly: neither in both districts nor in none, also for the days before the move."""
        tick(cast, "hall")
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(*worked(phone, hall, begins=30, hours=2), phone.reception(hall))
        officer = cast.phone("city_officer")
        before = coverage(officer, by="district")
        change(cast, Station, hall, division_id=cast.here.divisions["huafu"])
        phone.sync(*worked(phone, hall, begins=3, hours=1))
        after = coverage(officer, by="district")
        nanshan, futian = (row_of(after, cast.here.divisions[name]) for name in ("nanshan", "futian"))
        assert row_of(before, cast.here.divisions["nanshan"])["duty_hours"]["low"] == 2
        assert (nanshan["duty_hours"]["low"], futian["duty_hours"]["low"]) == (0, 3)
        assert (nanshan["streets_tangible"], futian["streets_tangible"]) == (0, 1)
        assert after["totals"]["duty_hours"]["low"] == 3
        assert after["totals"]["stations"] == 4

    def test_windows_that_ended_before_the_move_stay_where_it_stood(self, cast: Cast, time: Time) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(*worked(phone, hall, begins=3, hours=2))
        today = local_day(time.now())
        before = {"from": today - timedelta(days=30), "to": today + timedelta(days=1)}
        time.passes(days=2)
        officer = cast.phone("city_officer")
        moved = f"HALL,hall 委员工作站,委员工作室,futian,huafu,{SAME_PLACE},开放,\n"
        seen = look(officer, "stations", HEAD + moved)
        assert look(officer, "stations", HEAD + moved, apply=seen["digest"])["applied"]
        nanshan, futian = (cast.here.divisions[name] for name in ("nanshan", "futian"))

        def hours(by: str, key: str, **window: Any) -> tuple[float, int]:
            row = row_of(coverage(officer, by=by, **window), key)
            return row["duty_hours"]["low"], row["members_active"]

        then, now = before, {"window": "30d"}
        assert (hours("district", nanshan, **then), hours("district", futian, **then)) == ((2, 1), (0, 0))
        assert (hours("district", nanshan, **now), hours("district", futian, **now)) == ((0, 0), (2, 1))
        assert (hours("kind", "workstation", **then), hours("kind", "studio", **now)) == ((2, 1), (2, 1))
        inside = coverage(officer, by="station", within=nanshan, **then)["totals"]["duty_hours"]["low"]
        assert (inside, coverage(officer, within=nanshan, **now)["totals"]["duty_hours"]["low"]) == (2, 0)

    def test_who_may_see_a_moved_station_follows_the_station(self, cast: Cast) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(phone.check_in(hall))
        change(cast, Station, hall, division_id=cast.here.divisions["huafu"])
        old, new = cast.phone("district_officer"), cast.phone("other_officer")
        assert coverage(old)["totals"]["check_ins"]["low"] == 0
        assert coverage(new)["totals"]["check_ins"]["low"] == 1
        assert old.get(f"/api/v1/coverage/stations/{hall}").status_code == 404

    def test_a_street_that_ended_is_no_denominator_and_its_station_serves_none(self, cast: Cast) -> None:
        tick(cast, "far")
        officer = cast.phone("city_officer")
        change(cast, Division, cast.here.divisions["xili"], valid_to=clock.now().date())
        totals = coverage(officer)["totals"]
        assert (totals["streets"], totals["streets_tangible"], totals["tangible"]) == (2, 0, 1)


class TestSpans:
    def ended(self, cast: Cast, *, begins: float, hours: float) -> dict[str, Any]:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(*worked(phone, hall, begins=begins, hours=hours))
        return station_row(cast, window="3660d")

    def test_an_end_at_or_before_the_start_gives_no_hours_and_takes_none(self, cast: Cast) -> None:
        phone, hall = cast.phone("colleague"), cast.here.stations["hall"]
        phone.sync(*worked(phone, hall, begins=5, hours=4))
        for hours in (-3, -0.01, 0):
            phone.sync(*worked(phone, hall, begins=3, hours=hours))
        row = station_row(cast)
        assert row["shifts"] == {"low": 4, "high": 4}
        assert row["duty_hours"] == row["person_hours"] == {"low": 4, "high": 4}

    def test_an_enormous_shift_counts_on_the_day_it_began_and_no_other(self, cast: Cast) -> None:
        row = self.ended(cast, begins=24 * 300, hours=24 * 299)
        assert row["duty_hours"]["low"] == 24 * 299
        assert station_row(cast, window="90d")["duty_hours"] == {"low": 0, "high": 0}

    def test_a_shift_of_another_century_stays_out_of_every_window(self, cast: Cast) -> None:
        row = self.ended(cast, begins=24 * 365 * 100, hours=1)
        assert row["duty_hours"]["low"] == 0

    def test_the_largest_numbers_add_up(self, cast: Cast) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        results = phone.sync(*(phone.reception(hall, headcount=count) for count in (2**31 - 1, 9_999, 1)))
        accepted = [result["status"] == "accepted" for result in results]
        expected = sum(count for count, taken in zip((2**31 - 1, 9_999, 1), accepted, strict=True) if taken)
        assert station_row(cast)["people_received"]["low"] == expected

    def test_what_a_phone_says_it_holds_never_lowers_a_figure(
        self, cast: Cast, subtests: pytest.Subtests
    ) -> None:
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        phone.sync(phone.check_in(hall, fix=FIX))
        for pending in (-1, 10**6, 2**63, 1.5, "3", None):
            with subtests.test(str(pending)):
                phone.call(pending=pending)
                row = station_row(cast)
                assert row["check_ins"]["high"] >= row["check_ins"]["low"] == 1

    def test_a_phone_from_the_future_breaks_nothing(self, cast: Cast) -> None:
        phone = cast.phone("member")
        phone.sync(pending=1)
        change(cast, Device, phone.device_id, last_sync_at=clock.now() + timedelta(days=4000))
        assert coverage(cast.phone("city_officer"))["totals"]["check_ins"]["high"] >= 0
