"""The page's further tables as files, on both databases: the figures of the JSON, and the same scope."""

from typing import Any

import pytest

from tests.api.reporting import csv_rows, fetched, sheet_rows
from tests.api.test_coverage import worked
from tests.cast import Cast, Phone

VIEWS = ("weeks", "hours", "trend")


def view(phone: Phone, name: str, **query: Any) -> dict[str, Any]:
    answer = phone.get(f"/api/v1/coverage/{name}", query_string=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


@pytest.fixture
def officer(cast: Cast) -> Phone:
    """Somebody worked for odd spans at two stations; the city's officer looks."""
    phone, stranger = cast.phone("member"), cast.phone("stranger")
    phone.sync(*worked(phone, cast.here.stations["hall"], begins=30, hours=1 / 3))
    stranger.sync(*worked(stranger, cast.here.stations["other"], begins=9 * 24, hours=2 / 7))
    return cast.phone("city_officer")


def test_weeks_stand_under_their_first_day(officer: Phone) -> None:
    found = view(officer, "weeks", by="station")
    rows = csv_rows(fetched(officer, "/api/v1/coverage/weeks.csv?by=station"))
    expected = [*found["rows"], {"name": "合计", "duty_hours": found["totals"]}]
    for row, figures in zip(rows, expected, strict=True):
        assert row["name"] == figures["name"]
        for week, hours in zip(found["weeks"], figures["duty_hours"], strict=True):
            assert float(row[f"duty_hours_{week['from']}"]) == hours
    assert sum(found["totals"]) > 0
    book = fetched(officer, "/api/v1/coverage/weeks.xlsx?by=station")
    assert [row["provisional"] for row in sheet_rows(book, "各周")] == [
        week["provisional"] for week in found["weeks"]
    ]


def test_hours_stand_under_their_number(officer: Phone) -> None:
    found = view(officer, "hours")
    rows = sheet_rows(fetched(officer, "/api/v1/coverage/hours.xlsx"), "明细")
    assert [row["weekday"] for row in rows][::6] == ["周一", "周日"]
    assert [[row[f"duty_hours_{hour}"] for hour in range(24)] for row in rows] == found["cells"]


def test_each_point_of_the_trend_is_a_row(officer: Phone) -> None:
    found = view(officer, "trend", window="30d")
    rows = csv_rows(fetched(officer, "/api/v1/coverage/trend.csv?window=30d"))
    assert [{name: "" if value is None else str(value) for name, value in point.items()} for point in
            found["points"]] == rows  # fmt: skip


def test_a_workbook_says_what_was_asked_for(officer: Phone, cast: Cast) -> None:
    nanshan = cast.here.divisions["nanshan"]
    for name in VIEWS:
        path = f"/api/v1/coverage/{name}.xlsx?window=30d&within={nanshan}"
        [said] = sheet_rows(fetched(officer, path), "说明")
        assert said["filters_within"] == nanshan
        assert (said["window_to"], said["rules_version"]) == ("2026-11-21", 1)
        assert f"within-{nanshan}-2026-" in officer.get(path).headers["Content-Disposition"]


@pytest.mark.parametrize("name", VIEWS)
def test_only_staff_get_them_and_only_of_their_scope(cast: Cast, name: str) -> None:
    for kind in ("csv", "xlsx"):
        path = f"/api/v1/coverage/{name}.{kind}"
        assert cast.client.get(path).status_code == 401
        assert cast.phone("member").get(path).json["code"] == "scope.denied"
        outside = f"{path}?within={cast.here.divisions['futian']}"
        assert cast.phone("district_officer").get(outside).json["code"] == "division.not_found"
