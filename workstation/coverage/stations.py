"""Every station in sight with its figures and its judgement, before they are grouped."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from workstation.coverage.gates import Evidence, judge
from workstation.coverage.kept import list_kept_days
from workstation.coverage.phones import Silence, get_silence
from workstation.coverage.places import Map
from workstation.coverage.queries import Sums, list_plans_kept, list_tangible, sum_days
from workstation.coverage.released import Released, count_released
from workstation.coverage.rules import is_new, is_open, longest_stretch
from workstation.coverage.settling import open_days
from workstation.coverage.stands import Stand
from workstation.coverage.unknowns import Extra, list_extras
from workstation.coverage.windows import Window
from workstation.local_time import local_day

Evidences = dict[str, Evidence]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One station in one window. Gates are G1 to G5: passed, failed, or None where not judged."""

    stand: Stand
    is_open: bool
    is_new: bool
    is_tangible: bool
    sums: Sums
    extra: Extra
    pending: int
    silent: frozenset[str]
    unsettled: Sequence[date]
    released: Released
    evidence: Evidence
    gates: tuple[bool | None, ...]
    is_effective: bool
    may_be_effective: bool

    @property
    def is_dormant(self) -> bool:
        """It exists and shows no life in the window."""
        return self.is_open and self.sums.is_silent


@dataclass(frozen=True, kw_only=True)
class Known:
    """What was read for a window before anything is judged. `past` is the window without the days to come."""

    ground: Map
    window: Window
    past: Window | None
    now: datetime
    silence: Silence
    extras: Mapping[str, Extra]
    tangible: Collection[str]
    sums: Mapping[str, Sums]
    released: Mapping[str, Released]


@dataclass(frozen=True, kw_only=True)
class Picture(Known):
    """All that is known of a window at one moment, station by station."""

    stations: Sequence[Figures]

    @property
    def settled_until(self) -> date:
        """Every day before this one is settled at every station in sight; at the latest today."""
        return self.silence.settled_until(self.now)


@dataclass(frozen=True, kw_only=True)
class Unjudged:
    """A window of which nothing is asked but how far it is settled."""

    ground: Map
    window: Window
    now: datetime

    @cached_property
    def settled_until(self) -> date:
        """As that of a picture."""
        return get_silence(ground=self.ground, window=self.window, now=self.now).settled_until(self.now)


def get_picture(*, ground: Map, window: Window, now: datetime, silence: Silence | None = None) -> Picture:
    """The stations in sight, judged, in a constant number of statements; none of them, where `silence` of a
    larger ground is known.
    """
    silence = silence or get_silence(ground=ground, window=window, now=now)
    known = Known(
        ground=ground,
        window=window,
        past=past_of(window, now=now),
        now=now,
        silence=silence,
        extras=list_extras(ground=ground, window=window, silence=silence, now=now),
        tangible=list_tangible(ground=ground, day=window.last_day),
        sums=_sum_settled(ground, window, now, silence),
        released=count_released(ground=ground, window=window),
    )
    low = _lower(known)
    high = _raise(known, low)
    stations = [_figures(known, stand, low[stand.id], high[stand.id]) for stand in ground.stands]
    return Picture(**vars(known), stations=stations)


def empty_picture(*, ground: Map, window: Window, now: datetime, silence: Silence) -> Picture:
    """A ground without stations."""
    return Picture(
        ground=ground,
        window=window,
        past=past_of(window, now=now),
        now=now,
        silence=silence,
        extras={},
        tangible=(),
        sums={},
        released={},
        stations=[],
    )


def past_of(window: Window, *, now: datetime) -> Window | None:
    """The window up to today; None when none of it has come."""
    ends_on = min(window.ends_on, local_day(now) + timedelta(days=1))
    return Window(window.starts_on, ends_on) if window.starts_on < ends_on else None


def _sum_settled(ground: Map, window: Window, now: datetime, silence: Silence) -> dict[str, Sums]:
    """Sums by station, those of planned shifts over settled days only; a station without days has zeros."""
    found = sum_days(ground=ground, window=window)
    sums = {stand.id: found.get(stand.id, Sums()) for stand in ground.stands}
    first = max(window.starts_on, open_days(now=now, thresholds=ground.thresholds)[0])
    for station_id, day, counts in list_plans_kept(ground=ground, starts_on=first, ends_on=window.ends_on):
        if day >= local_day(now) or day in silence.unsettled_days(station_id):
            sums[station_id] = sums[station_id].without_plans(counts)
    return sums


