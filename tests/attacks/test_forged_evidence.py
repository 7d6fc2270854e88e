"""Somebody makes a record look better than it is, or the figures worse. The numbers are those of README.md.

A forged position is beyond what a web page can know (docs/security.md); a forged code, clock, seal or file
is not.
"""

import json
from datetime import timedelta
from typing import Any

import pytest
from pyotp import TOTP

from api import clock
from tests.api.test_rescue_files import exported
from tests.cast import HALL, Cast, Phone, any_uuid
from workstation.check_ins.station_codes import day_keys

FIX = {"lat": HALL[0], "lon": HALL[1], "accuracy_m": 10, "age_s": 2}


@pytest.fixture(scope="module")
def phone(attacked: Cast) -> Phone:
    return attacked.phone("member")


def shown(cast: Cast, station: str = "hall", *, epoch: int = 1, minutes: float = 0) -> str:
    """What the door's screen shows so many minutes from now."""
    keys = day_keys(
        network_id=cast.here.id,
        station_id=cast.here.stations[station],
        epoch=epoch,
        now=clock.now(),
        keys=cast.app.extensions["keys"],
    )
    return str(TOTP(keys[0].key, interval=30).at(clock.now() + timedelta(minutes=minutes)))


def check_in(phone: Phone, cast: Cast, **more: Any) -> dict[str, Any]:
    [result] = phone.sync(phone.check_in(cast.here.stations["hall"], **more))
    return result


def test_40_the_code_on_the_screen_is_evidence(attacked: Cast, phone: Phone) -> None:
    """So that what follows fails for the right reason."""
    assert check_in(phone, attacked, station_code=shown(attacked))["evidence"] == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"station": "annex"},
        {"minutes": -24 * 60},
        {"minutes": -6},
        {"minutes": 6},
        {"epoch": 0},
        {"epoch": 2},
    ],
    ids=[
        "another-station",
        "yesterday",
        "six-minutes-ago",
        "six-minutes-ahead",
        "an-older-epoch",
        "a-coming-epoch",
    ],
)
def test_40_another_code_is_none(attacked: Cast, phone: Phone, wrong: dict[str, Any]) -> None:
    result = check_in(phone, attacked, station_code=shown(attacked, **wrong))
    assert (result["status"], result["evidence"]) == ("accepted", 1)
    assert "code_unverified" in result["flags"]


@pytest.mark.parametrize(
    "code",
    ["", " ", "000000", "١٢٣٤٥٦", "１２３４５６", "-1", "1e6", "%s", "0" * 64, "123456\n654321"],
    ids=["empty", "space", "zeros", "arabic", "full-width", "minus", "power", "format", "long", "two"],
)
def test_40_what_is_no_code_is_none(attacked: Cast, phone: Phone, code: str) -> None:
    result = check_in(phone, attacked, station_code=code)
    assert result["status"] in ("accepted", "held")
    assert result["evidence"] == 1


def test_40_codes_are_not_guessed(attacked: Cast) -> None:
    """Twenty for one station and day; then not even the right one counts, for this person alone."""
    guesser, hall = attacked.phone("colleague"), attacked.here.stations["annex"]
    wrong = [guesser.check_in(hall, station_code=f"{number:06}") for number in range(20)]
    assert not [row for row in guesser.sync(*wrong) if "code_guesses" in row["flags"]]
    right = shown(attacked, "annex")
    [late] = guesser.sync(guesser.check_in(hall, station_code=right))
    assert (late["status"], late["evidence"]) == ("accepted", 1)
    assert {"code_unverified", "code_guesses"} <= set(late["flags"])
    other = attacked.phone("member")
    [honest] = other.sync(other.check_in(hall, station_code=right))
    assert (honest["evidence"], "code_guesses" in honest["flags"]) == (2, False)


def test_40_all_codes_in_one_entry_are_none(attacked: Cast, phone: Phone) -> None:
    many = " ".join(shown(attacked, minutes=minutes / 2) for minutes in range(-10, 11))
    assert check_in(phone, attacked, station_code=many)["evidence"] == 1


