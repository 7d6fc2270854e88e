"""Asks which phones may hold something, where, and which planned shifts they may have kept."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from workstation.coverage.days import PLAN, Fact
from workstation.coverage.models import MemberDay
from workstation.coverage.places import Map
from workstation.coverage.settling import (
    Phone,
    heard_of_since,
    holds_back,
    is_settled,
    may_hold_entries_of,
    open_days,
)
from workstation.coverage.windows import Window
from workstation.database import db
from workstation.local_time import day_start, local_day
from workstation.people.models import Device
from workstation.shifts.models import PlannedShift


@dataclass(frozen=True, kw_only=True)
class Silence:
    """What the phones leave unknown in a window.

    `silent` are phones by station, `pending` entries by station (None: nobody knows where), `unsettled` the
    days by station that are not settled, oldest first, `plans` what people with silent phones may have kept.
    """

    silent: Mapping[str | None, set[str]]
    pending: Mapping[str | None, int]
    unsettled: Mapping[str, list[date]]
    always_unsettled: list[date]
    plans: list[Fact]
    phones: Mapping[str, Phone]

    def unsettled_days(self, station_id: str) -> list[date]:
        """The days of this station in the window that are not settled; today never is."""
        return self.unsettled.get(station_id, self.always_unsettled)


@dataclass(frozen=True, kw_only=True)
class _Concern:
    """The phones of people seen at a station, and of those planned there by day."""

    seen: Mapping[str, set[Phone]]
    planned: Mapping[tuple[str, date], set[Phone]]

    def of(self, station_id: str, day: date) -> set[Phone]:
        return self.seen.get(station_id, set()) | self.planned.get((station_id, day), set())


def get_silence(*, ground: Map, window: Window, now: datetime) -> Silence:
    """What is not known of this window, in three statements."""
    phones = _list_phones(ground=ground, now=now)
    plans, planned = _list_plans(ground=ground, window=window, now=now)
    seen: dict[str, set[Phone]] = defaultdict(set)
    if phones and not _is_long_ago(ground, window, now):
        by_member: dict[str, list[Phone]] = defaultdict(list)
        for phone in phones:
            by_member[phone.member_id].append(phone)
        for station_id, member_id in _list_seen(ground=ground, window=window, now=now):
            seen[station_id].update(by_member[member_id])
    concern = _Concern(seen=seen, planned=planned)
    silent, pending = _silent(ground, window, now, phones, concern)
    days = _open_days(ground, window, now)
    return Silence(
        silent=silent,
        pending=pending,
        unsettled=_unsettled(ground, days, now, concern),
        always_unsettled=[day for day in days if day == local_day(now)],
        plans=[plan for plan in plans if _is_silent(plan, concern, now)],
        phones={
            phone.device_id: phone
            for phone in [*phones, *(each for some in planned.values() for each in some)]
        },
    )


def _silent(
    ground: Map, window: Window, now: datetime, phones: list[Phone], concern: _Concern
) -> tuple[dict[str | None, set[str]], dict[str | None, int]]:
    """Silent phones and pending entries by station."""
    silent: dict[str | None, set[str]] = defaultdict(set)
    pending: dict[str | None, int] = defaultdict(int)
    since = heard_of_since(window, now=now)
    for phone in phones:
        if phone.pending and may_hold_entries_of(window, phone=phone, thresholds=ground.thresholds):
            silent[phone.station_id].add(phone.device_id)
            pending[phone.station_id] += phone.pending
    for station_id, concerned in concern.seen.items():
        silent[station_id] |= {phone.device_id for phone in concerned if phone.heard_at < since}
    for (station_id, day), concerned in concern.planned.items():
        if day < local_day(now):
            silent[station_id] |= {phone.device_id for phone in concerned if holds_back(phone, day=day)}
    return silent, pending


def _open_days(ground: Map, window: Window, now: datetime) -> list[date]:
    days = open_days(now=now, thresholds=ground.thresholds)
    return [day for day in days if window.starts_on <= day < window.ends_on]


def _unsettled(ground: Map, days: list[date], now: datetime, concern: _Concern) -> dict[str, list[date]]:
    def is_unsettled(station_id: str, day: date) -> bool:
        phones = concern.of(station_id, day)
        return not is_settled(day, phones=phones, now=now, thresholds=ground.thresholds)

    stations = concern.seen.keys() | {station_id for station_id, _ in concern.planned}
    return {station_id: [day for day in days if is_unsettled(station_id, day)] for station_id in stations}


def _is_silent(plan: Fact, concern: _Concern, now: datetime) -> bool:
    """It has begun, and a phone of the planned person has not spoken since it ended."""
    ends_at = plan.ends_at or plan.starts_at
    return plan.starts_at <= now and any(
        phone.member_id == plan.member_id and (phone.heard_at < ends_at or phone.pending > 0)
        for phone in concern.planned[plan.station_id, plan.day]
    )


def heard_at() -> Any:
    """When a device was heard of last; one that never synced, when it was enrolled."""
    return func.coalesce(Device.last_sync_at, Device.enrolled_at)


PHONE = (Device.id, Device.member_id, heard_at(), Device.pending, Device.last_station_id)


def _is_alive(ground: Map, now: datetime) -> ColumnElement[bool]:
    """Condition on Device: neither marked lost nor silent for so long that *high* leaves it out."""
    long_ago = now - timedelta(days=ground.thresholds.silent_days)
    return and_(Device.network_id == ground.network.id, Device.revoked_at.is_(None), heard_at() >= long_ago)


def _is_behind(now: datetime) -> ColumnElement[bool]:
    """Condition on Device: it may hold something of a day that is over."""
    return or_(Device.pending > 0, heard_at() < day_start(local_day(now)))


def _list_phones(*, ground: Map, now: datetime) -> list[Phone]:
    rows = db.session.execute(select(*PHONE).where(_is_alive(ground, now), _is_behind(now)))
    return [Phone(*row) for row in rows]


def _recent(ground: Map, window: Window, now: datetime) -> tuple[date, date]:
    """The last weeks of the window, up to its end or tomorrow."""
    ends_on = min(window.ends_on, local_day(now) + timedelta(days=1))
    return ends_on - timedelta(days=ground.thresholds.seen_days + 1), ends_on


def _is_long_ago(ground: Map, window: Window, now: datetime) -> bool:
    """Whoever was silent since then is silent for too long."""
    return day_start(window.ends_on) <= now - timedelta(days=ground.thresholds.silent_days)


def _list_seen(*, ground: Map, window: Window, now: datetime) -> list[tuple[str, str]]:
    """Stations and the people seen there in the last 30 days."""
    starts_on, ends_on = _recent(ground, window, now)
    rows = db.session.execute(
        select(MemberDay.station_id, MemberDay.member_id)
        .distinct()
        .where(
            MemberDay.network_id == ground.network.id,
            MemberDay.day >= starts_on,
            MemberDay.day < ends_on,
            *(() if ground.is_whole else (MemberDay.station_id.in_(ground.stations),)),
        )
    )
    return [(station_id, member_id) for station_id, member_id in rows]


def _list_plans(
    *, ground: Map, window: Window, now: datetime
) -> tuple[list[Fact], dict[tuple[str, date], set[Phone]]]:
    """The last weeks' plans of people whose phones may hold something, and the phones by station and day."""
    starts_on, ends_on = _recent(ground, window, now)
    plan = PlannedShift
    rows = db.session.execute(
        select(plan.station_id, plan.day, plan.member_id, plan.starts_at, plan.ends_at, *PHONE)
        .join(Device, and_(Device.network_id == plan.network_id, Device.member_id == plan.member_id))
        .where(
            plan.network_id == ground.network.id,
            plan.day >= max(starts_on, window.starts_on),
            plan.day < ends_on,
            _is_alive(ground, now),
            or_(_is_behind(now), plan.day >= local_day(now)),
            *(() if ground.is_whole else (plan.station_id.in_(ground.stations),)),
        )
    )
    plans: dict[Fact, None] = {}
    phones: dict[tuple[str, date], set[Phone]] = defaultdict(set)
    for station_id, day, member_id, starts_at, ends_at, *phone in rows:
        plans[Fact(PLAN, station_id, day, member_id, None, starts_at, ends_at, None, 0, (), 0)] = None
        phones[station_id, day].add(Phone(*phone))
    return list(plans), phones
