"""The rotating code on a station's door screen: TOTP (RFC 6238) under a key of its day.

The screen holds day keys for the next 30 days and never the secret behind them, so a stolen screen is
worth 30 days at most, and raising the station's code epoch cuts it off at once.
"""

from base64 import b32encode
from datetime import UTC, date, datetime, timedelta
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
# Wrong ones of one person, for whatever stations and days: nobody goes through a year's days to hit one.
MOST_WRONG_A_DAY = 40
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


def find_step(
    code: str, *, network_id: int, station_id: str, epoch: int, at: datetime, clock_error_s: int, keys: Keys
) -> int | None:
    """Which of the screen's codes this is, as the number of its 30 seconds since 1970; None when it is none.

    Only those count that it showed at that time, within the clock's error and one step.
    """
    steps = ceil(min(clock_error_s + STEP_S, MOST_S) / STEP_S)
    now = int(at.timestamp()) // STEP_S
    # Every step is compared, so that the time taken says nothing.
    found = [
        step
        for step in sorted(range(now - steps, now + steps + 1), key=lambda step: abs(step - now))
        if strings_equal(
            code.strip(), _shown(step, network_id=network_id, station_id=station_id, epoch=epoch, keys=keys)
        )
    ]
    return found[0] if found else None


def _shown(step: int, *, network_id: int, station_id: str, epoch: int, keys: Keys) -> str:
    moment = datetime.fromtimestamp(step * STEP_S, UTC)
    key = day_key(network_id=network_id, station_id=station_id, epoch=epoch, day=local_day(moment), keys=keys)
    return TOTP(key, interval=STEP_S).at(moment)
