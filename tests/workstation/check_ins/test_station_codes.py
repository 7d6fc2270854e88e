"""The rotating code of a door screen."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pyotp import TOTP

from workstation.check_ins.station_codes import day_key, find_step
from workstation.keys import Keys
from workstation.local_time import local_day

KEYS = Keys(b"k" * 32)
STATION = "01933f0e-7a4c-7cc3-98c4-dc0c0c07398f"
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def shown(at: datetime, *, epoch: int = 1, station_id: str = STATION) -> str:
    """What the screen shows at that moment."""
    key = day_key(network_id=1, station_id=station_id, epoch=epoch, day=local_day(at), keys=KEYS)
    return TOTP(key).at(at)


def valid(code: str, *, at: datetime = NOON, clock_error_s: int = 0, epoch: int = 1) -> bool:
    found = find_step(
        code, network_id=1, station_id=STATION, epoch=epoch, at=at, clock_error_s=clock_error_s, keys=KEYS
    )
    return found is not None


@pytest.mark.parametrize(
    ("seconds_ago", "clock_error_s", "holds"),
    [(0, 0, True), (29, 0, True), (90, 0, False), (90, 60, True), (299, 3600, True), (400, 3600, False)],
)
def test_a_code_holds_within_the_clocks_error_and_one_step(
    seconds_ago: int, clock_error_s: int, holds: bool
) -> None:
    assert valid(shown(NOON - timedelta(seconds=seconds_ago)), clock_error_s=clock_error_s) is holds


def test_a_code_of_another_station_or_epoch_is_worth_nothing() -> None:
    assert not valid(shown(NOON, station_id="01933f0e-7a4c-7cc3-98c4-000000000000"))
    assert not valid(shown(NOON, epoch=1), epoch=2)


def test_over_midnight_the_key_of_each_step_is_that_of_its_day() -> None:
    midnight = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert valid(shown(midnight - timedelta(seconds=5)), at=midnight + timedelta(seconds=5))


@pytest.mark.parametrize("code", ["", "abc", "１２３４５６", "0" * 20])
def test_what_is_no_code_is_simply_not_valid(code: str) -> None:
    assert not valid(code)


def test_the_key_of_one_day_says_nothing_about_the_next() -> None:
    keys = {
        day_key(network_id=1, station_id=STATION, epoch=1, day=date(2026, 11, day), keys=KEYS)
        for day in (20, 21)
    }
    assert len(keys) == 2
