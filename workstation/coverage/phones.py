"""What phones leave unknown: which may hold something, where, and which days wait for them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product

from workstation.coverage.awaited import Concern, get_concern
from workstation.coverage.days import Fact
from workstation.coverage.places import Map
from workstation.coverage.settling import (
    Phone,
    heard_of_since,
    holding_back,
    is_settled,
    is_waited_out,
    may_hold_entries_of,
    open_days,
)
from workstation.coverage.windows import Window
from workstation.local_time import local_day


@dataclass(frozen=True, kw_only=True)
class Silence:
    """What the phones leave unknown in a window.

    `silent` are phones by station, `pending` entries by station (None: nobody knows where), `unsettled` the
    days by station that are not settled, oldest first, also those before the window; `plans` what people with
    silent phones may have kept in it.
    """

    window: Window

    silent: Mapping[str | None, set[str]]
    pending: Mapping[str | None, int]
    unsettled: Mapping[str, list[date]]
    always_unsettled: list[date]
    plans: list[Fact]
    phones: Mapping[str, Phone]

    def unsettled_days(self, station_id: str) -> list[date]:
        """The days of this station in the window that are not settled; today never is."""
        return [day for day in self.up_to_end(station_id) if day >= self.window.starts_on]

    def settled_until(self, now: datetime) -> date:
        """Every day before this one is settled at every station in sight; at the latest today."""
        first = [days[0] for days in self.unsettled.values() if days]
        return min([*first, self.window.ends_on, local_day(now)])

    def up_to_end(self, station_id: str) -> list[date]:
        """The days up to the window's end that are not settled, also those before it."""
        return self.unsettled.get(station_id, self.always_unsettled)


def get_silence(*, ground: Map, window: Window, now: datetime) -> Silence:
    """What is not known of this window, in three statements."""
    concern = get_concern(ground=ground, window=window, now=now)
    silent, pending = _silent(ground, window, now, concern)
    days = [day for day in open_days(now=now, thresholds=ground.thresholds) if day < window.ends_on]
    return Silence(
        window=window,
        silent=silent,
        pending=pending,
        unsettled=_unsettled(ground, days, now, concern),
        always_unsettled=[day for day in days if day == local_day(now)],
        plans=[
            plan
            for plan in concern.plans
            if _counts(plan, ground, window, now) and _is_silent(plan, concern, now)
        ],
        phones={
            phone.device_id: phone
            for phone in [*concern.phones, *(each for some in concern.planned.values() for each in some)]
        },
    )


def list_holding_back(*, ground: Map, now: datetime) -> dict[str, dict[str, list[date]]]:
    """By device and station: the days that are over and wait for this phone, oldest first."""
    days = [day for day in open_days(now=now, thresholds=ground.thresholds) if day < local_day(now)]
    if not days:
        return {}
    window = Window(days[0], local_day(now) + timedelta(days=1))
    concern = get_concern(ground=ground, window=window, now=now)
    found: dict[str, dict[str, list[date]]] = defaultdict(lambda: defaultdict(list))
    for station_id, day in product(concern.stations, days):
        for phone in holding_back(concern.of(station_id, day), day=day):
            found[phone.device_id][station_id].append(day)
    return found


def _silent(
    ground: Map, window: Window, now: datetime, concern: Concern
) -> tuple[dict[str | None, set[str]], dict[str | None, int]]:
    """Silent phones and pending entries by station."""
    silent: dict[str | None, set[str]] = defaultdict(set)
    pending: dict[str | None, int] = defaultdict(int)
    since = heard_of_since(window, now=now)
    for phone in concern.phones:
        if phone.pending and may_hold_entries_of(window, phone=phone, thresholds=ground.thresholds):
            silent[phone.station_id].add(phone.device_id)
            pending[phone.station_id] += phone.pending
    for station_id, concerned in concern.seen.items():
        silent[station_id] |= {phone.device_id for phone in concerned if phone.heard_at < since}
    for (station_id, day), concerned in concern.planned.items():
        if window.starts_on <= day < local_day(now):
            silent[station_id] |= {phone.device_id for phone in holding_back(concerned, day=day)}
    return silent, pending


def _unsettled(ground: Map, days: list[date], now: datetime, concern: Concern) -> dict[str, list[date]]:
    """By station. Each phone is looked at once a day and not once a station."""
    rules = ground.thresholds
    every = set(concern.phones).union(*concern.planned.values())
    awaited = [day for day in days if not is_waited_out(day, now=now, thresholds=rules)]
    holding = {day: holding_back(every, day=day) for day in awaited}
    never = {day for day in awaited if not is_settled(day, phones=(), now=now, thresholds=rules)}
    return {
        station_id: [
            day for day in awaited if day in never or not holding[day].isdisjoint(concern.of(station_id, day))
        ]
        for station_id in concern.stations
    }


def _counts(plan: Fact, ground: Map, window: Window, now: datetime) -> bool:
    """In the window and of the last weeks, so that a day has the same *high* in each window that shows it."""
    oldest = local_day(now) - timedelta(days=ground.thresholds.seen_days)
    return plan.day >= max(oldest, window.starts_on)


def _is_silent(plan: Fact, concern: Concern, now: datetime) -> bool:
    """It has begun, and a phone of the planned person has not spoken since it ended."""
    ends_at = plan.ends_at or plan.starts_at
    return plan.starts_at <= now and any(
        phone.member_id == plan.member_id and (phone.heard_at < ends_at or phone.pending > 0)
        for phone in concern.planned[plan.station_id, plan.day]
    )
