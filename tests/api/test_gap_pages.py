"""What is missing, page by page, on both databases."""

from typing import Any

import pytest
from sqlalchemy import select

from api.schemas.coverage import GapsOut
from tests.api.test_coverage import UNKNOWN_ID, change, worked
from tests.cast import Cast, Phone, Time
from workstation.database import db
from workstation.network.models import Station


@pytest.fixture
def officer(cast: Cast, time: Time) -> Phone:
    """Nobody ever came to two of four stations; somebody did twelve days ago, and to another nine."""
    phone, stranger = cast.phone("member"), cast.phone("stranger")
    phone.sync(*worked(phone, cast.here.stations["hall"], begins=12 * 24, hours=1))
    stranger.sync(*worked(stranger, cast.here.stations["other"], begins=9 * 24, hours=1))
    return cast.phone("city_officer")


def page(phone: Phone, **query: Any) -> dict[str, Any]:
    answer = phone.client.get("/api/v1/coverage/gaps", query_string=query, headers=phone.headers)
    assert answer.status_code == 200, answer.text
    assert not GapsOut().validate(answer.json)
    found: dict[str, Any] = answer.json
    return found


def stations_of(gaps: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(entry["station_id"] for entry in gaps["not_tangible"]))


@pytest.mark.parametrize("window", ["30d", "31d"], ids=["added up ahead", "judged one by one"])
def test_pages_go_on_where_the_one_before_ended(cast: Cast, officer: Phone, window: str) -> None:
    whole = stations_of(page(officer, window=window))
    first = page(officer, window=window, list="stations", limit=3)
    second = page(officer, window=window, list="stations", limit=3, after=first["next"])
    assert [*stations_of(first), *stations_of(second)] == whole
    assert whole[2:] == [cast.here.stations["hall"], cast.here.stations["other"]]
    assert (first["counts"]["stations"], second["next"]) == (4, None)
    assert first["streets_without_station"] == first["quiet_devices"] == []


def test_streets_stand_before_the_stations_where_all_is_asked_for(cast: Cast, officer: Phone) -> None:
    change(cast, Station, cast.here.stations["other"], serves_street=False)
    first = page(officer, list="all", limit=1)
    assert [street["name"] for street in first["streets_without_station"]] == ["huafu"]
    assert stations_of(first) == []
    second = page(officer, list="all", limit=1, after=first["next"])
    assert second["streets_without_station"] == []
    assert stations_of(second) == stations_of(page(officer))[:1]


def test_a_page_follows_also_when_its_cursor_lacks_nothing_any_more(
    cast: Cast, officer: Phone, time: Time
) -> None:
    first = page(officer, list="stations", limit=3)
    phone, hall = cast.phone("member"), cast.here.stations["hall"]
    assert first["next"].endswith(hall)
    phone.sync(*worked(phone, hall, begins=2, hours=1))
    after = page(officer, list="stations", limit=1, after=first["next"])
    assert stations_of(after) == [cast.here.stations["other"]]


def test_of_one_list_only_its_own_are_on_the_page(cast: Cast, officer: Phone) -> None:
    hall, other = cast.here.stations["hall"], cast.here.stations["other"]
    dormant, failing = page(officer, list="dormant"), page(officer, list="failing")
    assert {hall, other}.isdisjoint(stations_of(dormant))
    assert stations_of(failing) == [hall, other]
    assert failing["dormant"] == []
    assert page(officer, list="streets_without_station")["failing"] == []


def test_phones_are_paged_through_too(cast: Cast, officer: Phone) -> None:
    phone = cast.phone("member")
    phone.sync(phone.check_in(cast.here.stations["hall"]), pending=2)
    first = page(officer, list="quiet_devices", limit=1)
    [device] = first["quiet_devices"]
    assert device["pending"] == 2
    assert (first["dormant"], first["next"]) == ([], None)


def test_a_page_of_phones_follows_also_when_its_cursor_has_sent_all(cast: Cast, officer: Phone) -> None:
    hall, other = cast.here.stations["hall"], cast.here.stations["other"]
    fuller, full = cast.phone("member"), cast.phone("stranger")
    fuller.sync(fuller.check_in(hall), pending=2)
    full.sync(full.check_in(other), pending=1)
    first = page(officer, list="quiet_devices", limit=1)
    assert [each["pending"] for each in first["quiet_devices"]] == [2]
    fuller.sync(pending=0)
    second = page(officer, list="quiet_devices", limit=1, after=first["next"])
    assert [(each["station_id"], each["pending"]) for each in second["quiet_devices"]] == [(other, 1)]


@pytest.mark.parametrize("listed", ["streets_without_station", "all"])
def test_a_page_of_streets_follows_also_when_its_cursor_is_served(
    cast: Cast, officer: Phone, listed: str
) -> None:
    with cast.app.app_context():
        own = select(Station.id, Station.division_id).where(Station.network_id == cast.here.id)
        divisions = dict(db.session.execute(own).all())
    for station_id in divisions:
        change(cast, Station, station_id, serves_street=False)
    whole = page(officer)["streets_without_station"]
    first = page(officer, list=listed, limit=1)
    assert (first["streets_without_station"], first["next"]) == (whole[:1], whole[0]["division_id"])
    for station_id, division_id in divisions.items():
        change(cast, Station, station_id, serves_street=division_id == first["next"])
    second = page(officer, list=listed, limit=1, after=first["next"])
    assert second["streets_without_station"] == whole[1:2] != []


def test_what_is_no_cursor_is_refused(cast: Cast, officer: Phone) -> None:
    hall, foreign = cast.here.stations["hall"], next(iter(cast.elsewhere.stations.values()))
    for query, code in (
        ("after=x", "request.invalid"),
        ("list=nothing", "request.invalid"),
        ("list=stations&limit=1001", "request.invalid"),
        ("list=all&after=nobody", "coverage.after_unknown"),
        ("list=quiet_devices&after=nobody", "coverage.after_unknown"),
        ("list=quiet_devices&after=1.2.nobody.", "coverage.after_unknown"),
        (f"list=quiet_devices&after=1.2.{UNKNOWN_ID}.{foreign}", "coverage.after_unknown"),
        (f"list=quiet_devices&after=many.2.{UNKNOWN_ID}.", "coverage.after_unknown"),
        (f"list=stations&after=never.{UNKNOWN_ID}", "coverage.after_unknown"),
        (f"list=stations&after=never.{foreign}", "coverage.after_unknown"),
        (f"list=stations&after=yesterday.{hall}", "coverage.after_unknown"),
        (f"list=stations&after={hall}", "coverage.after_unknown"),
    ):
        answer = officer.get(f"/api/v1/coverage/gaps?{query}")
        assert (answer.status_code, answer.json["code"]) == (422, code), query


def test_a_liaison_pages_through_the_own_stations_only(cast: Cast, officer: Phone) -> None:
    liaison, other = cast.phone("liaison"), cast.here.stations["other"]
    assert stations_of(page(liaison, list="stations")) == [cast.here.stations["hall"]]
    answer = liaison.get(f"/api/v1/coverage/gaps?list=stations&after=never.{other}")
    assert answer.json["code"] == "coverage.after_unknown"