def _lower(known: Known) -> Evidences:
    """What is certain by station: accepted facts only."""
    ground = known.ground
    kept = list_kept_days(ground=ground, window=known.past) if known.past else {}
    return {
        stand.id: Evidence(
            stretch=stretch_of(ground, known.past, stand, kept.get(stand.id, [])),
            kept=known.sums[stand.id].planned_kept,
            planned=known.sums[stand.id].planned,
            contacts=known.sums[stand.id].receptions,
        )
        for stand in ground.stands
    }


def stretch_of(ground: Map, past: Window | None, stand: Stand, kept: Sequence[date]) -> int | None:
    """The longest stretch of a station without a kept shift, in days; None before the window begins."""
    if past is None:
        return None
    return longest_stretch(
        kept,
        window=past,
        opened_on=stand.opened_on,
        known_since=local_day(ground.network.created_at),
        thresholds=ground.thresholds,
    )


def _raise(known: Known, low: Evidences) -> Evidences:
    """The same with all that may still come."""
    stretches = _shortest_stretches(known, low)
    return {
        station_id: replace(
            evidence,
            stretch=stretches.get(station_id, evidence.stretch),
            kept=known.sums[station_id].planned_kept_high + _plans_kept(known, station_id),
            contacts=evidence.contacts + known.silence.pending.get(station_id, 0),
        )
        for station_id, evidence in low.items()
    }


def _shortest_stretches(known: Known, low: Evidences) -> dict[str, int | None]:
    """Stretches if all was kept that may have been. Days are read only where that can change a judgement."""
    limit = known.ground.thresholds.stretch_days
    failing = [stand for stand in known.ground.stands if (low[stand.id].stretch or 0) > limit]
    doubtful = [stand for stand in failing if stand.id in known.tangible]
    if known.past is None or not doubtful:
        return {}
    ids = [stand.id for stand in doubtful]
    days = list_kept_days(ground=known.ground, window=known.past, station_ids=ids, kept="kept_high_days")
    found: dict[str, int | None] = {}
    for stand in doubtful:
        perhaps = _with_extra(days.get(stand.id, []), known.extras.get(stand.id), known.past)
        found[stand.id] = stretch_of(known.ground, known.past, stand, perhaps)
    return found


def _with_extra(days: Sequence[date], extra: Extra | None, past: Window) -> list[date]:
    """The days on which a shift may have been kept, open shifts taken out and silent plans put in."""
    if extra is None:
        return list(days)
    put_in = {day for day, kept in extra.kept.items() if kept and day < past.ends_on}
    return sorted({day for day in days if extra.kept.get(day, True)} | put_in)


def _plans_kept(known: Known, station_id: str) -> int:
    """Plans of settled days that people with silent phones may have kept."""
    extra, unsettled = known.extras.get(station_id), known.silence.unsettled_days(station_id)
    return sum(more for day, more in extra.planned_kept.items() if day not in unsettled) if extra else 0


def _figures(known: Known, stand: Stand, low: Evidence, high: Evidence) -> Figures:
    day, thresholds, silence = known.window.last_day, known.ground.thresholds, known.silence
    opened = is_open(status=stand.status, opened_on=stand.opened_on, closed_on=stand.closed_on, day=day)
    new = opened and is_new(opened_on=stand.opened_on, day=day, thresholds=thresholds)
    gates = judge(low, thresholds=thresholds, is_new=new or not opened)
    hopes = judge(high, thresholds=thresholds, is_new=new)
    tangible = opened and stand.id in known.tangible
    return Figures(
        stand=stand,
        is_open=opened,
        is_new=new,
        is_tangible=tangible,
        sums=known.sums[stand.id],
        extra=known.extras.get(stand.id, Extra()),
        pending=silence.pending.get(stand.id, 0),
        silent=frozenset(silence.silent.get(stand.id, ())),
        unsettled=silence.unsettled_days(stand.id),
        released=known.released.get(stand.id, Released()),
        evidence=low,
        gates=gates,
        is_effective=tangible and not new and False not in gates,
        may_be_effective=tangible and not new and False not in hopes,
    )