@pytest.mark.parametrize(
    "clocks",
    [
        {"elapsed_ms": 0, "ago": 60},
        {"elapsed_ms": 2**53 - 1, "ago": 0},
        {"elapsed_ms": -(2**53), "ago": 60},
    ],
    ids=["a-counter-that-stood-still", "a-counter-without-end", "a-counter-that-went-back"],
)
def test_41_no_wrong_clock_opens_more_than_five_minutes(
    attacked: Cast, phone: Phone, clocks: dict[str, Any]
) -> None:
    """However unsure a phone says its clock is, an hour-old code is none."""
    code = shown(attacked, minutes=-60)
    at = clock.now() - timedelta(minutes=clocks["ago"] / 2)
    entry = phone.check_in(attacked.here.stations["hall"], station_code=code, at=at)
    [result] = phone.sync(entry | {"elapsed_ms": clocks["elapsed_ms"]})
    assert (result["evidence"] or 0) <= 1


def test_39_a_stated_time_is_the_persons_word_whatever_the_code_says(attacked: Cast, phone: Phone) -> None:
    stated = (clock.now() - timedelta(hours=1)).isoformat()
    code = shown(attacked, minutes=-60)
    result = check_in(phone, attacked, station_code=code, fix=FIX, stated_at=stated)
    assert result["evidence"] == 0


@pytest.mark.parametrize(
    "fix",
    [
        FIX | {"accuracy_m": -1},
        FIX | {"accuracy_m": float("1e308")},
        FIX | {"lat": 91},
        FIX | {"lon": 200},
        FIX | {"lat": True},
        FIX | {"lat": str(HALL[0])},
        FIX | {"altitude": 3},
        [HALL[0], HALL[1]],
    ],
    ids=[
        "accuracy-below-zero",
        "accuracy-without-end",
        "beyond-the-pole",
        "beyond-the-date-line",
        "yes-as-latitude",
        "text-as-latitude",
        "one-field-more",
        "a-list",
    ],
)
def test_39_an_impossible_position_is_no_position(attacked: Cast, phone: Phone, fix: Any) -> None:
    result = check_in(phone, attacked, fix=fix)
    assert result["verdict"] != "inside"
    assert (result["evidence"] or 0) <= 1


@pytest.mark.parametrize(
    "at",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "2026-11-20T12:00:60Z",
        "2026-11-20T12:00:00+99:00",
        "2026-02-30T12:00:00Z",
        "2026-11-20T12:00:00",
        "٢٠٢٦-11-20T12:00:00Z",
        "1e9",
        "",
        "now",
    ],
    ids=[
        "year-1",
        "year-9999",
        "leap-second",
        "offset-99",
        "no-such-day",
        "no-offset",
        "other-digits",
        "number",
        "empty",
        "word",
    ],
)
def test_42_a_moment_that_cannot_be_is_kept_for_staff(attacked: Cast, phone: Phone, at: str) -> None:
    for spoil in (
        {"recorded_at": at},
        {"body": {"station_id": attacked.here.stations["hall"], "purpose": "duty", "stated_at": at}},
    ):
        [result] = phone.sync(phone.check_in(attacked.here.stations["hall"]) | spoil)
        assert (result["status"], result["code"]) == ("held", "entry.invalid")


def test_42_a_time_to_come_is_kept_and_flagged(attacked: Cast, phone: Phone) -> None:
    ahead = (clock.now() + timedelta(days=3)).isoformat()
    result = check_in(phone, attacked, stated_at=ahead)
    assert "clock_impossible" in result["flags"]


@pytest.mark.parametrize("seq", [0, -1, 2**53, 2**64, 10**400, 1.5, 1e3, True, "5", None, [], {}], ids=str)
def test_43_a_number_that_cannot_be_costs_only_its_own_entry(attacked: Cast, phone: Phone, seq: Any) -> None:
    good = phone.check_in(attacked.here.stations["hall"])
    bad = phone.check_in(attacked.here.stations["hall"]) | {"seq": seq}
    first, second = phone.sync(bad, good)
    assert first["status"] in ("held", "rejected")
    assert second["status"] == "accepted"


