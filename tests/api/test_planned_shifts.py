"""The duty plan: of one's own stations only."""

from datetime import datetime, timedelta
from typing import Any

from tests.cast import NOON, Cast, Phone, Place
from workstation.database import db, writing
from workstation.ids import new_id
from workstation.local_time import local_day
from workstation.shifts.models import PlannedShift


def plan(cast: Cast, who: str, station: str, at: datetime, *, network: Place | None = None) -> None:
    network = network or cast.here
    row = PlannedShift(
        network_id=network.id,
        id=new_id(),
        station_id=network.stations[station],
        member_id=network.members[who],
        starts_at=at,
        ends_at=at + timedelta(hours=3),
        day=local_day(at),
    )
    with cast.app.app_context(), writing():
        db.session.add(row)


def turns(phone: Phone) -> list[dict[str, Any]]:
    answer = phone.get("/api/v1/planned-shifts")
    assert answer.status_code == 200, answer.text
    return list(answer.json["planned_shifts"])


def test_colleagues_at_ones_own_station_are_named_in_order(cast: Cast) -> None:
    plan(cast, "colleague", "hall", NOON + timedelta(days=2))
    plan(cast, "member", "hall", NOON + timedelta(days=1))
    found = turns(cast.phone("member"))
    assert [(turn["member_name"], turn["is_own"]) for turn in found] == [
        ("member（测试）", True),
        ("colleague（测试）", False),
    ]
    assert found[0]["starts_at"] == "2026-11-21T04:00:00.000Z"


def test_plans_of_other_stations_and_networks_stay_there(cast: Cast) -> None:
    plan(cast, "stranger", "other", NOON)
    plan(cast, "member", "hall", NOON, network=cast.elsewhere)
    for who in ("member", "liaison", "city_officer", "auditor"):
        assert turns(cast.phone(who)) == []


def test_only_what_is_today_or_later_and_near(cast: Cast) -> None:
    for days in (-1, 0, 34, 35):
        plan(cast, "colleague", "hall", NOON + timedelta(days=days))
    assert len(turns(cast.phone("member"))) == 2
