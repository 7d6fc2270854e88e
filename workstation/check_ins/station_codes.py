"""The rotating code on a station's door screen: TOTP (RFC 6238) under a key of its day.

The screen holds day keys for the next 30 days and never the secret behind them, so a stolen screen is
worth 30 days at most, and raising the station's code epoch cuts it off at once.
"""

from base64 import b32encode
from datetime import date, datetime, timedelta
from math import ceil
from typing import NamedTuple

from pyotp import TOTP
from pyotp.utils import strings_equal

from workstation.keys import Keys
from workstation.local_time import day_end, day_start, local_day

STEP_S = 30
DAYS_AHEAD = 30
# Of one person for one station and day; whoever gives more is recorded, and the codes count for nothing.
MOST_CODES_A_DAY = 20
MOST_S = 300  # however wrong the phone's clock, no more than five minutes either way


def day_key(*, network_id: int, station_id: str, epoch: int, day: date, keys: Keys) -> str:
    """The base32 secret of one station on one local day."""
    return (
        b32encode(keys.derive(f"station_code {network_id} {station_id} {epoch} {day}")).decode().rstrip("=")
    )


class DayKey(NamedTuple):
    """What a screen needs for one local day (half-open)."""

    day: date
    starts_at: datetime
    ends_at: datetime
    key: str


def day_keys(*, network_id: int, station_id: str, epoch: int, now: datetime, keys: Keys) -> list[DayKey]:
    """The keys of today and the 29 days after it."""
    today = local_day(now)
    days = (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD))
    return [
        DayKey(
            day,
            day_start(day),
            day_end(day),
            day_key(network_id=network_id, station_id=station_id, epoch=epoch, day=day, keys=keys),
        )
        for day in days
    ]


def is_code_valid(
    code: str, *, network_id: int, station_id: str, epoch: int, at: datetime, clock_error_s: int, keys: Keys
) -> bool:
    """Whether the screen showed this code at that time, within the clock's error and one step."""
    steps = ceil(min(clock_error_s + STEP_S, MOST_S) / STEP_S)
    moments = (at + timedelta(seconds=STEP_S * step) for step in range(-steps, steps + 1))
    shown = (
        TOTP(
            day_key(
                network_id=network_id, station_id=station_id, epoch=epoch, day=local_day(moment), keys=keys
            ),
            interval=STEP_S,
        ).at(moment)
        for moment in moments
    )
    # Every step is compared, so that the time taken says nothing.
    return sum(strings_equal(code.strip(), each) for each in shown) > 0
