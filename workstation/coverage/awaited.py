"""Asks which phones may hold something, and where they are awaited: by who was seen or planned there."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.orm import aliased

from workstation.coverage.days import PLAN, Fact
from workstation.coverage.models import MemberDay
from workstation.coverage.places import Map
from workstation.coverage.settling import Phone, open_days
from workstation.coverage.windows import Window
from workstation.database import db
from workstation.local_time import day_start, local_day
from workstation.people.models import Device
from workstation.people.rules import OFFICE_PLATFORM
from workstation.shifts.models import PlannedShift


@dataclass(frozen=True, kw_only=True)
class Concern:
    """The phones of people seen at a station, and of those planned there by day.

    `phones` are all that may hold something, `plans` what people with such phones were to do.
    """

    phones: list[Phone]
    plans: list[Fact]
    seen: Mapping[str, set[Phone]]
    planned: Mapping[tuple[str, date], set[Phone]]

    @property
    def stations(self) -> set[str]:
        """Where somebody's phone is awaited."""
        return set(self.seen) | {station_id for station_id, _ in self.planned}

    def of(self, station_id: str, day: date) -> set[Phone]:
        return self.seen.get(station_id, set()) | self.planned.get((station_id, day), set())


def get_concern(*, ground: Map, window: Window, now: datetime) -> Concern:
    """Whose phones matter to which station in this window, in three statements."""
    phones = _list_phones(ground=ground, now=now)
    plans, planned = _list_plans(ground=ground, window=window, now=now)
    return Concern(phones=phones, plans=plans, seen=_seen(ground, window, now, phones), planned=planned)


def _seen(ground: Map, window: Window, now: datetime, phones: list[Phone]) -> Mapping[str, set[Phone]]:
    """The phones of people seen at a station of late, by station."""
    seen: dict[str, set[Phone]] = defaultdict(set)
    if phones and not _is_long_ago(ground, window, now):
        by_member: dict[str, list[Phone]] = defaultdict(list)
        for phone in phones:
            by_member[phone.member_id].append(phone)
        for station_id, member_id in _list_seen(ground=ground, window=window, now=now):
            seen[station_id].update(by_member[member_id])
    return seen


def heard_at() -> Any:
    """When a device was heard of last; one that never synced, when it was enrolled."""
    return func.coalesce(Device.last_sync_at, Device.enrolled_at)


PHONE = (Device.id, Device.member_id, heard_at(), Device.pending, Device.last_station_id)


def is_alive(ground: Map, now: datetime) -> ColumnElement[bool]:
    """Condition on Device: may still send something.

    Neither marked lost, nor silent for so long that *high* leaves it out, nor an office page, which records
    nothing, nor replaced by a later sign-in of the same person on the same installation, which sends all.
    """
    long_ago = now - timedelta(days=ground.thresholds.silent_days)
    later = aliased(Device)
    replaced = exists(
        select(1).where(
            later.network_id == Device.network_id,
            later.member_id == Device.member_id,
            later.installation_id == Device.installation_id,
            later.enrolled_at > Device.enrolled_at,
            later.last_sync_at.is_not(None),
        )
    )
    return and_(
        Device.network_id == ground.network.id,
        Device.revoked_at.is_(None),
        Device.platform.is_distinct_from(OFFICE_PLATFORM),
        heard_at() >= long_ago,
        not_(replaced),
    )


def _is_behind(now: datetime) -> ColumnElement[bool]:
    """Condition on Device: it may hold something of a day that is over."""
    return or_(Device.pending > 0, heard_at() < day_start(local_day(now)))


def _list_phones(*, ground: Map, now: datetime) -> list[Phone]:
    rows = db.session.execute(select(*PHONE).where(is_alive(ground, now), _is_behind(now)))
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
    """The last weeks' plans of people whose phones may hold something, and the phones by station and day.

    Also those before the window that are of days not settled yet.
    """
    starts_on, ends_on = _recent(ground, window, now)
    first_open = open_days(now=now, thresholds=ground.thresholds)[0]
    plan = PlannedShift
    rows = db.session.execute(
        select(plan.id, plan.station_id, plan.day, plan.member_id, plan.starts_at, plan.ends_at, *PHONE)
        .join(Device, and_(Device.network_id == plan.network_id, Device.member_id == plan.member_id))
        .where(
            plan.network_id == ground.network.id,
            plan.day >= max(starts_on, min(window.starts_on, first_open)),
            plan.day < ends_on,
            is_alive(ground, now),
            or_(_is_behind(now), plan.day >= local_day(now)),
            *(() if ground.is_whole else (plan.station_id.in_(ground.stations),)),
        )
    )
    plans: dict[str, Fact] = {}  # by id: one that was entered twice is planned twice
    phones: dict[tuple[str, date], set[Phone]] = defaultdict(set)
    for id, station_id, day, member_id, starts_at, ends_at, *phone in rows:
        plans[id] = Fact(PLAN, station_id, day, member_id, None, starts_at, ends_at, None, 0, (), 0)
        phones[station_id, day].add(Phone(*phone))
    return list(plans.values()), phones
