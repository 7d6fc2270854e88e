"""What the clerk of reference.py found, each as the smallest story that shows it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from api import clock
from tests.cast import Cast, Phone, Time
from workstation.coverage.days import RECEPTION, Fact, figure_day
from workstation.coverage.operations import catch_up, touch_days
from workstation.coverage.rules import Thresholds
from workstation.database import db, insert_rows, writing
from workstation.ids import new_id
from workstation.network.models import Station
from workstation.people.models import Device
from workstation.shifts.models import PlannedShift

TODAY = date(2026, 11, 20)


def ask(phone: Phone, path: str = "", **query: Any) -> Any:
    answer = phone.client.get(f"/api/v1/coverage{path}", query_string=query, headers=phone.headers)
    assert answer.status_code == 200, answer.text
    return answer.json


def plan(cast: Cast, who: str, starts_at: datetime, *, station: str = "hall") -> None:
    day = (starts_at + timedelta(hours=8)).date()
    row = {"network_id": cast.here.id, "id": new_id(), "station_id": cast.here.stations[station]}
    row |= {"member_id": cast.here.members[who], "day": day}
    with cast.app.app_context():
        with writing():
            ends_at = starts_at + timedelta(hours=2)
            insert_rows(PlannedShift, [row | {"starts_at": starts_at, "ends_at": ends_at}])
            touch_days(network_id=cast.here.id, touched={(row["station_id"], day)})
        catch_up(network_id=cast.here.id)


def test_the_page_of_a_station_that_is_not_open_judges_no_gate(cast: Cast) -> None:
    """It said 未通过 and gave a fix, while the station's row said that nothing was judged."""
    with cast.app.app_context(), writing():
        db.session.get_one(Station, (cast.here.id, cast.here.stations["hall"])).status = "suspended"
    page = ask(cast.phone("city_officer"), f"/stations/{cast.here.stations['hall']}")
    assert page["gates_judged"] == 0
    assert {gate["state"] for gate in page["gates"]} == {"not_judged"}
    assert {gate["fix"] for gate in page["gates"]} == {None}
    assert {gate["note"] for gate in page["gates"]} == {"期末没有开放，不评"}


def test_a_plan_that_was_entered_twice_may_be_kept_twice(cast: Cast, time: Time) -> None:
    """It was planned twice and counted once among what may still come."""
    phone = cast.phone("member")
    phone.sync()
    for _ in range(2):
        plan(cast, "member", clock.now() - timedelta(hours=20))
    change_phone(cast, phone, last_sync_at=clock.now() - timedelta(days=2))
    answer = ask(cast.phone("city_officer"), by="station")
    highs = {row["key"]: row["shifts"]["high"] for row in answer["rows"]}
    assert highs[cast.here.stations["hall"]] == 2


def test_a_day_is_provisional_where_one_station_of_the_group_waits(cast: Cast, time: Time) -> None:
    """Of a group, the station with the most unsettled days was counted, not the days."""
    for who, station, days in (("member", "hall", 2), ("stranger", "other", 1)):
        phone = cast.phone(who)
        phone.sync()
        plan(cast, who, clock.now() - timedelta(days=days), station=station)
        change_phone(cast, phone, last_sync_at=clock.now() - timedelta(days=days))
    answer = ask(cast.phone("city_officer"), by="station")
    days_of = {row["key"]: row["provisional"] for row in answer["rows"]}
    assert [days_of[cast.here.stations[name]] for name in ("hall", "other")] == [2, 2]
    assert answer["totals"]["provisional"] == 3
    assert answer["settled_until"] == "2026-11-18"


def change_phone(cast: Cast, phone: Phone, **values: Any) -> None:
    with cast.app.app_context(), writing():
        device = db.session.get_one(Device, (cast.here.id, phone.device_id))
        for name, value in values.items():
            setattr(device, name, value)


@pytest.mark.parametrize("window", [{"window": "1d"}, {"from": "2026-11-21", "to": "2026-12-01"}])
def test_settled_until_is_true_also_of_days_before_the_window(
    cast: Cast, time: Time, window: dict[str, str]
) -> None:
    """A window that began after an unsettled day said that all before today was settled."""
    cast.phone("member")
    plan(cast, "member", clock.now() + timedelta(hours=1))
    time.passes(days=1)
    answer = ask(cast.phone("city_officer"), **window)
    assert answer["settled_until"] == "2026-11-20"
    assert answer["totals"]["provisional"] == 1


def test_a_day_has_the_same_high_in_each_window_that_shows_it(cast: Cast) -> None:
    """A phone that holds entries made the last plans of any old window possible, and of no longer one."""
    phone = cast.phone("member")
    phone.sync(pending=1)
    plan(cast, "member", clock.now() - timedelta(days=100))
    plan(cast, "member", clock.now() - timedelta(days=20))
    officer = cast.phone("city_officer")
    old = ask(officer, **{"from": "2026-08-01", "to": "2026-08-20"})["totals"]
    longer = ask(officer, **{"from": "2026-08-01", "to": "2026-11-21"})["totals"]
    short = ask(officer, **{"from": "2026-10-25", "to": "2026-11-05"})["totals"]
    assert old["duty_hours"]["high"] == 0
    assert longer["duty_hours"]["high"] == short["duty_hours"]["high"] == 2


def test_a_window_to_come_fails_no_gate(cast: Cast) -> None:
    """G3 failed for want of receptions that nobody can have received yet."""
    hall = cast.here.stations["hall"]
    page = ask(cast.phone("city_officer"), f"/stations/{hall}", **{"from": "2027-01-01", "to": "2027-02-01"})
    assert {gate["state"] for gate in page["gates"]} == {"not_judged"}


def test_the_networks_own_row_says_what_the_totals_say(cast: Cast) -> None:
    """A phone that was at no station yet counted in the totals and not in the row of the network."""
    cast.phone("member").sync(pending=3)
    answer = ask(cast.phone("city_officer"), by="network")
    assert answer["rows"] == [answer["totals"]]
    assert answer["totals"]["check_ins"]["high"] == 3


def test_which_entry_on_behalf_gives_way_does_not_hang_on_the_order_of_rows() -> None:
    """Two on behalf at one moment and one own: rows come back in another order after an amendment."""

    def reception(headcount: int, by: str | None) -> Fact:
        at = datetime.fromisoformat("2026-11-20T04:00:00Z")
        return Fact(RECEPTION, "hall", TODAY, "member", by, at, None, None, 1, (), headcount)

    facts = [reception(2, "liaison"), reception(30, "liaison"), reception(3, None)]
    figures = [figure_day(some, thresholds=Thresholds()) for some in (facts, facts[::-1])]
    assert [each.people_received for each in figures] == [33, 33]
