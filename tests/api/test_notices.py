"""What others did with a person's records is told to that person, whole."""

from typing import Any

import pytest

from tests.cast import Cast, Phone


def told(phone: Phone) -> list[dict[str, Any]]:
    """What the feed tells of others' doings, without new devices."""
    notices = [change["data"] for change in phone.pull() if change["noun"] == "notice"]
    return [notice for notice in notices if notice["code"].startswith("entry.")]


@pytest.fixture
def hall(cast: Cast) -> str:
    return cast.here.stations["hall"]


def test_an_entry_in_ones_name_says_who_wrote_what(cast: Cast, hall: str) -> None:
    liaison, member = cast.phone("liaison"), cast.phone("member")
    entry = liaison.check_in(hall) | {"on_behalf_of": cast.here.members["member"]}
    liaison.sync(entry)
    [notice] = told(member)
    assert notice["code"] == "entry.on_behalf"
    assert notice["data"] == {
        "entry_id": entry["id"],
        "target_id": None,
        "by_name": "liaison（测试）",
        "kind": "check_in",
        "recorded_at": "2026-11-20T04:00:00.000Z",
        "body": {"station_id": hall, "purpose": "duty"},
        "target": None,
    }
    assert told(liaison) == []


def test_a_correction_says_what_was_before_it(cast: Cast, hall: str) -> None:
    liaison, member = cast.phone("liaison"), cast.phone("member")
    entry = member.reception(hall, headcount=2)
    member.sync(entry, member.about("correction", entry["id"], changes={"headcount": 4}))
    liaison.sync(liaison.about("correction", entry["id"], changes={"headcount": 9}))
    [notice] = told(member)
    assert (notice["code"], notice["data"]["body"]["changes"]) == ("entry.correction", {"headcount": 9})
    assert notice["data"]["target"]["kind"] == "reception"
    assert notice["data"]["target"]["body"]["headcount"] == 4


def test_a_withdrawal_tells_what_is_gone(cast: Cast, hall: str) -> None:
    liaison, member = cast.phone("liaison"), cast.phone("member")
    entry = member.check_in(hall)
    member.sync(entry)
    liaison.sync(liaison.about("withdrawal", entry["id"]))
    [notice] = told(member)
    assert (notice["code"], notice["data"]["body"]["reason"]) == ("entry.withdrawal", "记错了")
    assert notice["data"]["target"]["body"] == {"station_id": hall, "purpose": "duty"}


def test_a_new_device_is_told_as_before(cast: Cast) -> None:
    first = cast.phone("member")
    second = cast.phone("member")
    [notice] = [change["data"] for change in first.pull() if change["noun"] == "notice"]
    assert notice["data"] == {"device_id": second.device_id, "name": "phone of member"}


def test_who_says_no_to_an_entry_in_ones_name_takes_it_back(cast: Cast, hall: str) -> None:
    liaison, member = cast.phone("liaison"), cast.phone("member")
    entry = liaison.check_in(hall) | {"on_behalf_of": cast.here.members["member"]}
    liaison.sync(entry)
    [result] = member.sync(member.about("withdrawal", entry["id"], reason="本人否认"))
    assert result["status"] == "accepted"


def test_who_says_no_to_a_correction_puts_it_back(cast: Cast, hall: str) -> None:
    liaison, member = cast.phone("liaison"), cast.phone("member")
    entry = member.check_in(hall)
    member.sync(entry)
    stated = {"stated_at": "2026-11-20T01:00:00+00:00"}
    liaison.sync(liaison.about("correction", entry["id"], changes=stated))
    back = member.about("correction", entry["id"], changes={"stated_at": None}, reason="本人否认")
    assert member.sync(back)[0]["status"] == "accepted"


def test_who_says_no_to_an_end_of_others_asks_staff(cast: Cast, hall: str) -> None:
    liaison, member = cast.phone("liaison"), cast.phone("member")
    start = member.shift_start(hall)
    member.sync(start)
    end = liaison.shift_end(start["id"])
    liaison.sync(end)
    [notice] = told(member)
    assert (notice["code"], notice["data"]["entry_id"]) == ("entry.shift_end", end["id"])
    [result] = member.sync(member.about("withdrawal", end["id"], reason="本人否认"))
    assert (result["status"], result["code"]) == ("held", "target.not_yours")