class TestSeals:
    @pytest.fixture(scope="class")
    @classmethod
    def fact(cls, attacked: Cast, phone: Phone) -> dict[str, Any]:
        return check_in(phone, attacked)

    def test_44_under_another_id(self, phone: Phone, fact: dict[str, Any]) -> None:
        [result] = phone.sync({"id": any_uuid(), "sealed": fact["sealed"]})
        assert (result["status"], result["code"]) == ("rejected", "entry.seal_invalid")

    def test_44_changed_in_any_byte(self, phone: Phone, fact: dict[str, Any]) -> None:
        seal = fact["sealed"]
        for at in range(0, len(seal), max(1, len(seal) // 40)):
            other = "A" if seal[at] != "A" else "B"
            [result] = phone.sync({"id": any_uuid(), "sealed": seal[:at] + other + seal[at + 1 :]})
            assert result["code"] == "entry.seal_invalid"

    @pytest.mark.parametrize(
        "seal", ["", "x", "AAAA", "A" * 20_000, "\ud800", "\x00", None, 5, {}, "=" * 64], ids=repr
    )
    def test_44_of_ones_own_making(self, phone: Phone, seal: Any) -> None:
        body = json.dumps({"id": any_uuid(), "sealed": seal if not isinstance(seal, str) else seal[:20_000]})
        [result] = phone.sync(json.loads(body))
        assert result["status"] in ("rejected", "held")

    def test_44_of_another_network(self, attacked: Cast, phone: Phone) -> None:
        there = attacked.phone("member", network=attacked.elsewhere)
        [fact] = there.sync(there.check_in(attacked.elsewhere.stations["hall"]))
        [result] = phone.sync({"id": fact["id"], "sealed": fact["sealed"]})
        assert (result["status"], result["code"]) == ("rejected", "entry.seal_invalid")


class TestRescueFiles:
    def hand_in(self, thief: Phone, file: dict[str, Any]) -> Any:
        return thief.post("/api/v1/rescue-files", file)

    def test_45_a_file_in_anothers_name_is_held_and_no_fact(self, attacked: Cast, phone: Phone) -> None:
        thief = attacked.phone("stranger")
        entry = thief.check_in(attacked.here.stations["hall"])
        answer = self.hand_in(thief, exported(phone, attacked, [entry], who="member"))
        assert [row["status"] for row in answer.json["results"]] == ["held"]

    def test_45_a_file_of_a_device_that_is_not_its_authors(self, attacked: Cast) -> None:
        thief, colleague = attacked.phone("stranger"), attacked.phone("colleague")
        entry = thief.check_in(attacked.here.stations["hall"])
        answer = self.hand_in(thief, exported(colleague, attacked, [entry], who="stranger"))
        assert {row["status"] for row in answer.json["results"]} == {"held"}

    def test_45_an_officer_of_another_network_as_author(self, attacked: Cast, phone: Phone) -> None:
        thief = attacked.phone("stranger")
        entry = thief.check_in(attacked.here.stations["hall"])
        author = attacked.elsewhere.members["city_officer"]
        answer = self.hand_in(thief, exported(phone, attacked, [entry], author_id=author))
        assert [row["status"] for row in answer.json["results"]] == ["held"]
        assert answer.json["author_name"] is None


@pytest.mark.parametrize("pending", [10**9, 2**53, 2**63, 10**400, -1, 1.5, "3", True, None], ids=str)
def test_46_what_a_phone_says_it_holds_is_a_number_or_nothing(
    attacked: Cast, phone: Phone, pending: Any
) -> None:
    answer = phone.call(pending=pending)
    assert answer.status_code in (200, 400)
    assert attacked.phone("city_officer").get("/api/v1/coverage?window=30d").status_code == 200
    phone.call(pending=0)
